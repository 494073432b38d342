"""Networks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _hsr
from ._convert import FloatArray, activations_of, matrix, name_of, vector
from ._parameters import Parameters
from ._sources import Sources


class Network(Sources):
    """A fully connected network of any depth, with the loss that it is trained by. It never changes.

    `z0 = x`, `a_l = W_l z_(l-1) + b_l`, and `z_l = phi_l(a_l)` but for the last layer, whose `a` are the outputs. The loss of data is
    the mean over samples.

    Parameters
    ----------
    weights : sequence of array_like
        One matrix for each layer, of shape (outputs, inputs) as PyTorch has it: `W_l` is multiplied from the left.
    biases : sequence of array_like or None, optional
        One vector of shape (outputs,) for each layer, or `None` for a layer without; left out, no layer has one.
    activation : str or sequence of str
        For all hidden layers, or one for each: `sigmoid` (or `logistic`), `tanh`, `softplus`, `gelu`, `gelu-tanh`, `silu`, `sin`,
        `relu`, `leaky-relu` or `identity`.
    loss : str
        `softmax` cross entropy; `squared`, half the squared distance; `multi-label`, a sigmoid cross entropy for each output, which with
        one output is binary classification by one logit; `poisson`, with the logarithm as link; or `pseudo-huber`.
    classes : sequence, optional
        The labels of the outputs, in their order, if `y` has labels other than 0, 1, 2 and so on. For `multi-label` with one output: that
        of 0 and that of 1.

    Raises
    ------
    ValueError
        If shapes do not fit together, an entry is NaN or infinite, or a name is unknown. The message says which, and what would be
        right.
    TypeError
        If something is no array of numbers.

    Examples
    --------
    >>> import hsr
    >>> network = hsr.Network([[[0.5, -1.0], [0.2, 0.3]], [[1.0, 0.4], [-1.0, 0.2]]], activation="tanh")
    >>> network
    <hsr.Network 2-2-2 without biases, tanh, softmax loss: 8 parameters>
    >>> hsr.Network([[[0.5, -1.0]], [[1.0, 0.4], [-1.0, 0.2]]])
    Traceback (most recent call last):
    ...
    ValueError: W2 is 2x2 but W1 has 1 rows: W2 needs one column for each row (output) of W1
    """

    __slots__ = ("__weakref__", "_biases", "_classes", "_core", "_named", "_weights")

    def __init__(
        self,
        weights: Sequence[npt.ArrayLike],
        biases: Sequence[npt.ArrayLike | None] | None = None,
        activation: str | Sequence[str] = "tanh",
        loss: str = "softmax",
        *,
        classes: Sequence[Any] | None = None,
    ) -> None:
        found = [matrix(w, f"W{l}", "(outputs, inputs)") for l, w in enumerate(_layers(weights, "weights"), 1)]
        given = [None] * len(found) if biases is None else list(_layers(biases, "biases"))
        if len(given) != len(found):
            raise ValueError(f"{len(given)} biases for {len(found)} layers: one for each is needed, None for a layer without")
        added = [None if b is None else vector(b, f"b{l}", "(outputs,)") for l, b in enumerate(given, 1)]
        core = _hsr.Network(found, added, activations_of(activation, len(found)), name_of(loss, "loss"), False)
        self._set(core, classes, False)

    def _set(self, core: _hsr.Network, classes: Sequence[Any] | None, named: bool) -> None:
        self._core, self._named = core, named
        self._weights, self._biases = tuple(core.weights), tuple(core.biases)
        for array in (*self._weights, *self._biases):
            if array is not None:
                array.flags.writeable = False
        self._classes = None if classes is None else _classes(classes, self)

    @classmethod
    def _of(cls, core: _hsr.Network, classes: Sequence[Any] | None, named: bool = False) -> Network:
        network = cls.__new__(cls)
        network._set(core, classes, named)
        return network

    @classmethod
    def three_layer(
        cls,
        W: npt.ArrayLike,
        V: npt.ArrayLike,
        b: npt.ArrayLike | None = None,
        c: npt.ArrayLike | None = None,
        activation: str = "tanh",
        *,
        classes: Sequence[Any] | None = None,
    ) -> Network:
        """The network of the paper: one hidden layer, then the softmax. Messages speak of `W`, `b`, `V` and `c`.

        Parameters
        ----------
        W : array_like of shape (h, d)
            Hidden weights.
        V : array_like of shape (C, h)
            Output weights.
        b : array_like of shape (h,), optional
            Hidden biases; both biases or neither.
        c : array_like of shape (C,), optional
            Output biases.
        activation, classes
            As for `Network`.

        Examples
        --------
        >>> import hsr, numpy as np
        >>> network = hsr.Network.three_layer(np.ones((8, 4)), np.ones((3, 8)))
        >>> hsr.bound(network, np.ones((2, 5)), [0, 1])
        Traceback (most recent call last):
        ...
        ValueError: W is 8x4 but X has 5 columns: W needs one column for each column (input) of X
        """
        weights = [matrix(W, "W", "(h, d)"), matrix(V, "V", "(C, h)")]
        given = [("b", b, "(h,)"), ("c", c, "(C,)")]
        biases = [None if bias is None else vector(bias, name, axes) for name, bias, axes in given]
        core = _hsr.Network(weights, biases, activations_of(activation, 2), "softmax", True)
        return cls._of(core, classes, True)

    @property
    def weights(self) -> tuple[FloatArray, ...]:
        """The weights of each layer, of shape (outputs, inputs); they cannot be written to."""
        return self._weights

    @property
    def biases(self) -> tuple[FloatArray | None, ...]:
        """The bias of each layer, of shape (outputs,), or `None`; they cannot be written to."""
        return self._biases

    @property
    def activations(self) -> tuple[str, ...]:
        """The activation of each hidden layer."""
        return tuple(self._core.activations)

    @property
    def loss(self) -> str:
        """The name of the loss."""
        return self._core.loss

    @property
    def classes(self) -> tuple[Any, ...] | None:
        """The labels of the outputs, if they have any."""
        return self._classes

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of inputs, then the width of each layer."""
        return (self._weights[0].shape[1], *(w.shape[0] for w in self._weights))

    @property
    def flat(self) -> FloatArray:
        """All parameters, in the order `W1, b1, W2, b2, ..`, each row-major: an array of shape (D,)."""
        return np.concatenate([part.ravel() for part in self._parts()])

    def _parts(self) -> Iterator[FloatArray]:
        for w, b in zip(self._weights, self._biases):
            yield w
            if b is not None:
                yield b

    def _shapes(self) -> list[tuple[int, int, bool]]:
        return [(*w.shape, b is not None) for w, b in zip(self._weights, self._biases)]

    def __len__(self) -> int:
        """The number of parameters, `D`."""
        return sum(part.size for part in self._parts())

    def outputs(self, X: npt.ArrayLike) -> FloatArray:
        """The outputs of samples: logits, or the numbers that the loss compares with the targets.

        Parameters
        ----------
        X : array_like of shape (N, d)
            Samples.

        Returns
        -------
        ndarray of shape (N, C)

        Examples
        --------
        >>> import hsr
        >>> iris = hsr.datasets.load("iris", standardised=True)
        >>> hsr.Network.random((4, 8, 3)).outputs(iris.X).argmax(axis=1).shape
        (150,)
        """
        return self._core.outputs(matrix(X, "X"))

    def parts(self, flat: npt.ArrayLike) -> Parameters:
        """The entries of a vector of shape (D,), such as an eigenvector, by layers.

        Examples
        --------
        >>> import hsr, numpy as np
        >>> network = hsr.Network.random((4, 8, 3))
        >>> network.parts(np.zeros(67)).weights[1].shape
        (3, 8)
        """
        return Parameters(np.array(self._vector(flat)), self._shapes())

    def with_flat(self, flat: npt.ArrayLike) -> Network:
        """The same network with other parameters, from a vector of shape (D,) in the order of `flat`.

        Examples
        --------
        >>> import hsr
        >>> iris = hsr.datasets.load("iris", standardised=True)
        >>> network = hsr.Network.random((4, 8, 3))
        >>> answer = hsr.bound(network, iris.X, iris.y)
        >>> flatter = network.with_flat(network.flat - 0.01 * answer.gradient.flat)
        >>> hsr.bound(flatter, iris.X, iris.y).ws_upper < answer.ws_upper
        True
        """
        found = Parameters(self._vector(flat), self._shapes())
        core = _hsr.Network(list(found.weights), list(found.biases), list(self.activations), self.loss, self._named)
        return Network._of(core, self._classes, self._named)

    def _vector(self, flat: npt.ArrayLike) -> FloatArray:
        found = vector(flat, "flat", f"({len(self)},)")
        if len(found) != len(self):
            raise ValueError(f"flat has {len(found)} entries for {len(self)} parameters: one entry for each is needed")
        return found.view()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Network):
            return NotImplemented
        return self._key() == other._key() and bool(np.array_equal(self.flat, other.flat))

    def __hash__(self) -> int:
        return hash((self._key(), self.flat.tobytes()))

    def _key(self) -> tuple[Any, ...]:
        return (tuple(self._shapes()), self.activations, self.loss, self._classes)

    def __reduce__(self) -> tuple[Any, ...]:
        weights, biases = [np.array(w) for w in self._weights], [None if b is None else np.array(b) for b in self._biases]
        return (_restored, (weights, biases, list(self.activations), self.loss, self._classes, self._named))

    def __copy__(self) -> Network:
        return self

    def __deepcopy__(self, memo: Any) -> Network:
        return self

    def __repr__(self) -> str:
        activations = ",".join(dict.fromkeys(self.activations) if len(set(self.activations)) == 1 else self.activations)
        hidden = activations or "no hidden layer"
        return f"<hsr.Network {self._core.sizes}, {hidden}, {self.loss} loss: {len(self)} parameters>"


def _restored(
    weights: list[FloatArray],
    biases: list[FloatArray | None],
    activations: list[str],
    loss: str,
    classes: tuple[Any, ...] | None,
    named: bool,
) -> Network:
    return Network._of(_hsr.Network(weights, biases, activations, loss, named), classes, named)


def _layers(value: Any, name: str) -> list[Any]:
    """One array a layer. An array of NumPy with three axes is as good as a list of matrices."""
    if isinstance(value, (str, bytes, dict)) or not hasattr(value, "__iter__"):
        raise TypeError(f"{name} is {value!r}: a sequence with an array for each layer is needed")
    return list(value)


def _classes(value: Sequence[Any], network: Network) -> tuple[Any, ...]:
    found = tuple(np.asarray(value).tolist()) if isinstance(value, np.ndarray) else tuple(value)
    outputs = network.sizes[-1]
    needed = 2 if network.loss == "multi-label" and outputs == 1 else outputs
    if network.loss not in ("softmax", "multi-label"):
        raise ValueError(f"classes are for a loss of labels: with the loss {network.loss} leave them out")
    if len(found) != needed:
        raise ValueError(f"{len(found)} classes for {outputs} outputs: {needed} are needed")
    if len(set(found)) != len(found):
        raise ValueError(f"classes are {found!r}: each may stand there once")
    return found
