"""The reference answer, its single terms, and its right digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy.typing as npt

from . import _hsr
from ._convert import threads as _threads
from ._network import Network
from ._points import point


class Answer(Mapping[str, Any]):
    """The numbers of the oracle by name, as `hsr oracle --out` writes them: floats and arrays.

    Attributes
    ----------
    digits : dict
        How many decimal digits of a number are right; of an array, relative to its largest entry.
    counted : bool
        Whether these are counted at 106 bits; else there are so many at least, by bounds on rounding errors.
    missing : dict
        Why bounds or gradients are not there.
    """

    def __init__(
        self, numbers: dict[str, Any], digits: dict[str, float], counted: bool, missing: dict[str, str], table: str
    ) -> None:
        self._numbers, self._table = numbers, table
        self.digits, self.counted, self.missing = digits, counted, missing

    def __getitem__(self, name: str) -> Any:
        try:
            return self._numbers[name]
        except KeyError:
            reason = self.missing.get(name, "spectrum, hessian and terms add more, list(answer) is what there is")
            raise KeyError(f"no {name!r} in this answer: {reason}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def table(self) -> str:
        """The scalars with their right digits, a line each."""
        return self._table

    def __repr__(self) -> str:
        return f"<hsr.Answer\n{self._table.rstrip()}>"


def oracle(
    network: Network,
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    spectrum: bool = False,
    hessian: bool = False,
    terms: bool = False,
    digits: bool = False,
    path: str = "fast",
    threads: int | None = None,
) -> Answer:
    """The reference answer: every number that another implementation can be compared with, and how many digits of it are right.

    It is what `hsr oracle --out answer.npz` writes, by the same names, and takes several times as long as `bound`.

    Parameters
    ----------
    network, X, y, sample_weight, threads
        As for `bound`.
    spectrum, hessian : bool
        Whether to add all eigenvalues, and the Hessian itself: both need the dense matrix.
    terms : bool
        Whether to add the single terms of trace and squared trace.
    digits : bool
        Whether to count the right digits of each number, by the same equations at 106 bits; else bounds on rounding errors say how many
        there are at least.
    path : str
        `fast`, by matrix products, or `terms`, by the equations as they stand in the derivation, which takes much longer.

    Returns
    -------
    Answer

    Raises
    ------
    ValueError, TypeError, OverflowError, MemoryError
        As `bound`.

    Examples
    --------
    >>> import hsr
    >>> iris = hsr.datasets.load("iris", standardised=True)
    >>> answer = hsr.oracle(hsr.Network.random((4, 3, 3)), iris.X, iris.y, spectrum=True)
    >>> bool(answer["eigenvalues"][-1] <= answer["ws_upper"])
    True
    >>> answer.digits["ws_upper"] > 12
    True
    """
    if path not in ("fast", "terms"):
        raise ValueError(f"path is {path!r}: choose 'fast' or 'terms'")
    given = point(network, X, y, sample_weight)
    wanted = (bool(spectrum), bool(hessian), bool(terms), bool(digits), path == "terms")
    numbers, _, found, counted, missing, table = _hsr.oracle(*given, *wanted, _threads(threads))
    return Answer(numbers, {name.removeprefix("digits_"): count for name, count in found.items()}, counted, missing, table)


def terms(
    network: Network, X: npt.ArrayLike, y: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None
) -> dict[str, Any]:
    """The single terms of trace and squared trace, by the names of the derivation.

    With one hidden layer under the softmax they are `t_out`, `t_gn` and `t_res` of each sample, the moments of the blocks and their
    gradients. Of any other network they are the two parts of each layer's trace, and the squared norms of the blocks by layers and by
    units.

    Returns
    -------
    dict of str to float or ndarray

    Raises
    ------
    ValueError, TypeError, OverflowError, MemoryError
        As `bound`.

    Examples
    --------
    >>> import hsr
    >>> iris = hsr.datasets.load("iris", standardised=True)
    >>> network = hsr.Network.random((4, 8, 3))
    >>> found = hsr.terms(network, iris.X, iris.y)
    >>> trace = (found["t_out"] + found["t_gn"] + found["t_res"]).mean()
    >>> bool(abs(trace - hsr.bound(network, iris.X, iris.y).trace) < 1e-12)
    True
    """
    given = point(network, X, y, sample_weight)
    numbers, single, *_ = _hsr.oracle(*given, False, False, True, False, False, None)
    return {name: numbers[name] for name in single}


def digits(
    network: Network, X: npt.ArrayLike, y: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None
) -> dict[str, float]:
    """How many decimal digits of each number of the reference answer are right, counted by the same equations at 106 bits.

    Of a gradient they are relative to its largest entry. It goes over pairs of samples in slow arithmetic: a few hundred samples take
    seconds.

    Returns
    -------
    dict of str to float
        From 0 to 15.95, all the digits that `float64` has; NaN where there is nothing to count.

    Raises
    ------
    ValueError, TypeError, OverflowError, MemoryError
        As `bound`.

    Examples
    --------
    >>> import hsr
    >>> iris = hsr.datasets.load("iris", standardised=True)
    >>> found = hsr.digits(hsr.Network.random((4, 3, 3)), iris.X[::10], iris.y[::10])
    >>> found["ws_upper"] > 13 and found["gradient"] > 13
    True
    """
    return oracle(network, X, y, sample_weight=sample_weight, digits=True).digits
