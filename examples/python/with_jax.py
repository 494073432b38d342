"""The ten quantities by automatic differentiation of the loss in JAX: nothing but the loss is written down.

With --float32 in single precision, as most training runs are; hsr is told so, and allows for it.
"""

import math
import sys
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

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
    # The default of JAX.
    "gelu-tanh": lambda a: jax.nn.gelu(a, approximate=True),
}


def blocks(theta, shapes):
    """W, b, V, c out of the flat theta; None for a bias that is not there."""
    parts, start = [], 0
    for shape in shapes:
        size = 0 if shape is None else math.prod(shape)
        parts.append(None if shape is None else theta[start : start + size].reshape(shape))
        start += size
    return parts


def loss(theta, shapes, phi, X, Y):
    W, b, V, c = blocks(theta, shapes)
    z = phi(X @ W.T + (0 if b is None else b))
    o = z @ V.T + (0 if c is None else c)
    return -jnp.mean(jnp.sum(Y * jax.nn.log_softmax(o), axis=1))


# Every new shape is compiled, in one or two seconds, which is nearly all of the time. To dispatch the operations one by
# one takes several times longer, and jax.hessian takes longer to compile than reverse over reverse.
@partial(jax.jit, static_argnames=["shapes", "activation"])
def differentiate(theta, X, Y, shapes, activation):
    def of_theta(theta):
        return loss(theta, shapes, ACTIVATIONS[activation], X, Y)

    def traces_and_bound(theta):
        H, D = jax.jacrev(jax.grad(of_theta))(theta), theta.size
        T, Q = jnp.trace(H), jnp.sum(H**2)
        m = T / D
        s = jnp.sqrt(jnp.maximum(Q / D - m**2, 0))
        values = jnp.stack([T, Q, m + s * jnp.sqrt(D - 1.0)])
        return values, (values, H)

    slopes, (values, H) = jax.jacrev(traces_and_bound, has_aux=True)(theta)
    return *jax.value_and_grad(of_theta)(theta), H, values, slopes


def answer(case):
    parameters = [case[name] for name in "WbVc"]
    shapes = tuple(None if block is None else block.shape for block in parameters)
    theta = np.concatenate([block.ravel() for block in parameters if block is not None])
    compiled = differentiate(theta, case["X"], case["Y"], shapes, case["activation"])
    value, slope, H, values, slopes = map(np.asarray, compiled)
    found = {
        "loss": value,
        "loss_gradient": slope,
        "hessian": H,
        "trace": values[0],
        "trace_squared": values[1],
        "ws_upper": values[2],
        "trace_gradient": slopes[0],
        "trace_squared_gradient": slopes[1],
        # None where s = 0: the square root has no derivative there.
        "gradient": slopes[2] if np.isfinite(slopes[2]).all() else None,
        "lambda_max": np.linalg.eigvalsh(H)[-1],
    }
    return {quantity: found[quantity] for quantity in case["quantities"]}


if __name__ == "__main__":
    serve(answer, name="JAX", precision="float32" if SINGLE else "float64")
