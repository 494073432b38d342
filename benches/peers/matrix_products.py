"""The matrix products that the squared trace and its gradient cannot do without, in NumPy and nothing else, as a measure."""

import numpy as np


def of(shape):
    """A name, and a function that multiplies.

    With one hidden layer, the two products of the hidden block, one for the value and one for the way back, by the route
    that needs the fewest multiplications. With more, the two products of every block of layers over pairs of samples.
    """
    random = np.random.default_rng(0)
    draw = lambda *size: random.uniform(-1, 1, size)
    if len(shape.layers) > 2:
        return "products, pairs", by_pairs(draw, shape.samples, list(block_columns(shape)))
    n, (d, h, classes) = shape
    hidden, inputs, pairs = h * (h + 1) // 2, (d + 1) * (d + 2) // 2, classes * (classes - 1) // 2
    routes = {
        "hidden": (1.5 * n**2 * hidden, lambda: by_pairs(draw, n, [hidden])),
        "inputs": (2 * n * inputs * hidden, lambda: by_inputs(draw, n, inputs, hidden)),
        "classes": (2 * n**2 * h * pairs, lambda: by_classes(draw, n, h, pairs)),
    }
    route, (_, make) = min(routes.items(), key=lambda entry: entry[1][0])
    return f"products, {route}", make()


def block_columns(shape):
    """Numbers a sample that stand for the block of layers m >= l: all of them, or half where m = l."""
    outputs = shape.widths[1:]
    for m, rows in enumerate(outputs):
        yield from (rows * width for width in outputs[:m])
        yield rows * (rows + 1) // 2


def by_pairs(draw, samples, columns):
    """For each block its Gram matrix over the samples, of which NumPy computes half, and the product of a weight a pair."""
    blocks, weight = [draw(samples, count) for count in columns], draw(samples, samples)
    grams = np.empty_like(weight)
    sums = [np.empty_like(block) for block in blocks]

    def run():
        for block, out in zip(blocks, sums):
            np.matmul(block, block.T, out=grams)
            np.matmul(weight, block, out=out)

    return run


def by_inputs(draw, samples, inputs, hidden):
    """The block itself from the products of two inputs and the packed hidden blocks, and back from it."""
    features, blocks = draw(samples, inputs), draw(samples, hidden)
    block, back = np.empty((inputs, hidden)), np.empty_like(blocks)

    def run():
        np.matmul(features.T, blocks, out=block)
        np.matmul(features, block, out=back)

    return run


def by_classes(draw, samples, hidden, pairs):
    """For each pair of class differences a weighted Gram matrix of slopes, and back from it."""
    slopes, weighted = draw(samples, hidden), draw(pairs, samples, hidden)
    grams, back = np.empty((pairs, samples, samples)), np.empty_like(weighted)

    def run():
        np.matmul(weighted, slopes.T, out=grams)
        np.matmul(grams, slopes, out=back)

    return run
