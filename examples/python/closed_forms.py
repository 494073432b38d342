"""The ten quantities in NumPy, by closed forms.

Names are those of the derivation (derivations/). In einsum, n and m are samples, k and l classes, i and j hidden units,
d and e inputs. F_x is the derivative of the scalar at hand by x, F_S[n] the one by S of sample n alone.
"""

import math
from functools import cached_property

import numpy as np

from protocol import serve

erfc = np.vectorize(math.erfc, otypes=[float])


def sigmoid(a):
    # In logarithms: neither tail overflows, and both keep their digits.
    return np.exp(-np.logaddexp(0, -a))


def sigmoid_slopes(a):
    s, rest = sigmoid(a), sigmoid(-a)
    return s, s * rest, s * rest * (rest - s), s * rest * (1 - 6 * s * rest)


def tanh_slopes(a):
    t = np.tanh(a)
    q = 1 - t**2
    return t, q, -2 * t * q, q * (4 - 6 * q)


def gelu_slopes(a):
    normal, density = erfc(-a / math.sqrt(2)) / 2, np.exp(-(a**2) / 2) / math.sqrt(2 * math.pi)
    return a * normal, normal + a * density, (2 - a**2) * density, (a**2 - 4) * a * density


def silu_slopes(a):
    s, s1, s2, s3 = sigmoid_slopes(a)
    return a * s, s + a * s1, 2 * s1 + a * s2, 3 * s2 + a * s3


def gelu_tanh_slopes(a):
    # (1 + tanh u)/2 is sigmoid(2u), which does not cancel for negative u; v is 2u.
    scale, cubic = math.sqrt(8 / math.pi), 0.044715 * math.sqrt(8 / math.pi)
    v1, v2, v3 = scale + 3 * cubic * a**2, 6 * cubic * a, 6 * cubic
    s, s1, s2, s3 = sigmoid_slopes(scale * a + cubic * a**3)
    g1, g2, g3 = s1 * v1, s2 * v1**2 + s1 * v2, s3 * v1**3 + 3 * s2 * v1 * v2 + s1 * v3
    return a * s, s + a * g1, 2 * g1 + a * g2, 3 * g2 + a * g3


# phi and its first three derivatives.
ACTIVATIONS = {
    "sigmoid": sigmoid_slopes,
    "tanh": tanh_slopes,
    "softplus": lambda a: (np.logaddexp(0, a), *sigmoid_slopes(a)[:3]),
    "gelu": gelu_slopes,
    "silu": silu_slopes,
    "sin": lambda a: (np.sin(a), np.cos(a), -np.sin(a), -np.cos(a)),
    "identity": lambda a: (a, np.ones_like(a), np.zeros_like(a), np.zeros_like(a)),
    "gelu-tanh": gelu_tanh_slopes,
}


def beside(block, column):
    """(block, column), or the block alone without biases."""
    return block if column is None else np.column_stack([block, column])


def log_softmax(o):
    shifted = o - o.max(axis=1, keepdims=True)
    # The largest term of the sum is 1: log1p of the others keeps a loss far below 1e-16.
    others = np.sort(np.exp(shifted), axis=1)[:, :-1].sum(axis=1, keepdims=True)
    return shifted - np.log1p(others)


def covariance(p):
    """S = diag(p) - p p' of each sample, its diagonal from S 1 = 0, since p - p^2 cancels near 1."""
    S = -np.einsum("nk,nl->nkl", p, p)
    diagonal = np.einsum("nkk->nk", S)
    diagonal[:] = 0
    diagonal[:] = -S.sum(axis=2)
    return S


def over_pairs(F, G):
    """<F_n, G_m>."""
    return F.reshape(len(F), -1) @ G.reshape(len(G), -1).T


def over_samples(weights, F):
    """sum_m weights_nm F_m."""
    return np.einsum("nm,m...->n...", weights, F)


class ClosedForms:
    """One network on one batch. The first axis of every array without weights runs over the samples."""

    def __init__(self, activation, W, b, V, c, X, Y):
        self.N, (self.h, self.d), self.V, self.Y = len(X), W.shape, V, Y
        ones = None if b is None else np.ones(self.N)
        self.xt = beside(X, ones)
        self.z, self.phi1, self.phi2, self.phi3 = ACTIVATIONS[activation](self.xt @ beside(W, b).T)
        self.zt = beside(self.z, ones)
        self.log_p = log_softmax(self.zt @ beside(V, c).T)
        self.p = np.exp(self.log_p)
        self.delta = self.p - Y
        self.u = self.delta @ V

        self.S = covariance(self.p)
        self.SV = self.S @ V
        self.A = self.SV * self.phi1[:, None, :]
        self.R = np.einsum("nk,ni->nki", self.delta, self.phi1)  # what delta adds to A, at j = i
        self.K = V.T @ self.SV
        self.GN = np.einsum("ni,nij,nj->nij", self.phi1, self.K, self.phi1)
        bend, pull = self.residual()
        self.r = bend * pull
        self.M = self.GN + np.einsum("ni,ij->nij", self.r, np.eye(self.h))

        self.nx, self.nz = (self.xt**2).sum(axis=1), (self.zt**2).sum(axis=1)
        self.D = self.h * self.xt.shape[1] + len(V) * self.zt.shape[1]

    def residual(self):
        """The two factors of r = phi2 * u, the residual part of the hidden block."""
        return self.phi2, self.u

    def flat(self, on_xt, on_zt):
        """The order W, b, V, c, from what stands at (W, b) and at (V, c)."""
        parts = on_xt[:, : self.d], on_xt[:, self.d :], on_zt[:, : self.h], on_zt[:, self.h :]
        return np.concatenate([part.ravel() for part in parts])

    # The loss.

    @cached_property
    def loss(self):
        return -(self.Y * self.log_p).sum() / self.N

    @cached_property
    def loss_gradient(self):
        return self.flat((self.phi1 * self.u).T @ self.xt, self.delta.T @ self.zt) / self.N

    # The Hessian, by blocks.

    @cached_property
    def hessian(self):
        h_ww = np.einsum("nij,nd,ne->idje", self.M, self.xt, self.xt)
        h_vv = np.einsum("nkl,ni,nj->kilj", self.S, self.zt, self.zt)
        h_vw = np.einsum("nki,nj,nd->kjid", self.A, self.zt, self.xt)
        i = np.arange(self.h)
        h_vw[:, i, i, :] += np.einsum("nki,nd->kid", self.R, self.xt)

        ww, vv = self.h * self.xt.shape[1], len(self.V) * self.zt.shape[1]
        h_vw = h_vw.reshape(vv, ww)
        H = np.block([[h_ww.reshape(ww, ww), h_vw.T], [h_vw, h_vv.reshape(vv, vv)]]) / self.N
        order = self.flat(np.arange(ww).reshape(self.h, -1), np.arange(ww, ww + vv).reshape(len(self.V), -1))
        return H[np.ix_(order, order)]

    @cached_property
    def lambda_max(self):
        return np.linalg.eigvalsh(self.hessian)[-1]

    # The two traces and the bound, without the Hessian.

    @cached_property
    def trace(self):
        t_out = np.einsum("nkk->n", self.S) * self.nz
        t_gn = self.nx * np.einsum("nii->n", self.GN)
        t_res = self.nx * self.r.sum(axis=1)
        return (t_out + t_gn + t_res).mean()

    @cached_property
    def pairs(self):
        """zeta, xi, <S_n,S_m>, <A_n,A_m>, and A_n * z_n."""
        zeta, xi = over_pairs(self.zt, self.zt), over_pairs(self.xt, self.xt)
        return zeta, xi, over_pairs(self.S, self.S), over_pairs(self.A, self.A), self.A * self.z[:, None, :]

    @cached_property
    def trace_squared(self):
        zeta, xi, SS, AA, Az = self.pairs
        AzR = over_pairs(Az, self.R)
        q_out = SS * zeta**2
        q_hid = over_pairs(self.M, self.M) * xi**2
        q_cross = (AA * zeta + AzR + AzR.T + over_pairs(self.R, self.R)) * xi
        return (q_out + q_hid + 2 * q_cross).sum() / self.N**2

    @cached_property
    def mean_and_spread(self):
        m = self.trace / self.D
        return m, math.sqrt(max(self.trace_squared / self.D - m**2, 0))

    @cached_property
    def ws_upper(self):
        m, s = self.mean_and_spread
        return m + s * math.sqrt(self.D - 1)

    # Their gradients.

    def pull_back(self, F_S, F_M, F_A, F_R, F_z):
        """The gradient by theta of a scalar, from its derivatives by S, M, A, R and z of each sample."""
        V, phi1 = self.V, self.phi1
        bend, pull = self.residual()

        # M = diag(phi1) K diag(phi1) + diag(r), with K = V' S V and r = phi2 * u.
        F_r = np.einsum("nii->ni", F_M)
        F_phi2, F_u = F_r * pull, F_r * bend
        F_phi1 = 2 * np.einsum("nij,nij,nj->ni", F_M, self.K, phi1)
        F_K = np.einsum("ni,nij,nj->nij", phi1, F_M, phi1)
        F_S = F_S + V @ F_K @ V.T
        F_V = 2 * (self.SV @ F_K).sum(axis=0)

        # A = S V diag(phi1).
        F_SV = F_A * phi1[:, None, :]
        F_phi1 += np.einsum("nki,nki->ni", F_A, self.SV)
        F_S += F_SV @ V.T
        F_V += (self.S @ F_SV).sum(axis=0)

        # R = delta phi1', u = V' delta, S = diag(p) - p p'.
        F_phi1 += np.einsum("nki,nk->ni", F_R, self.delta)
        F_delta = np.einsum("nki,ni->nk", F_R, phi1) + F_u @ V.T
        F_V += self.delta.T @ F_u
        F_p = np.einsum("nkk->nk", F_S) - np.einsum("nkl,nl->nk", F_S + F_S.transpose(0, 2, 1), self.p)

        # The chain of the network.
        F_o = np.einsum("nkl,nl->nk", self.S, F_p + F_delta)
        F_a = phi1 * (F_o @ V + F_z) + self.phi2 * F_phi1 + self.phi3 * F_phi2
        on_zt = F_o.T @ self.zt
        on_zt[:, : self.h] += F_V
        return self.flat(F_a.T @ self.xt, on_zt)

    @cached_property
    def trace_gradient(self):
        # T = mean of nz tr S + nx tr M.
        F_S = np.einsum("n,kl->nkl", self.nz, np.eye(len(self.V)))
        F_M = np.einsum("n,ij->nij", self.nx, np.eye(self.h))
        F_z = 2 * np.einsum("nkk,ni->ni", self.S, self.z)
        nothing = np.zeros_like(self.A)
        return self.pull_back(F_S, F_M, nothing, nothing, F_z) / self.N

    @cached_property
    def trace_squared_gradient(self):
        # Each pair counts twice, and q_cross twice more.
        zeta, xi, SS, AA, Az = self.pairs
        E = over_samples(4 * xi, self.R)
        return self.pull_back(
            F_S=over_samples(2 * zeta**2, self.S),
            F_M=over_samples(2 * xi**2, self.M),
            F_A=over_samples(4 * xi * zeta, self.A) + E * self.z[:, None, :],
            F_R=over_samples(4 * xi, Az) + E,
            F_z=over_samples(4 * (SS * zeta + AA * xi), self.z) + (E * self.A).sum(axis=1),
        ) / self.N**2

    @cached_property
    def gradient(self):
        """Of ws_upper; None where s = 0, since the square root has none there."""
        m, s = self.mean_and_spread
        if s == 0:
            return None
        of_mean = self.trace_gradient / self.D
        return of_mean + math.sqrt(self.D - 1) / (2 * s) * (self.trace_squared_gradient / self.D - 2 * m * of_mean)


def answer(case, forms=ClosedForms):
    found = forms(case["activation"], *(case[name] for name in "WbVcXY"))
    return {quantity: getattr(found, quantity) for quantity in case["quantities"]}


if __name__ == "__main__":
    serve(answer, name="closed forms in NumPy")
