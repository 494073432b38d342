"""Networks: from arrays, other libraries and files, and that they stay what they are."""

import copy
import json
import pickle

import numpy as np
import pytest
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier, MLPRegressor

import hsr
from hsr._convert import numbers


def test_arrays_of_every_order_and_kind_make_the_same_network():
    rng = np.random.default_rng(0)
    weights = [rng.integers(-8, 8, (3, 4)) / 4, rng.integers(-8, 8, (2, 3)) / 4]
    right = hsr.Network(weights)
    strided = [np.repeat(np.repeat(w, 2, 0), 3, 1)[::2, ::3] for w in weights]
    unaligned = [np.frombuffer(b"x" + w.tobytes(), np.uint8)[1:].view(np.float64).reshape(w.shape) for w in weights]
    others = [
        [np.asfortranarray(w) for w in weights],
        strided,
        unaligned,
        [w.astype(">f8") for w in weights],
        [w.astype(np.float32) for w in weights],
        [w.astype(object) for w in weights],
        [w.tolist() for w in weights],
        [np.flip(np.flip(w, 1).copy(), 1) for w in weights],
    ]
    for other in others:
        assert hsr.Network(other) == right
    for w, given in zip(right.weights, weights, strict=True):
        np.testing.assert_array_equal(w, given)
    # Rust must not be given numbers that begin in the middle of a word.
    assert not unaligned[0].flags.aligned and numbers(unaligned[0], "W1").flags.aligned
    assert numbers(weights[0], "W1") is weights[0], "float64 is not copied"


def test_data_of_every_order_and_kind_give_the_same_answer(network, few):
    X, y = few
    right = hsr.bound(network, X, y)
    for other in (np.asfortranarray(X), X.tolist(), X.astype(">f8"), np.repeat(X, 2, 0)[::2], X.astype(object)):
        answer = hsr.bound(network, other, y)
        assert (answer.ws_upper, answer.loss) == (right.ws_upper, right.loss)
        np.testing.assert_array_equal(answer.gradient.flat, right.gradient.flat)
    for labels in (y.tolist(), y.astype(np.uint8), y.astype(float), y[:, None], y.astype(object), np.eye(3)[y], np.eye(3)[y].tolist()):
        assert hsr.bound(network, X, labels).ws_upper == right.ws_upper


def test_float32_is_read_as_the_numbers_that_it_holds(network, few):
    X, y = few[0].astype(np.float32), few[1]
    assert hsr.bound(network, X, y).ws_upper == hsr.bound(network, X.astype(float), y).ws_upper


def test_labels_are_of_any_kind(few):
    X, y = few
    names = np.array(["setosa", "versicolor", "virginica"])
    network = hsr.Network.random((4, 8, 3), seed=1)
    right = hsr.bound(network, X, y).ws_upper
    assert hsr.bound(network, X, names[y]).ws_upper == right
    assert hsr.bound(network, X, names[y].astype(object)).ws_upper == right
    named = hsr.Network.random((4, 8, 3), seed=1, classes=names)
    assert hsr.bound(named, X, names[y]).ws_upper == right
    # With the names, not all classes need be there.
    two = y < 2
    assert hsr.bound(named, X[two], names[y[two]]).ws_upper == hsr.bound(network, X[two], y[two]).ws_upper
    numbered = hsr.Network.random((4, 8, 3), seed=1, classes=[30, 10, 20])
    assert hsr.bound(numbered, X, np.array([30, 10, 20])[y]).ws_upper == right
    truths = hsr.Network.random((4, 8, 2), seed=1)
    assert hsr.bound(truths, X, y > 0).loss == hsr.bound(truths, X, (y > 0).astype(int)).loss


def test_a_network_does_not_change_with_the_arrays_that_it_was_made_of(few):
    W, V = np.full((8, 4), 0.5), np.ones((3, 8))
    V[0, 0] = 2
    network = hsr.Network([W, V])
    before = hsr.bound(network, *few).ws_upper
    W[:] = 7
    assert hsr.bound(network, *few).ws_upper == before
    with pytest.raises(ValueError, match="read-only"):
        network.weights[0][0, 0] = 1
    with pytest.raises(AttributeError):
        network.weights = ()


def test_arguments_are_not_written_to(network, few):
    X, y = few[0].copy(), few[1].copy()
    X.flags.writeable = y.flags.writeable = False
    hsr.bound(network, X, y)
    np.testing.assert_array_equal(X, few[0])


NETWORKS = [
    hsr.Network.random((4, 3)),
    hsr.Network.random((4, 8, 3), biases=False, activation="gelu"),
    hsr.Network.random((4, 5, 4, 3), activation=("tanh", "relu"), classes=["a", "b", "c"]),
    hsr.Network([np.ones((3, 4)), np.ones((1, 3))], [None, [0.5]], "silu", "multi-label", classes=("no", "yes")),
    hsr.Network.three_layer(np.ones((8, 4)), np.ones((3, 8)), np.zeros(8), np.zeros(3)),
]


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
def test_a_network_is_pickled_copied_compared_and_shown(network):
    for other in (pickle.loads(pickle.dumps(network)), copy.copy(network), copy.deepcopy(network)):
        assert other == network and hash(other) == hash(network) and repr(other) == repr(network)
        assert other.classes == network.classes
        np.testing.assert_array_equal(other.flat, network.flat)
    assert network != network.with_flat(2 * network.flat)
    assert network == network.with_flat(network.flat)
    assert network != "network"
    assert f"{len(network)} parameters" in repr(network)


def test_one_with_the_names_of_the_paper_keeps_them_when_it_is_pickled_and_moved():
    network = pickle.loads(pickle.dumps(NETWORKS[-1])).with_flat(np.ones(67))
    with pytest.raises(ValueError, match="^W is 8x4 but X has 5 columns"):
        hsr.bound(network, np.ones((2, 5)), [0, 1])


def test_parameters_and_answers_are_pickled_copied_and_shown(network, few):
    answer = hsr.bound(network, *few, gradients=["ws_upper", "loss"])
    for other in (pickle.loads(pickle.dumps(answer)), copy.copy(answer), copy.deepcopy(answer)):
        assert repr(other) == repr(answer) and other.ws_upper == answer.ws_upper
        np.testing.assert_array_equal(other.gradient_of("loss").flat, answer.gradient_of("loss").flat)
        assert other.gradient.weights[1].shape == (3, 8)
        for array in (other.gradient.flat, other.gradient.weights[0], other.gradient.biases[0]):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 1
    assert "ws_upper" in repr(answer) and "67 entries" in repr(answer.gradient)
    for answer in (hsr.oracle(network, *few), hsr.spectrum(network, *few), hsr.datasets.load("iris")):
        assert repr(pickle.loads(pickle.dumps(answer))) == repr(answer)


# A few steps are enough: what is compared is the network, not how well it fits.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("activation", ["tanh", "logistic", "relu", "identity"])
@pytest.mark.parametrize("hidden", [(5,), (5, 4)])
def test_a_classifier_of_scikit_learn_has_its_own_loss(iris, activation, hidden):
    names = iris.class_names[iris.y]
    model = MLPClassifier(hidden, activation=activation, max_iter=20, random_state=0, solver="lbfgs").fit(iris.X, names)
    network = hsr.Network.from_sklearn(model)
    assert network.classes == ("setosa", "versicolor", "virginica")
    right = log_loss(names, model.predict_proba(iris.X), labels=model.classes_)
    # Both are sums of logarithms of probabilities, which scikit-learn rounds.
    assert hsr.bound(network, iris.X, names).loss == pytest.approx(right, rel=1e-10)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_binary_classifier_of_scikit_learn_has_one_logit():
    cancer = hsr.datasets.load("breast-cancer", standardised=True)
    names = np.where(cancer.y == 1, "malignant", "benign")
    model = MLPClassifier((4,), max_iter=5, random_state=0).fit(cancer.X, names)
    network = hsr.Network.from_sklearn(model)
    assert (network.loss, network.sizes, network.classes) == ("multi-label", (30, 4, 1), ("benign", "malignant"))
    right = log_loss(names, model.predict_proba(cancer.X), labels=model.classes_)
    assert hsr.bound(network, cancer.X, names).loss == pytest.approx(right, rel=1e-10)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_several_labels_and_numbers_of_scikit_learn():
    X, y = np.random.default_rng(0).normal(size=(30, 3)), np.random.default_rng(1).normal(size=(30, 2))
    labels = (y > 0).astype(int)
    model = MLPClassifier((4,), max_iter=5, random_state=0).fit(X, labels)
    network = hsr.Network.from_sklearn(model)
    p = model.predict_proba(X)
    right = -np.sum(labels * np.log(p) + (1 - labels) * np.log(1 - p)) / 30
    assert hsr.bound(network, X, labels).loss == pytest.approx(right, rel=1e-10)
    for targets in (y, y[:, 0]):
        model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, random_state=0).fit(X, targets)
        right = np.sum((model.predict(X) - targets) ** 2) / 2 / 30
        assert hsr.bound(hsr.Network.from_sklearn(model), X, targets).loss == pytest.approx(right, rel=1e-10)
    counts = np.floor(np.exp(y))
    model = MLPRegressor("poisson", hidden_layer_sizes=(4,), max_iter=5, random_state=0).fit(X, counts)
    mean = model.predict(X)
    right = np.sum(mean - counts * np.log(mean)) / 30
    assert hsr.bound(hsr.Network.from_sklearn(model), X, counts).loss == pytest.approx(right, rel=1e-10)


def test_models_that_cannot_be_read_say_why():
    with pytest.raises(ValueError, match="this MLPClassifier is not fitted"):
        hsr.Network.from_sklearn(MLPClassifier())


class Tensor:
    """What is needed of a tensor of PyTorch."""

    def __init__(self, array):
        self.array = np.asarray(array, np.float32)

    def detach(self):
        return self

    cpu = double = detach

    def numpy(self):
        return self.array.astype(np.float64)


def module(kind, **attributes):
    """An object of a class with the name of a module of PyTorch."""
    return type(kind, (), attributes)()


def sequential(*children):
    """Such an object with children."""
    return type("Sequential", (), {"__iter__": lambda self: iter(children)})()


def linear(rows, columns, bias=True):
    array = np.arange(rows * columns).reshape(rows, columns) / 8
    return module("Linear", weight=Tensor(array), bias=Tensor(np.ones(rows)) if bias else None)


def test_a_sequential_of_pytorch_is_read_layer_by_layer():
    inner = sequential(linear(5, 4), module("GELU", approximate="tanh"), module("Dropout", p=0.5))
    model = sequential(module("Flatten"), inner, linear(4, 5, bias=False), linear(3, 4), module("Identity"))
    network = hsr.Network.from_torch(model)
    assert network.sizes == (4, 5, 4, 3) and network.activations == ("gelu-tanh", "identity")
    assert network.biases[1] is None
    np.testing.assert_array_equal(network.weights[2], np.arange(12).reshape(3, 4) / 8)


@pytest.mark.parametrize(
    ("words", "model"),
    [
        ("Softmax is part of the loss softmax", sequential(linear(3, 4), module("Softmax", dim=1))),
        ("an activation stands after the last Linear", sequential(linear(3, 4), module("Tanh"))),
        ("BatchNorm1d", sequential(linear(3, 4), module("BatchNorm1d"), linear(2, 3))),
        ("does not stand between two Linear", sequential(module("Tanh"), linear(3, 4))),
        ("with no other activation there", sequential(linear(3, 4), module("Tanh"), module("ReLU"), linear(2, 3))),
        ("LeakyReLU", sequential(linear(3, 4), module("LeakyReLU", negative_slope=0.2), linear(2, 3))),
        ("has no Linear layer", sequential()),
    ],
)
def test_what_is_no_such_network_is_refused_by_name(words, model):
    with pytest.raises(TypeError) as caught:
        hsr.Network.from_torch(model)
    assert words in str(caught.value)


def test_a_real_module_of_pytorch():
    torch = pytest.importorskip("torch")
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 5), nn.SiLU(), nn.Linear(5, 3)).double()
    X, y = torch.randn(20, 4).double(), torch.randint(0, 3, (20,))
    right = nn.CrossEntropyLoss()(model(X), y).item()
    network = hsr.Network.from_torch(model)
    assert hsr.bound(network, X.numpy(), y.numpy()).loss == pytest.approx(right, rel=1e-12)


def test_files_of_networks(tmp_path, few):
    network = hsr.Network.random((4, 5, 3), activation="gelu", seed=3)
    arrays = {"0.weight": network.weights[0], "0.bias": network.biases[0], "2.weight": network.weights[1], "2.bias": network.biases[1]}
    np.savez(tmp_path / "net.npz", **arrays)
    assert hsr.Network.from_file(tmp_path / "net.npz", "gelu") == network
    safetensors(tmp_path / "net.safetensors", arrays)
    assert hsr.Network.from_safetensors(tmp_path / "net.safetensors", "gelu") == network
    names = {"W1": "0.weight", "b1": "0.bias", "W2": "2.weight", "b2": "2.bias"}
    assert hsr.Network.from_file(str(tmp_path / "net.npz"), "gelu", names=names) == network
    np.savez(tmp_path / "more.npz", epoch=np.array(3.0), **arrays)
    with pytest.warns(UserWarning, match="arrays that were not read: epoch"):
        hsr.Network.from_file(tmp_path / "more.npz", "gelu")
    (tmp_path / "bad.npz").write_bytes(b"no archive")
    with pytest.raises(ValueError, match="bad.npz"):
        hsr.Network.from_file(tmp_path / "bad.npz", "gelu")


def safetensors(path, arrays):
    """Writes the format: the length of a header, the header, the numbers."""
    header, data = {}, b""
    for name, array in arrays.items():
        raw = np.ascontiguousarray(array, "<f8").tobytes()
        header[name] = {"dtype": "F64", "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def test_the_data_sets_are_those_of_scikit_learn():
    from sklearn import datasets

    loads = {"wine": datasets.load_wine, "breast-cancer": datasets.load_breast_cancer, "digits": datasets.load_digits}
    for name, load in loads.items():
        ours, (X, y) = hsr.datasets.load(name), load(return_X_y=True)
        np.testing.assert_array_equal(ours.X, X)
        # Classes are numbered by the alphabet here.
        assert len({(int(a), int(b)) for a, b in zip(ours.y, y)}) == len(ours.class_names)
    assert hsr.datasets.names == ("iris", "wine", "breast-cancer", "digits", "diabetes")
    X, y = datasets.load_diabetes(return_X_y=True, scaled=False)
    diabetes = hsr.datasets.load("diabetes")
    np.testing.assert_array_equal(diabetes.X, X)
    np.testing.assert_array_equal(diabetes.y, y)
    assert len(diabetes.feature_names) == 10 and "CC BY" in hsr.datasets.load("iris").source
    standard = hsr.datasets.load("diabetes", standardised=True).X
    np.testing.assert_allclose(standard.std(0), 1, rtol=1e-12)
