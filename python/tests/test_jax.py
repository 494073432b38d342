"""The bound as a function of JAX."""

import numpy as np
import pytest

import hsr

jax = pytest.importorskip("jax")
import jax.numpy as jnp  # noqa: E402
from loss_in_jax import loss_of, one_hot, ws_upper_of  # noqa: E402

from hsr.jax import ws_upper  # noqa: E402


def params_of(network, kind=float, transposed=False):
    """The parameters as JAX has them."""
    pairs = zip(network.weights, network.biases, strict=True)
    return [(jnp.asarray(w.T if transposed else w, kind), None if b is None else jnp.asarray(b, kind)) for w, b in pairs]


def flat(params, transposed=False):
    """Parameters in one piece."""
    parts = [part.T if transposed and part.ndim == 2 else part for layer in params for part in layer if part is not None]
    return np.concatenate([np.ravel(part) for part in parts])


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(("sizes", "biases"), [((4, 5, 3), True), ((4, 3), True), ((4, 4, 3, 3), False)])
def test_value_and_gradient_are_those_that_jax_finds(few, sizes, biases, transposed):
    X, y = few
    network = hsr.Network.random(sizes, biases=biases, seed=4)
    right = ws_upper_of(loss_of(network, X, one_hot(y, 3)))
    theta = jnp.asarray(network.flat)
    params = params_of(network, transposed=transposed)
    call = jax.jit(jax.value_and_grad(lambda params: ws_upper(params, X, y, transposed=transposed)))
    value, slope = call(params)
    assert float(value) == pytest.approx(float(right(theta)), rel=1e-11)
    # Both add up some thousand products in float64; third derivatives of JAX lose some more.
    np.testing.assert_allclose(flat(slope, transposed), jax.jit(jax.grad(right))(theta), rtol=1e-8, atol=1e-10)
    assert float(jax.jit(lambda params: ws_upper(params, X, y, transposed=transposed))(params)) == float(value)


def test_single_precision_goes_in_and_comes_out(network, few):
    X, y = (jnp.asarray(few[0], jnp.float32), jnp.asarray(few[1], jnp.int32))
    params = params_of(network, jnp.float32)
    value, slope = jax.jit(jax.value_and_grad(ws_upper))(params, X, y)
    assert value.dtype == slope[0][0].dtype == jnp.float32
    right = hsr.bound(network, few[0], few[1])
    # float32 keeps seven digits of the weights and the data.
    assert float(value) == pytest.approx(right.ws_upper, rel=1e-5)
    np.testing.assert_allclose(flat(slope), right.gradient.flat, atol=1e-5 * np.abs(right.gradient.flat).max())


@pytest.mark.parametrize("objective", ["ws_reduced", "ws_layers", "ws_units", "ws_hidden_units", "trace", "trace_squared"])
def test_every_objective_has_its_gradient(network, few, objective):
    right = hsr.bound(network, *few, gradients=objective)
    value, slope = jax.value_and_grad(lambda params: ws_upper(params, *few, objective=objective))(params_of(network))
    assert float(value) == pytest.approx(getattr(right, objective), rel=1e-12)
    np.testing.assert_allclose(flat(slope), right.gradient_of(objective).flat, rtol=1e-10)


def test_it_is_one_term_of_an_objective_and_goes_under_vmap(network, few):
    X, y = few
    params = params_of(network)
    both = jax.grad(lambda params: 3 * ws_upper(params, X, y) + jnp.sum(params[0][0] ** 2))(params)
    alone = hsr.bound(network, X, y).gradient.weights[0]
    np.testing.assert_allclose(both[0][0], 3 * alone + 2 * network.weights[0], rtol=1e-12)
    scaled = jax.vmap(lambda scale: ws_upper([(scale * params[0][0], params[0][1]), params[1]], X, y))(jnp.array([1.0, 2.0]))
    assert float(scaled[0]) == pytest.approx(hsr.bound(network, X, y).ws_upper) and scaled.shape == (2,)


def test_there_is_no_gradient_by_data_and_it_is_not_0(network, few):
    slope = jax.grad(lambda X: ws_upper(params_of(network), X, few[1]))(jnp.asarray(few[0]))
    assert np.isnan(slope).all()


def test_where_the_bound_has_no_gradient_it_is_0():
    network = hsr.Network.random((2, 3, 2), biases=False)
    slope = jax.grad(lambda params: ws_upper(params, np.zeros((3, 2)), np.array([0, 1, 0])))(params_of(network))
    assert not flat(slope).any()


def test_steps_along_it_make_the_minimum_flatter(iris):
    @jax.jit
    def step(params, strength):
        def objective(params):
            logits = jnp.tanh(iris.X @ params[0][0].T + params[0][1]) @ params[1][0].T + params[1][1]
            loss = -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), iris.y[:, None], axis=1))
            return loss + strength * ws_upper(params, iris.X, iris.y)

        return jax.tree.map(lambda p, g: p - 0.1 * g, params, jax.grad(objective)(params))

    ends = []
    for strength in (0.0, 0.1):
        params = params_of(hsr.Network.random((4, 8, 3), seed=2))
        for _ in range(100):
            params = step(params, strength)
        ends.append(float(ws_upper(params, iris.X, iris.y)))
    assert ends[1] < 0.8 * ends[0]


def test_what_is_wrong_is_said(network, few):
    with pytest.raises(Exception, match="W1 is 8x4 but X has 3 columns"):
        ws_upper(params_of(network), few[0][:, :3], few[1])
