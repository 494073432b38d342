"""From whatever Python has to arrays of `float64`; what cannot be one is refused by the name of its argument."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]

# NumPy's letters for kinds of numbers that a float64 can hold: bool, signed, unsigned, float.
_NUMBERS = "biuf"


def plain(value: Any, name: str) -> npt.NDArray[Any]:
    """The value as an array of whatever it holds.

    Masked entries and sparse matrices are refused: `numpy.asarray` would take what is under the mask, or the matrix as one object.
    """
    if type(value) is np.ndarray:
        return value
    if hasattr(value, "toarray") and hasattr(value, "nnz"):
        raise TypeError(f"{name} is a sparse matrix: give {name}.toarray()")
    if isinstance(value, np.ma.MaskedArray):
        if np.ma.is_masked(value):
            raise ValueError(f"{name} has masked entries: every entry must be a number")
        return np.asarray(value.data)
    try:
        return np.asarray(value)
    except Exception as reason:
        # What a library says of its own arrays, such as a tensor that needs a gradient, or of rows that are not alike.
        raise _refusal(f"{name} cannot be read as an array: {reason}", reason) from reason


def _refusal(words: str, reason: Exception) -> Exception:
    return ValueError(words) if isinstance(reason, ValueError) else TypeError(words)


def numbers(value: Any, name: str) -> FloatArray:
    """The value as an array of `float64`, without a copy where it is one."""
    found = plain(value, name)
    if found.dtype == object:
        if any(isinstance(entry, (str, bytes)) for entry in found.flat):
            raise TypeError(f"{name} holds text: numbers are needed")
        try:
            found = found.astype(np.float64)
        except (TypeError, ValueError, OverflowError) as reason:
            raise TypeError(f"{name} holds something else than numbers: {reason}") from reason
    if found.dtype.kind not in _NUMBERS:
        held = {"c": "complex numbers", "U": "text", "S": "text", "M": "dates", "m": "durations"}
        words = held.get(found.dtype.kind, f"entries of type {found.dtype}")
        raise TypeError(f"{name} holds {words}: numbers are needed")
    # Byte order, precision and alignment; the order of the axes may stay.
    return np.require(found, np.float64, "A")


def matrix(value: Any, name: str, axes: str = "(samples, inputs)") -> FloatArray:
    """The value as a matrix of `float64`."""
    found = numbers(value, name)
    if found.ndim != 2:
        raise ValueError(f"{name} has shape {found.shape}: shape {axes} is needed")
    return found


def vector(value: Any, name: str, axes: str) -> FloatArray:
    """The value as a vector of `float64`."""
    found = numbers(value, name)
    if found.ndim != 1:
        raise ValueError(f"{name} has shape {found.shape}: shape {axes} is needed")
    return found


def whole(value: Any, name: str, least: int = 0, most: int = 2**63 - 1) -> int:
    """The value as a whole number within limits."""
    try:
        found = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}: a whole number is needed") from None
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} is {value!r}: a whole number is needed")
    if not least <= found <= most:
        wanted = f"at least {least}" if found < least else f"at most {most}"
        raise ValueError(f"{name} is {found}: {wanted} is needed")
    return found


def threads(value: Any) -> int | None:
    """A number of threads, or none for all cores."""
    return None if value is None else whole(value, "threads", 1, 4096)


def names(value: Any, name: str) -> list[str]:
    """One name or several as a list."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Sequence) or not all(isinstance(entry, str) for entry in value):
        raise TypeError(f"{name} is {value!r}: a name or a sequence of names is needed")
    return list(value)


def name_of(value: Any, name: str) -> str:
    """One name."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is {value!r}: a name is needed")
    return value


def activations_of(value: Any, layers: int) -> list[str]:
    """The activation of each hidden layer of so many layers."""
    found = names(value, "activation")
    # One name is for all hidden layers, as many as there are.
    return found * max(layers - 1, 0) if isinstance(value, str) else found
