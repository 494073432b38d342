"""The bounds of a network on data, and their gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy.typing as npt

from . import _hsr
from ._convert import FloatArray, names, threads as _threads
from ._network import Network
from ._parameters import Parameters
from ._points import point

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class NoGradientError(ArithmeticError):
    """A bound has no gradient at this network, or it was not asked for; the message says which, and why."""


@dataclass(frozen=True, repr=False, eq=False)
class Bound:
    """What `bound` found: numbers, and the gradients that were asked for.

    `lambda_max` and `lambda_min` stand for the largest and the smallest eigenvalue of the Hessian `H` of the loss, `D` for the number
    of parameters.
    """

    loss: float
    """The loss, a mean over samples."""
    trace: float
    """`T = tr H`."""
    trace_squared: float
    """`Q = tr H^2`."""
    mean: float
    """`m = T/D`, the mean of the eigenvalues."""
    spread: float
    """`s = sqrt(Q/D - m^2)`, their standard deviation."""
    ws_upper: float
    """`m + s sqrt(D-1)`, the Wolkowicz-Styan bound: at least `lambda_max`."""
    ws_lower: float
    """`m + s/sqrt(D-1)`: at most `lambda_max`."""
    lambda_min_lower: float
    """`m - s sqrt(D-1)`: at most `lambda_min`."""
    lambda_min_upper: float
    """`m - s/sqrt(D-1)`: at least `lambda_min`."""
    range_upper: float
    """`s sqrt(2 D)`: at least `lambda_max - lambda_min`."""
    ws_reduced: float
    """`ws_upper` off the shifts of all outputs, which a softmax ignores: never larger, and the same for other losses."""
    ws_layers: float
    """The bound with a group for each layer: between `lambda_max` and `ws_upper`."""
    layer_traces: FloatArray
    """The trace of the diagonal block of each layer, an array of shape (layers,)."""
    ws_units: float | None = None
    """The bound with a group for each unit, if it was asked for: between `lambda_max` and `ws_upper`."""
    ws_hidden_units: float | None = None
    """The bound with a group for each hidden unit and one for the output layer, if it was asked for: between `lambda_max` and
    `ws_layers`."""
    gradients: Mapping[str, Parameters] = field(default_factory=dict)
    """The gradients that were asked for, by the names of what they are gradients of."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """Why gradients that were asked for do not exist here."""

    @property
    def gradient(self) -> Parameters:
        """The gradient of `ws_upper`; `-gradient` is the direction of steepest descent.

        Raises
        ------
        NoGradientError
            If there is none, as where all eigenvalues coincide; the message says why.
        """
        return self.gradient_of("ws_upper")

    def gradient_of(self, name: str) -> Parameters:
        """The gradient of the number with this name, if it was asked for.

        Raises
        ------
        NoGradientError
            If there is none, or it was not asked for.
        """
        if name in self.gradients:
            return self.gradients[name]
        reason = self.missing.get(name, f"it was not asked for: hsr.bound(..., gradients=[{name!r}])")
        raise NoGradientError(f"no gradient of {name}: {reason}")

    @property
    def ws_block(self) -> float:
        """The block bound of a network with one hidden layer: `ws_layers` by the name that it has in the derivation.

        Raises
        ------
        AttributeError
            If there are not two layers of weights.
        """
        if len(self.layer_traces) != 2:
            raise AttributeError("ws_block is for one hidden layer: ws_layers is the same bound for any number of layers")
        return self.ws_layers

    def plot(self, ax: Axes | None = None) -> Axes:
        """Where the eigenvalues are, as axes of Matplotlib: see `hsr.plots.bound`."""
        from . import plots

        return plots.bound(self, ax)

    def __repr__(self) -> str:
        shown = ("loss", "trace", "trace_squared", "mean", "spread", "ws_upper", "ws_reduced", "ws_layers", "ws_units", "ws_hidden_units")
        lines = [f"  {name:<16}{value:.17g}" for name in shown if (value := getattr(self, name)) is not None]
        gradients = ", ".join(self.gradients) or "none"
        return "\n".join(["<hsr.Bound", *lines, f"  {'gradients of':<16}{gradients}>"])


def bound(
    network: Network,
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    gradients: str | Sequence[str] = "ws_upper",
    units: bool = False,
    threads: int | None = None,
) -> Bound:
    """The loss, its Hessian's trace and squared trace, and bounds on its largest eigenvalue, with their gradients.

    No matrix of size D x D is made, and nothing is differentiated: all of it comes from closed forms, by matrix products.

    Parameters
    ----------
    network : Network
        The network and its loss.
    X : array_like of shape (N, d)
        Samples. `float64` of either order is read where it is.
    y : array_like of shape (N,) or (N, C)
        For `softmax`: labels of any kind, or a probability vector for each sample. For other losses: numbers, zeros and ones, or
        counts, one an output.
    sample_weight : array_like of shape (N,), optional
        Positive numbers; the loss is then `sum_n w_n l_n / sum_n w_n`.
    gradients : str or sequence of str
        Of what: `ws_upper`, `ws_reduced`, `ws_layers`, `ws_units`, `ws_hidden_units`, `trace`, `trace_squared`, `loss`. An empty
        sequence for none.
    units : bool
        Whether to find `ws_units` and `ws_hidden_units` too, which takes longer; their gradients bring them along.
    threads : int, optional
        All cores, if it is left out.

    Returns
    -------
    Bound

    Raises
    ------
    ValueError
        If shapes do not fit together, an entry is NaN or infinite, or a label or target is not one that the loss takes. The message
        names the argument and says what would be right.
    TypeError
        If an argument is no array of numbers.
    OverflowError
        If products of these weights and inputs leave the range of `float64`.
    MemoryError
        If it would take more memory than there is.

    Examples
    --------
    >>> import hsr
    >>> wine = hsr.datasets.load("wine", standardised=True)
    >>> network = hsr.Network.random((13, 6, 3), seed=2)
    >>> answer = hsr.bound(network, wine.X, wine.y, gradients=["ws_upper", "loss"])
    >>> answer.gradient.biases[0].shape
    (6,)
    >>> direction = answer.gradient_of("loss").flat + 0.1 * answer.gradient.flat
    """
    core, x, targets, weights = point(network, X, y, sample_weight)
    wanted = names(gradients, "gradients")
    numbers, found, missing = _hsr.bound(core, x, targets, weights, wanted, bool(units), _threads(threads))
    shapes = network._shapes()
    return Bound(**numbers, gradients={name: Parameters(flat, shapes) for name, flat in found.items()}, missing=missing)
