"""All quantities for networks of any depth and any loss by automatic differentiation in JAX: nothing but the loss is written down.

With --float32 in single precision, as most training runs are; hsr is told so, and allows for it.
"""

import sys
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from layers import QUANTITIES
from protocol import serve

SINGLE = "--float32" in sys.argv[1:]
jax.config.update("jax_enable_x64", not SINGLE)

ACTIVATIONS = {
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "softplus": jax.nn.softplus,
    "gelu": lambda a: jax.nn.gelu(a, approximate=False),
    "silu": jax.nn.silu,
    "sin": jnp.sin,
    "identity": lambda a: a,
    "gelu-tanh": lambda a: jax.nn.gelu(a, approximate=True),
    "relu": jax.nn.relu,
    "leaky-relu": jax.nn.leaky_relu,
}
LOSSES = {
    "softmax": lambda o, y: -jnp.sum(y * jax.nn.log_softmax(o), axis=1),
    "squared": lambda o, y: jnp.sum((o - y) ** 2, axis=1) / 2,
    "multi-label": lambda o, y: jnp.sum(jax.nn.softplus(o) - y * o, axis=1),
    "poisson": lambda o, y: jnp.sum(jnp.exp(o) - y * o, axis=1),
    "pseudo-huber": lambda o, y: jnp.sum(jnp.sqrt(1 + (o - y) ** 2) - 1, axis=1),
}


def arrays(theta, widths, biases):
    """W and b of each layer out of the flat theta; 0 for a bias that is not there."""
    start = 0
    for inputs, units, bias in zip(widths, widths[1:], biases):
        W = theta[start : start + units * inputs].reshape(units, inputs)
        start += units * inputs
        yield W, theta[start : start + units] if bias else 0
        start += units if bias else 0


def loss(theta, widths, biases, activations, name, X, Y):
    z = X
    for (W, b), phi in zip(arrays(theta, widths, biases), [*activations, "identity"]):
        z = ACTIVATIONS[phi](z @ W.T + b)
    return jnp.mean(LOSSES[name](z, Y))


def groups_of(widths, biases):
    """For each parameter its layer and its unit, both counted from 0."""
    layers, units, first = [], [], 0
    for l, (inputs, width, bias) in enumerate(zip(widths, widths[1:], biases)):
        rows = [i for i in range(width) for _ in range(inputs)] + list(range(width)) * bias
        layers += [l] * len(rows)
        units += [first + i for i in rows]
        first += width
    return np.array(layers), np.array(units)


def root(square):
    """The square root, with the derivative 0 where it has none."""
    return jnp.where(square > 0, jnp.sqrt(jnp.where(square > 0, square, 1)), 0)


def upper(T, Q, D):
    m = T / D
    return m + root(jnp.maximum(Q / D - m**2, 0)) * np.sqrt(D - 1.0)


def bound_by(H, groups, sizes, full):
    """The largest eigenvalue of the matrix with the bounds of the groups on its diagonal, and the norms of their blocks off it."""
    count = len(sizes)
    member = jnp.asarray(groups[:, None] == np.arange(count), H.dtype)
    T, Q = jnp.diagonal(H) @ member, member.T @ H**2 @ member
    alpha = [upper(T[g], Q[g, g], size) for g, size in enumerate(sizes)]
    alpha = jnp.stack([a if size == all else jnp.maximum(a, 0) for a, size, all in zip(alpha, sizes, full)])
    C = jnp.where(np.eye(count, dtype=bool), jnp.diag(alpha), root(Q))
    return jnp.linalg.eigh(C)[0][-1]


# Every new shape is compiled, in a few seconds, which is nearly all of the time.
@partial(jax.jit, static_argnames=["widths", "biases", "activations", "name"])
def differentiate(theta, X, Y, widths, biases, activations, name):
    def of_theta(theta):
        return loss(theta, widths, biases, activations, name, X, Y)

    layers, units = groups_of(widths, biases)
    D, shifts = theta.size, (widths[-2] + biases[-1]) if name == "softmax" else 0
    layer_sizes, unit_sizes = np.bincount(layers), np.bincount(units)
    reduced = layer_sizes.copy()
    reduced[-1] -= shifts

    def scalars(theta):
        H = jax.jacrev(jax.grad(of_theta))(theta)
        T, Q = jnp.trace(H), jnp.sum(H**2)
        by_layers = bound_by(H, layers, reduced, layer_sizes)
        by_units = bound_by(H, units, unit_sizes, unit_sizes)
        values = jnp.stack([T, Q, upper(T, Q, D), by_layers, by_units])
        bound = upper(T, Q, D - shifts)
        rest = jnp.maximum(bound, 0) if shifts else bound, jnp.bincount(layers, jnp.diagonal(H), length=len(layer_sizes))
        return values, (values, H, rest)

    slopes, (values, H, rest) = jax.jacrev(scalars, has_aux=True)(theta)
    return *jax.value_and_grad(of_theta)(theta), H, values, slopes, rest


def answer(case):
    numbers = range(1, len(case["shape"]["widths"]) + 1)
    parameters = [case[f"{name}{l}"] for l in numbers for name in "Wb"]
    theta = np.concatenate([block.ravel() for block in parameters if block is not None])
    widths = (case["shape"]["inputs"], *case["shape"]["widths"])
    network = widths, tuple(case["shape"]["biases"]), tuple(case["activations"]), case["loss"]
    value, slope, H, values, slopes, (reduced, traces) = differentiate(theta, case["X"], case["Y"], *network)
    H = np.asarray(H)
    T, Q, upper, by_layers, by_units = map(float, values)
    gradients = [np.asarray(slope) if np.isfinite(slope).all() else None for slope in slopes]
    found = {
        "loss": float(value),
        "loss_gradient": np.asarray(slope),
        "hessian": H,
        "trace": T,
        "trace_squared": Q,
        "ws_upper": upper,
        "trace_gradient": gradients[0],
        "trace_squared_gradient": gradients[1],
        "gradient": gradients[2],
        "lambda_max": np.linalg.eigvalsh(H)[-1],
        "layer_traces": np.asarray(traces),
        "ws_reduced": float(reduced),
        "ws_layers": by_layers,
        "ws_units": by_units,
        "ws_layers_gradient": gradients[3],
        "ws_units_gradient": gradients[4],
    }
    return {quantity: found[quantity] for quantity in case["quantities"]}


if __name__ == "__main__":
    supports = {"activations": list(ACTIVATIONS), "losses": list(LOSSES), "quantities": QUANTITIES}
    precision = "float32" if SINGLE else "float64"
    serve(answer, name="JAX at any depth", layers=[1, 2, 3, 4, 5], precision=precision, **supports)
