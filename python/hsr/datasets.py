"""Data sets that come along: nothing is downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _hsr
from ._convert import FloatArray

names: tuple[str, ...] = tuple(_hsr.names())
"""The names of all of them."""


@dataclass(frozen=True, repr=False, eq=False)
class DataSet:
    """Samples with a class or a number each."""

    name: str
    """Its name."""
    X: FloatArray
    """The samples, of shape (N, d)."""
    y: npt.NDArray[Any]
    """The classes from 0, or the numbers, of shape (N,)."""
    feature_names: tuple[str, ...]
    """The names of the columns of `X`."""
    class_names: npt.NDArray[Any] | None
    """The names of the classes, if it has any: `class_names[y]` is the name of each sample's class."""
    source: str
    """Where it comes from, and its licence."""

    def __repr__(self) -> str:
        kind = "numbers" if self.class_names is None else f"{len(self.class_names)} classes"
        return f"<hsr.datasets.DataSet {self.name}: {self.X.shape[0]} samples, {self.X.shape[1]} inputs, {kind}>"


def load(name: str, *, standardised: bool = False) -> DataSet:
    """The data set with this name: `iris`, `wine`, `breast-cancer`, `digits` or `diabetes`.

    Parameters
    ----------
    name : str
        Its name.
    standardised : bool
        Whether to give each column the mean 0 and the standard deviation 1, a constant one the value 0.

    Returns
    -------
    DataSet

    Raises
    ------
    ValueError
        If there is none with this name.

    Examples
    --------
    >>> import hsr
    >>> iris = hsr.datasets.load("iris")
    >>> iris
    <hsr.datasets.DataSet iris: 150 samples, 4 inputs, 3 classes>
    >>> iris.class_names[iris.y[0]]
    'setosa'
    """
    if name not in names:
        raise ValueError(f"unknown data set {name!r}: choose {', '.join(names[:-1])} or {names[-1]}")
    x, y, features, classes, source = _hsr.data_set(name, bool(standardised))
    labels = y if classes is None else y.astype(np.int64)
    return DataSet(name, x, labels, tuple(features), None if classes is None else np.array(classes, object), source)
