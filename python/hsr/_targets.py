"""Targets of any kind as what the loss takes: classes as numbers from 0, or a row for each sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._convert import FloatArray, matrix, numbers, plain

Labels = npt.NDArray[np.int64]


def targets(y: Any, loss: str, outputs: int, classes: Sequence[Any] | None) -> Labels | FloatArray:
    """The targets of a network with this loss, so many outputs and, if they have names, these classes."""
    given = plain(y, "y")
    if given.ndim not in (1, 2):
        raise ValueError(f"y has shape {given.shape}: shape (samples,) or (samples, outputs) is needed")
    is_column = given.ndim == 2 and given.shape[1] == 1
    if loss == "softmax":
        if given.ndim == 2 and not is_column:
            return matrix(y, "Y", "(samples, classes)")
        return labels(given.ravel(), outputs, classes)
    if given.ndim == 2 and not is_column:
        return matrix(y, "Y", "(samples, outputs)")
    if outputs != 1:
        raise ValueError(
            f"y has shape {given.shape} but the network has {outputs} outputs: with the loss {loss} shape (samples, {outputs}) is needed"
        )
    if loss == "multi-label" and (classes is not None or not _is_numeric(given)):
        return labels(given.ravel(), 2, classes).astype(np.float64)[:, None]
    return numbers(y, "y").reshape(-1, 1)


def labels(y: npt.NDArray[Any], count: int, classes: Sequence[Any] | None) -> Labels:
    """The classes of labels, as numbers from 0 in the order of `classes`, or else as the numbers that they are.

    Labels that are no numbers are ordered as scikit-learn orders them, by the alphabet, if all classes are among them.
    """
    if classes is None and _is_numeric(y):
        return _whole(y, count)
    try:
        there, at = np.unique(y, return_inverse=True)
    except TypeError:
        raise TypeError("y mixes labels that cannot be compared: give labels of one type") from None
    at = at.reshape(-1)
    if classes is None:
        if len(there) != count:
            raise ValueError(
                f"y has {len(there)} different labels but the network has {count} classes: say which they are, in their order, by "
                "Network(..., classes=[...])"
            )
        return at.astype(np.int64)
    numbers_of = {name: number for number, name in enumerate(classes)}
    # A label of NumPy and one of Python are the same key.
    found = [numbers_of.get(label, -1) for label in there.tolist()]
    if -1 in found:
        row = int(np.flatnonzero(at == found.index(-1))[0])
        known = ", ".join(repr(name) for name in classes)
        raise ValueError(f"y[{row}] is {y[row : row + 1].tolist()[0]!r}: the classes are {known}")
    return np.asarray(found, np.int64)[at]


def _is_numeric(y: npt.NDArray[Any]) -> bool:
    if y.dtype == object:
        return all(isinstance(label, (int, float, np.number, np.bool_)) for label in y.flat)
    return y.dtype.kind in "biuf"


def _whole(y: npt.NDArray[Any], count: int) -> Labels:
    """Numbers as numbers of classes. Which of them there are is known to the library."""
    given = y.astype(np.float64)
    wrong = np.flatnonzero(~(np.isfinite(given) & (np.floor(given) == given) & (np.abs(given) < 2.0**53)))
    if len(wrong):
        row = int(wrong[0])
        raise ValueError(f"y[{row}] is {y[row]}: with {count} classes a label is a whole number from 0 to {count - 1}")
    return given.astype(np.int64)
