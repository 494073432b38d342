//! Holds every equation against every witness, and tells.
//!
//! [`equations`] is the registry. [`exact`] compares in the prime field, [`float`] on real data with computed
//! tolerances, [`eigen`] with the spectrum of the dense Hessian, [`fast`](fn@fast) with the production path;
//! [`digits`](fn@digits) counts the digits of its `f64` values that are right; [`run`] does all of it and gives a [`Report`].

mod compare;
mod diagnose;
mod digits;
mod eigen;
mod equation;
mod equations;
mod exact;
mod fast;
mod float;
mod report;
mod run;
mod settings;
#[cfg(feature = "reports")]
mod told;
mod trained;

pub use compare::{Compared, Incomparable, Probe, compare};
pub use diagnose::{Diagnosis, smallest};
pub use digits::digits;
pub use eigen::{EigenCheck, Spectrum, eigen};
pub use equation::{Axis, Check, Equation, Truth};
pub use equations::{equations, field_equations, float_equations, precise_equations, rounded_equations};
pub use exact::{Exact, ExactFailure, exact};
pub use fast::{FAST_TOLERANCE, FastCheck, fast};
pub use float::{Float, FloatFailure, Point, float};
pub use report::{ExactSummary, Failure, Report, Row};
pub use run::{AuditError, run};
pub use settings::Settings;
pub use trained::{random_network, train};

/// The equation with this name.
fn matching<'a, A: crate::number::Arithmetic>(all: &'a [Equation<A>], name: &str) -> Option<&'a Equation<A>> {
    all.iter().find(|equation| equation.name == name)
}
