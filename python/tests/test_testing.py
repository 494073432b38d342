"""Functions of one's own against the reference, and the plugin of pytest."""

import pickle
import subprocess
import sys

import numpy as np
import pytest

import hsr
from hsr.testing import QUANTITIES, Case, DoesNotConform, assert_conforms

pytest_plugins = ["pytester"]


def trace_by_hessian(case):
    """A right answer by another road: the trace of the dense matrix."""
    return np.trace(hsr.hessian(case.network, case.X, case.Y))


def test_what_is_right_passes():
    assert_conforms(trace_by_hessian, "trace", cases=40)


def test_each_quantity_is_what_it_is_called():
    def everything(case):
        answer = hsr.bound(case.network, case.X, case.Y, units=True, gradients=())
        spectrum = hsr.spectrum(case.network, case.X, case.Y)
        return {
            **{name: getattr(answer, name) for name in case.quantities if hasattr(answer, name)},
            "hessian": hsr.hessian(case.network, case.X, case.Y),
            "lambda_max": spectrum.largest.value,
        }

    scalars = [name for name in QUANTITIES if "gradient" not in name]
    settings = {"layers": (1, 2, 3), "losses": ("softmax", "squared"), "activations": ("tanh", "gelu")}
    assert_conforms(everything, scalars, cases=40, max_size=3, **settings)


# A gradient in one piece, by names, and by arrays.
@pytest.mark.parametrize("form", ["flat", "names", "arrays"])
def test_gradients_come_in_several_forms(form):
    def gradient(case):
        found = hsr.bound(case.network, case.X, case.Y, gradients="loss").gradient_of("loss")
        pairs = [(f"{name}{l}", part) for l, layer in enumerate(zip(found.weights, found.biases, strict=True), 1) for name, part in zip("Wb", layer)]
        forms = {"flat": found, "names": dict(pairs), "arrays": [part for _, part in pairs]}
        return forms[form]

    assert_conforms(gradient, "loss_gradient", cases=30)


def wrong(case):
    """A trace with a wrong sign where there are biases."""
    return trace_by_hessian(case) * (-1 if case.b is not None else 1)


def test_what_is_wrong_is_shown_at_the_smallest_network():
    with pytest.raises(AssertionError) as caught:
        assert_conforms(wrong, "trace", cases=60, seed=3)
    words = str(caught.value)
    assert "trace IS WRONG at N=1 1-1-2" in words and "(the smallest found)" in words
    assert "reference" in words and "looks like" in words
    assert "replay     assert_conforms(wrong, 'trace', cases=60, seed=3, max_size=5)" in words
    case = caught.value.cases["trace"]
    assert isinstance(case, Case) and case.X.shape == (1, 1) and case.b is not None
    # The case goes into the function again.
    assert wrong(case) != pytest.approx(hsr.bound(case.network, case.X, case.Y).trace)
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == words and again.cases["trace"].V.shape == case.V.shape


def test_a_function_in_single_precision_is_held_to_that():
    def single(case):
        return np.float32(trace_by_hessian(case))

    assert_conforms(single, "trace", cases=30, precision="float32")
    with pytest.raises(DoesNotConform):
        assert_conforms(single, "trace", cases=30)


def test_what_the_function_raises_comes_through():
    def raises(case):
        raise ZeroDivisionError("own words")

    with pytest.raises(ZeroDivisionError, match="own words"):
        assert_conforms(raises, "trace", cases=3)

    def interrupted(case):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assert_conforms(interrupted, "trace", cases=3)


def test_a_function_that_gives_nothing_proves_nothing():
    with pytest.raises(DoesNotConform, match="answered nothing"):
        assert_conforms(lambda case: None, "trace", cases=3)


@pytest.mark.parametrize(
    ("words", "kind", "call"),
    [
        ("unknown quantity 'trase'", ValueError, lambda: assert_conforms(wrong, "trase")),
        ("no quantity: choose", ValueError, lambda: assert_conforms(wrong, [])),
        ("unknown precision 'half'", ValueError, lambda: assert_conforms(wrong, "trace", precision="half")),
        ("layers is 6: at most 5", ValueError, lambda: assert_conforms(wrong, "trace", layers=6)),
        ("cases is 0", ValueError, lambda: assert_conforms(wrong, "trace", cases=0)),
        ("unknown activation 'swish'", ValueError, lambda: assert_conforms(wrong, "trace", activations="swish")),
        ("unknown loss 'huber'", ValueError, lambda: assert_conforms(wrong, "trace", losses="huber")),
        ("a mapping from the names of quantities", TypeError, lambda: assert_conforms(wrong, ["trace"], cases=2)),
        ("trace holds text", TypeError, lambda: assert_conforms(lambda case: "3", "trace", cases=2)),
        ("are the arrays of two layers", AttributeError, lambda: assert_conforms(wrong, "trace", layers=3, cases=2)),
    ],
)
def test_what_is_asked_wrongly_is_refused(words, kind, call):
    with pytest.raises(kind) as caught:
        call()
    assert words in str(caught.value)


def test_the_plugin_has_a_fixture_and_says_how_to_run_a_failure_again(pytester):
    pytester.makepyfile(
        test_own="""
        from test_wrong import wrong

        def test_right(hsr):
            import hsr as package
            hsr.assert_conforms(lambda case: package.bound(case.network, case.X, case.Y).trace, "trace")

        def test_wrong(hsr):
            hsr.assert_conforms(wrong, "trace", cases=50)

        def test_claims(hsr):
            hsr.check("```claims\\ndata x\\nclaim a: x + x = 2*x\\n```\\n")

        def test_false_claims(hsr):
            hsr.check("```claims\\ndata x\\nclaim a: x + x = 3*x\\n```\\n")
        """,
        test_wrong="""
        def wrong(case):
            import hsr
            return 2 * hsr.bound(case.network, case.X, case.Y).trace
        """,
    )
    ran = pytester.runpytest_subprocess("--hsr-cases", "20", "--hsr-seed", "7", "test_own.py")
    ran.assert_outcomes(passed=2, failed=2)
    ran.stdout.fnmatch_lines(["*replay     pytest 'test_own.py::test_wrong' --hsr-cases 20 --hsr-seed 7*", "*claim a is false*"])


def test_the_plugin_imports_nothing_that_is_not_asked_for():
    script = "import sys, hsr_pytest; assert not {'hsr', 'numpy'} & set(sys.modules), sorted(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
