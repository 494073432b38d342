"""Runs that are taken in turn, and what is told of them. Each round goes through all that is measured, so that a moment
in which the machine does something else hits all alike.
"""

import statistics
import time

# A run lasts at least so long: what takes less is called several times.
SHORTEST = 0.05


class Timed:
    """A function that is measured: what it is of, and how often it is called in a run."""

    def __init__(self, form, quantity, call):
        self.key, self.call, self.calls = (form, quantity), call, 1
        # The first call may compile, and the next ones find buffers and caches as they will be.
        call()
        while self.elapsed() < SHORTEST:
            self.calls *= 2

    def elapsed(self):
        begun = time.perf_counter()
        for _ in range(self.calls):
            self.call()
        return time.perf_counter() - begun

    def measure(self):
        """One run: seconds of a call."""
        return {self.key: self.elapsed() / self.calls}


def take_turns(contenders, rounds):
    """Seconds of each (form, quantity), a number a round."""
    seconds = {}
    for _ in range(rounds):
        for contender in contenders:
            for key, run in contender.measure().items():
                seconds.setdefault(key, []).append(run)
    return seconds


def spread(runs):
    """The median, the least and the most of some runs, and the runs."""
    return {"median": statistics.median(runs), "least": min(runs), "most": max(runs), "runs": runs}


def by_round(runs, others):
    """The ratio of each run to that of the other in the same round."""
    return [run / other for run, other in zip(runs, others, strict=True)]


def table(seconds, is_rival):
    """A row for each form: seconds for the value and for value and gradient, and the ratio of the latter to the fastest
    rival's, round by round. `is_rival` says by its name whether a form is one that others are held against.
    """
    gradients = {form: runs for (form, quantity), runs in seconds.items() if quantity == "gradient"}
    rivals = [runs for form, runs in gradients.items() if is_rival(form)]
    fastest = [min(runs) for runs in zip(*rivals, strict=True)]
    rows = []
    for form, runs in gradients.items():
        value = seconds.get((form, "value"))
        row = {"form": form, "value": value and spread(value), "gradient": spread(runs)}
        rows.append(row | {"ratio": spread(by_round(runs, fastest))})
    return rows
