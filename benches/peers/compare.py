"""Times the bound and its gradient by hsr and in JAX, in turn: the closed form over pairs of samples, the dense Hessian.

    python compare.py --hsr ../../target/release/hsr        all shapes
    python compare.py --hsr hsr --shape small --json times.json
    python compare.py --threads 1                           one core, JAX alone

Exit code: 0 done, 1 two forms disagree, 2 the arguments are wrong.
"""

import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile

import machine
import rounds
from hsr import Hsr

# Those of `hsr bench`, under the same names: samples, and the widths from the inputs to the classes.
SHAPES = {
    "iris": (150, (4, 16, 3)),
    "small": (128, (64, 32, 10)),
    "wide": (128, (784, 256, 10)),
    "digits": (1797, (64, 64, 10)),
    "deep-small": (128, (64, 32, 32, 10)),
    "deep-wide": (128, (784, 256, 128, 10)),
}


def arguments():
    lines = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=lines)
    parser.add_argument("--hsr", metavar="PROGRAM", help="the command hsr, measured in the same rounds")
    parser.add_argument("--shape", action="append", choices=SHAPES, help="one of the shapes; may come again")
    parser.add_argument("--runs", type=int, default=9, help="rounds, of which medians are taken (default 9)")
    parser.add_argument("--threads", type=int, default=2, help="cores that may be used (default 2; Linux only)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the results there too")
    given = parser.parse_args()
    if given.runs < 1:
        parser.error(f"--runs is {given.runs}: it must be 1 or more")
    if given.json and not given.json.resolve().parent.is_dir():
        parser.error(f"--json: there is no directory {given.json.parent}")
    if given.hsr and not shutil.which(given.hsr):
        parser.error(f"--hsr: there is no program {given.hsr}; `cargo build --release` makes target/release/hsr")
    try:
        machine.begin_on(given.threads)
    except ValueError as error:
        parser.error(f"--threads: {error}")
    return given


def figures(number):
    """Three figures, or all of them before the point."""
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def told(spread, scale=1):
    """The median, with the least and the most."""
    if spread is None:
        return ""
    median, least, most = (figures(spread[name] * scale) for name in ("median", "least", "most"))
    return f"{median} ({least}-{most})"


def show(name, shape, rows, load):
    """Milliseconds, and the ratio of value and gradient to the fastest form in JAX within each round."""
    print(f"\n{name}: {shape}, load {load[0]:.2f} before and {load[1]:.2f} after")
    print(f"  {'ms':18} {'value':>23} {'and gradient':>23} {'ratio':>23}")
    for row in rows:
        cells = told(row["value"], 1e3), told(row["gradient"], 1e3), told(row["ratio"])
        print(f"  {row['form']:18} {cells[0]:>23} {cells[1]:>23} {cells[2]:>23}")
    sys.stdout.flush()


def write(path, results):
    """Complete or not at all."""
    with tempfile.NamedTemporaryFile("w", dir=path.resolve().parent, delete=False) as file:
        file.write(json.dumps(results, indent=1) + "\n")
    os.replace(file.name, path)


def compare(given):
    """The table of each shape, printed; all results."""
    # Not before the process is bound to its cores: JAX and NumPy count them when they are loaded.
    import jax

    jax.config.update("jax_enable_x64", True)
    import agreement
    import contenders
    from network import Shape

    about = machine.about(given.threads) | {"jax": jax.__version__}
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    results = {"machine": about, "runs": given.runs, "shapes": []}
    try:
        results["agreement"] = largest = agreement.check()
        print(f"pair form and dense form agree to {largest:.0e}, value and gradient, also where samples repeat")
        for name in given.shape or SHAPES:
            shape, before = Shape(*SHAPES[name]), os.getloadavg()[0]
            in_turn = contenders.of(name, shape)
            if given.hsr:
                in_turn.insert(0, Hsr(given.hsr, name, sorted({1, given.threads})))
            rows = rounds.table(rounds.take_turns(in_turn, given.runs), contenders.is_bound)
            load = [before, os.getloadavg()[0]]
            show(name, shape, rows, load)
            results["shapes"].append({"name": name, **shape._asdict(), "load": load, "rows": rows})
    except agreement.Disagreement as error:
        sys.exit(f"error: {error}")
    return results


def main():
    given = arguments()
    results = compare(given)
    if given.json:
        write(given.json, results)


if __name__ == "__main__":
    main()
