"""The Hessian of the loss and its eigenvalues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _hsr
from ._convert import FloatArray, whole
from ._network import Network
from ._points import point

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False, eq=False)
class Eigenpair:
    """An eigenvalue of the Hessian with its vector."""

    value: float
    """The eigenvalue `l`."""
    vector: FloatArray
    """The vector `v`, of shape (D,) and length 1, in the order of `Network.flat`."""
    residual: float
    """`|H v - l v|`: an eigenvalue of the Hessian is within it of `l`."""

    def __repr__(self) -> str:
        return f"<hsr.Eigenpair {self.value:.17g}, residual {self.residual:.1e}>"


@dataclass(frozen=True, repr=False, eq=False)
class Spectrum:
    """Both ends of the spectrum, and all of it where the Hessian was decomposed."""

    smallest: Eigenpair
    """The smallest eigenvalue."""
    largest: Eigenpair
    """The largest eigenvalue."""
    method: str
    """`dense` or `krylov`."""
    products: int
    """Products of the Hessian and a direction that it took."""
    eigenvalues: FloatArray | None = None
    """All eigenvalues, ascending, if the method was dense."""
    tolerance: float | None = None
    """What rounding can have added to or taken from each of them."""
    negative: int | None = None
    """How many of them are negative beyond that: 0 at a minimum, more at a saddle."""

    def plot(self, ax: Axes | None = None) -> Axes:
        """All eigenvalues as axes of Matplotlib: see `hsr.plots.spectrum`."""
        from . import plots

        return plots.spectrum(self, ax)

    def __repr__(self) -> str:
        negative = "" if self.negative is None else f", {self.negative} negative"
        return f"<hsr.Spectrum {self.method}: {self.smallest.value:.17g} to {self.largest.value:.17g}{negative}>"


def hessian(
    network: Network, X: npt.ArrayLike, y: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None
) -> FloatArray:
    """The Hessian of the loss, by the closed form of its blocks.

    Returns
    -------
    ndarray of shape (D, D)
        In the order of `Network.flat`.

    Raises
    ------
    ValueError, TypeError, MemoryError
        As `hsr.bound`.

    Examples
    --------
    >>> import hsr, numpy as np
    >>> iris = hsr.datasets.load("iris", standardised=True)
    >>> network = hsr.Network.random((4, 8, 3))
    >>> H = hsr.hessian(network, iris.X, iris.y)
    >>> H.shape, bool(np.isclose(np.trace(H), hsr.bound(network, iris.X, iris.y).trace))
    ((67, 67), True)
    """
    return _hsr.hessian(*point(network, X, y, sample_weight))


def spectrum(
    network: Network,
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    method: str | None = None,
    tolerance: float = 1e-8,
    products: int = 20_000,
    seed: int = 0,
) -> Spectrum:
    """The smallest and the largest eigenvalue of the Hessian with their vectors, and all eigenvalues of small networks.

    Parameters
    ----------
    network, X, y, sample_weight
        As for `hsr.bound`.
    method : str, optional
        `dense` forms the matrix and decomposes it, for up to 3000 parameters; `krylov` finds the two ends from products with
        directions. Left out, the number of parameters decides.
    tolerance : float
        Krylov: the largest residual, relative to the largest magnitude in the spectrum.
    products : int
        Krylov: products after which it gives up.
    seed : int
        Krylov: the seed of the first direction.

    Returns
    -------
    Spectrum

    Raises
    ------
    ValueError, TypeError, OverflowError, MemoryError
        As `hsr.bound`.
    RuntimeError
        If the method does not converge.

    Examples
    --------
    >>> import hsr
    >>> digits = hsr.datasets.load("digits", standardised=True)
    >>> network = hsr.Network.random((64, 8, 10))
    >>> found = hsr.spectrum(network, digits.X[:100], digits.y[:100], method="krylov")
    >>> found.largest.residual < 1e-7 * found.largest.value
    True
    """
    if method not in (None, "dense", "krylov"):
        raise ValueError(f"method is {method!r}: choose 'dense' or 'krylov'")
    given = point(network, X, y, sample_weight)
    limits = (float(tolerance), whole(products, "products", 1), whole(seed, "seed", 0, 2**64 - 1))
    found: dict[str, Any] = _hsr.spectrum(*given, method, *limits)
    smallest, largest = (Eigenpair(*found.pop(end)) for end in ("smallest", "largest"))
    return Spectrum(smallest, largest, **found)
