"""All quantities in NumPy for networks of any depth and any loss, by the recursions of derivations/09-layers.md to 13-partition.md.

Layers are 1 .. L: W[l] takes z[l-1], a[l] = W[l] z[l-1] + b[l], z[l] = phi(a[l]), and a[L] is the output. In einsum, n and m are
samples, i and j units of a layer, p and q units of an earlier one. F_x is the derivative of the scalar at hand by x of each sample.
"""

import math
from functools import cached_property

import numpy as np

from closed_forms import ACTIVATIONS, beside
from losses import LOSSES
from protocol import serve

ACTIVATIONS = ACTIVATIONS | {
    "relu": lambda a: (np.maximum(a, 0), np.where(a > 0, 1.0, 0.0), np.zeros_like(a), np.zeros_like(a)),
    "leaky-relu": lambda a: (
        np.where(a > 0, a, 0.01 * a),
        np.where(a > 0, 1.0, 0.01),
        np.zeros_like(a),
        np.zeros_like(a),
    ),
}


def einsum(*operands):
    return np.einsum(*operands, optimize=True)


class LayerForms:
    """One network with data and a loss."""

    def __init__(self, weights, biases, activations, loss, X, Y):
        self.N, self.L = len(X), len(weights)
        self.W, self.biases, self.activations, self.Y = [None, *weights], [None, *biases], [None, *activations], Y
        self.loss_value, self.loss_delta, self.loss_curvature, self.loss_third = LOSSES[loss]
        self.ignores_shifts = loss == "softmax"
        self.share = 1 / self.N
        self.forward(X)
        self.backward()

    @classmethod
    def of(cls, case):
        numbers = range(1, len(case["shape"]["widths"]) + 1)
        weights, biases = ([case[f"{name}{l}"] for l in numbers] for name in "Wb")
        return cls(weights, biases, case["activations"], case["loss"], case["X"], case["Y"])

    # One sample's way there and back.

    def forward(self, X):
        self.z, self.phi1, self.phi2, self.phi3 = [X], [None], [None], [None]
        for l in range(1, self.L + 1):
            a = self.z[-1] @ self.W[l].T + (0 if self.biases[l] is None else self.biases[l])
            if l < self.L:
                z, *slopes = self.slopes(l, a)
                self.z.append(z)
                for all_slopes, slope in zip((self.phi1, self.phi2, self.phi3), slopes):
                    all_slopes.append(slope)
        self.o = a

    def slopes(self, l, a):
        """phi and its first three derivatives."""
        return ACTIVATIONS[self.activations[l]](a)

    def zt(self, l):
        """The input of layer l, with a 1 for its bias."""
        return beside(self.z[l - 1], None if self.biases[l] is None else np.ones(self.N))

    def backward(self):
        """g and v, K[m, l] = d g[m] / d a[l], J[k, l] = d z[k] / d a[l]."""
        L, W, phi1 = self.L, self.W, self.phi1
        self.g, self.v = [None] * (L + 1), [None] * L
        self.g[L] = self.loss_delta(self.o, self.Y)
        for l in range(L - 1, 0, -1):
            self.v[l] = self.g[l + 1] @ W[l + 1]
            self.g[l] = phi1[l] * self.v[l]

        self.K = {(L, L): self.loss_curvature(self.o, self.Y)}
        for l in range(L - 1, 0, -1):
            for m in range(l + 1, L + 1):
                self.K[m, l] = self.K[m, l + 1] @ W[l + 1] * phi1[l][:, None, :]
            inner = W[l + 1].T @ self.K[l + 1, l + 1] @ W[l + 1]
            self.K[l, l] = phi1[l][:, :, None] * inner * phi1[l][:, None, :] + self.residual(l)

        self.J = {}
        for k in range(1, L):
            for l in range(1, k):
                self.J[k, l] = phi1[k][:, :, None] * (W[k] @ self.J[k - 1, l])
            self.J[k, k] = einsum("ni,ij->nij", phi1[k], np.eye(phi1[k].shape[1]))

    def residual(self, l):
        """diag(phi2 v), what the bend of a layer's activation adds to K."""
        return einsum("ni,ij->nij", self.phi2[l] * self.v[l], np.eye(self.v[l].shape[1]))

    # Sizes and order: W1, b1, W2, b2, ..

    def parameters_of(self, l):
        units, inputs = self.W[l].shape
        return units * (inputs + (self.biases[l] is not None))

    @cached_property
    def D(self):
        return sum(map(self.parameters_of, range(1, self.L + 1)))

    @property
    def shifts(self):
        """Directions on which the Hessian vanishes, since the softmax does not see what all outputs have in common."""
        return self.zt(self.L).shape[1] if self.ignores_shifts else 0

    def flat(self, layers):
        """From what stands at (W[l], b[l]) of each layer."""
        parts = []
        for l, layer in enumerate(layers, 1):
            inputs = self.W[l].shape[1]
            parts += [layer[:, :inputs].ravel(), layer[:, inputs:].ravel()]
        return np.concatenate(parts)

    def pairs_of_layers(self):
        """All m > l."""
        return [(m, l) for m in range(2, self.L + 1) for l in range(1, m)]

    # The loss.

    @cached_property
    def loss(self):
        return self.share * self.loss_value(self.o, self.Y).sum()

    @cached_property
    def loss_gradient(self):
        return self.share * self.flat([self.g[l].T @ self.zt(l) for l in range(1, self.L + 1)])

    # The Hessian, by blocks.

    @cached_property
    def hessian(self):
        blocks = {}
        for l in range(1, self.L + 1):
            blocks[l, l] = einsum("nip,nj,nq->ijpq", self.K[l, l], self.zt(l), self.zt(l))
        for m, l in self.pairs_of_layers():
            block = einsum("nip,nj,nq->ijpq", self.K[m, l], self.zt(m), self.zt(l))
            inputs = self.z[m - 1].shape[1]
            # The input of the later layer moves with the earlier one; the 1 of the bias does not.
            block[:, :inputs] += einsum("ni,njp,nq->ijpq", self.g[m], self.J[m - 1, l], self.zt(l))
            blocks[m, l], blocks[l, m] = block, block.transpose(2, 3, 0, 1)
        sizes, numbers = self.parameters_of, range(1, self.L + 1)
        nothing = lambda m, l: np.zeros((sizes(m), sizes(l)))
        block = lambda m, l: blocks[m, l].reshape(sizes(m), sizes(l)) if (m, l) in blocks else nothing(m, l)
        H = np.block([[block(m, l) for l in numbers] for m in numbers])
        places = np.split(np.arange(self.D), np.cumsum([sizes(l) for l in numbers])[:-1])
        order = self.flat([part.reshape(self.W[l].shape[0], -1) for l, part in enumerate(places, 1)])
        return self.share * H[np.ix_(order, order)]

    @cached_property
    def lambda_max(self):
        return np.linalg.eigvalsh(self.hessian)[-1]

    # Traces of units, and squared norms of the blocks of pairs of units, without the Hessian.

    @cached_property
    def ze(self):
        """Inner products of the inputs of each layer, for all pairs of samples."""
        return [None] + [self.zt(l) @ self.zt(l).T for l in range(1, self.L + 1)]

    @cached_property
    def through(self):
        """(J' z)_p for J of sample m and the input z of layer k of sample n."""
        return {(k, l): einsum("mjp,nj->nmp", self.J[k - 1, l], self.z[k - 1]) for k, l in self.pairs_of_layers()}

    @cached_property
    def products(self):
        """(J' J)_pp for two samples."""
        return {(k, l): einsum("njp,mjp->nmp", self.J[k - 1, l], self.J[k - 1, l]) for k, l in self.pairs_of_layers()}

    def diagonal_of(self, l):
        return einsum("nii->ni", self.K[l, l])

    @cached_property
    def unit_traces(self):
        return [self.share * np.diagonal(self.ze[l]) @ self.diagonal_of(l) for l in range(1, self.L + 1)]

    @cached_property
    def unit_squares(self):
        squares, K, g, ze = {}, self.K, self.g, self.ze
        for l in range(1, self.L + 1):
            squares[l, l] = einsum("nm,nip,mip->ip", ze[l] ** 2, K[l, l], K[l, l])
        for k, l in self.pairs_of_layers():
            squares[k, l] = (
                einsum("nm,nip,mip->ip", ze[l] * ze[k], K[k, l], K[k, l])
                + 2 * einsum("nm,nip,mi,nmp->ip", ze[l], K[k, l], g[k], self.through[k, l])
                + einsum("nm,ni,mi,nmp->ip", ze[l], g[k], g[k], self.products[k, l])
            )
        return {pair: self.share**2 * square for pair, square in squares.items()}

    @cached_property
    def layer_traces(self):
        return np.array([traces.sum() for traces in self.unit_traces])

    @cached_property
    def trace(self):
        return self.layer_traces.sum()

    @cached_property
    def trace_squared(self):
        # Blocks of different layers stand twice in the Hessian.
        return sum((1 if m == l else 2) * square.sum() for (m, l), square in self.unit_squares.items())

    # Their gradient: of sum tau T + sum kappa |H|^2 over units and pairs of units.

    def totals(self, t, q):
        """tau and kappa of t T + q Q."""
        tau = [np.full(len(traces), t) for traces in self.unit_traces]
        return tau, {(m, l): np.full(s.shape, q if m == l else 2 * q) for (m, l), s in self.unit_squares.items()}

    def partials(self, tau, kappa):
        """Derivatives by K, J, g and z of each sample, each held independent of the others."""
        K, g, z, ze, share, pair = self.K, self.g, self.z, self.ze, self.share, 2 * self.share**2
        F_K, F_J = {}, {key: np.zeros_like(J) for key, J in self.J.items()}
        F_g = [None] + [np.zeros_like(self.g[l]) for l in range(1, self.L + 1)]
        F_z = [np.zeros_like(inputs) for inputs in z]
        for l in range(1, self.L + 1):
            weights, count = share * np.diagonal(ze[l]), kappa[l, l]
            F_K[l, l] = einsum("n,i,ij->nij", weights, tau[l - 1], np.eye(len(tau[l - 1])))
            F_K[l, l] += pair * einsum("nm,ip,mip->nip", ze[l] ** 2, count, K[l, l])
            F_z[l - 1] += 2 * share * (self.diagonal_of(l) @ tau[l - 1])[:, None] * z[l - 1]
            F_z[l - 1] += 2 * pair * einsum("nm,ip,nip,mip,mj->nj", ze[l], count, K[l, l], K[l, l], z[l - 1])
        for m, l in self.pairs_of_layers():
            if (m, l) not in kappa:
                continue
            count, A, J, P, R = kappa[m, l], K[m, l], self.J[m - 1, l], self.through[m, l], self.products[m, l]
            F_K[m, l] = pair * einsum("nm,ip,mip->nip", ze[l] * ze[m], count, A)
            F_K[m, l] += pair * einsum("nm,ip,mi,nmp->nip", ze[l], count, g[m], P)
            F_g[m] += pair * einsum("nm,ip,mip,mnp->ni", ze[l], count, A, P)
            F_g[m] += pair * einsum("nm,ip,mi,nmp->ni", ze[l], count, g[m], R)
            F_J[m - 1, l] += pair * einsum("nm,ip,ni,mip,mj->njp", ze[l], count, g[m], A, z[m - 1])
            F_J[m - 1, l] += pair * einsum("nm,ip,ni,mi,mjp->njp", ze[l], count, g[m], g[m], J)
            KK = einsum("ip,nip,mip->nm", count, A, A)
            F_z[m - 1] += pair * (ze[l] * KK) @ z[m - 1]
            F_z[m - 1] += pair * einsum("nm,ip,mi,nip,mjp->nj", ze[l], count, g[m], A, J)
            mixed = einsum("ip,nip,mi,nmp->nm", count, A, g[m], P)
            bracket = KK * ze[m] + mixed + mixed.T + einsum("ip,ni,mi,nmp->nm", count, g[m], g[m], R)
            F_z[l - 1] += pair * bracket @ z[l - 1]
        return F_K, F_J, F_g, F_z

    def objective_gradient(self, tau, kappa):
        """The partial derivatives swept back to the parameters."""
        F_K, F_J, F_g, F_z = self.partials(tau, kappa)
        L, W, phi1, K, J = self.L, self.W, self.phi1, self.K, self.J
        G = [np.zeros_like(weights) for weights in W[1:]]
        f1, f2 = ([None] + [np.zeros_like(slopes) for slopes in phi1[1:]] for _ in range(2))
        for m, l in self.pairs_of_layers():
            F_K.setdefault((m, l), np.zeros_like(K[m, l]))

        for l in range(1, L):
            for k in range(L - 1, l, -1):
                F = phi1[k][:, :, None] * F_J[k, l]
                F_J[k - 1, l] += W[k].T @ F
                G[k - 1] += einsum("nip,njp->ij", F, J[k - 1, l])
                f1[k] += (W[k] @ J[k - 1, l] * F_J[k, l]).sum(axis=2)
            f1[l] += einsum("nii->ni", F_J[l, l])

        for l in range(1, L):
            V, slope = W[l + 1], phi1[l]
            for m in range(l + 1, L + 1):
                F = F_K[m, l] * slope[:, None, :]
                F_K[m, l + 1] += F @ V.T
                G[l] += einsum("niq,nip->qp", K[m, l + 1], F)
                f1[l] += (K[m, l + 1] @ V * F_K[m, l]).sum(axis=1)
            F, inner = F_K[l, l], V.T @ K[l + 1, l + 1] @ V
            X = slope[:, :, None] * F * slope[:, None, :]
            F_K[l + 1, l + 1] += V @ X @ V.T
            G[l] += (K[l + 1, l + 1] @ V @ (X + X.transpose(0, 2, 1))).sum(axis=0)
            f1[l] += einsum("nij,nij,nj->ni", F + F.transpose(0, 2, 1), inner, slope) + F_g[l] * self.v[l]
            F_v = self.bends(l, einsum("nii->ni", F), f2) + F_g[l] * slope
            F_g[l + 1] += F_v @ V.T
            G[l] += self.g[l + 1].T @ F_v

        a = einsum("nkl,nl->nk", K[L, L], F_g[L]) + self.loss_third(self.o, self.Y, F_K[L, L])
        layers = [None] * L
        for l in range(L, 0, -1):
            layers[l - 1] = a.T @ self.zt(l)
            layers[l - 1][:, : W[l].shape[1]] += G[l - 1]
            if l > 1:
                z = a @ W[l] + F_z[l - 1]
                a = phi1[l - 1] * z + self.phi2[l - 1] * f1[l - 1] + self.phi3[l - 1] * f2[l - 1]
        return self.flat(layers)

    def bends(self, l, F, f2):
        """The derivative by v of the residual part; that by phi2 is added to f2."""
        f2[l] += F * self.v[l]
        return F * self.phi2[l]

    @cached_property
    def trace_gradient(self):
        return self.objective_gradient(*self.totals(1.0, 0.0))

    @cached_property
    def trace_squared_gradient(self):
        return self.objective_gradient(*self.totals(0.0, 1.0))

    # The bound, from one group of all parameters.

    @property
    def size(self):
        return self.D

    @cached_property
    def ws_upper(self):
        return upper(self.trace, self.trace_squared, self.size)

    @cached_property
    def ws_reduced(self):
        bound = upper(self.trace, self.trace_squared, self.D - self.shifts)
        return max(bound, 0.0) if self.shifts else bound

    @cached_property
    def gradient(self):
        found = slopes_of_upper(self.trace, self.trace_squared, self.size)
        return None if found is None else self.objective_gradient(*self.totals(*found))

    # Bounds by groups of units: the largest eigenvalue of a small matrix.

    def groups(self, by_units):
        """Layer, units, size off the null space, and whether something is left out, of each group."""
        for l in range(1, self.L + 1):
            units, last = self.W[l].shape[0], l == self.L
            if by_units:
                yield from ((l, slice(i, i + 1), self.parameters_of(l) // units, False) for i in range(units))
            else:
                shifts = self.shifts if last else 0
                yield l, slice(0, units), self.parameters_of(l) - shifts, shifts > 0

    def moments(self, one, two):
        """The squared norm of the block of two groups, the later layer first."""
        (m, rows, *_), (l, columns, *_) = one, two
        squares = self.unit_squares.get((m, l))
        return 0.0 if squares is None else squares[rows, columns].sum()

    def bound_matrix(self, groups):
        C = np.zeros((len(groups), len(groups)))
        for g, (l, units, size, reduced) in enumerate(groups):
            alpha = upper(self.unit_traces[l - 1][units].sum(), self.moments(groups[g], groups[g]), size)
            C[g, g] = max(alpha, 0.0) if reduced else alpha
            for h in range(g):
                C[g, h] = C[h, g] = math.sqrt(self.moments(groups[g], groups[h]))
        return C

    def bound_by(self, by_units):
        return np.linalg.eigvalsh(self.bound_matrix(list(self.groups(by_units))))[-1]

    def bound_gradient_by(self, by_units):
        """sum v_g^2 d alpha_g + 2 sum v_g v_h d gamma_gh at the top eigenvector v."""
        groups = list(self.groups(by_units))
        C = self.bound_matrix(groups)
        v = np.linalg.eigh(C)[1][:, -1]
        tau, kappa = self.totals(0.0, 0.0)
        for g, (l, units, size, reduced) in enumerate(groups):
            T, Q = self.unit_traces[l - 1][units].sum(), self.moments(groups[g], groups[g])
            by_T, by_Q = slopes_of_upper(T, Q, size) or (1 / size, 0.0)
            if not (reduced and C[g, g] == 0):
                tau[l - 1][units] += v[g] ** 2 * by_T
                kappa[l, l][units, units] += v[g] ** 2 * by_Q
            for h in range(g):
                k, others, *_ = groups[h]
                if C[g, h] > 0:
                    # Two units of a layer: the block and its transpose are both in kappa.
                    count = v[g] * v[h] / C[g, h] / (2 if k == l else 1)
                    kappa[l, k][units, others] += count
                    if k == l:
                        kappa[l, l][others, units] += count
        return self.objective_gradient(tau, kappa)

    @cached_property
    def ws_layers(self):
        return self.bound_by(by_units=False)

    @cached_property
    def ws_units(self):
        return self.bound_by(by_units=True)

    @cached_property
    def ws_layers_gradient(self):
        return self.bound_gradient_by(by_units=False)

    @cached_property
    def ws_units_gradient(self):
        return self.bound_gradient_by(by_units=True)


def mean_and_spread(T, Q, D):
    m = T / D
    return m, math.sqrt(max(Q / D - m**2, 0.0))


def upper(T, Q, D):
    """WS of a block from its trace, squared trace and size."""
    m, s = mean_and_spread(T, Q, D)
    return m + s * math.sqrt(D - 1)


def slopes_of_upper(T, Q, D):
    """Its derivatives by T and Q; None where s = 0, since the square root has none there."""
    if D == 1:
        return 1.0, 0.0
    m, s = mean_and_spread(T, Q, D)
    if s == 0:
        return None
    r = math.sqrt(D - 1)
    return (1 - r * m / s) / D, r / (2 * s * D)


QUANTITIES = (
    "loss loss_gradient hessian trace trace_squared ws_upper trace_gradient trace_squared_gradient gradient lambda_max "
    "layer_traces ws_reduced ws_layers ws_units ws_layers_gradient ws_units_gradient"
).split()
# What this program says of itself.
SUPPORTS = {
    "activations": list(ACTIVATIONS),
    "losses": list(LOSSES),
    "layers": [1, 2, 3, 4, 5],
    "quantities": QUANTITIES,
}


def answer(case, forms=LayerForms):
    found = forms.of(case)
    return {quantity: getattr(found, quantity) for quantity in case["quantities"]}


if __name__ == "__main__":
    serve(answer, name="closed forms of any depth in NumPy", **SUPPORTS)
