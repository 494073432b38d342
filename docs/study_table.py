"""The tables of study.md from the folder that study.sh has filled: python study_table.py OUT"""

import json
import math
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
    accuracy = paired(comparison, result, lambda a, b: 100 * (b["end"]["test_score"] - a["end"]["test_score"]))
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


def bounds_of_mean(values):
    """Mean and both ends of the 95 % interval of Student's t."""
    mean, degrees = statistics.fmean(values), len(values) - 1
    z = statistics.NormalDist().inv_cdf(0.975)
    quantile = z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
    half = quantile * statistics.stdev(values) / len(values) ** 0.5
    return mean, mean - half, mean + half


def interval(values, digits=2):
    """Mean and interval as `1.02 [0.98, 1.06]`."""
    mean, low, high = bounds_of_mean(values)
    return f"{mean:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def geometric(values, digits=2):
    """Geometric mean and interval, for what is positive and differs by factors."""
    mean, low, high = (math.exp(value) for value in bounds_of_mean([math.log(value) for value in values]))
    return f"{mean:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def depth_title(folder):
    """`depth-iris-8,8` is Iris with two hidden layers."""
    _, data, layers = folder.name.split("-", 2)
    return data, layers.count(",") + 1


def tightness(comparison):
    """WS, the bound by layers and that by units over lambda_max, at the initial points and at the ends of sgd."""
    sgd = [run for run in comparison["results"][0]["runs"] if run]
    starts, firsts = comparison["starts"], [run["records"][0] for run in sgd]
    first = [[record["ws"] / record["lambda_max"] for record in firsts]]
    first += [[start[name] / start["lambda_max"] for start in starts] for name in ("ws_layers", "ws_units")]
    ends = [run["end"] for run in sgd]
    last = [[end[name] / end["lambda_max"] for end in ends] for name in ("ws", "ws_layers", "ws_units")]
    return [geometric(values) for values in first + last]


def of_sgd(comparison):
    """The ends of sgd, in numbers of their own."""
    ends = [run["end"] for run in comparison["results"][0]["runs"] if run]
    of = lambda name: geometric([end[name] for end in ends], 4)
    return [of("lambda_max"), "1", of("train_loss"), interval([100 * end["test_score"] for end in ends])]


def narrowing(comparison, result):
    """What a method does against sgd after the same steps, seed by seed."""
    pairs = [(a, b) for a, b in zip(comparison["results"][0]["runs"], result["runs"]) if a and b]
    ratio = lambda name: geometric([b["end"][name] / a["end"][name] for a, b in pairs])
    difference = [100 * (b["end"]["test_score"] - a["end"]["test_score"]) for a, b in pairs]
    equal = [at_equal_loss(a, b) for a, b in pairs]
    return [ratio("lambda_max"), geometric(equal), ratio("train_loss"), interval(difference)]


def depth_tables(folders):
    print("### Depth: how tight the bounds are\n")
    print("| data | hidden layers | D | start: WS | layers | units | end of sgd: WS | layers | units |")
    print("| --- " * 9 + "|")
    for folder, comparison in folders:
        data, layers = depth_title(folder)
        parameters = len(comparison["results"][0]["runs"][0]["spectrum"])
        print(f"| {data} | {layers} | {parameters} | " + " | ".join(tightness(comparison)) + " |")
    print("\n### Depth: what the methods do after the same steps, over sgd, whose own numbers come first\n")
    print("| data | hidden layers | method | lambda_max | at equal loss | train loss | test accuracy, points |")
    print("| --- " * 7 + "|")
    for folder, comparison in folders:
        data, layers = depth_title(folder)
        print(f"| {data} | {layers} | sgd | " + " | ".join(of_sgd(comparison)) + " |")
        for result in comparison["results"][1:]:
            print(f"| {data} | {layers} | {result['method']} | " + " | ".join(narrowing(comparison, result)) + " |")
    print()


def read(folder):
    return folder, json.loads((folder / "comparison.json").read_text())["comparison"]


everything = [path.parent for path in sorted(pathlib.Path(sys.argv[1]).glob("*/comparison.json"))]
deep = [folder for folder in everything if folder.name.startswith("depth-")]
if deep:
    depth_tables([read(folder) for folder in sorted(deep, key=lambda folder: depth_title(folder))])
for folder, comparison in (read(folder) for folder in everything if folder not in deep):
    start = first(comparison, lambda record: record["ws"] / record["lambda_max"])
    print(f"### {folder.name}\n\n{comparison['shape']}; at the initial points WS/lambda_max is {start:.2f}.\n")
    print("| method | strength | train loss | test accuracy, points | lambda_max / sgd | at equal loss | negative | saddles "
          "| not converged | WS/lambda_max | time / sgd |")
    print("| --- " * 11 + "|")
    for result in comparison["results"]:
        print(row(comparison, result))
    print()
