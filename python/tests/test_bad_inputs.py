"""A table of arguments that are wrong: each is refused by an exception of the right kind, which names it and says what would be right."""

import warnings

import numpy as np
import pytest

import hsr

W, V, b, c = np.full((8, 4), 0.5), np.ones((3, 8)), np.zeros(8), np.zeros(3)
X, y = np.arange(24.0).reshape(6, 4) / 10, np.array([0, 1, 2, 0, 1, 2])
NETWORK = hsr.Network.three_layer(W, V, b, c)
DEEP = hsr.Network.random((4, 5, 4, 3))
NUMBERS = hsr.Network.random((4, 5, 2), loss="squared")
COUNTS = hsr.Network.random((4, 5, 1), loss="poisson")
LOGIT = hsr.Network.random((4, 5, 1), loss="multi-label")
WIDE = hsr.Network.random((64, 8, 10))
DIGITS = hsr.datasets.load("digits", standardised=True)
NAMED = hsr.Network.random((4, 5, 3), classes=["setosa", "versicolor", "virginica"])


class Sparse:
    """What SciPy's matrices have."""

    nnz = 1

    def toarray(self):
        raise AssertionError("nobody asked for it")


class Tensor:
    """An array of another library that does not let itself be read."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("call detach first")


def changed(array, at, value):
    """The array with another entry."""
    array = np.array(array, dtype=np.result_type(array, type(value)) if not isinstance(value, str) else object)
    array[at] = value
    return array


def masked():
    return np.ma.masked_array(X, mask=X > 2)


BOUND = [
    # The shapes of X.
    ("W is 8x4 but X has 5 columns", ValueError, lambda: hsr.bound(NETWORK, np.ones((6, 5)), y)),
    ("W1 is 5x4 but X has 5 columns", ValueError, lambda: hsr.bound(DEEP, np.ones((6, 5)), y)),
    ("X has shape (4,): shape (samples, inputs)", ValueError, lambda: hsr.bound(NETWORK, X[0], y)),
    ("X has shape (1, 6, 4)", ValueError, lambda: hsr.bound(NETWORK, X[None], y)),
    ("X has shape ()", ValueError, lambda: hsr.bound(NETWORK, 1.0, y)),
    ("X is 0x4: at least one sample", ValueError, lambda: hsr.bound(NETWORK, np.empty((0, 4)), [])),
    ("X is 6x0: at least one sample (row) and one input", ValueError, lambda: hsr.bound(NETWORK, np.empty((6, 0)), y)),
    # What stands in X.
    ("X[1,2] is NaN", ValueError, lambda: hsr.bound(NETWORK, changed(X, (1, 2), np.nan), y)),
    ("X[0,3] is inf", ValueError, lambda: hsr.bound(NETWORK, changed(X, (0, 3), np.inf), y)),
    ("X holds complex numbers", TypeError, lambda: hsr.bound(NETWORK, X * 1j, y)),
    ("X holds text", TypeError, lambda: hsr.bound(NETWORK, X.astype(str), y)),
    ("X holds text", TypeError, lambda: hsr.bound(NETWORK, changed(X, (0, 0), "1.5"), y)),
    ("X holds dates", TypeError, lambda: hsr.bound(NETWORK, X.astype("M8[s]"), y)),
    ("X holds something else than numbers", TypeError, lambda: hsr.bound(NETWORK, [[{}] * 4] * 6, y)),
    ("X[0,0] is NaN", ValueError, lambda: hsr.bound(NETWORK, [[None] * 4] * 6, y)),
    ("X cannot be read as an array", ValueError, lambda: hsr.bound(NETWORK, [[1.0, 2.0], [3.0]], y)),
    ("X is a sparse matrix: give X.toarray()", TypeError, lambda: hsr.bound(NETWORK, Sparse(), y)),
    ("X has masked entries", ValueError, lambda: hsr.bound(NETWORK, masked(), y)),
    ("X cannot be read as an array: call detach first", TypeError, lambda: hsr.bound(NETWORK, Tensor(), y)),
    ("products of these weights and inputs overflow", OverflowError, lambda: hsr.bound(NETWORK, X * 1e200, y)),
    # Labels.
    ("X has 6 rows but y has 5", ValueError, lambda: hsr.bound(NETWORK, X, y[:5])),
    ("y[2] is 7: with 3 classes a label is 0 to 2", ValueError, lambda: hsr.bound(NETWORK, X, changed(y, 2, 7))),
    ("y[0] is -1", ValueError, lambda: hsr.bound(NETWORK, X, y - 1)),
    ("y[4] is 1.5: with 3 classes a label is a whole number", ValueError, lambda: hsr.bound(NETWORK, X, changed(y, 4, 1.5))),
    ("y[4] is nan", ValueError, lambda: hsr.bound(NETWORK, X, changed(y, 4, np.nan))),
    ("y has 2 different labels but the network has 3 classes", ValueError, lambda: hsr.bound(NETWORK, X, list("aabbab"))),
    ("y[5] is 'rose': the classes are 'setosa'", ValueError, lambda: hsr.bound(NAMED, X, ["setosa"] * 5 + ["rose"])),
    ("y[0] is 0: the classes are", ValueError, lambda: hsr.bound(NAMED, X, y)),
    ("y mixes labels that cannot be compared", TypeError, lambda: hsr.bound(NETWORK, X, np.array([0, "a", None, 0, 1, 1], object))),
    ("y has shape (2, 3, 1)", ValueError, lambda: hsr.bound(NETWORK, X, y.reshape(2, 3, 1))),
    # Probabilities and other targets.
    ("row 0 of Y sums to 3", ValueError, lambda: hsr.bound(NETWORK, X, np.ones((6, 3)))),
    ("Y[0,1] is -1: a probability is never negative", ValueError, lambda: hsr.bound(NETWORK, X, [[2, -1, 0]] * 6)),
    ("V is 3x8 but Y has 4 columns", ValueError, lambda: hsr.bound(NETWORK, X, np.full((6, 4), 0.25))),
    ("W3 is 3x4 but Y has 2 columns", ValueError, lambda: hsr.bound(DEEP, X, np.full((6, 2), 0.5))),
    ("Y[0,0] is NaN", ValueError, lambda: hsr.bound(NETWORK, X, np.full((6, 3), np.nan))),
    ("y has shape (6,) but the network has 2 outputs", ValueError, lambda: hsr.bound(NUMBERS, X, y)),
    ("Y[2,0] is inf", ValueError, lambda: hsr.bound(NUMBERS, X, changed(np.ones((6, 2)), (2, 0), np.inf))),
    ("a count is a whole number, 0 or more", ValueError, lambda: hsr.bound(COUNTS, X, y - 1)),
    ("a target is 0 or 1", ValueError, lambda: hsr.bound(LOGIT, X, y)),
    ("y has 3 different labels but the network has 2 classes", ValueError, lambda: hsr.bound(LOGIT, X, list("abcabc"))),
    ("y holds text", TypeError, lambda: hsr.bound(COUNTS, X, list("abcabc"))),
    # Sample weights and options.
    ("X has 6 rows but there are 5 sample weights", ValueError, lambda: hsr.bound(NETWORK, X, y, sample_weight=np.ones(5))),
    ("the weight of sample 3 is 0", ValueError, lambda: hsr.bound(NETWORK, X, y, sample_weight=[1, 1, 1, 0, 1, 1])),
    ("sample_weight has shape (6, 1)", ValueError, lambda: hsr.bound(NETWORK, X, y, sample_weight=np.ones((6, 1)))),
    ("there is no gradient of \"ws\"", ValueError, lambda: hsr.bound(NETWORK, X, y, gradients="ws")),
    ("gradients is 3", TypeError, lambda: hsr.bound(NETWORK, X, y, gradients=3)),
    ("threads is 0: at least 1", ValueError, lambda: hsr.bound(NETWORK, X, y, threads=0)),
    ("threads is 1.5: a whole number", TypeError, lambda: hsr.bound(NETWORK, X, y, threads=1.5)),
    ("threads is True", TypeError, lambda: hsr.bound(NETWORK, X, y, threads=True)),
    ("network is a ndarray: an hsr.Network is needed", TypeError, lambda: hsr.bound(W, X, y)),
    ("it was not asked for", hsr.NoGradientError, lambda: hsr.bound(NETWORK, X, y).gradient_of("trace")),
    ("no gradient of ws_upper: the spread s of the Hessian", hsr.NoGradientError, lambda: hsr.bound(hsr.Network([W, V]), 0 * X, y).gradient),
    ("ws_block is for one hidden layer", AttributeError, lambda: hsr.bound(DEEP, X, y).ws_block),
    # The other answers.
    ("path is 'slow': choose 'fast' or 'terms'", ValueError, lambda: hsr.oracle(NETWORK, X, y, path="slow")),
    ("no 'eigenvalues' in this answer", KeyError, lambda: hsr.oracle(NETWORK, X, y)["eigenvalues"]),
    ("method is 'qr': choose 'dense' or 'krylov'", ValueError, lambda: hsr.spectrum(NETWORK, X, y, method="qr")),
    ("the tolerance is -1", ValueError, lambda: hsr.spectrum(NETWORK, X, y, tolerance=-1, method="krylov")),
    ("products is 0", ValueError, lambda: hsr.spectrum(NETWORK, X, y, products=0)),
    ("did not converge", RuntimeError, lambda: hsr.spectrum(WIDE, DIGITS.X[:50], DIGITS.y[:50], method="krylov", products=200, tolerance=0)),
    ("unknown data set 'mnist': choose iris", ValueError, lambda: hsr.datasets.load("mnist")),
]

MODELS = [
    ("W2 is 3x7 but W1 has 8 rows", ValueError, lambda: hsr.Network([W, V[:, :7]])),
    ("W is 4x8 but V is 8x3: V needs one column", ValueError, lambda: hsr.Network.three_layer(W.T, V.T)),
    ("if both are stored transposed, as scikit-learn", ValueError, lambda: hsr.Network.three_layer(np.ones((4, 8)), np.ones((8, 3)))),
    ("b is given but c is not", ValueError, lambda: hsr.Network.three_layer(W, V, b)),
    ("V is 3x8 but c is of length 4", ValueError, lambda: hsr.Network.three_layer(W, V, b, np.zeros(4))),
    ("b has shape (8, 1): shape (h,) is needed", ValueError, lambda: hsr.Network.three_layer(W, V, b[:, None], c)),
    ("V is 1x8: a network needs at least two classes", ValueError, lambda: hsr.Network.three_layer(W, V[:1])),
    ("W[1,2] is NaN", ValueError, lambda: hsr.Network.three_layer(changed(W, (1, 2), np.nan), V)),
    ("W1[1,2] is NaN", ValueError, lambda: hsr.Network([changed(W, (1, 2), np.nan), V])),
    ("b2[0] is inf", ValueError, lambda: hsr.Network([W, V], [b, changed(c, 0, np.inf)])),
    ("b1 has 7 entries but W1 has 8 rows", ValueError, lambda: hsr.Network([W, V], [b[:7], c])),
    ("1 biases for 2 layers", ValueError, lambda: hsr.Network([W, V], [b])),
    ("a network needs at least one weight layer", ValueError, lambda: hsr.Network([])),
    ("W1 has shape (4,)", ValueError, lambda: hsr.Network(W)),
    ("weights is 3: a sequence", TypeError, lambda: hsr.Network(3)),
    ("unknown activation 'swish': choose sigmoid", ValueError, lambda: hsr.Network([W, V], activation="swish")),
    ("2 activations for 1 hidden layers", ValueError, lambda: hsr.Network([W, V], activation=["tanh", "relu"])),
    ("activation is 3", TypeError, lambda: hsr.Network([W, V], activation=3)),
    ("unknown loss 'huber': choose softmax", ValueError, lambda: hsr.Network([W, V], loss="huber")),
    ("loss is None", TypeError, lambda: hsr.Network([W, V], loss=None)),
    ("the softmax has one output", ValueError, lambda: hsr.Network([W, V[:1]])),
    ("2 classes for 3 outputs", ValueError, lambda: hsr.Network([W, V], classes=["a", "b"])),
    ("each may stand there once", ValueError, lambda: hsr.Network([W, V], classes=["a", "b", "a"])),
    ("classes are for a loss of labels", ValueError, lambda: hsr.Network([W, V], loss="squared", classes=["a", "b", "c"])),
    ("sizes[1] is 0", ValueError, lambda: hsr.Network.random((4, 0, 3))),
    ("sizes is (4,)", ValueError, lambda: hsr.Network.random((4,))),
    ("seed is -1", ValueError, lambda: hsr.Network.random((4, 3), seed=-1)),
    ("W is 8x4 but X has 5 columns", ValueError, lambda: NETWORK.outputs(np.ones((2, 5)))),
    ("W1 is 5x4 but X has 5 columns", ValueError, lambda: DEEP.outputs(np.ones((2, 5)))),
    ("flat has 66 entries for 67 parameters", ValueError, lambda: NETWORK.with_flat(np.zeros(66))),
    ("V[0,0] is NaN", ValueError, lambda: NETWORK.with_flat(changed(NETWORK.flat, 40, np.nan))),
    ("dict is no MLPClassifier or MLPRegressor", TypeError, lambda: hsr.Network.from_sklearn({})),
    ("No such file", FileNotFoundError, lambda: hsr.Network.from_safetensors("nowhere.safetensors", "tanh")),
    ("is no .safetensors file", ValueError, lambda: hsr.Network.from_safetensors("net.npz", "tanh")),
    ("expected", ValueError, lambda: hsr.check("```claims\nclaim a: = 1\n```\n")),
    ("holds no claim", ValueError, lambda: hsr.check("no block\nof claims\n")),
    ("no claim is named 'b'", ValueError, lambda: hsr.check("```claims\ndata x\nclaim a: x = x\n```\n", only="b")),
    ("No such file", FileNotFoundError, lambda: hsr.check("nowhere.md")),
    ("points is 0", ValueError, lambda: hsr.check("```claims\ndata x\nclaim a: x = x\n```\n", points=0)),
]


@pytest.mark.parametrize(("words", "kind", "call"), BOUND + MODELS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_wrong_is_refused_by_name(words, kind, call):
    with warnings.catch_warnings():
        # NumPy warns of the NaN that some of them are made of.
        warnings.simplefilter("ignore", RuntimeWarning)
        with pytest.raises(kind) as caught:
            call()
    assert words in str(caught.value)
    assert "pyo3" not in str(caught.value) and len(str(caught.value)) < 600


def test_the_table_is_long():
    assert len(BOUND) + len(MODELS) >= 90
    assert len({words for words, _, _ in BOUND + MODELS}) >= 85
