"""Times the bound and its gradient in JAX: the closed form over pairs of samples against the dense Hessian.

    python compare.py                                       all shapes
    python compare.py --shape small --json times.json       one shape, results kept
    python compare.py --criterion ../../target/criterion    beside hsr, after `cargo bench --bench fast`

Exit code: 0 done, 1 two forms disagree, 2 the arguments are wrong.
"""

import argparse
import json
import os
import pathlib
import platform
import sys
import tempfile

import jax

jax.config.update("jax_enable_x64", True)

import agreement
import criterion
from network import Shape
from timing import measure

# Those of benches/fast.rs, under the same names.
SHAPES = {
    "iris": Shape(samples=150, widths=(4, 16, 3)),
    "small": Shape(samples=128, widths=(64, 32, 10)),
    "wide": Shape(samples=128, widths=(784, 256, 10)),
    "digits": Shape(samples=1797, widths=(64, 64, 10)),
    "deep-small": Shape(samples=128, widths=(64, 32, 32, 10)),
    "deep-wide": Shape(samples=128, widths=(784, 256, 128, 10)),
}


def arguments():
    lines = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=lines)
    parser.add_argument("--shape", action="append", choices=SHAPES, help="one of the shapes; may come again")
    parser.add_argument("--runs", type=int, default=9, help="runs of which the median is taken (default 9)")
    parser.add_argument("--threads", type=int, default=2, help="cores that may be used (default 2; Linux only)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the results there too")
    parser.add_argument("--criterion", type=pathlib.Path, metavar="DIR", help="target/criterion, with the times of hsr")
    given = parser.parse_args()
    if given.runs < 1:
        parser.error(f"--runs is {given.runs}: it must be 1 or more")
    if given.json and not given.json.resolve().parent.is_dir():
        parser.error(f"--json: there is no directory {given.json.parent}")
    if given.criterion and not given.criterion.is_dir():
        parser.error(f"--criterion: there is no directory {given.criterion}; run `cargo bench --bench fast` first")
    try:
        limit_cores(given.threads)
    except ValueError as error:
        parser.error(f"--threads: {error}")
    return given


def limit_cores(count):
    """Binds this process to `count` cores. JAX takes the size of its pool from that, at its first use."""
    if not hasattr(os, "sched_setaffinity"):
        raise ValueError("this system cannot bind a process to cores; the comparison needs Linux")
    cores = sorted(os.sched_getaffinity(0))
    if not 1 <= count <= len(cores):
        raise ValueError(f"{count} cores wanted, there are {len(cores)}")
    os.sched_setaffinity(0, cores[:count])


def processor():
    """The model's name."""
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def hsr_rows(directory, name, threads):
    """What criterion measured of hsr, a row for each route."""
    gradients = criterion.seconds(directory, name, "gradient", threads)
    values = criterion.seconds(directory, name, "value", threads)
    if not gradients:
        print(f"{name}: no times of hsr with {threads} threads in {directory}", file=sys.stderr)
    return [
        {"form": f"hsr, {route}", "value": values.get(route, (None,))[0], "gradient": median, "least": least}
        for route, (median, least) in gradients.items()
    ]


def fastest_pair(rows):
    return min((row for row in rows if row["form"].startswith("pair")), key=lambda row: row["gradient"])


def milliseconds(seconds):
    return "" if seconds is None else f"{seconds * 1e3:.2f} ms"


def show(name, shape, rows, load):
    """A table of medians; the ratio is of value and gradient, to the fastest pair form."""
    print(f"\n{name}: {shape}, load {load[0]:.2f} before and {load[1]:.2f} after")
    print(f"  {'':16} {'value':>12} {'and gradient':>13} {'least':>12} {'ratio':>9}")
    unit = fastest_pair(rows)["gradient"]
    for row in rows:
        value, gradient, least = (milliseconds(row[key]) for key in ("value", "gradient", "least"))
        print(f"  {row['form']:16} {value:>12} {gradient:>13} {least:>12} {row['gradient'] / unit:9.3f}")
    sys.stdout.flush()


def write(path, results):
    """Complete or not at all."""
    with tempfile.NamedTemporaryFile("w", dir=path.resolve().parent, delete=False) as file:
        file.write(json.dumps(results, indent=1) + "\n")
    os.replace(file.name, path)


def main():
    given = arguments()
    machine = {"processor": processor(), "cores": given.threads, "python": platform.python_version()}
    machine["jax"] = jax.__version__
    print(", ".join(f"{key} {value}" for key, value in machine.items()))
    try:
        largest = agreement.check()
        print(f"pair form and dense form agree to {largest:.0e}, value and gradient, also where samples repeat")
        results = {"machine": machine, "runs": given.runs, "agreement": largest, "shapes": []}
        for name in given.shape or SHAPES:
            shape, before = SHAPES[name], os.getloadavg()[0]
            rows = measure(name, shape, given.runs)
            load = [before, os.getloadavg()[0]]
            if given.criterion:
                rows += hsr_rows(given.criterion, name, given.threads)
            show(name, shape, rows, load)
            ratios = [{**row, "ratio": row["gradient"] / fastest_pair(rows)["gradient"]} for row in rows]
            results["shapes"].append({"name": name, **shape._asdict(), "load": load, "seconds": ratios})
    except agreement.Disagreement as error:
        sys.exit(f"error: {error}")
    if given.json:
        write(given.json, results)


if __name__ == "__main__":
    main()
