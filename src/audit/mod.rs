//! Holds every equation against every witness, and reports.
//!
//! An equation has a closed side and truths, which are kept apart by type: the closed side is given [`Forms`], a truth is given
//! [`Loss`](crate::witness::Loss), a [`Dense`] Hessian, or the [`Moving`] terms of earlier chapters. Equations of any depth, those of
//! chapters 9 to 13, have [`LayerForms`], [`LayerLoss`](crate::witness::LayerLoss), [`LayerDense`] and [`LayerMoving`] in their places; a
//! [`Subject`] is a network with data, with the closed forms of both kinds. [`equations`] puts both sides together. [`exact`] compares in the prime field, [`float`] on real data with computed tolerances, [`eigen`] with the spectrum
//! of the dense Hessian, [`fast`](fn@fast) with the production path; [`digits`](fn@digits) counts the digits of its `f64` values
//! that are right; [`audit`](fn@audit) does all of it and gives a [`AuditReport`]. [`check_loss`] is the exact check of a loss of one's
//! own.
//!
//! # What an equation is compiled for
//! | what | arithmetic | why |
//! | --- | --- | --- |
//! | the closed side | `f64` | its value on real data |
//! | | [`Rounded`](crate::number::Rounded) | the tolerance of that value |
//! | | [`Precise`](crate::number::Precise) | how many of its digits are right |
//! | | [`Field`](crate::number::Field) | whether it is the same expression |
//! | | [`Degree`](crate::number::Degree) | how likely a wrong one is to pass |
//! | a truth, and the definition of the loss below it | the same without `Precise`, each with derivatives up to the third: dual numbers of `num-dual` over `f64`, [`Jet`](crate::number::Jet)s over the others | the derivatives that it consists of |
//! | a term that a later chapter differentiates | the same with first derivatives; those of chapter 4 with second ones, too | the gradients of chapters 6 to 8 and 11 to 13 |

mod along;
mod checks;
mod closed;
mod compare;
mod dense;
mod diagnose;
mod digits;
mod eigen;
mod equation;
mod exact;
mod fast;
mod float;
#[cfg(feature = "reports")]
mod formats;
mod forms;
mod layer_dense;
mod layer_eigen;
mod layer_fast;
mod layer_forms;
mod own_loss;
mod registry;
mod report;
mod run;
mod settings;
mod sizes;
mod steps;
mod subject;
mod trained;
mod truths;

pub use checks::{Checks, Views};
pub use closed::{closed_forms, precise_forms};
pub use compare::{Compared, Incomparable, Probe, compare};
pub use dense::Dense;
pub use diagnose::{SmallestFailure, smallest};
pub use digits::digits;
pub use eigen::{EigenCheck, EigenSummary, eigen};
pub use equation::{Axis, Check, ClosedForm, Components, Equation, On, Sides, Truth};
pub use exact::{Exact, ExactFailure, exact};
pub use fast::{FAST_TOLERANCE, FastCheck, fast};
pub use float::{Float, FloatFailure, Point, float};
pub use forms::Forms;
pub use layer_dense::LayerDense;
pub use layer_forms::{LayerForms, Piece, Place};
pub use own_loss::{LossFailure, check_loss};
pub use registry::{equations, field_equations, float_equations, rounded_equations};
pub use report::{AuditReport, ExactSummary, Failure, Row};
pub use run::{AuditError, audit};
pub use settings::AuditSettings;
pub use steps::{LayerMoving, LayerSlot, Moving, OfLayerSamples, OfPieces, OfSamples, Slot};
pub use subject::{Size, Subject};
pub use trained::{nearest_kink, random_layers, random_network, train, train_layers};

/// The equation with this name.
fn matching<'a, A: crate::number::Arithmetic>(all: &'a [Equation<A>], name: &str) -> Option<&'a Equation<A>> {
    all.iter().find(|equation| equation.closed.name == name)
}
