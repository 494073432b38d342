"""Every number against automatic differentiation of the loss by JAX, on real data."""

import numpy as np
import pytest
from sklearn import datasets as sklearn_data
from sklearn.preprocessing import StandardScaler

import hsr

jax = pytest.importorskip("jax")
from loss_in_jax import loss_of, one_hot, outputs, ws_upper_of  # noqa: E402

# Both sides add up some thousand products in float64, each off by 1e-16 of the largest; twice differentiated ones of JAX some more.
CLOSE = 1e-11


def close(found, right):
    """Whether arrays agree, relative to the largest entry of the right one."""
    found, right = np.asarray(found), np.asarray(right)
    assert found.shape == right.shape
    assert np.max(np.abs(found - right)) <= CLOSE * max(np.max(np.abs(right)), 1e-300)


def classes(load, count):
    """Samples of a data set of scikit-learn, of all classes."""
    X, y = load(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    chosen = np.random.default_rng(0).permutation(len(X))[:count]
    return X[chosen], y[chosen]


def numbers(count, outputs):
    """Samples of diabetes, and as many targets as are wanted of their standardised columns."""
    X, y = sklearn_data.load_diabetes(return_X_y=True)
    X = StandardScaler().fit_transform(X)[:count]
    targets = np.column_stack([(y[:count] - y.mean()) / y.std(), X[:, 2], X[:, 8]])
    return X[:, :5], targets[:, :outputs]


def subjects():
    """Networks of one to four layers under every loss, each activation once, with real data."""
    iris, wine = classes(sklearn_data.load_iris, 40), classes(sklearn_data.load_wine, 30)
    cancer = classes(sklearn_data.load_breast_cancer, 40)
    X, y = numbers(30, 2)
    random = hsr.Network.random
    yield "no hidden layer", random((4, 3), seed=1), *iris
    yield "tanh", random((4, 5, 3), seed=2), *iris
    yield "sigmoid, no biases", random((13, 3, 3), activation="sigmoid", biases=False, seed=3), *wine
    yield "gelu, silu", random((4, 4, 3, 3), activation=("gelu", "silu"), seed=4), *iris
    yield "relu", random((4, 5, 3), activation="relu", seed=5), *iris
    yield "one logit", random((30, 2, 1), activation="logistic", loss="multi-label", seed=6), *cancer
    yield "two labels", random((5, 4, 2), activation="softplus", loss="multi-label", seed=7), X, (y > 0).astype(float)
    yield "squared", random((5, 4, 3, 2), activation=("tanh", "sin"), loss="squared", seed=8), X, y
    yield "poisson", random((5, 3, 1), activation="gelu-tanh", loss="poisson", seed=9), X, np.floor(np.abs(3 * y[:, 0]))
    yield "huber", random((5, 3, 3, 2, 2), activation=("tanh", "leaky-relu", "identity"), loss="pseudo-huber", seed=10), X, y


SUBJECTS = list(subjects())


def rows(network, y):
    """Targets as JAX gets them: a row a sample."""
    if network.loss == "softmax":
        return one_hot(y, network.sizes[-1])
    return np.asarray(y, float).reshape(len(y), -1)


@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize(("name", "network", "X", "y"), SUBJECTS, ids=[subject[0] for subject in SUBJECTS])
def test_hessian_bounds_and_gradients_are_those_of_the_loss(name, network, X, y, weighted):
    weights = np.random.default_rng(1).uniform(0.5, 2, len(X)) if weighted else None
    loss = loss_of(network, X, rows(network, y), weights)
    flat = jax.numpy.asarray(network.flat)
    H = np.asarray(jax.jit(jax.hessian(loss))(flat))
    eigenvalues = np.linalg.eigvalsh(H)

    close(network.outputs(X), jax.vmap(lambda x: outputs(flat, network, x))(jax.numpy.asarray(X)))
    close(hsr.hessian(network, X, y, sample_weight=weights), H)
    wanted = ["ws_upper", "trace", "trace_squared", "loss", "ws_units"]
    answer = hsr.bound(network, X, y, sample_weight=weights, gradients=wanted)
    size = len(network)
    mean = np.trace(H) / size
    spread = np.sqrt(np.sum(H * H) / size - mean**2)
    close(answer.loss, loss(flat))
    close(answer.trace, np.trace(H))
    close(answer.trace_squared, np.sum(H * H))
    close(answer.spread, spread)
    close(answer.ws_upper, mean + spread * np.sqrt(size - 1))
    close(answer.lambda_min_lower, mean - spread * np.sqrt(size - 1))
    close(answer.layer_traces, [np.trace(block) for block in blocks(network, H)])
    # An eigenvalue is off by some rounding errors of the largest.
    slack = CLOSE * np.abs(eigenvalues).max()
    assert eigenvalues[-1] - slack <= answer.ws_hidden_units <= answer.ws_layers + slack <= answer.ws_upper + 2 * slack
    assert eigenvalues[-1] - slack <= answer.ws_units <= answer.ws_upper + slack
    assert answer.ws_lower <= eigenvalues[-1] + slack

    close(answer.gradient.flat, jax.jit(jax.grad(ws_upper_of(loss)))(flat))
    close(answer.gradient_of("loss").flat, jax.grad(loss)(flat))
    trace = lambda flat: jax.numpy.trace(jax.hessian(loss)(flat))  # noqa: E731
    close(answer.gradient_of("trace").flat, jax.jit(jax.grad(trace))(flat))

    spectrum = hsr.spectrum(network, X, y, sample_weight=weights)
    close(spectrum.eigenvalues, eigenvalues)
    krylov = hsr.spectrum(network, X, y, sample_weight=weights, method="krylov")
    assert abs(krylov.largest.value - eigenvalues[-1]) <= 1e-7 * np.abs(eigenvalues).max(), "its own tolerance is 1e-8"


def blocks(network, H):
    """The diagonal blocks of the layers."""
    at = 0
    for w, b in zip(network.weights, network.biases, strict=True):
        size = w.size + (0 if b is None else b.size)
        yield H[at : at + size, at : at + size]
        at += size


def test_a_gradient_is_by_layers_what_it_is_in_one_piece(network, few):
    gradient = hsr.bound(network, *few).gradient
    parts = [part.ravel() for layer in zip(gradient.weights, gradient.biases, strict=True) for part in layer]
    np.testing.assert_array_equal(np.concatenate(parts), gradient.flat)
    assert [w.shape for w in gradient.weights] == [w.shape for w in network.weights]
    np.testing.assert_array_equal(np.asarray(gradient), gradient.flat)


def test_a_step_along_the_gradient_changes_the_bound_by_its_slope(network, few):
    answer = hsr.bound(network, *few)
    direction = answer.gradient.flat / np.linalg.norm(answer.gradient.flat)
    step = 1e-5
    ahead, behind = (hsr.bound(network.with_flat(network.flat + s * direction), *few).ws_upper for s in (step, -step))
    # A central difference is off by the square of its step, and by 1e-16 divided by it.
    assert (ahead - behind) / (2 * step) == pytest.approx(np.linalg.norm(answer.gradient.flat), rel=1e-8)
