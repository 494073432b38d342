"""The bound as a function of JAX: under `jit` and `grad`, in `float32` and `float64`.

It needs JAX: `pip install 'hsr[jax]'`. The computation is the library's, on the processor, by `jax.pure_callback`.

>>> import jax, jax.numpy as jnp
>>> import hsr
>>> from hsr.jax import ws_upper
>>> iris = hsr.datasets.load("iris", standardised=True)
>>> network = hsr.Network.random((4, 8, 3))
>>> params = [(jnp.asarray(w), jnp.asarray(b)) for w, b in zip(network.weights, network.biases)]
>>> value, slope = jax.jit(jax.value_and_grad(ws_upper))(params, iris.X, iris.y)
>>> slope[0][0].shape
(8, 4)

One step of training towards a flat minimum, for a loss of your own and with any optimiser:

>>> def objective(params, X, y):
...     hidden = jnp.tanh(X @ params[0][0].T + params[0][1])
...     logits = hidden @ params[1][0].T + params[1][1]
...     loss = -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1))
...     return loss + 0.01 * ws_upper(params, X, y)
>>> slope = jax.jit(jax.grad(objective))(params, iris.X, iris.y)
>>> params = jax.tree.map(lambda p, g: p - 0.1 * g, params, slope)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ._bound import bound
from ._convert import names
from ._network import Network

__all__ = ["ws_upper"]


def ws_upper(
    params: Sequence[tuple[Any, Any]],
    X: Any,
    y: Any,
    *,
    activation: str | Sequence[str] = "tanh",
    loss: str = "softmax",
    objective: str = "ws_upper",
    transposed: bool = False,
    threads: int | None = None,
) -> jax.Array:
    """The Wolkowicz-Styan bound on the largest eigenvalue of the Hessian of the loss, with its gradient by the parameters.

    Where the bound has no gradient, as where all eigenvalues coincide, the gradient is 0. By `X` and `y` there is none: it is NaN.

    Parameters
    ----------
    params : sequence of (W, b)
        For each layer weights of shape (outputs, inputs) and a bias of shape (outputs,) or `None`, first layer first.
    X : array of shape (N, d)
        Samples.
    y : array of shape (N,) or (N, C)
        Whole numbers of classes, probabilities, or what the loss takes.
    activation, loss
        As for `hsr.Network`.
    objective : str
        `ws_upper`, or `ws_reduced`, `ws_layers`, `ws_units`, `ws_hidden_units`, `trace`, `trace_squared`.
    transposed : bool
        Whether the weights are of shape (inputs, outputs), as those of Flax are.
    threads : int, optional
        All cores, if it is left out.

    Returns
    -------
    array of shape ()
        Of the type of the first weights. The library computes in `float64` whatever that is.
    """
    settings = (activation if isinstance(activation, str) else tuple(names(activation, "activation")), loss, objective, bool(transposed), threads)
    params = [(jnp.asarray(w), None if b is None else jnp.asarray(b)) for w, b in params]
    found: jax.Array = _function(*settings)(params, jnp.asarray(X), jnp.asarray(y))
    return found


@lru_cache(maxsize=None)
def _function(activation: str | tuple[str, ...], loss: str, objective: str, transposed: bool, threads: int | None) -> Any:
    """The function of these settings, one for all calls, so that JAX compiles what uses it once."""

    def answer(params: Any, X: Any, y: Any, gradients: Sequence[str]) -> Any:
        arrays = [np.asarray(w, np.float64) for w, _ in params]
        weights = [w.T if transposed else w for w in arrays]
        biases = [None if b is None else np.asarray(b, np.float64) for _, b in params]
        network = Network(weights, biases, activation, loss)
        return bound(network, np.asarray(X, np.float64), np.asarray(y), gradients=gradients, units="units" in objective, threads=threads)

    def value(params: Any, X: Any, y: Any) -> Any:
        kind = params[0][0].dtype
        return np.asarray(getattr(answer(params, X, y, ()), objective), kind)

    def value_and_slope(params: Any, X: Any, y: Any) -> Any:
        found = answer(params, X, y, (objective,))
        slope = found.gradients.get(objective)
        if slope is None:
            parts = [(np.zeros_like(w), None if b is None else np.zeros_like(b)) for w, b in params]
        else:
            pairs = zip(slope.weights, slope.biases, strict=True)
            parts = [(w.T if transposed else w, b) for w, b in pairs]
        kind = params[0][0].dtype
        typed = jax.tree.map(lambda part, like: np.asarray(part, like.dtype), parts, params)
        return np.asarray(getattr(found, objective), kind), typed

    @jax.custom_vjp
    def function(params: Any, X: Any, y: Any) -> Any:
        return jax.pure_callback(value, _scalar(params), params, X, y, vmap_method="sequential")

    def forward(params: Any, X: Any, y: Any) -> Any:
        like = jax.eval_shape(lambda params: params, params)
        found, slope = jax.pure_callback(value_and_slope, (_scalar(params), like), params, X, y, vmap_method="sequential")
        return found, (slope, X, y)

    def backward(kept: Any, cotangent: Any) -> Any:
        slope, X, y = kept
        return jax.tree.map(lambda part: cotangent * part, slope), _none(X), _none(y)

    function.defvjp(forward, backward)
    return function


def _scalar(params: Any) -> Any:
    """A number of the type of the first weights, as JAX describes it."""
    return jax.eval_shape(lambda w: w.sum(), params[0][0])


def _none(array: Any) -> Any:
    """What there is of a gradient by data: nothing, which must not be taken for 0."""
    if jnp.issubdtype(array.dtype, jnp.inexact):
        return jnp.full_like(array, jnp.nan)
    return np.zeros(array.shape, jax.dtypes.float0)
