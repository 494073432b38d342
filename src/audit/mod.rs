//! Holds every equation against every witness, and tells.

mod equation;
mod equations;

pub use equation::{Axis, Check, Equation, Truth};
pub use equations::equations;

mod compare;
mod exact;
mod float;

pub use compare::{Compared, Incomparable, Probe, compare};
pub use exact::{Exact, ExactFailure, exact};
pub use float::{Float, FloatFailure, Point, float};

/// The equation with this name.
fn matching<'a, A: crate::number::Arithmetic>(all: &'a [Equation<A>], name: &str) -> Option<&'a Equation<A>> {
    all.iter().find(|equation| equation.name == name)
}
