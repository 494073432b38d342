"""The network, the data and the loss that both forms share. Arrays: W (h, d), b (h), V (C, h), c (C)."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np


class Shape(NamedTuple):
    samples: int
    inputs: int
    hidden: int
    classes: int

    @property
    def parameters(self):
        return self.hidden * (self.inputs + 1) + self.classes * (self.hidden + 1)


class Parameters(NamedTuple):
    W: jax.Array
    b: jax.Array
    V: jax.Array
    c: jax.Array


class Batch(NamedTuple):
    x: jax.Array
    y: jax.Array


def draw(shape, seed=0):
    """A random network and a random batch with one-hot targets: those of benches/fast.rs in distribution."""
    random = np.random.default_rng(seed)
    scale = shape.inputs**-0.5
    sizes = [(shape.hidden, shape.inputs), (shape.hidden,), (shape.classes, shape.hidden), (shape.classes,)]
    parameters = Parameters(*(jnp.asarray(random.uniform(-scale, scale, size)) for size in sizes))
    x = random.uniform(-1, 1, (shape.samples, shape.inputs))
    y = np.eye(shape.classes)[np.arange(shape.samples) % shape.classes]
    return parameters, Batch(jnp.asarray(x), jnp.asarray(y))


def flatten(parameters):
    """theta = (W, b, V, c), row-major."""
    return jnp.concatenate([block.ravel() for block in parameters])


def unflatten(theta, like):
    """The blocks of theta, with the shapes of those of `like`."""
    ends = np.cumsum([block.size for block in like])[:-1]
    return Parameters(*(part.reshape(block.shape) for part, block in zip(jnp.split(theta, ends), like)))


def loss(parameters, batch):
    """Mean cross entropy of softmax(V tanh(W x + b) + c)."""
    z = jnp.tanh(batch.x @ parameters.W.T + parameters.b)
    o = z @ parameters.V.T + parameters.c
    return -jnp.mean(jnp.sum(batch.y * jax.nn.log_softmax(o), axis=1))


def ws_upper(trace, squared, size):
    """m + s sqrt(D-1) with m = T/D and s = sqrt(Q/D - m^2)."""
    mean = trace / size
    return mean + jnp.sqrt(squared / size - mean**2) * jnp.sqrt(size - 1.0)
