"""Sums over pairs of parts of the data, which add up to what the whole has."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _hsr
from ._bound import Bound
from ._convert import FloatArray, threads as _threads, whole
from ._network import Network
from ._parameters import Parameters
from ._points import Point, point


class PairSums:
    """What one part of the data gives to loss, traces and gradients: sums over its samples and over their pairs.

    They are added, and multiplied by factors, as numbers are; `pair_cover` says which parts and factors make up the whole. They can be
    pickled, and so computed anywhere.

    Attributes
    ----------
    numbers : ndarray of shape (3 D + ..,)
        All sums, one behind the other.
    """

    __slots__ = ("_network", "numbers")

    numbers: FloatArray

    def __init__(self, numbers: FloatArray, network: bytes) -> None:
        self.numbers, self._network = numbers, network

    def __add__(self, other: PairSums) -> PairSums:
        if not isinstance(other, PairSums):
            return NotImplemented
        if self._network != other._network:
            raise ValueError("these sums belong to two networks: sums of one network can be added")
        return PairSums(self.numbers + other.numbers, self._network)

    def __mul__(self, factor: float) -> PairSums:
        return PairSums(float(factor) * self.numbers, self._network)

    __rmul__ = __mul__

    def __reduce__(self) -> tuple[Any, ...]:
        return (PairSums, (self.numbers, self._network))

    def __repr__(self) -> str:
        return f"<hsr.PairSums over {self.numbers[0]:g} samples>"

    def bound(self, network: Network) -> Bound:
        """What `hsr.bound` returns for all samples, once all parts are there.

        Of gradients there are those of `ws_upper`, `ws_reduced`, `trace`, `trace_squared` and `loss`.

        Raises
        ------
        ValueError
            If the sums are those of another network.
        OverflowError
            If they are over no samples, or leave the range of `float64`.
        """
        if _digest(network) != self._network:
            raise ValueError("network is not the one of these sums: give the network that hsr.partial was given")
        numbers, found, missing = _hsr.bound_of_sums(network._core, np.ascontiguousarray(self.numbers))
        shapes = network._shapes()
        return Bound(**numbers, gradients={name: Parameters(flat, shapes) for name, flat in found.items()}, missing=missing)


def _digest(network: Network) -> bytes:
    """What tells one network from another."""
    said = repr((network.sizes, network.activations, network.loss, [b is not None for b in network.biases]))
    return hashlib.blake2b(network.flat.tobytes(), key=hashlib.sha256(said.encode()).digest(), digest_size=16).digest()


def partial(
    network: Network,
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    threads: int = 1,
) -> PairSums:
    """The sums of one part of the data: a function of the network and that part alone.

    Parameters
    ----------
    network, X, y, sample_weight
        As for `bound`; the samples are those of the part.
    threads : int
        How many threads.

    Returns
    -------
    PairSums

    Raises
    ------
    ValueError, TypeError, OverflowError, MemoryError
        As `bound`.

    Examples
    --------
    >>> import hsr
    >>> iris = hsr.datasets.load("iris", standardised=True)
    >>> network = hsr.Network.random((4, 8, 3))
    >>> parts = hsr.pair_cover(len(iris.X))
    >>> sums = [factor * hsr.partial(network, iris.X[rows], iris.y[rows]) for rows, factor in parts]
    >>> whole = sum(sums[1:], sums[0])
    >>> whole
    <hsr.PairSums over 150 samples>
    >>> abs(whole.bound(network).ws_upper - hsr.bound(network, iris.X, iris.y).ws_upper) < 1e-12
    True
    """
    return of_point(network, point(network, X, y, sample_weight), _threads(threads) or 1)


def of_point(network: Network, given: Point, threads: int) -> PairSums:
    """The sums of data as the border takes them."""
    return PairSums(_hsr.partial(*given, threads), _digest(network))


def pair_cover(samples: int, lines: int = 13) -> list[tuple[npt.NDArray[np.intp], float]]:
    """Parts of the samples, and factors, such that each pair of samples comes once.

    The samples are cut into `q^2 + q + 1` groups, the points of a projective plane of prime order `q`. Its lines, of `q + 1` groups each,
    hold every pair of groups once, and every group `q + 1` times, of which `q` are taken away again by parts of one group. A line has
    `(q + 1)/(q^2 + q + 1)` of the samples; all together go over at most 9/7 of the pairs that there are.

    Parameters
    ----------
    samples : int
        How many samples there are.
    lines : int
        At least so many lines: 7, 13, 31, 57, 133 and so on.

    Returns
    -------
    list of (ndarray of int, float)
        The numbers of the samples of each part, and its factor.

    Examples
    --------
    >>> import hsr
    >>> parts = hsr.pair_cover(21, lines=7)
    >>> [(rows.tolist(), factor) for rows, factor in parts][::7]
    [([3, 4, 5, 9, 10, 11, 15, 16, 17], 1.0), ([0, 1, 2], -2.0)]
    """
    found = _hsr.pair_cover(whole(samples, "samples", 1), whole(lines, "lines", 1, 10**6))
    return [(np.concatenate([np.arange(*pair) for pair in ranges]), factor) for ranges, factor in found]
