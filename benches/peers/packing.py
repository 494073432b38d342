"""Symmetric matrices, one a sample, in half the numbers."""

import jax.numpy as jnp
import numpy as np


def rows(array):
    return array.reshape(len(array), -1)


def pack(part, width):
    """Strips on and above the diagonal, about width^2/2 numbers a sample; part(own, above) is a strip, (N, own, above).

    The inner product of two packed rows is that of the two matrices: what stands for two entries has weight sqrt 2.
    """
    strip = max(8, -(-width // 8))
    packed = []
    for start in range(0, width, strip):
        end = min(start + strip, width)
        entries = part(slice(start, end), slice(start, width))
        packed += [rows(entries[:, :, : end - start]), np.sqrt(2) * rows(entries[:, :, end - start :])]
    return jnp.concatenate(packed, axis=1)


def diagonals(entries, columns):
    """Each row as the diagonal of a matrix with so many columns."""
    return entries[:, :, None] * jnp.eye(entries.shape[1], columns)
