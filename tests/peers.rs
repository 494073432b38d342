//! The comparison with JAX in `benches/peers`, as far as it needs no JAX: rounds, medians and ratios, hsr as one of those
//! that are measured, and the matrix products.
#![cfg(feature = "cli")]

use std::path::Path;
use std::process::{Command, Output};

fn python(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers");
    let mut command = Command::new("python3");
    // Nothing is left behind in the repository.
    command.args(arguments).current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap()
}

fn runs(script: &str, arguments: &[&str]) {
    let output = python(&[&["-c", script], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn contenders_are_measured_in_turn_and_ratios_are_taken_within_a_round() {
    let script = r#"
import rounds

order = []

class Told:
    """One whose times are told, a round after the other."""
    def __init__(self, key, times):
        self.key, self.times = key, iter(times)
    def measure(self):
        order.append(self.key[0])
        return {self.key: next(self.times)}

own = Told(("hsr", "gradient"), [2.0, 8.0, 3.0])
slow, fast = Told(("JAX a", "gradient"), [4.0, 4.0, 4.0]), Told(("JAX b", "gradient"), [2.0, 16.0, 2.0])
seconds = rounds.take_turns([own, slow, fast, Told(("JAX b", "value"), [1.0, 5.0, 3.0])], 3)
assert "".join(name[-1] for name in order) == "rabb" * 3, order
rows = {row["form"]: row for row in rounds.table(seconds, lambda form: form.startswith("JAX"))}
# The fastest of the others is b, a, b: what was slow in a round was slow for all that round.
assert rows["hsr"]["ratio"]["runs"] == [1.0, 2.0, 1.5], rows
assert (rows["hsr"]["ratio"]["median"], rows["hsr"]["ratio"]["least"], rows["hsr"]["ratio"]["most"]) == (1.5, 1.0, 2.0)
assert rows["hsr"]["gradient"]["median"] == 3.0 and rows["hsr"]["value"] is None
assert rows["JAX b"]["value"] == {"median": 3.0, "least": 1.0, "most": 5.0, "runs": [1.0, 5.0, 3.0]}
"#;
    runs(script, &[]);
}

#[test]
fn what_is_short_is_called_until_a_run_is_long_enough() {
    let script = r#"
import rounds

class Clock:
    """One that only the work moves on."""
    now = 0.0
    def perf_counter(self):
        return self.now

rounds.time = clock = Clock()

def work(seconds):
    def call():
        clock.now += seconds
    return call

short, long = rounds.Timed("a", "gradient", work(2.0**-8)), rounds.Timed("b", "gradient", work(0.25))
assert (short.calls, long.calls) == (16, 1)
assert short.measure() == {("a", "gradient"): 2.0**-8} and long.measure() == {("b", "gradient"): 0.25}
"#;
    runs(script, &[]);
}

#[test]
fn hsr_is_one_of_those_that_are_measured() {
    let script = r#"
import sys
from hsr import Hsr
from rounds import take_turns

seconds = take_turns([Hsr(sys.argv[1], "iris", [1, 2])], 2)
expected = {(f"hsr, {threads}", quantity) for threads in ("1 thread", "2 threads") for quantity in ("value", "gradient")}
assert seconds.keys() == expected, seconds
assert all(len(runs) == 2 and min(runs) > 0 for runs in seconds.values()), seconds
"#;
    runs(script, &[env!("CARGO_BIN_EXE_hsr")]);
}

#[test]
fn products_go_by_the_route_that_needs_the_fewest_multiplications() {
    if !python(&["-c", "import numpy"]).status.success() {
        println!("numpy is not here: the matrix products are not tried");
        return;
    }
    let script = r#"
import compare, matrix_products
from collections import namedtuple

class Shape(namedtuple("Shape", "samples widths")):
    layers = property(lambda self: list(zip(self.widths, self.widths[1:])))

# The routes that the plans of hsr take at these shapes.
routes = {"iris": "inputs", "small": "hidden", "wide": "classes", "digits": "hidden", "deep-small": "pairs", "deep-wide": "pairs"}
for name, sizes in compare.SHAPES.items():
    told, run = matrix_products.of(Shape(*sizes))
    assert told == f"products, {routes[name]}", (name, told)
    if name in ("iris", "small", "deep-small"):
        run()
"#;
    runs(script, &[]);
}

#[test]
fn what_cannot_be_compared_is_one_clear_error() {
    for (arguments, message) in [
        (&["--runs", "0"][..], "--runs is 0: it must be 1 or more"),
        (&["--hsr", "no-such-program"], "--hsr: there is no program no-such-program"),
        (&["--json", "no/such/folder/a.json"], "--json: there is no directory"),
        (&["--threads", "100000"], "--threads: "),
        (&["--shape", "irises"], "invalid choice"),
        (&["--criterion", "target"], "unrecognized arguments"),
    ] {
        let output = python(&[&["compare.py"], arguments].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(message), "expected '{message}' in: {told}");
    }
}
