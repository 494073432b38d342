"""The bounds of a network on data, and the reference answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from . import _hsr
from ._convert import FloatArray, names, threads as _threads
from ._network import Network, Parameters
from ._points import point


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
