"""The dense rival: the Hessian of the loss by automatic differentiation, and the bound from its entries."""

import jax
import jax.numpy as jnp

from network import flatten, loss, unflatten, ws_upper


def bound(parameters, batch):
    """WS of the D x D matrix that jax.hessian returns."""
    hessian = jax.hessian(lambda theta: loss(unflatten(theta, parameters), batch))(flatten(parameters))
    # H is symmetric: tr H^2 is the sum of its squared entries, without a product of matrices.
    return ws_upper(jnp.trace(hessian), jnp.sum(hessian**2), len(hessian))
