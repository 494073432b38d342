//! Bounds by groups at a case: which groups, the top eigenvector to 106 bits, and where there is a kink.

use super::cases::Case;
use super::forms::Forms;
use super::quantity::{Layout, Quantity};
use crate::model::{Layers, Network};
use crate::number::{Matrix, Precise, Vector};
use crate::terms::partition::Partition;
use crate::terms::{OutputLoss, leading_vector};
use crate::witness::eigen::{eigenvalues, eigenvectors};

/// The groups of a bound by groups, or of its gradient.
pub(super) fn partition(quantity: Quantity) -> Option<Partition> {
    match quantity {
        Quantity::WsLayers | Quantity::WsLayersGradient => Some(Partition::Layers),
        Quantity::WsUnits | Quantity::WsUnitsGradient => Some(Partition::Units),
        _ => None,
    }
}

/// The top eigenvector of a symmetric matrix, of length about 1.
pub(super) struct Leading {
    /// To about 100 bits.
    pub vector: Vector<Precise>,
    /// How far the next eigenvalue is.
    pub gap: f64,
}

/// How often an eigenvector is corrected. Each time its error is multiplied by that of the eigensolver over the gap.
const CORRECTIONS: usize = 3;

/// The top eigenvector, where the largest eigenvalue is simple: that of `f64`, corrected by `sum_j x_j (x_j' r)/(lambda - lambda_j)` with the
/// residual `r = C x - lambda x` in full precision.
pub(super) fn leading(matrix: &Matrix<Precise>) -> Option<Leading> {
    let rough = matrix.map(|entry| entry.nearest());
    leading_vector(&rough).ok()?;
    let (values, vectors) = eigenvectors(&rough).ok()?;
    let top = values.len() - 1;
    let gap = if top == 0 { f64::INFINITY } else { values[top] - values[top - 1] };
    let exact = |index: usize| vectors.column(index).map(Precise::exact);
    let mut vector: Vector<Precise> = exact(top);
    for _ in 0..CORRECTIONS {
        let image = matrix * &vector;
        let lambda = vector.dot(&image) / vector.dot(&vector);
        let residual = image - &vector * lambda;
        for (other, value) in values[..top].iter().enumerate() {
            let share = exact(other).dot(&residual) / (lambda - Precise::exact(*value));
            vector += exact(other) * share;
        }
    }
    Some(Leading { vector, gap })
}

/// What parameters are moved by, to see what vanishes here alone.
const MOVE: f64 = 1.0 / 1_048_576.0;

/// Whether a coupling of two groups, or a group's block, vanishes at this case and not close to it: there the bound has a kink, as the
/// square root has at 0. What vanishes for all parameters, such as the coupling of two outputs of a loss that is a sum over outputs,
/// makes none.
pub(super) fn has_kink(case: &Case, partition: Partition) -> bool {
    let vanishing = |network: Network<f64>| -> Vec<bool> {
        let forms = Forms::at(network, case.loss, &case.batch);
        let matrix = forms.bound_matrix(partition);
        // A block that vanishes has an upper bound of 0 too.
        matrix.iter().map(|entry| *entry == 0.0).collect()
    };
    let architecture = case.architecture();
    // Different numbers for all parameters.
    let moves = Layers::from_fn(&architecture, |index| 1.0 + ((index * 7919) % 101) as f64 / 64.0);
    let moved = case.network.layers.moved(&MOVE, &moves);
    let there = vanishing(Network { layers: moved, activations: case.network.activations.clone() });
    vanishing(case.network.clone()).iter().zip(there).any(|(here, there)| *here && !there)
}

/// The numbers of any quantity in `f64`, where it has a value.
pub(super) fn numbers<L: OutputLoss>(quantity: Quantity, forms: &Forms<f64, L>) -> Option<Vec<f64>> {
    let largest = |matrix: Matrix<f64>| eigenvalues(&matrix).ok()?.last().map(|largest| vec![*largest]);
    match (partition(quantity), quantity.layout()) {
        (Some(partition), Layout::Scalar) => largest(forms.bound_matrix(partition)),
        (Some(partition), _) => {
            let v = leading_vector(&forms.bound_matrix(partition)).ok()?;
            Some(forms.group_gradient(partition, &v))
        }
        (None, _) if quantity == Quantity::LambdaMax => largest(forms.hessian()),
        (None, _) => forms.numbers(quantity),
    }
}
