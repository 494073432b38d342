//! The closed forms at a case, each computed once.

use super::along::Along;
use crate::number::{Matrix, Smooth};
use crate::terms::bound::{Moments, mean, moments, spread};
use crate::terms::bound_gradient::{MomentGradients, NoGradient, moment_gradients};
use crate::terms::{Curvature, Partials, Sample, curvatures, hessian, samples};
use crate::witness::{Case, Draw};
use std::sync::OnceLock;

/// The closed forms at a case: all that the closed side of an equation may ask for.
///
/// ```
/// use hsr::audit::Forms;
/// use hsr::model::{Activation, Shape};
/// use hsr::terms::trace::trace;
/// use hsr::witness::Case;
///
/// let shape = Shape { samples: 2, inputs: 1, hidden: 2, classes: 2, biases: true };
/// let forms = Forms::new(Case::<f64>::random(shape, Activation::Tanh, 7));
/// let t: f64 = trace(&forms.samples, forms.v());
/// assert!((t - forms.hessian().trace()).abs() < 1e-14);
/// ```
///
/// It leads to no derivative of the loss:
/// ```compile_fail,E0599
/// fn closed(forms: &hsr::audit::Forms<f64>, direction: &[f64]) -> Vec<f64> {
///     vec![forms.slope(direction)]
/// }
/// ```
/// nor can a closed form that holds in every arithmetic make one, since not every arithmetic carries derivatives:
/// ```compile_fail,E0277
/// use hsr::number::Smooth;
/// fn closed<A: Smooth>(forms: &hsr::audit::Forms<A>, direction: &[A]) -> Vec<A> {
///     vec![hsr::witness::Loss::new(&forms.case).slope(direction)]
/// }
/// ```
pub struct Forms<A: Smooth> {
    /// The network and the data.
    pub case: Case<A>,
    /// Forward quantities of every sample, by chapter 1.
    pub samples: Vec<Sample<A>>,
    /// The pieces of every sample's Hessian, by chapter 2.
    pub points: Vec<Curvature<A>>,
    /// The random covectors of the case, as partial derivatives.
    pub covectors: Vec<Partials<A>>,
    dense: OnceLock<Matrix<A>>,
    moments: OnceLock<Moments<A>>,
    gradients: OnceLock<Result<MomentGradients<A>, NoGradient>>,
    /// The moments, moving.
    pub(super) moved: Along<A>,
}

impl<A: Draw> Forms<A> {
    /// The closed forms at a case.
    pub fn new(case: Case<A>) -> Self {
        let samples = samples(&case.network, &case.batch);
        Forms::with_samples(case, samples)
    }

    /// The same from forward quantities that are given.
    pub fn with_samples(case: Case<A>, samples: Vec<Sample<A>>) -> Self {
        let points = curvatures(&samples, &case.network.parameters.v);
        let covectors = case.covectors.iter().map(|own| Partials {
            p: own.p.clone(),
            delta: own.delta.clone(),
            z: own.z.clone(),
            phi1: own.phi1.clone(),
            phi2: own.phi2.clone(),
            v: own.v.clone(),
        });
        let covectors = covectors.collect();
        Forms {
            case,
            samples,
            points,
            covectors,
            dense: OnceLock::new(),
            moments: OnceLock::new(),
            gradients: OnceLock::new(),
            moved: Along::new(),
        }
    }
}

impl<A: Smooth> Forms<A> {
    /// Output weights.
    pub fn v(&self) -> &Matrix<A> {
        &self.case.network.parameters.v
    }

    /// The Hessian assembled from the closed blocks.
    pub fn hessian(&self) -> &Matrix<A> {
        self.dense.get_or_init(|| hessian::hessian(&self.points))
    }

    /// The five moments.
    pub fn moments(&self) -> Moments<A> {
        *self.moments.get_or_init(|| moments(&self.points, self.v()))
    }

    /// Their gradients.
    ///
    /// # Errors
    /// [`NoGradient::Empty`] for no samples.
    pub fn moment_gradients(&self) -> Result<&MomentGradients<A>, NoGradient> {
        self.gradients
            .get_or_init(|| moment_gradients(&self.points, self.v()))
            .as_ref()
            .map_err(|error| *error)
    }

    /// Mean and spread of the eigenvalues, over so many of them.
    pub fn mean_and_spread(&self, size: usize) -> (A, A) {
        let moments = self.moments();
        let (t, q) = (moments.trace(), moments.squared());
        (mean(t, size), spread(t, q, size))
    }
}
