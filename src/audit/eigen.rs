//! The eigen witness: what the closed forms say of the spectrum, against the eigenvalues of the dense Hessian.

use super::Forms;
use super::float::Point;
use super::layer_eigen::layer_eigen;
use crate::model::{Activation, Batch, Parameters, Shape, ThreeLayer};
use crate::number::Matrix;
use crate::terms::{bound::*, curvatures, samples, squared_trace::trace_squared, trace::trace};
use crate::witness::eigen::{EigenError, eigenvalues};

/// A statement about the spectrum: `left <= right + tolerance`. An equality is two of them.
#[derive(Clone, Debug, PartialEq)]
pub struct EigenCheck {
    /// The equation that it speaks of.
    pub equation: &'static str,
    /// The statement in words.
    pub statement: String,
    /// The side that must not be larger.
    pub left: f64,
    /// The side that must not be smaller.
    pub right: f64,
    /// How far rounding can have moved the two apart.
    pub tolerance: f64,
}

impl EigenCheck {
    /// Whether it holds; a NaN does not.
    pub fn holds(&self) -> bool {
        self.left <= self.right + self.tolerance
    }
}

/// The extreme eigenvalues and the bounds on the largest, for the report.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct EigenSummary {
    /// `random` or `trained`.
    pub point: String,
    /// Smallest eigenvalue.
    pub lambda_min: f64,
    /// Largest eigenvalue.
    pub lambda_max: f64,
    /// The Wolkowicz-Styan bound on it.
    pub ws_upper: f64,
    /// The reduced bound.
    pub ws_reduced: f64,
    /// The block bound, of a three-layer network.
    pub ws_block: Option<f64>,
    /// The bound by layers.
    pub ws_layers: f64,
    /// The bound by units.
    pub ws_units: f64,
    /// The bound by hidden units.
    pub ws_hidden_units: f64,
    /// The bound by entries.
    pub ws_entries: f64,
}

/// Householder reduction and implicit QR are backward stable: every computed eigenvalue is off by at most a modest
/// multiple of `D eps |H|_F`, and the closed forms by no more.
pub(super) fn tolerance(h: &Matrix<f64>) -> f64 {
    10.0 * h.nrows() as f64 * f64::EPSILON * h.norm()
}

pub(super) struct Checks {
    pub(super) list: Vec<EigenCheck>,
    pub(super) tolerance: f64,
}

impl Checks {
    pub(super) fn at_most(&mut self, equation: &'static str, statement: &str, left: f64, right: f64) {
        let statement = statement.to_string();
        self.list.push(EigenCheck { equation, statement, left, right, tolerance: self.tolerance });
    }

    pub(super) fn equal(&mut self, equation: &'static str, statement: &str, left: f64, right: f64) {
        self.at_most(equation, statement, left, right);
        self.at_most(equation, statement, right, left);
    }
}

/// All statements at one point.
///
/// # Errors
/// [`EigenError`] where the Hessian has no eigenvalues.
pub fn eigen(point: &Point) -> Result<(Vec<EigenCheck>, EigenSummary), EigenError> {
    let mut checks = Checks { list: Vec::new(), tolerance: 0.0 };
    let mut spectrum = layer_eigen(&mut checks, point)?;
    if let Some(case) = &point.value.three_layer {
        let h = case.hessian();
        let eigen = eigenvalues(h)?;
        checks.tolerance = tolerance(h);
        let moments = case.moments();
        sums(&mut checks, &case.case.shape, &moments, &eigen, h);
        let block = bounds(&mut checks, &case.case.shape, &moments, &eigen);
        blocks(&mut checks, case, &moments)?;
        null(&mut checks, &case.case.shape, &eigen, h);
        positive(&mut checks, case)?;
        equality(&mut checks)?;
        spectrum.ws_block = Some(block);
        #[cfg(feature = "lapack")]
        second_opinion(&mut checks, "hessian", h, &eigen)?;
    }
    Ok((checks.list, spectrum))
}

/// Trace, squared trace, mean and spread are those of the eigenvalues.
fn sums(checks: &mut Checks, shape: &Shape, moments: &Moments<f64>, eigen: &[f64], h: &Matrix<f64>) {
    let size = shape.parameters();
    let (t, q) = (moments.trace(), moments.squared());
    let sum: f64 = eigen.iter().sum();
    let squares: f64 = eigen.iter().map(|value| value * value).sum();
    let spread_of =
        (eigen.iter().map(|value| (value - sum / size as f64).powi(2)).sum::<f64>() / size as f64).sqrt();
    let single = checks.tolerance;
    // A sum over D eigenvalues, each off by the tolerance of one; a square is off by twice the norm times that.
    checks.tolerance = single * size as f64;
    checks.equal("trace", "T is the sum of the eigenvalues", t, sum);
    checks.tolerance = 2.0 * h.norm() * single * (size as f64).sqrt();
    checks.equal("trace_squared", "Q is the sum of the squared eigenvalues", q, squares);
    checks.tolerance = single;
    checks.equal("mean", "m is the mean eigenvalue", mean(t, size), sum / size as f64);
    checks.equal("spread", "s is the standard deviation of the eigenvalues", spread(t, q, size), spread_of);
}

/// Both-sided bounds on the largest and the smallest eigenvalue, and on the range; gives the block bound.
fn bounds(checks: &mut Checks, shape: &Shape, moments: &Moments<f64>, eigen: &[f64]) -> f64 {
    let size = shape.parameters();
    let (t, q) = (moments.trace(), moments.squared());
    let (m, s) = (mean(t, size), spread(t, q, size));
    let reduced_size = shape.reduced_parameters();
    let reduced = ws_reduced(mean(t, reduced_size), spread(t, q, reduced_size), shape);
    let (low, high) = (eigen[0], eigen[size - 1]);
    let upper = ws_upper(m, s, size);
    checks.at_most("ws_upper", "lambda_max <= m + s sqrt(D-1)", high, upper);
    checks.at_most("ws_lower", "m + s/sqrt(D-1) <= lambda_max", ws_lower(m, s, size), high);
    checks.at_most("lambda_min_lower", "m - s sqrt(D-1) <= lambda_min", lambda_min_lower(m, s, size), low);
    checks.at_most("lambda_min_upper", "lambda_min <= m - s/sqrt(D-1)", low, lambda_min_upper(m, s, size));
    checks.at_most("range_upper", "lambda_max - lambda_min <= s sqrt(2D)", high - low, range_upper(s, size));
    checks.at_most(
        "range_lower",
        "the lower bound <= lambda_max - lambda_min",
        range_lower(s, size),
        high - low,
    );
    checks.at_most("ws_reduced", "lambda_max <= reduced bound", high, reduced);
    checks.at_most("ws_reduced", "reduced bound <= WS", reduced, upper);
    checks.at_most("ws_lower", "the mean <= m + s/sqrt(D-1)", m, ws_lower(m, s, size));
    checks.at_most("lambda_min_upper", "m - s/sqrt(D-1) <= the mean", lambda_min_upper(m, s, size), m);
    checks.at_most("range_lower", "0 <= the lower bound on the range", 0.0, range_lower(s, size));
    let alpha = hidden_upper(moments, shape);
    let beta = output_upper(moments, shape);
    let block = ws_block(alpha, beta, moments.coupling_squared);
    checks.at_most("ws_block", "lambda_max <= block bound", high, block);
    checks.at_most("ws_block", "block bound <= reduced bound", block, reduced);
    checks.at_most("ws_block", "block bound <= WS", block, upper);
    block
}

/// The bounds of the two diagonal blocks, and the support form.
fn blocks(checks: &mut Checks, case: &Forms<f64>, moments: &Moments<f64>) -> Result<(), EigenError> {
    let shape = &case.case.shape;
    let (h, split, size) = (case.hessian(), shape.hidden_parameters(), shape.parameters());
    let hidden = eigenvalues(&h.view_range(0..split, 0..split).into_owned())?;
    let output = eigenvalues(&h.view_range(split..size, split..size).into_owned())?;
    let largest = |values: &[f64]| values.last().copied().unwrap_or(f64::NAN);
    checks.at_most(
        "hidden_upper",
        "largest of H_WW <= alpha",
        largest(&hidden),
        hidden_upper(moments, shape),
    );
    checks.at_most("output_upper", "largest of H_VV <= beta", largest(&output), output_upper(moments, shape));
    let single = checks.tolerance;
    checks.tolerance = single * size as f64;
    checks.equal(
        "moments",
        "tr H_WW is the sum of its eigenvalues",
        moments.hidden_trace,
        hidden.iter().sum(),
    );
    checks.equal(
        "moments",
        "tr H_VV is the sum of its eigenvalues",
        moments.output_trace,
        output.iter().sum(),
    );
    let (m, s) = (mean(moments.trace(), size), spread(moments.trace(), moments.squared(), size));
    let form = support_form(h, &support_matrix(h, m, s));
    checks.equal("support_form", "WS = <H, P>", form, ws_upper(m, s, size));
    checks.tolerance = single;
    Ok(())
}

/// As many eigenvalues vanish as logits can be shifted, and on that very space.
fn null(checks: &mut Checks, shape: &Shape, eigen: &[f64], h: &Matrix<f64>) {
    let mut sizes: Vec<f64> = eigen.iter().map(|value| value.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let last = sizes[shape.null_dimension() - 1];
    checks.at_most("null_space", "h+1 eigenvalues vanish (h without biases)", last, 0.0);
    let image = h * null_space::<f64>(shape);
    checks.at_most("null_space", "H vanishes on the shifts of all logits", image.amax(), 0.0);
}

/// Softmax covariances and Gauss-Newton matrices of the first samples are positive semidefinite, and `S 1 = 0`.
fn positive(checks: &mut Checks, case: &Forms<f64>) -> Result<(), EigenError> {
    for n in case.points.iter().take(8) {
        let smallest = |matrix: &Matrix<f64>| eigenvalues(matrix).map(|values| values[0]);
        let least = [smallest(&n.s)?, smallest(&n.k)?, smallest(&n.gn)?];
        let whole = std::mem::replace(&mut checks.tolerance, tolerance(&n.s));
        checks.at_most("softmax_covariance", "S is positive semidefinite", -least[0], 0.0);
        checks.at_most("softmax_covariance", "S 1 = 0", n.s.column_sum().amax(), 0.0);
        checks.tolerance = tolerance(&n.k);
        checks.at_most("hidden_covariance", "K is positive semidefinite", -least[1], 0.0);
        checks.tolerance = tolerance(&n.gn);
        checks.at_most("gauss_newton", "GN is positive semidefinite", -least[2], 0.0);
        checks.tolerance = whole;
    }
    Ok(())
}

/// A network whose Hessian has rank one, where `WS` is attained: inputs 0 leave only the output block, two classes
/// make `S` of rank one, and one sample makes the block `S (x) z z'`.
fn equality(checks: &mut Checks) -> Result<(), EigenError> {
    let shape = Shape { samples: 1, inputs: 1, hidden: 2, classes: 2, biases: false };
    let parameters = Parameters::from_fn(&shape, |index| [0.3, -0.2, 0.7, -0.4, 0.1, 0.5][index]);
    let network = ThreeLayer { parameters, activation: Activation::Sigmoid };
    let batch = Batch { x: Matrix::zeros(1, 1), y: Matrix::from_row_slice(1, 2, &[1.0, 0.0]), weights: None };
    let samples = samples(&network, &batch);
    let points = curvatures(&samples, &network.parameters.v);
    let h = crate::terms::hessian::hessian(&points);
    let (t, q, size) = (trace(&samples, &network.parameters.v), trace_squared(&points), shape.parameters());
    let largest = eigenvalues(&h)?.last().copied().unwrap_or(f64::NAN);
    let bound = ws_upper(mean(t, size), spread(t, q, size), size);
    let whole = std::mem::replace(&mut checks.tolerance, tolerance(&h));
    checks.equal("ws_upper", "WS = lambda_max where all other eigenvalues coincide", bound, largest);
    checks.tolerance = whole;
    Ok(())
}

/// LAPACK's eigenvalues are those of nalgebra.
#[cfg(feature = "lapack")]
pub(super) fn second_opinion(
    checks: &mut Checks,
    equation: &'static str,
    h: &Matrix<f64>,
    eigen: &[f64],
) -> Result<(), EigenError> {
    let second = crate::witness::eigen::lapack_eigenvalues(h)?;
    let apart = eigen.iter().zip(&second).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    checks.at_most(equation, "the eigenvalues of LAPACK are those of nalgebra", apart, 0.0);
    Ok(())
}
