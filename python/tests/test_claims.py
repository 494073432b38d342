"""Derivations in Python."""

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest

import hsr
from conftest import ROOT

WRONG = """A slope, with a wrong factor.

```claims
parameter V[C,h]
data s
claim slope: d(V[k,i]^2)/d V[k,i] = 3*V[k,i]
claim right: d(s^3)/d s = 3*s^2
claim bound: s^2 >= 0
```
"""


@pytest.fixture(scope="module")
def report():
    return hsr.check(WRONG)


def test_each_claim_has_a_verdict_with_its_evidence(report):
    assert [(claim.name, claim.verdict, claim.passes) for claim in report] == [
        ("slope", "false", False),
        ("right", "proved", True),
        ("bound", "not refuted", True),
    ]
    assert not report and not report.holds and len(report) == 3
    right = report["right"]
    assert right.proof["log10_probability"] < -15 and "exact point" in right.evidence
    assert right.counterexample is None and right.failure is None
    with pytest.raises(KeyError, match="no claim is named 'left': there are slope, right, bound"):
        report["left"]


def test_a_counterexample_goes_into_a_function_of_ones_own(report):
    claim = report["slope"]
    at = claim.counterexample
    V = at.values["V"]
    assert V.shape == (at.sizes["C"], at.sizes["h"])
    # The two sides, written in NumPy: the claim is false here, and by so much.
    assert (2 * V)[at.component] == at.left and (3 * V)[at.component] == at.right
    assert abs(at.left - at.right) > at.error
    assert claim.repairs[0].startswith("2*V[k,i]") and claim.relation == "the left side is 2/3 times the right side"


def test_scalars_and_indices_from_zero_have_their_shapes():
    text = "```claims\ndata s\ndata x[N,d]\nclaim a: sum[n,l] x[n,l]*s = sum[n,l] x[n,l]*s + s*x[1,1]\n```\n"
    at = hsr.check(text)["a"].counterexample
    assert isinstance(at.values["s"], float) and at.values["x"].shape == (at.sizes["N"], at.sizes["d"])
    assert np.sum(at.values["x"] * at.values["s"]) == pytest.approx(at.left)


def test_failures_raise_with_what_the_command_prints(report):
    with pytest.raises(AssertionError) as caught:
        report.raise_for_failures()
    words = str(caught.value)
    assert "claim slope is false" in words and "true line  2*V[k,i] (2 for 3)" in words and report.summary in words
    assert caught.value.report is report
    assert str(pickle.loads(pickle.dumps(caught.value))) == words
    hsr.check(WRONG, only="right").raise_for_failures()


def test_it_shows_itself_as_a_table_as_a_page_and_as_values(report):
    assert "slope" in report.table() and "false" in repr(report)
    page = report.html()
    assert page.lower().startswith("<!doctype html>") and "<math" in page
    shown = report._repr_html_()
    assert shown.startswith("<iframe srcdoc=") and "&lt;math" in shown and "<math" not in shown
    assert report.to_dict()["claims"][0]["verdict"] == "false"


def test_a_report_is_pickled_and_copied(report):
    for other in (pickle.loads(pickle.dumps(report)), copy.deepcopy(report)):
        assert other.table() == report.table() and other.html() == report.html()
        np.testing.assert_array_equal(other["slope"].counterexample.values["V"], report["slope"].counterexample.values["V"])


def test_a_file_is_read_by_its_path(tmp_path):
    path = tmp_path / "own.md"
    path.write_text(WRONG)
    for given in (path, str(path)):
        report = hsr.check(given, repair=False)
        assert report["slope"].file.endswith("own.md") and not report["slope"].repairs
    chapter = ROOT / "derivations" / "03-trace.md"
    report = hsr.check(Path(chapter), only="trace")
    assert report.holds and len(report) == 1 and report["trace"].file.endswith("03-trace.md")


def test_the_derivations_that_come_along_are_checked_by_the_name_of_a_claim():
    report = hsr.check(only="ws_upper")
    assert report.holds and len(report) >= 1


def test_the_same_seed_gives_the_same_report(report):
    again = hsr.check(WRONG, seed=0)
    assert again["slope"].counterexample.left == report["slope"].counterexample.left
    assert hsr.check(WRONG, seed=5, only="right")["right"].verdict == "proved"


def test_small_edits_of_true_claims_are_rejected():
    report = hsr.check(WRONG, only="right", mutants=True)
    assert report.holds and "edits of true claims" in report.table()
