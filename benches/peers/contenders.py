"""All that is measured at a shape, in the order of a round."""

from functools import partial

import jax

import dense_form
import layers_form
import matrix_products
import pair_form
from agreement import require_same
from network import draw, loss
from rounds import Timed

# The dense form's third derivatives take some D^2 N h numbers: gigabytes beyond this.
MOST_DENSE_PARAMETERS = 4000
# A route is left out where its largest intermediate is beyond this. It is then far from the fastest.
MOST_BYTES = 2**30


def route_bytes(route, shape):
    """Bytes of the largest intermediate of a route."""
    n, (d, h, classes) = shape
    pairs_of_hidden = h * (h + 1) // 2
    pairs_of_inputs = (d + 1) * (d + 2) // 2
    entries = {
        "hidden": n * pairs_of_hidden,
        "inputs": pairs_of_inputs * max(n, pairs_of_hidden),
        "classes": n * n * classes * (classes - 1) // 2,
    }
    return 8 * entries[route]


def forms(shape):
    """Name and function of (parameters, batch) of all forms of the bound that fit."""
    if len(shape.layers) == 2:
        for route in pair_form.ROUTES:
            if route_bytes(route, shape) <= MOST_BYTES:
                yield f"JAX pair, {route}", partial(pair_form.bound, route=route)
    else:
        for route in layers_form.ROUTES:
            yield f"JAX pair, {route}", partial(layers_form.bound, route=route)
    if shape.parameters <= MOST_DENSE_PARAMETERS:
        yield "JAX dense", dense_form.bound


def is_bound(form):
    """Whether a form is one of those in JAX."""
    return form.startswith("JAX")


def timed(form, quantity, function, point):
    """A compiled function at a point, waited for at each call."""
    return Timed(form, quantity, lambda: jax.block_until_ready(function(*point)))


def of(name, shape):
    """Matrix products, the forms of the bound, which must agree, and the loss."""
    name_of_products, products = matrix_products.of(shape)
    found = [Timed(name_of_products, "gradient", products)]
    point = draw(shape)
    first = None
    for form, bound in forms(shape):
        gradient = jax.jit(jax.value_and_grad(bound))
        answer = form, gradient(*point)
        first = first or answer
        require_same(name, *answer, *first)
        found.append(timed(form, "value", jax.jit(bound), point))
        found.append(timed(form, "gradient", gradient, point))
    found.append(timed("loss", "gradient", jax.jit(jax.value_and_grad(loss)), point))
    return found
