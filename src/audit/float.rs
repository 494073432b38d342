//! The float witness: closed forms in `f64` against `num-dual` on real data.
//!
//! The tolerance is not chosen: both sides run once more in [`Rounded`], which bounds their rounding errors, and the
//! two values may differ by twice the sum of those bounds (twice, since `num-dual` orders its operations in its own
//! way). Where the bound is as large as the value, or neither side is a number (a spread of 0, say), the comparison says
//! nothing: it is counted as undecided, neither for the equation nor against it.

use super::compare::{Compared, Incomparable, Probe, compare};
use super::equation::{Equation, On};
use super::{Subject, float_equations, matching, rounded_equations};
use crate::model::{Batch, Loss, Network};
use crate::number::{Precise, Rounded, Smooth};
use std::sync::OnceLock;

/// Random directions for each equation that is stated by derivatives.
const DIRECTIONS: usize = 2;

/// A network with data, in the three float arithmetics.
pub struct Point {
    /// `random` or `trained`.
    pub name: &'static str,
    /// In `f64`.
    pub value: Subject<f64>,
    /// With rounding errors bounded.
    pub rounded: Subject<Rounded>,
    precise: OnceLock<Subject<Precise>>,
    network: Network<f64>,
    batch: Batch<f64>,
    loss: Loss,
    seed: u64,
}

impl Point {
    /// The point at a network, data and a loss. Where the network has two weight layers and the loss is the softmax's cross entropy,
    /// it is one of all chapters, else of chapters 9 to 13.
    pub fn new(
        name: &'static str,
        network: &Network<f64>,
        batch: &Batch<f64>,
        loss: Loss,
        seed: u64,
    ) -> Self {
        let mut value = Subject::new(network.clone(), batch.clone(), loss, seed, None);
        if let Some(layers) = &mut value.layers {
            layers.case.vectors = layers.eigenvectors();
        }
        let vectors = value.layers.as_ref().map(|layers| layers.case.vectors.map(Rounded::exact));
        let rounded =
            Subject::new(network.map(Rounded::exact), batch.map(Rounded::exact), loss, seed, vectors);
        let (network, batch) = (network.clone(), batch.clone());
        Point { name, value, rounded, precise: OnceLock::new(), network, batch, loss, seed }
    }

    /// The same at 106 bits, made when it is first asked for.
    pub fn precise(&self) -> &Subject<Precise> {
        self.precise.get_or_init(|| {
            let vectors = self.value.layers.as_ref().map(|layers| layers.case.vectors.map(Precise::exact));
            let (network, batch) = (self.network.map(Precise::exact), self.batch.map(Precise::exact));
            Subject::new(network, batch, self.loss, self.seed, vectors)
        })
    }

    /// Makes what most equations ask for, before they wait for one another to make it.
    pub(super) fn prepare(&self) {
        rayon::join(|| prepare(self.precise()), || prepare(&self.rounded));
    }

    /// The network.
    pub fn network(&self) -> &Network<f64> {
        &self.network
    }

    /// Sizes of network and data, in words.
    pub fn described(&self) -> String {
        match &self.value.three_layer {
            Some(forms) => forms.case.shape.to_string(),
            None => format!("N={} {}, {}", self.batch.samples(), self.network.architecture(), self.loss),
        }
    }
}

fn prepare<A: Smooth>(subject: &Subject<A>) {
    if let Some(forms) = &subject.three_layer {
        forms.moments();
        // Where there is none, those who ask for it see.
        let _ = forms.moment_gradients();
    }
    if let Some(layers) = &subject.layers {
        layers.moments();
        layers.squared_gradient();
    }
}

/// What the float witness says of an equation at one point.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Float {
    /// Whether there was anything to compare.
    pub applies: bool,
    /// Truths that could not be compared, for want of digits or of a value.
    pub undecided: usize,
    /// The largest difference, relative to the largest value of the same comparison.
    pub relative_error: f64,
    /// The first comparison out of tolerance, if any.
    pub failure: Option<FloatFailure>,
}

/// A comparison out of tolerance.
#[derive(Clone, Debug, PartialEq)]
pub struct FloatFailure {
    /// Index of the truth that it was held against.
    pub check: usize,
    /// The two sides.
    pub compared: Compared<f64>,
    /// How far apart they may be.
    pub tolerance: f64,
}

/// The component of a failed comparison that is furthest off, by a derivative along every unit direction.
pub fn furthest_component(name: &str, check: usize, point: &Point) -> Option<Compared<f64>> {
    let values = float_equations();
    let equation = matching(&values, name)?;
    let pairs = compare(&equation.closed, &equation.checks[check], &point.value, Probe::Units).ok()?;
    let off = |pair: &Compared<f64>| (pair.closed - pair.truth).abs();
    pairs.into_iter().max_by(|a, b| off(a).total_cmp(&off(b)))
}

/// Compares one equation, by name, at one point.
pub fn float(name: &str, point: &Point, seed: u64) -> Float {
    let mut result = Float::default();
    let (values, bounds) = (float_equations(), rounded_equations());
    let (Some(value), Some(bound)) = (matching(&values, name), matching(&bounds, name)) else {
        return result;
    };
    let probe = Probe::Random { directions: DIRECTIONS, seed };
    for check in 0..value.checks.len() {
        if value.checks[check].on == On::Small {
            continue;
        }
        let Some((pairs, tolerances)) = both(value, bound, check, point, probe, &mut result) else {
            continue;
        };
        let scale = pairs.iter().fold(0.0, |scale: f64, pair| scale.max(pair.truth.abs()));
        let mut decided = false;
        for (compared, tolerance) in pairs.into_iter().zip(tolerances) {
            let difference = (compared.closed - compared.truth).abs();
            let neither = !compared.closed.is_finite() && !compared.truth.is_finite();
            if neither || (difference <= tolerance && tolerance >= scale && difference > 0.0) {
                continue;
            }
            decided = true;
            let relative = if difference == 0.0 { 0.0 } else { difference / scale };
            result.relative_error = result.relative_error.max(relative);
            // Written so that a NaN fails.
            let within = difference <= tolerance || difference == 0.0;
            if !within && result.failure.is_none() {
                result.failure = Some(FloatFailure { check, compared, tolerance });
            }
        }
        if decided {
            result.applies = true;
        } else {
            result.undecided += 1;
        }
    }
    result
}

fn both(
    value: &Equation<f64>,
    bound: &Equation<Rounded>,
    check: usize,
    point: &Point,
    probe: Probe,
    result: &mut Float,
) -> Option<(Vec<Compared<f64>>, Vec<f64>)> {
    let pairs = match compare(&value.closed, &value.checks[check], &point.value, probe) {
        Ok(pairs) => pairs,
        Err(Incomparable::NotApplicable) => return None,
        // A gradient that does not exist at this point; that it exists elsewhere the exact witness sees.
        Err(Incomparable::WrongLength { found: 0, .. }) => {
            result.undecided += 1;
            return None;
        }
        Err(Incomparable::WrongLength { found, expected }) => {
            let component = "number of components".to_string();
            let compared = Compared { component, closed: found as f64, truth: expected as f64 };
            result.failure = Some(FloatFailure { check, compared, tolerance: 0.0 });
            return None;
        }
    };
    let bounds = compare(&bound.closed, &bound.checks[check], &point.rounded, probe).unwrap_or_default();
    let tolerance = |pair: &Compared<Rounded>| 2.0 * (pair.closed.error + pair.truth.error);
    Some((pairs, bounds.iter().map(tolerance).collect()))
}
