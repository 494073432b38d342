//! What the closed forms are made of: the forward quantities of one sample, and the pieces of its Hessian. The
//! functions that fill them are in `forward`.

use crate::number::{Matrix, Number, Vector};

/// Forward quantities of one sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample<T> {
    /// Inputs, with a 1 appended where there are biases.
    pub xt: Vector<T>,
    /// Hidden outputs `z = phi(a)`.
    pub z: Vector<T>,
    /// `phi'(a)`.
    pub phi1: Vector<T>,
    /// `phi''(a)`.
    pub phi2: Vector<T>,
    /// `phi'''(a)`.
    pub phi3: Vector<T>,
    /// Class probabilities.
    pub p: Vector<T>,
    /// Residual `p - y`.
    pub delta: Vector<T>,
    /// Whether the network has biases.
    pub biases: bool,
}

impl<T: Number> Sample<T> {
    /// Inputs without the appended 1.
    pub fn x(&self) -> Vector<T> {
        let inputs = self.xt.len() - usize::from(self.biases);
        self.xt.rows(0, inputs).into_owned()
    }

    /// Hidden outputs, with a 1 appended where there are biases.
    pub fn zt(&self) -> Vector<T> {
        if self.biases { self.z.push(T::one()) } else { self.z.clone() }
    }

    /// `|xt|^2`.
    pub fn nx(&self) -> T {
        self.xt.dot(&self.xt)
    }

    /// `|zt|^2`.
    pub fn nz(&self) -> T {
        self.zeta(self)
    }

    /// Gram entry `xi = xt_n . xt_m`.
    pub fn xi(&self, other: &Self) -> T {
        self.xt.dot(&other.xt)
    }

    /// Gram entry `zeta = zt_n . zt_m`.
    pub fn zeta(&self, other: &Self) -> T {
        let product = self.z.dot(&other.z);
        if self.biases { product + T::one() } else { product }
    }
}

/// A sample with the matrices that its Hessian is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Curvature<T> {
    /// Its forward quantities.
    pub sample: Sample<T>,
    /// Softmax covariance `S`, `C x C`.
    pub s: Matrix<T>,
    /// `S V`, `C x h`.
    pub sv: Matrix<T>,
    /// `A = S V diag(phi1)`, `C x h`.
    pub a: Matrix<T>,
    /// `K = V' S V`, `h x h`.
    pub k: Matrix<T>,
    /// `GN = diag(phi1) K diag(phi1)`.
    pub gn: Matrix<T>,
    /// `u = V' delta`.
    pub u: Vector<T>,
    /// `r = phi2 * u`.
    pub r: Vector<T>,
    /// `M = GN + diag(r)`.
    pub m: Matrix<T>,
}

/// Partial derivatives of a scalar `F` with respect to the quantities of one sample, each held independent of the
/// others: `F_p`, `F_delta`, `F_z`, `F_phi1`, `F_phi2`, and this sample's share of `F_V`.
///
/// `p` moves on the simplex, where `dp` sums to zero: `F_p` is defined up to one number added to all its entries,
/// which `S 1 = 0` removes.
#[derive(Clone, Debug, PartialEq)]
pub struct Partials<T> {
    /// `F_p`, C entries.
    pub p: Vector<T>,
    /// `F_delta`, C entries.
    pub delta: Vector<T>,
    /// `F_z`, h entries.
    pub z: Vector<T>,
    /// `F_phi1`, h entries.
    pub phi1: Vector<T>,
    /// `F_phi2`, h entries.
    pub phi2: Vector<T>,
    /// Share of `F_V`, `C x h`.
    pub v: Matrix<T>,
}

impl<T: Number> Partials<T> {
    /// All zero, with the sizes of this sample.
    pub fn zeros(sample: &Sample<T>) -> Self {
        let (classes, hidden) = (sample.p.len(), sample.z.len());
        let zeros = |length| Vector::from_element(length, T::zero());
        Partials {
            p: zeros(classes),
            delta: zeros(classes),
            z: zeros(hidden),
            phi1: zeros(hidden),
            phi2: zeros(hidden),
            v: Matrix::from_element(classes, hidden, T::zero()),
        }
    }
}
