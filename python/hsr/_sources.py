"""Networks of random weights, from the models of other libraries, and from files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy.typing as npt

from . import _hsr, _models
from ._convert import activations_of, name_of, whole
from ._convert import names as names_of

N = TypeVar("N", bound="Sources")


class Sources:
    """The constructors of `Network` that are given no arrays."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __init__(
            self,
            weights: Sequence[npt.ArrayLike],
            biases: Sequence[npt.ArrayLike | None] | None = None,
            activation: str | Sequence[str] = "tanh",
            loss: str = "softmax",
            *,
            classes: Sequence[Any] | None = None,
        ) -> None: ...

        @classmethod
        def _of(cls: type[N], core: _hsr.Network, classes: Sequence[Any] | None, named: bool = False) -> N: ...

    @classmethod
    def random(
        cls: type[N],
        sizes: Sequence[int],
        *,
        biases: bool = True,
        activation: str | Sequence[str] = "tanh",
        loss: str = "softmax",
        seed: int = 0,
        classes: Sequence[Any] | None = None,
    ) -> N:
        """A network of random weights, uniform, such that preactivations are of order one for standardised inputs.

        Parameters
        ----------
        sizes : sequence of int
            The number of inputs, then the width of each layer.
        biases : bool
            Whether all layers have a bias, or none.
        seed : int
            The same seed gives the same network, everywhere.

        Examples
        --------
        >>> import hsr
        >>> hsr.Network.random((4, 16, 8, 3), activation=("gelu", "tanh"), seed=7)
        <hsr.Network 4-16-8-3 with biases, gelu,tanh, softmax loss: 243 parameters>
        """
        widths = [whole(size, f"sizes[{at}]", 1) for at, size in enumerate(sizes)]
        if len(widths) < 2:
            raise ValueError(f"sizes is {tuple(sizes)!r}: the number of inputs and the width of at least one layer are needed")
        activations = activations_of(activation, len(widths) - 1)
        seed = whole(seed, "seed", 0, 2**64 - 1)
        return cls._of(_hsr.Network.random(widths[0], widths[1:], bool(biases), activations, name_of(loss, "loss"), seed), classes)

    @classmethod
    def from_sklearn(cls: type[N], model: Any) -> N:
        """The network of a fitted `MLPClassifier` or `MLPRegressor` of scikit-learn.

        Its weights are transposed, its classes come along by name, and a binary classifier has its own one logit (loss `multi-label`).
        The penalty `alpha` is not part of the loss. For several outputs scikit-learn's squared error is the mean over outputs, where
        the loss `squared` is the sum.

        Raises
        ------
        TypeError
            If it is neither of them.
        ValueError
            If it is not fitted.

        Examples
        --------
        >>> import hsr
        >>> from sklearn.neural_network import MLPClassifier
        >>> iris = hsr.datasets.load("iris", standardised=True)
        >>> model = MLPClassifier((8,), activation="tanh", solver="lbfgs", random_state=0)
        >>> model = model.fit(iris.X, iris.class_names[iris.y])
        >>> network = hsr.Network.from_sklearn(model)
        >>> network.classes
        ('setosa', 'versicolor', 'virginica')
        >>> answer = hsr.bound(network, iris.X, iris.class_names[iris.y])
        """
        found = _models.of_sklearn(model)
        return cls(found.weights, found.biases, found.activation, found.loss, classes=found.classes)

    @classmethod
    def from_torch(cls: type[N], module: Any, loss: str = "softmax", *, classes: Sequence[Any] | None = None) -> N:
        """The network of a `torch.nn.Sequential` of linear layers and activations.

        `Linear` layers, with one of `Tanh`, `Sigmoid`, `Softplus`, `GELU`, `SiLU`, `ReLU`, `LeakyReLU` and `Identity` between each two
        of them, or none; `Flatten` and `Dropout` are left out, as they are in evaluation. Its output are logits: a `Softmax` at its end
        is refused, since `torch.nn.CrossEntropyLoss` has its own.

        Raises
        ------
        TypeError
            If a module is none of these; the message says which.
        """
        found = _models.of_torch(module)
        return cls(found.weights, found.biases, found.activation, loss, classes=classes)

    @classmethod
    def from_file(
        cls: type[N],
        path: str | os.PathLike[str],
        activation: str | Sequence[str] = (),
        loss: str = "softmax",
        *,
        names: dict[str, str] | None = None,
        transposed: bool | None = None,
        classes: Sequence[Any] | None = None,
    ) -> N:
        """The network of a `.safetensors`, `.npz` or `.json` file, as `hsr oracle --network` reads it.

        Parameters
        ----------
        activation : str or sequence of str
            As for `Network`. A `.json` file may name its own.
        names : dict, optional
            Which array of the file is which, as in `{"W1": "encoder.weight", "b1": "encoder.bias", "W2": "head.weight", "b2": "-"}`,
            `-` for no bias. Left out, they are found by their names, where these say it.
        transposed : bool, optional
            Whether the weights stand as (inputs, outputs). Left out, it is found by names and shapes.

        Raises
        ------
        OSError
            If the file cannot be read.
        ValueError
            If its arrays make no network; the message says which array is missing, damaged or not clear.

        Warns
        -----
        UserWarning
            For arrays of the file that were not read.
        """
        return _models.of_file(cls._of, path, names_of(activation, "activation"), name_of(loss, "loss"), names, transposed, classes)

    @classmethod
    def from_safetensors(
        cls: type[N],
        path: str | os.PathLike[str],
        activation: str | Sequence[str] = (),
        loss: str = "softmax",
        *,
        names: dict[str, str] | None = None,
        transposed: bool | None = None,
        classes: Sequence[Any] | None = None,
    ) -> N:
        """The network of a `.safetensors` file: see `from_file`."""
        if not os.fspath(path).lower().endswith(".safetensors"):
            raise ValueError(f"{os.fspath(path)} is no .safetensors file: Network.from_file reads .npz and .json too")
        return cls.from_file(path, activation, loss, names=names, transposed=transposed, classes=classes)
