"""Forms that are timed must first say the same."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

import dense_form
import layers_form
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


# Every branch of the forms is taken: inputs few and many against samples, hidden units in one strip and in two.
THREE_LAYER = [Shape(samples=13, widths=(3, 11, 4)), Shape(samples=13, widths=(7, 5, 3))]
ANY_DEPTH = [Shape(13, (5, 3)), *THREE_LAYER, Shape(13, (3, 11, 4, 3)), Shape(13, (7, 3, 9, 5, 2))]


def cases(shape):
    """A small network: soft targets, then the first four samples again, then their inputs with other targets."""
    parameters, batch = draw(shape)
    y = jnp.asarray(np.random.default_rng(1).dirichlet(np.ones(shape.widths[-1]), shape.samples))
    x = jnp.concatenate([batch.x[:-4], batch.x[:4]])
    yield f"{shape}, distinct samples", parameters, Batch(batch.x, y)
    yield f"{shape}, samples that come twice", parameters, Batch(x, jnp.concatenate([y[:-4], y[:4]]))
    yield f"{shape}, inputs that come twice", parameters, Batch(x, y)


dense = jax.jit(jax.value_and_grad(dense_form.bound))


def largest_difference(form, bound, shapes):
    """A form against the dense form, value and gradient, on small networks."""
    answer = jax.jit(jax.value_and_grad(bound))
    points = [(case, point) for shape in shapes for case, *point in cases(shape)]
    return max(require_same(case, form, answer(*point), "dense form", dense(*point)) for case, point in points)


def check():
    """Every route of both pair forms; the largest difference."""
    found = []
    for form, shapes in ((pair_form, THREE_LAYER), (layers_form, ANY_DEPTH)):
        for route in form.ROUTES:
            name = f"{form.__name__} by {route}"
            found.append(largest_difference(name, partial(form.bound, route=route), shapes))
    return max(found)
