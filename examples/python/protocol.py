"""The protocol of `hsr conform`: one JSON object a line, in on standard input, out on standard output."""

import json
import sys

import numpy as np


def numbers(case):
    """A case with its matrices and vectors as arrays; b and c are None without biases."""
    blocks = {name: np.array(case[name], dtype=float) for name in "WbVcXY" if case[name] is not None}
    return {**case, "b": None, "c": None, **blocks}


def serve(answer, **supports):
    """Answers cases until standard input ends. `answer` takes a case, and gives a dict from quantity to numbers.

    `supports` goes into the answer to the hello: name, activations, quantities, biases, precision. What is left out
    is taken as: everything, in float64.
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
