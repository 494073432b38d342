//! The closed forms of chapters 9 to 13 at a case, each computed once.

use super::along::Along;
use crate::model::Layers;
use crate::number::{Matrix, Smooth, Vector};
use crate::terms::layer_gradient::{network_squared_gradient, network_trace_gradient};
use crate::terms::partition::{Partition, UnitMoments, bound_matrix};
use crate::terms::sweep::Objective;
use crate::terms::{LayerSample, layer_samples, layers::layer_hessian, leading_vector};
use crate::witness::{Draw, GroupVectors, LayerCase};
use std::sync::OnceLock;

/// Equations that hold for each sample are compared at the first samples of the data.
pub(super) const FEW: usize = 12;

/// The closed forms at a case of any depth: all that the closed side of an equation of chapters 9 to 13 may ask for.
///
/// ```
/// use hsr::audit::LayerForms;
/// use hsr::model::{Activation, Architecture, Loss};
/// use hsr::terms::layer_trace::network_trace;
/// use hsr::witness::LayerCase;
///
/// let architecture = Architecture::new(1, &[2, 2, 2], true);
/// let case = LayerCase::random(architecture, &[Activation::Tanh, Activation::Gelu], Loss::Squared, 2, 7);
/// let forms = LayerForms::<f64>::new(case);
/// assert!((network_trace(&forms.samples) - forms.hessian().trace()).abs() < 1e-13);
/// ```
pub struct LayerForms<A: Smooth> {
    /// The network, the data and the loss.
    pub case: LayerCase<A>,
    /// What every sample has in all layers, by chapter 9.
    pub samples: Vec<LayerSample<A>>,
    dense: OnceLock<Matrix<A>>,
    moments: OnceLock<UnitMoments<A>>,
    trace_gradient: OnceLock<Layers<A>>,
    squared_gradient: OnceLock<Layers<A>>,
    /// The moments of the units, moving.
    pub(super) moved: Along<A>,
}

impl<A: Draw> LayerForms<A> {
    /// The closed forms at a case.
    pub fn new(case: LayerCase<A>) -> Self {
        let samples = layer_samples(&case.network, &case.loss, &case.batch);
        LayerForms {
            case,
            samples,
            dense: OnceLock::new(),
            moments: OnceLock::new(),
            trace_gradient: OnceLock::new(),
            squared_gradient: OnceLock::new(),
            moved: Along::new(),
        }
    }
}

impl LayerForms<f64> {
    /// The top eigenvectors of the matrices of groups. Where an eigenvector is not the only one, what the case has, and so for entries:
    /// their matrix is as large as the Hessian, and no equation needs its eigenvector.
    pub(super) fn eigenvectors(&self) -> GroupVectors<f64> {
        let any = &self.case.vectors;
        let of = |partition, any: &Vector<f64>| {
            leading_vector(&bound_matrix(self.moments(), partition)).unwrap_or_else(|_| any.clone())
        };
        GroupVectors {
            layers: of(Partition::Layers, &any.layers),
            units: of(Partition::Units, &any.units),
            hidden_units: of(Partition::HiddenUnits, &any.hidden_units),
            entries: any.entries.clone(),
        }
    }
}

impl<A: Smooth> LayerForms<A> {
    /// The samples at which equations for each sample are compared.
    pub fn few(&self) -> &[LayerSample<A>] {
        &self.samples[..self.samples.len().min(FEW)]
    }

    /// The Hessian assembled from the closed blocks.
    pub fn hessian(&self) -> &Matrix<A> {
        self.dense.get_or_init(|| layer_hessian(&self.samples))
    }

    /// Traces and squared norms of all units.
    pub fn moments(&self) -> &UnitMoments<A> {
        let new = || UnitMoments::new(self.case.architecture.clone(), &self.case.loss, &self.samples);
        self.moments.get_or_init(new)
    }

    /// Trace and squared trace.
    pub fn sums(&self) -> (A, A) {
        (self.moments().total_trace(), self.moments().total_squared())
    }

    /// Gradient of the trace.
    pub fn trace_gradient(&self) -> &Layers<A> {
        self.trace_gradient
            .get_or_init(|| network_trace_gradient(&self.case.network, &self.case.loss, &self.samples))
    }

    /// Gradient of the squared trace.
    pub fn squared_gradient(&self) -> &Layers<A> {
        self.squared_gradient
            .get_or_init(|| network_squared_gradient(&self.case.network, &self.case.loss, &self.samples))
    }

    /// Random weights of traces and squared norms, for partial derivatives that hold for any.
    pub fn objective(&self) -> Objective<A> {
        let k = &self.case.covector.k;
        let symmetric =
            |m: usize, l: usize| if m == l { &k[m][m] + k[m][m].transpose() } else { k[m][l].clone() };
        Objective {
            trace: self.case.covector.a.clone(),
            squared: (0..k.len()).map(|m| (0..=m).map(|l| symmetric(m, l)).collect()).collect(),
        }
    }
}

/// Where the numbers of an equation of any depth belong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// A sample.
    pub sample: Option<usize>,
    /// Another sample.
    pub other: Option<usize>,
    /// A layer, from 0.
    pub layer: Option<usize>,
    /// An earlier layer.
    pub earlier: Option<usize>,
    /// Whether rows, and columns where there are several, are the parameters.
    pub parameters: bool,
}

/// A matrix of numbers, and where it belongs: what an equation of any depth gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece<A> {
    /// Where.
    pub place: Place,
    /// The numbers; vectors are one column.
    pub entries: Matrix<A>,
}

impl<A: Smooth> Piece<A> {
    /// Name of an entry, row-major, such as `sample 0, layers 2 and 1, entry 0,3` or `W1[0,2]`.
    pub(super) fn name(&self, index: usize, forms: &LayerForms<A>) -> String {
        let Place { sample, other, layer, earlier, parameters } = self.place;
        let columns = self.entries.ncols().max(1);
        let (row, column) = (index / columns, index % columns);
        let mut labels = Vec::new();
        match (sample, other) {
            (Some(n), Some(m)) => labels.push(format!("samples {n} and {m}")),
            (Some(n), None) => labels.push(format!("sample {n}")),
            _ => {}
        }
        match (layer, earlier) {
            (Some(m), Some(l)) => labels.push(format!("layers {} and {}", m + 1, l + 1)),
            (Some(m), None) => labels.push(format!("layer {}", m + 1)),
            _ => {}
        }
        let sizes = &forms.case.architecture;
        match (parameters, self.entries.shape()) {
            (true, (_, 1)) => labels.push(sizes.parameter_name(row)),
            (true, _) => {
                labels.push(format!("{}, {}", sizes.parameter_name(row), sizes.parameter_name(column)))
            }
            (false, (1, 1)) => {}
            (false, (_, 1)) => labels.push(format!("entry {row}")),
            (false, _) => labels.push(format!("entry {row},{column}")),
        }
        labels.join(", ")
    }
}
