"""How long a form takes at a shape."""

import statistics
import time
from functools import partial

import jax

import dense_form
import layers_form
import matrix_products
import pair_form
from agreement import require_same
from network import draw, loss

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
    """Name and function of (parameters, batch) of all forms that fit."""
    if len(shape.layers) == 2:
        for route in pair_form.ROUTES:
            if route_bytes(route, shape) <= MOST_BYTES:
                yield f"pair, {route}", partial(pair_form.bound, route=route)
    else:
        for route in layers_form.ROUTES:
            yield f"pair, {route}", partial(layers_form.bound, route=route)
    if shape.parameters <= MOST_DENSE_PARAMETERS:
        yield "dense", dense_form.bound


def run_seconds(function, point, runs):
    """Seconds of each run, each waited for; the first calls, with compilation, are not counted."""
    for _ in range(2):
        jax.block_until_ready(function(*point))
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        jax.block_until_ready(function(*point))
        seconds.append(time.perf_counter() - start)
    return seconds


def row(form, gradient, value=None):
    """Medians, and the least that value and gradient took: far below the median, something else ran on the machine."""
    return {
        "form": form,
        "value": statistics.median(value) if value else None,
        "gradient": statistics.median(gradient),
        "least": min(gradient),
    }


def measure(name, shape, runs):
    """One row for each form that fits: seconds for the value, and for value and gradient. The forms must agree."""
    point = draw(shape)
    rows = [row("loss", run_seconds(jax.jit(jax.value_and_grad(loss)), point, runs))]
    if len(shape.layers) > 2:
        rows.append(row("products", run_seconds(matrix_products.of(shape), (), runs)))
    first = None
    for form, bound in forms(shape):
        gradient = jax.jit(jax.value_and_grad(bound))
        answer = form, gradient(*point)
        first = first or answer
        require_same(name, *answer, *first)
        value_seconds = run_seconds(jax.jit(bound), point, runs)
        rows.append(row(form, run_seconds(gradient, point, runs), value_seconds))
    return rows
