"""The network, the data and the loss that all forms share. Parameters: W1, b1, W2, b2, ...; W is (outputs, inputs)."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np


class Shape(NamedTuple):
    """Samples, and the widths from the inputs to the classes: the hidden layers stand between."""

    samples: int
    widths: tuple

    @property
    def layers(self):
        """Inputs and outputs of each layer of weights."""
        return list(zip(self.widths, self.widths[1:]))

    @property
    def parameters(self):
        return sum(outputs * (inputs + 1) for inputs, outputs in self.layers)

    def __str__(self):
        return f"N={self.samples}, {'-'.join(map(str, self.widths))}, D={self.parameters}"


class Batch(NamedTuple):
    x: jax.Array
    y: jax.Array


def draw(shape, seed=0):
    """A random network and a random batch with one-hot targets: those of benches/fast.rs in distribution."""
    random = np.random.default_rng(seed)
    inputs, classes = shape.widths[0], shape.widths[-1]
    scale = inputs**-0.5
    sizes = [size for columns, rows in shape.layers for size in ((rows, columns), (rows,))]
    parameters = tuple(jnp.asarray(random.uniform(-scale, scale, size)) for size in sizes)
    x = random.uniform(-1, 1, (shape.samples, inputs))
    y = np.eye(classes)[np.arange(shape.samples) % classes]
    return parameters, Batch(jnp.asarray(x), jnp.asarray(y))


def flatten(parameters):
    """theta = (W1, b1, W2, b2, ...), row-major."""
    return jnp.concatenate([block.ravel() for block in parameters])


def unflatten(theta, like):
    """The blocks of theta, with the shapes of those of `like`."""
    ends = np.cumsum([block.size for block in like])[:-1]
    return tuple(part.reshape(block.shape) for part, block in zip(jnp.split(theta, ends), like))


def loss(parameters, batch):
    """Mean cross entropy of the softmax of the last layer; tanh after all others."""
    *hidden, (W, b) = zip(parameters[::2], parameters[1::2])
    z = batch.x
    for weights, biases in hidden:
        z = jnp.tanh(z @ weights.T + biases)
    return -jnp.mean(jnp.sum(batch.y * jax.nn.log_softmax(z @ W.T + b), axis=1))


def ws_upper(trace, squared, size):
    """m + s sqrt(D-1) with m = T/D and s = sqrt(Q/D - m^2)."""
    mean = trace / size
    return mean + jnp.sqrt(squared / size - mean**2) * jnp.sqrt(size - 1.0)
