"""Forms that are timed must first say the same."""

import jax
import jax.numpy as jnp
import numpy as np

import dense_form
import pair_form
from network import Batch, Shape, draw, flatten

# Both forms are double precision and differ by about 1e-15 on these shapes; a wrong term shows at 1e-2 or so.
TOLERANCE = 1e-10


class Disagreement(Exception):
    """Two forms of the same number differ."""


def difference(one, other):
    """The larger of the relative differences of value and gradient, the gradient's relative to its norm."""
    (value, gradient), (expected, direction) = one, other
    direction = flatten(direction)
    values = abs(value - expected) / abs(expected)
    gradients = jnp.linalg.norm(flatten(gradient) - direction) / jnp.linalg.norm(direction)
    return float(jnp.maximum(values, gradients))


def require_same(case, name, answer, expected_name, expected):
    """The difference, which is at most TOLERANCE."""
    found = difference(answer, expected)
    # Written so that a NaN is a disagreement.
    if not found <= TOLERANCE:
        raise Disagreement(
            f"{case}: {name} and {expected_name} differ by {found:.1e} of value or gradient, "
            f"more than {TOLERANCE:.0e}"
        )
    return found


# Every branch of the pair form is taken: inputs few and many against samples, hidden units in one strip and in two.
SMALL = [Shape(samples=9, inputs=3, hidden=11, classes=4), Shape(samples=9, inputs=7, hidden=5, classes=3)]


def cases():
    """Small networks: soft targets, then samples that come twice, then the same inputs with another target."""
    for shape in SMALL:
        parameters, batch = draw(shape)
        y = jnp.asarray(np.random.default_rng(1).dirichlet(np.ones(shape.classes), shape.samples))
        x = jnp.concatenate([batch.x, batch.x[:4]])
        yield "distinct samples", parameters, Batch(batch.x, y)
        yield "samples that come twice", parameters, Batch(x, jnp.concatenate([y, y[:4]]))
        yield "inputs that come twice", parameters, Batch(x, jnp.concatenate([y, y[4:8]]))


def check():
    """Every route of the pair form against the dense form, value and gradient; the largest difference."""
    dense = jax.jit(jax.value_and_grad(dense_form.bound))
    pair = jax.jit(jax.value_and_grad(pair_form.bound), static_argnums=2)
    largest = 0.0
    for case, parameters, batch in cases():
        expected = dense(parameters, batch)
        for route in pair_form.ROUTES:
            answer = pair(parameters, batch, route)
            largest = max(largest, require_same(case, f"pair form by {route}", answer, "dense form", expected))
    return largest
