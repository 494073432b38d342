"""The matrix products that the blocks of a Hessian cannot do without over pairs of samples, as a measure."""

import numpy as np


def columns(shape):
    """Numbers a sample that stand for the block of layers m >= l: all of them, or half where m = l."""
    outputs = shape.widths[1:]
    for m, rows in enumerate(outputs):
        yield from (rows * width for width in outputs[:m])
        yield rows * (rows + 1) // 2


def of(shape):
    """A function: for each block the Gram matrix over the samples, and the product of a weight a pair, in numpy."""
    random = np.random.default_rng(0)
    blocks = [random.uniform(-1, 1, (shape.samples, count)) for count in columns(shape)]
    weight = random.uniform(-1, 1, (shape.samples, shape.samples))
    grams = np.empty_like(weight)
    sums = [np.empty_like(block) for block in blocks]

    def run():
        for block, out in zip(blocks, sums):
            np.matmul(block, block.T, out=grams)
            np.matmul(weight, block, out=out)

    return run
