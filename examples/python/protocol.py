"""The protocol of `hsr conform`: one JSON object a line, in on standard input, out on standard output."""

import json
import re
import sys

import numpy as np


# W, b, V, c of one hidden layer, or W1, b1, W2, b2, .. of any depth; and the data.
ARRAY = re.compile(r"[WbVc]|[Wb][1-9][0-9]*|[XY]")


def numbers(case):
    """A case with its matrices and vectors as arrays; biases that are not there are None."""
    names = [name for name in case if ARRAY.fullmatch(name) and case[name] is not None]
    return {**case, **{name: np.array(case[name], dtype=float) for name in names}}


def serve(answer, **supports):
    """Answers cases until standard input ends. `answer` takes a case, and gives a dict from quantity to numbers.

    `supports` goes into the answer to the hello: name, activations, quantities, biases, layers, losses, precision. What
    is left out is taken as: everything that there is for one hidden layer under the softmax, in float64.
    """
    # Standard output is for answers only: what else is printed goes to standard error.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        case = json.loads(line)
        try:
            found = supports if "hello" in case else answer(numbers(case))
            # JSON has no NaN and no infinity: such an answer becomes an error here.
            text = json.dumps({"id": case["id"], **found}, allow_nan=False, default=lambda array: array.tolist())
        except Exception as error:
            text = json.dumps({"id": case["id"], "error": f"{type(error).__name__}: {error}"})
        print(text, file=answers, flush=True)
