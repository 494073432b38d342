//! The Hessian off its null space, whole and in its two diagonal blocks: what has a bound of its own.

use crate::model::Shape;
use crate::number::Number;
use crate::terms::bound::Moments;

/// A value for each of the three.
#[derive(Clone, Copy)]
pub(super) struct Reduced<T> {
    /// Of the hidden block.
    pub hidden: T,
    /// Of the output block off the null space.
    pub output: T,
    /// Of the whole Hessian off the null space.
    pub whole: T,
}

/// What the bound on a symmetric matrix is made of.
#[derive(Clone, Copy)]
pub(super) struct TraceAndSquare<T> {
    pub trace: T,
    pub squared: T,
    pub size: usize,
}

impl<T> Reduced<T> {
    /// A function of each.
    pub fn map<U>(self, f: impl Fn(T) -> U) -> Reduced<U> {
        Reduced { hidden: f(self.hidden), output: f(self.output), whole: f(self.whole) }
    }

    /// Pairs of values of the same part.
    pub fn zip<U>(self, other: Reduced<U>) -> Reduced<(T, U)> {
        Reduced {
            hidden: (self.hidden, other.hidden),
            output: (self.output, other.output),
            whole: (self.whole, other.whole),
        }
    }
}

impl<T: Number> Reduced<TraceAndSquare<T>> {
    /// Traces, squared traces and sizes.
    pub fn of(moments: &Moments<T>, shape: &Shape) -> Self {
        Reduced {
            hidden: TraceAndSquare {
                trace: moments.hidden_trace,
                squared: moments.hidden_squared,
                size: shape.hidden_parameters(),
            },
            output: TraceAndSquare {
                trace: moments.output_trace,
                squared: moments.output_squared,
                size: shape.reduced_output_parameters(),
            },
            whole: TraceAndSquare {
                trace: moments.trace(),
                squared: moments.squared(),
                size: shape.reduced_parameters(),
            },
        }
    }
}
