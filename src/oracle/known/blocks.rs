//! The blocks of the Hessian.

/// A value for each of the blocks `H_WW`, `H_VV` and `H_VW`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Blocks<T> {
    pub hidden: T,
    pub output: T,
    pub coupling: T,
}

impl<T> Blocks<T> {
    /// The same value for each.
    pub fn all(value: T) -> Self
    where
        T: Copy,
    {
        Blocks { hidden: value, output: value, coupling: value }
    }

    /// A function of each.
    pub fn map<U>(self, f: impl Fn(T) -> U) -> Blocks<U> {
        Blocks { hidden: f(self.hidden), output: f(self.output), coupling: f(self.coupling) }
    }

    /// Pairs of values of the same block.
    pub fn zip<U>(self, other: Blocks<U>) -> Blocks<(T, U)> {
        Blocks {
            hidden: (self.hidden, other.hidden),
            output: (self.output, other.output),
            coupling: (self.coupling, other.coupling),
        }
    }
}

impl Blocks<f64> {
    /// The Frobenius norm of the Hessian is no larger, where these are no smaller than the norms of the blocks.
    pub fn norm_bound(self) -> f64 {
        self.hidden + self.output + std::f64::consts::SQRT_2 * self.coupling
    }
}
