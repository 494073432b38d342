"""Products of rows by rows that are cheaper than they look: two are symmetric, one may go through the inputs.

jax.grad does not see that a matrix is symmetric, and would form each of the first two twice on the way back.
"""

import jax
import jax.numpy as jnp


@jax.custom_vjp
def symmetric_form(weight, rows):
    """sum_nm weight_nm <rows_n, rows_m>, weight symmetric."""
    return jnp.vdot(weight @ rows, rows)


def _symmetric_form_forward(weight, rows):
    product = weight @ rows
    return jnp.vdot(product, rows), (rows, product)


def _symmetric_form_backward(kept, share):
    rows, product = kept
    # jit drops the first where the weight does not depend on the parameters.
    return share * (rows @ rows.T), 2 * share * product


symmetric_form.defvjp(_symmetric_form_forward, _symmetric_form_backward)


@jax.custom_vjp
def weighted_gram(weight, rows):
    """The N x N matrix of sum_i weight_i rows_ni rows_mi."""
    return (rows * weight) @ rows.T


def _weighted_gram_forward(weight, rows):
    return weighted_gram(weight, rows), (weight, rows)


def _weighted_gram_backward(kept, share):
    weight, rows = kept
    product = (share + share.T) @ rows
    return jnp.sum(product * rows, axis=0) / 2, product * weight


weighted_gram.defvjp(_weighted_gram_forward, _weighted_gram_backward)


def weighted_sum(inputs, gram, rows):
    """gram @ rows, gram being that of the inputs; through the inputs where these are few against the samples."""
    return inputs @ (inputs.T @ rows) if 2 * inputs.shape[1] < len(inputs) else gram @ rows
