"""The tables of study.md from the folder that study.sh has filled: python study_table.py OUT"""

import json
import pathlib
import statistics
import sys


def ends(result):
    return [run["end"] if run else None for run in result["runs"]]


def mean(values):
    values = [value for value in values if value is not None]
    return statistics.fmean(values) if values else float("nan")


def paired(comparison, result, value):
    """Mean and interval of mean +- 2 standard errors of a paired quantity."""
    pairs = [(a, b) for a, b in zip(comparison["results"][0]["runs"], result["runs"]) if a and b]
    values = [value(a, b) for a, b in pairs]
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return statistics.fmean(values), statistics.fmean(values) - 2 * error, statistics.fmean(values) + 2 * error


def at_equal_loss(sgd, run):
    level = max(sgd["end"]["train_loss"], run["end"]["train_loss"])
    at = lambda one: next(r["lambda_max"] for r in one["records"] if r["loss"] <= level)
    return at(run) / at(sgd)


def row(comparison, result):
    ratio = lambda name: paired(comparison, result, lambda a, b: b["end"][name] / a["end"][name])[0]
    accuracy = paired(comparison, result, lambda a, b: 100 * (b["end"]["test_accuracy"] - a["end"]["test_accuracy"]))
    equal = paired(comparison, result, at_equal_loss)
    kinds = [end["kind"] for end in ends(result) if end]
    tight = mean([end["ws"] / end["lambda_max"] for end in ends(result) if end])
    negative = mean([end["negative"] for end in ends(result) if end and end["negative"] is not None])
    saddles, open_ends = kinds.count("saddle"), kinds.count("not-converged")
    return (
        f"| {result['method']} | {result['strength']:.2e} | {mean([e['train_loss'] for e in ends(result) if e]):.4f} "
        f"| {accuracy[0]:+.1f} [{accuracy[1]:+.1f}, {accuracy[2]:+.1f}] | {ratio('lambda_max'):.2f} "
        f"| {equal[0]:.2f} [{equal[1]:.2f}, {equal[2]:.2f}] | {negative:.1f} | {saddles} | {open_ends} "
        f"| {tight:.3f} | {ratio('step_seconds'):.1f} |"
    )


def first(comparison, quantity):
    values = [quantity(run["records"][0]) for run in comparison["results"][0]["runs"] if run]
    return mean(values)


for folder in sorted(pathlib.Path(sys.argv[1]).glob("*/comparison.json")):
    comparison = json.loads(folder.read_text())["comparison"]
    start = first(comparison, lambda record: record["ws"] / record["lambda_max"])
    print(f"### {folder.parent.name}\n\n{comparison['shape']}; at the initial points WS/lambda_max is {start:.2f}.\n")
    print("| method | strength | train loss | test accuracy, points | lambda_max / sgd | at equal loss | negative | saddles "
          "| not converged | WS/lambda_max | time / sgd |")
    print("| --- " * 11 + "|")
    for result in comparison["results"]:
        print(row(comparison, result))
    print()
