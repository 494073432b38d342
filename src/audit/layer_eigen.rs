//! The eigen witness at any depth: what chapters 10, 12 and 13 say of the spectrum, against the eigenvalues of the dense Hessian.

use super::LayerForms;
use super::eigen::{Checks, EigenSummary, tolerance};
use super::float::Point;
use crate::model::Layers;
use crate::number::{Matrix, Vector};
use crate::terms::layer_gradient::{network_null_space, network_ws_reduced, network_ws_upper};
use crate::terms::layer_trace::{network_squared, network_trace};
use crate::terms::partition::*;
use crate::terms::{OutputLoss, layer_samples, leading_vector};
use crate::witness::eigen::{EigenError, eigenvalues};
use num_dual::Dual64;

/// All statements at one point.
pub(super) fn layer_eigen(checks: &mut Checks, point: &Point) -> Result<EigenSummary, EigenError> {
    let Some(forms) = &point.value.layers else { unreachable!("a point has the closed forms of any depth") };
    let h = forms.hessian();
    let eigen = eigenvalues(h)?;
    let (t, q) = (network_trace(&forms.samples), network_squared(&forms.samples));
    let (size, single) = (h.nrows(), tolerance(h));
    // A sum over D eigenvalues, each off by the tolerance of one; a square is off by twice the norm times that.
    checks.tolerance = single * size as f64;
    checks.equal("network_trace", "T is the sum of the eigenvalues", t, eigen.iter().sum());
    checks.tolerance = 2.0 * h.norm() * single * (size as f64).sqrt();
    let squares = eigen.iter().map(|value| value * value).sum();
    checks.equal("network_squared", "Q is the sum of the squared eigenvalues", q, squares);
    checks.tolerance = single;
    let summary = bounds(checks, point, forms, &eigen)?;
    #[cfg(feature = "lapack")]
    super::eigen::second_opinion(checks, "layer_hessian", h, &eigen)?;
    null_space(checks, forms, &eigen);
    Ok(summary)
}

/// Each bound on the largest eigenvalue, and their order.
fn bounds(
    checks: &mut Checks,
    point: &Point,
    forms: &LayerForms<f64>,
    eigen: &[f64],
) -> Result<EigenSummary, EigenError> {
    let single = checks.tolerance;
    let (sizes, loss, (t, q)) = (&forms.case.architecture, &forms.case.loss, forms.sums());
    let (low, high) = (eigen[0], eigen[eigen.len() - 1]);
    let upper = network_ws_upper(t, q, sizes);
    let reduced = network_ws_reduced(t, q, sizes, loss);
    let of = |partition| largest(&bound_matrix(forms.moments(), partition));
    let (layers, units, hidden) =
        (of(Partition::Layers)?, of(Partition::Units)?, of(Partition::HiddenUnits)?);
    let entries = largest(&entry_matrix(forms.hessian()))?;
    // Where a block, or the whole, is all but a multiple of the identity its spread is the difference of numbers that are all but equal.
    checks.tolerance = single + rounding_of_bound(point);
    checks.at_most("network_ws_upper", "lambda_max <= m + s sqrt(D-1)", high, upper);
    checks.at_most("network_ws_reduced", "lambda_max <= reduced bound", high, reduced);
    checks.at_most("network_ws_reduced", "reduced bound <= WS", reduced, upper);
    // The eigenvalue of a matrix of groups is off by no more than the errors of its entries together.
    checks.tolerance += Partition::ALL.map(|partition| rounding(point, partition)).iter().sum::<f64>();
    checks.at_most("ws_layers", "lambda_max <= bound by layers", high, layers);
    checks.at_most("ws_layers", "bound by layers <= reduced bound", layers, reduced);
    checks.at_most("ws_layers", "bound by layers <= WS", layers, upper);
    checks.at_most("ws_units", "lambda_max <= bound by units", high, units);
    checks.at_most("ws_units", "bound by units <= WS", units, upper);
    if !loss.ignores_shifts() {
        // With the shifts left out the output layer's group is no longer refined by its units.
        checks.at_most("ws_units", "bound by units <= bound by layers", units, layers);
        checks.at_most("ws_units", "bound by units <= bound by hidden units", units, hidden);
    }
    checks.at_most("ws_hidden_units", "lambda_max <= bound by hidden units", high, hidden);
    checks.at_most("ws_hidden_units", "bound by hidden units <= bound by layers", hidden, layers);
    checks.at_most("ws_entries", "lambda_max <= bound by entries", high, entries);
    checks.at_most("ws_entries", "bound by entries <= bound by units", entries, units);
    eigenvalue(checks, forms, Partition::Layers, "ws_layers", layers, ws_layers);
    eigenvalue(checks, forms, Partition::Units, "ws_units", units, ws_units);
    eigenvalue(checks, forms, Partition::HiddenUnits, "ws_hidden_units", hidden, ws_hidden_units);
    checks.tolerance = single;
    slopes(checks, forms);
    Ok(EigenSummary {
        point: point.name.to_string(),
        lambda_min: low,
        lambda_max: high,
        ws_upper: upper,
        ws_reduced: reduced,
        ws_block: None,
        ws_layers: layers,
        ws_units: units,
        ws_hidden_units: hidden,
        ws_entries: entries,
    })
}

/// How far rounding can have moved the entries of a matrix of groups, together.
fn rounding(point: &Point, partition: Partition) -> f64 {
    let moments = point.rounded.layers.as_ref().map(LayerForms::moments);
    moments.map_or(0.0, |moments| bound_matrix(moments, partition).map(|entry| entry.error).norm())
}

/// The same for the reduced bound, whose size is the smaller.
fn rounding_of_bound(point: &Point) -> f64 {
    point.rounded.layers.as_ref().map_or(0.0, |forms| {
        let (t, q) = forms.sums();
        network_ws_reduced(t, q, &forms.case.architecture, &forms.case.loss).error
    })
}

fn largest(matrix: &Matrix<f64>) -> Result<f64, EigenError> {
    Ok(eigenvalues(matrix)?.last().copied().unwrap_or(f64::NAN))
}

/// The quotient at the eigenvector is the eigenvalue, where it is the only one.
fn eigenvalue(
    checks: &mut Checks,
    forms: &LayerForms<f64>,
    partition: Partition,
    equation: &'static str,
    largest: f64,
    bound: fn(&UnitMoments<f64>, &Vector<f64>) -> f64,
) {
    if let Ok(v) = leading_vector(&bound_matrix(forms.moments(), partition)) {
        checks.equal(
            equation,
            "it is the largest eigenvalue of its matrix",
            bound(forms.moments(), &v),
            largest,
        );
    }
}

/// Slopes of the bounds along the direction of the case: of the eigenvalue by the implicit function theorem, with the matrix of groups
/// in dual numbers, against the closed gradient.
fn slopes(checks: &mut Checks, forms: &LayerForms<f64>) {
    let gradients: [(&'static str, Partition, Gradient); 3] = [
        ("ws_layers_gradient", Partition::Layers, ws_layers_gradient),
        ("ws_units_gradient", Partition::Units, ws_units_gradient),
        ("ws_hidden_units_gradient", Partition::HiddenUnits, ws_hidden_units_gradient),
    ];
    let whole = checks.tolerance;
    let moving = moving_moments(forms);
    for (equation, partition, gradient) in gradients {
        let (matrix, dual) = (bound_matrix(forms.moments(), partition), bound_matrix(&moving, partition));
        let step = dual.map(|entry| entry.eps);
        let Ok(v) = leading_vector(&matrix) else { continue };
        let Some((slope, gap)) = eigenvalue_slope(&matrix, &step, &v) else { continue };
        let case = &forms.case;
        let closed = gradient(&case.network, &case.loss, &forms.samples, forms.moments(), &v);
        // The eigenvector is off by the roundoff of the matrix over the gap, and each entry of its derivative is a sum over all pairs
        // of samples.
        let terms = (matrix.nrows() * forms.samples.len()) as f64;
        checks.tolerance = 10.0 * terms * f64::EPSILON * step.norm() * (1.0 + matrix.norm() / gap);
        checks.equal(
            equation,
            "it is the slope of the largest eigenvalue",
            closed.along(&case.direction),
            slope,
        );
    }
    checks.tolerance = whole;
}

type Gradient = fn(
    &crate::model::Network<f64>,
    &crate::model::Loss,
    &[crate::terms::LayerSample<f64>],
    &UnitMoments<f64>,
    &Vector<f64>,
) -> Layers<f64>;

/// The moments of the units as the parameters move along the direction of the case.
fn moving_moments(forms: &LayerForms<f64>) -> UnitMoments<Dual64> {
    let case = &forms.case;
    let steps = case.direction.flat();
    let theta = case.network.layers.flat();
    let layers = Layers::from_fn(&case.architecture, |index| Dual64::new(theta[index], steps[index]));
    let network = crate::model::Network { layers, activations: case.network.activations.clone() };
    let samples = layer_samples(&network, &case.loss, &case.batch.map(Dual64::from_re));
    UnitMoments::new(case.architecture.clone(), &case.loss, &samples)
}

/// The slope of the eigenvalue with eigenvector `v` as the matrix moves along `step`, and its distance to the next: from
/// `(C - x) v' + C' v = x' v` and `v . v' = 0`, solved together.
fn eigenvalue_slope(matrix: &Matrix<f64>, step: &Matrix<f64>, v: &Vector<f64>) -> Option<(f64, f64)> {
    let size = matrix.nrows();
    let values = eigenvalues(matrix).ok()?;
    let x = values[size - 1];
    let gap = if size == 1 { f64::INFINITY } else { x - values[size - 2] };
    let bordered = Matrix::from_fn(size + 1, size + 1, |i, j| match (i < size, j < size) {
        (true, true) => matrix[(i, j)] - if i == j { x } else { 0.0 },
        (true, false) => -v[i],
        (false, true) => v[j],
        (false, false) => 0.0,
    });
    let moved = step * v;
    let right = Vector::from_fn(size + 1, |i, _| if i < size { -moved[i] } else { 0.0 });
    Some((bordered.lu().solve(&right)?[size], gap))
}

/// As many eigenvalues vanish as outputs can be shifted, and on that very space.
fn null_space(checks: &mut Checks, forms: &LayerForms<f64>, eigen: &[f64]) {
    if !forms.case.loss.ignores_shifts() {
        return;
    }
    let mut sizes: Vec<f64> = eigen.iter().map(|value| value.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let dimension = forms.case.architecture.shift_dimension();
    checks.at_most(
        "network_null_space",
        "as many eigenvalues vanish as it has columns",
        sizes[dimension - 1],
        0.0,
    );
    let image = forms.hessian() * network_null_space::<f64>(&forms.case.architecture);
    checks.at_most("network_null_space", "H vanishes on it", image.amax(), 0.0);
}
