"""Axes with what they are to show."""

import numpy as np
import pytest

import hsr

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
import hsr.plots  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402


@pytest.fixture
def ax():
    return Figure().subplots()


def test_a_bound_is_two_intervals_and_its_upper_bounds(network, few, ax):
    answer = hsr.bound(network, *few, units=True)
    assert answer.plot(ax) is ax
    smallest, largest = (line.get_xdata() for line in ax.lines[:2])
    np.testing.assert_array_equal(smallest, [answer.lambda_min_lower, answer.lambda_min_upper])
    np.testing.assert_array_equal(largest, [answer.ws_lower, min(answer.ws_units, answer.ws_layers, answer.ws_hidden_units)])
    eigenvalues = hsr.spectrum(network, *few)
    assert smallest[0] <= eigenvalues.smallest.value <= smallest[1] and largest[0] <= eigenvalues.largest.value <= largest[1]
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["ws_upper", "ws_reduced", "ws_layers", "ws_hidden_units", "ws_units", "mean"]


def test_a_spectrum_is_all_eigenvalues_the_largest_first(network, few, ax):
    found = hsr.spectrum(network, *few)
    found.plot(ax)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), found.eigenvalues[::-1])
    assert ax.get_yscale() == "symlog"
    with pytest.raises(ValueError, match="ask for all of it"):
        hsr.spectrum(network, *few, method="krylov").plot(ax)


def test_a_log_is_shown_over_its_steps(tmp_path, ax):
    (tmp_path / "log.csv").write_text("step,loss,lambda_max\n0,1.5,2\n10,0.5,\n20,0.25,1\n")
    hsr.plots.training(tmp_path, ax=ax)
    loss, largest = (line.get_xydata() for line in ax.lines)
    np.testing.assert_array_equal(loss, [[0, 1.5], [10, 0.5], [20, 0.25]])
    np.testing.assert_array_equal(largest[:, 1], [2, np.nan, 1])
    assert ax.get_yscale() == "log"
    with pytest.raises(ValueError, match="has no column 'wss': choose step, loss, lambda_max"):
        hsr.plots.training(tmp_path / "log.csv", "wss", ax)


def test_new_axes_are_made_where_none_are_given(network, few):
    assert hsr.bound(network, *few).plot().get_xlabel() == "eigenvalue"
    matplotlib.pyplot.close("all")
