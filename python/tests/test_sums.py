"""Parts of the data, which add up to the whole."""

import pickle

import numpy as np
import pytest

import hsr

# The same products in another order of sums.
CLOSE = 1e-12


def agree(found, right):
    """Whether two bounds are the same, and the gradients that both have."""
    for name in ("loss", "trace", "trace_squared", "mean", "spread", "ws_upper", "ws_lower", "ws_reduced", "ws_layers"):
        np.testing.assert_allclose(getattr(found, name), getattr(right, name), rtol=CLOSE, err_msg=name)
    np.testing.assert_allclose(found.layer_traces, right.layer_traces, rtol=CLOSE)
    for name, gradient in right.gradients.items():
        other = found.gradient_of(name).flat
        assert np.linalg.norm(other - gradient.flat) <= CLOSE * np.linalg.norm(gradient.flat), name


GRADIENTS = ["ws_upper", "ws_reduced", "trace", "trace_squared", "loss"]


@pytest.mark.parametrize("lines", [1, 13, 40])
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("sizes", [(4, 8, 3), (4, 5, 4, 3)])
def test_the_parts_of_a_cover_add_up_in_any_order(iris, sizes, weighted, lines):
    network = hsr.Network.random(sizes, seed=3)
    random = np.random.default_rng(0)
    weights = random.uniform(0.5, 2, len(iris.X)) if weighted else None
    parts = hsr.pair_cover(len(iris.X), lines)
    sums = [
        factor * hsr.partial(network, iris.X[rows], iris.y[rows], sample_weight=weights[rows] if weighted else None)
        for rows, factor in (parts[at] for at in random.permutation(len(parts)))
    ]
    whole = pickle.loads(pickle.dumps(sum(sums[1:], sums[0])))
    assert repr(whole) == "<hsr.PairSums over 150 samples>"
    agree(whole.bound(network), hsr.bound(network, iris.X, iris.y, sample_weight=weights, gradients=GRADIENTS))


@pytest.mark.parametrize(("samples", "lines"), [(1, 7), (6, 7), (40, 13), (100, 60)])
def test_each_pair_comes_once(samples, lines):
    seen = np.zeros((samples, samples))
    for rows, factor in hsr.pair_cover(samples, lines):
        seen[np.ix_(rows, rows)] += factor
    np.testing.assert_array_equal(seen, 1)


def test_sums_of_two_networks_are_kept_apart(few):
    one, other = hsr.Network.random((4, 8, 3), seed=1), hsr.Network.random((4, 8, 3), seed=2)
    sums = [hsr.partial(network, *few) for network in (one, other)]
    with pytest.raises(ValueError, match="these sums belong to two networks"):
        sums[0] + sums[1]
    with pytest.raises(ValueError, match="network is not the one of these sums"):
        sums[0].bound(other)
    with pytest.raises(TypeError):
        sums[0] + 1
    with pytest.raises(OverflowError, match="the loss"):
        (sums[0] + -1 * sums[0]).bound(one)


@pytest.mark.parametrize(("samples", "lines", "words"), [(0, 7, "samples is 0"), (9, 0, "lines is 0"), (9, 10**9, "at most")])
def test_a_cover_of_nothing_is_refused(samples, lines, words):
    with pytest.raises(ValueError, match=words):
        hsr.pair_cover(samples, lines)


def test_what_does_not_fit_is_named(few):
    with pytest.raises(ValueError, match="W1 is 8x4 but X has 3 columns"):
        hsr.partial(hsr.Network.random((4, 8, 3)), few[0][:, :3], few[1])
