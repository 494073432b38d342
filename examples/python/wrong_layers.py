"""Wrong on purpose: `layers.py` with one mistake, `--fault NAME`. `hsr conform` must find each, and say what it looks like.

    python3 wrong_layers.py --list        the names
"""

import argparse

import numpy as np

from layers import SUPPORTS, LayerForms, answer, upper
from losses import LOSSES
from protocol import serve


class ForgetsCoupling(LayerForms):
    """Q without the block of layers 1 and 3."""

    @property
    def unit_squares(self):
        squares = dict(LayerForms.unit_squares.func(self))
        squares.pop((3, 1), None)
        return squares


class ForgetsLayerResidual(LayerForms):
    """K of layer 1 without diag(phi2 v)."""

    def residual(self, l):
        return 0 * super().residual(l) if l == 1 else super().residual(l)

    def bends(self, l, F, f2):
        return 0 * F if l == 1 else super().bends(l, F, f2)


class ForgetsResiduals(LayerForms):
    """K of all layers without diag(phi2 v), and no term g J: the Gauss-Newton matrix."""

    def residual(self, l):
        return 0 * super().residual(l)

    def backward(self):
        super().backward()
        self.J = {key: 0 * J for key, J in self.J.items()}


class ForgetsJacobian(LayerForms):
    """No term g J in the couplings of layers."""

    def backward(self):
        super().backward()
        self.J = {key: 0 * J for key, J in self.J.items()}


class NoBend(LayerForms):
    """phi'' of layer 2 is 0."""

    def slopes(self, l, a):
        value, first, second, third = super().slopes(l, a)
        return value, first, 0 * second if l == 2 else second, third


class OtherSlope(LayerForms):
    """phi' of layer 1 is that of the sigmoid."""

    def slopes(self, l, a):
        value, first, second, third = super().slopes(l, a)
        if l == 1:
            sigma = 1 / (1 + np.exp(-a))
            first = sigma * (1 - sigma)
        return value, first, second, third


class ForgetsThirdDerivative(LayerForms):
    """No R[F] in the gradient."""

    def __init__(self, *network):
        super().__init__(*network)
        self.loss_third = lambda o, y, F: 0 * o


class ForgetsBiasInput(LayerForms):
    """ze is the inner product of z, without the 1 of the bias."""

    @property
    def ze(self):
        return [None] + [self.z[l - 1] @ self.z[l - 1].T for l in range(1, self.L + 1)]


class ForgetsHalf(LayerForms):
    """The squared error without the half."""

    def __init__(self, weights, biases, activations, loss, X, Y):
        super().__init__(weights, biases, activations, loss, X, Y)
        if loss == "squared":
            value, delta, S, third = LOSSES[loss]
            self.loss_value, self.loss_delta = lambda o, y: 2 * value(o, y), lambda o, y: 2 * delta(o, y)
            self.loss_curvature = lambda o, y: 2 * S(o, y)
            self.backward()


class Sums(LayerForms):
    """Sums over the samples in place of means."""

    def __init__(self, *network):
        super().__init__(*network)
        self.share = 1.0


class ReducesSize(LayerForms):
    """The bound with the size without the null space, where D is meant."""

    @property
    def size(self):
        return self.D - self.shifts

    @property
    def gradient(self):
        bound = upper(self.trace, self.trace_squared, self.size)
        return LayerForms.gradient.func(self) if bound > 0 else None


class ReversesLayers(LayerForms):
    """Gradients from the last layer to the first."""

    def flat(self, layers):
        parts = []
        for l, layer in reversed(list(enumerate(layers, 1))):
            inputs = self.W[l].shape[1]
            parts += [layer[:, :inputs].ravel(), layer[:, inputs:].ravel()]
        return np.concatenate(parts)

    @property
    def hessian(self):
        return None


FAULTS = {
    "coupling-1-3": ForgetsCoupling,
    "residual-1": ForgetsLayerResidual,
    "gauss-newton": ForgetsResiduals,
    "jacobian": ForgetsJacobian,
    "bend-2": NoBend,
    "slope-1": OtherSlope,
    "third-derivative": ForgetsThirdDerivative,
    "bias-input": ForgetsBiasInput,
    "half": ForgetsHalf,
    "sum": Sums,
    "reduced-size": ReducesSize,
    "reversed": ReversesLayers,
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="closed forms of any depth with one mistake")
    parser.add_argument("--list", action="store_true", help="the names of the mistakes")
    parser.add_argument("--fault", choices=FAULTS, default="residual-1")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(FAULTS))
    else:
        forms = FAULTS[arguments.fault]
        serve(lambda case: answer(case, forms), name=f"closed forms with the fault {arguments.fault}", **SUPPORTS)
