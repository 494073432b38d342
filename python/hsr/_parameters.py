"""One number for each parameter of a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._convert import FloatArray


class Parameters:
    """One number for each parameter of a network: a gradient or a direction.

    Attributes
    ----------
    flat : ndarray of shape (D,)
        All entries, in the order `W1, b1, W2, b2, ..`, each row-major; it cannot be written to.
    weights : tuple of ndarray
        Those of the weights, shaped as `Network.weights`: views of `flat`.
    biases : tuple of ndarray or None
        Those of the biases, `None` where a layer has none.
    """

    __slots__ = ("_shapes", "biases", "flat", "weights")

    flat: FloatArray
    weights: tuple[FloatArray, ...]
    biases: tuple[FloatArray | None, ...]

    def __init__(self, flat: FloatArray, shapes: Sequence[tuple[int, int, bool]]) -> None:
        self._shapes = tuple(shapes)
        self.flat = flat
        self.flat.flags.writeable = False
        weights: list[FloatArray] = []
        biases: list[FloatArray | None] = []
        at = 0
        for rows, columns, has_bias in self._shapes:
            weights.append(flat[at : at + rows * columns].reshape(rows, columns))
            at += rows * columns
            biases.append(flat[at : at + rows] if has_bias else None)
            at += rows if has_bias else 0
        self.weights, self.biases = tuple(weights), tuple(biases)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        found = self.flat if dtype is None else self.flat.astype(dtype, copy=False)
        return found.copy() if copy else found

    def __len__(self) -> int:
        return len(self.flat)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Parameters, (np.array(self.flat), self._shapes))

    def __copy__(self) -> Parameters:
        return self

    def __deepcopy__(self, memo: Any) -> Parameters:
        return self

    def __repr__(self) -> str:
        sizes = "-".join([str(self._shapes[0][1]), *(str(rows) for rows, _, _ in self._shapes)])
        return f"<hsr.Parameters of {sizes}: {len(self.flat)} entries, norm {np.linalg.norm(self.flat):.6g}>"
