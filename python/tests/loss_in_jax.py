"""The loss of a network written out in JAX: forward pass and definition of the loss, nothing of the closed forms.

Its derivatives come from automatic differentiation alone. JAX has `float64` here.
"""

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

ACTIVATIONS = {
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "softplus": jax.nn.softplus,
    "gelu": lambda a: jax.nn.gelu(a, approximate=False),
    "gelu-tanh": lambda a: jax.nn.gelu(a, approximate=True),
    "silu": jax.nn.silu,
    "sin": jnp.sin,
    "relu": jax.nn.relu,
    "leaky-relu": jax.nn.leaky_relu,
    "identity": lambda a: a,
}

LOSSES = {
    "softmax": lambda o, y: -jnp.sum(y * jax.nn.log_softmax(o)),
    "squared": lambda o, y: jnp.sum((o - y) ** 2) / 2,
    "multi-label": lambda o, y: jnp.sum(jax.nn.softplus(o) - y * o),
    "poisson": lambda o, y: jnp.sum(jnp.exp(o) - y * o),
    "pseudo-huber": lambda o, y: jnp.sum(jnp.sqrt(1 + (o - y) ** 2) - 1),
}


def outputs(flat, network, x):
    """The outputs of one sample, from the flat vector of all parameters."""
    at, z = 0, x
    phis = [ACTIVATIONS[name] for name in network.activations] + [lambda a: a]
    for w, b, phi in zip(network.weights, network.biases, phis, strict=True):
        rows, columns = w.shape
        a = flat[at : at + rows * columns].reshape(rows, columns) @ z
        at += rows * columns
        if b is not None:
            a, at = a + flat[at : at + rows], at + rows
        z = phi(a)
    return z


def loss_of(network, X, Y, weights=None):
    """The loss as a function of the flat vector; `Y` has a row a sample."""
    X, Y = jnp.asarray(X), jnp.asarray(Y)
    shares = jnp.full(len(X), 1 / len(X)) if weights is None else jnp.asarray(weights) / jnp.sum(jnp.asarray(weights))
    ell = LOSSES[network.loss]

    def loss(flat):
        each = jax.vmap(lambda x, y: ell(outputs(flat, network, x), y))(X, Y)
        return shares @ each

    return loss


def ws_upper_of(loss):
    """The bound as a function of the flat vector, from the Hessian that JAX finds."""

    def bound(flat):
        H = jax.hessian(loss)(flat)
        size = len(flat)
        mean, squared = jnp.trace(H) / size, jnp.sum(H * H)
        return mean + jnp.sqrt((squared / size - mean**2) * (size - 1))

    return bound


def one_hot(y, classes):
    """Labels as rows of zeros and ones."""
    return np.eye(classes)[np.asarray(y)]
