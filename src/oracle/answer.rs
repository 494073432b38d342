//! The answer's numbers, and their names in files.

use super::closed::Bounds;
use super::spread::Spreads;
use super::{ClosedForms, NoBoundGradient, Terms};
use crate::model::{Parameters, Shape};
use crate::number::Matrix;
use crate::terms::bound::*;

/// All that the closed forms say of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The sizes.
    pub shape: Shape,
    /// Cross entropy, mean over samples.
    pub loss: f64,
    /// `T = tr H`.
    pub trace: f64,
    /// `Q = tr H^2`.
    pub trace_squared: f64,
    /// `m = T/D`.
    pub mean: f64,
    /// `s = sqrt(Q/D - m^2)`.
    pub spread: f64,
    /// Upper bound on the largest eigenvalue.
    pub ws_upper: f64,
    /// Lower bound on the largest eigenvalue.
    pub ws_lower: f64,
    /// Lower bound on the smallest eigenvalue.
    pub lambda_min_lower: f64,
    /// Upper bound on the smallest eigenvalue.
    pub lambda_min_upper: f64,
    /// Upper bound on the spectral range.
    pub range_upper: f64,
    /// Reduced bound on the largest eigenvalue.
    pub ws_reduced: f64,
    /// Block bound on the largest eigenvalue.
    pub ws_block: f64,
    /// Gradient of `ws_upper`, or why there is none: all else is there without it.
    pub gradient: Result<Parameters<f64>, NoBoundGradient>,
    /// Gradient of `T`.
    pub trace_gradient: Parameters<f64>,
    /// Gradient of `Q`.
    pub trace_squared_gradient: Parameters<f64>,
    /// Gradient of the loss.
    pub loss_gradient: Parameters<f64>,
    /// Eigenvalues of the Hessian, ascending, if asked for.
    pub eigenvalues: Option<Vec<f64>>,
    /// The Hessian, if asked for.
    pub hessian: Option<Matrix<f64>>,
    /// The single terms, if asked for.
    pub terms: Option<Terms>,
    /// How many digits of each of these numbers are right.
    pub digits: Digits,
}

/// How many decimal digits of each number of an answer are right, by its name in the file; of an array, relative to its
/// largest entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Digits {
    /// So many at least, by bounds on the errors of the answer.
    AtLeast(Vec<(&'static str, f64)>),
    /// So many, by the same equations at 106 bits. NaN where there is nothing to count.
    Counted(Vec<(&'static str, f64)>),
}

/// With fewer right digits than this a number is not to be relied on without a look at it.
pub const FEW_DIGITS: f64 = 6.0;

impl Digits {
    /// The names with their digits.
    pub fn all(&self) -> &[(&'static str, f64)] {
        let (Digits::AtLeast(all) | Digits::Counted(all)) = self;
        all
    }

    /// Those of a number, by its name; none where it has none.
    pub fn of(&self, name: &str) -> Option<f64> {
        self.all().iter().find(|(other, _)| *other == name).map(|(_, digits)| *digits)
    }

    /// The numbers with fewer than [`FEW_DIGITS`].
    pub fn few(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.all().iter().copied().filter(|(_, digits)| *digits < FEW_DIGITS)
    }
}

/// The single terms of the trace, a number a sample.
pub(super) struct PerSample {
    pub t_out: Vec<f64>,
    pub t_gn: Vec<f64>,
    pub t_res: Vec<f64>,
}

/// What comes from a dense matrix.
pub(super) struct Dense {
    pub eigenvalues: Option<Vec<f64>>,
    pub hessian: Option<Matrix<f64>>,
}

impl Answer {
    /// From the closed forms; its digits are not known yet.
    pub(super) fn of(
        forms: &ClosedForms<f64>,
        gradient: Result<Parameters<f64>, NoBoundGradient>,
        spreads: &Spreads,
        dense: Dense,
        terms: Option<PerSample>,
    ) -> Self {
        let Bounds { m, s, t, q, reduced, alpha, beta, block } = Bounds::of(forms, &spreads.map(|s| s.value));
        let size = forms.shape.parameters();
        let vector = |values: Vec<f64>| values.into_iter().map(unsigned).collect::<Vec<_>>();
        let entries = |gradient: &Parameters<f64>| gradient.map(unsigned);
        let gradients = &forms.gradients;
        Answer {
            shape: forms.shape,
            loss: unsigned(forms.loss),
            trace: unsigned(t),
            trace_squared: unsigned(q),
            mean: unsigned(m),
            spread: unsigned(s),
            ws_upper: unsigned(ws_upper(&m, &s, size)),
            ws_lower: unsigned(ws_lower(&m, &s, size)),
            lambda_min_lower: unsigned(lambda_min_lower(&m, &s, size)),
            lambda_min_upper: unsigned(lambda_min_upper(&m, &s, size)),
            range_upper: unsigned(range_upper(&s, size)),
            ws_reduced: unsigned(reduced),
            ws_block: unsigned(block),
            gradient: gradient.map(|gradient| entries(&gradient)),
            trace_gradient: entries(&gradients.trace()),
            trace_squared_gradient: entries(&gradients.squared()),
            loss_gradient: entries(&forms.loss_gradient),
            eigenvalues: dense.eigenvalues.map(vector),
            hessian: dense.hessian.map(|hessian| hessian.map(unsigned)),
            terms: terms.map(|PerSample { t_out, t_gn, t_res }| Terms {
                t_out: vector(t_out),
                t_gn: vector(t_gn),
                t_res: vector(t_res),
                moments: forms.moments.map(unsigned),
                gradients: gradients.map(entries),
                alpha: unsigned(alpha),
                beta: unsigned(beta),
            }),
            digits: Digits::AtLeast(Vec::new()),
        }
    }

    /// The scalars with their names, in the order of the file.
    pub fn scalars(&self) -> Vec<(&'static str, f64)> {
        let mut scalars = vec![
            ("loss", self.loss),
            ("trace", self.trace),
            ("trace_squared", self.trace_squared),
            ("mean", self.mean),
            ("spread", self.spread),
            ("ws_upper", self.ws_upper),
            ("ws_lower", self.ws_lower),
            ("lambda_min_lower", self.lambda_min_lower),
            ("lambda_min_upper", self.lambda_min_upper),
            ("range_upper", self.range_upper),
            ("ws_reduced", self.ws_reduced),
            ("ws_block", self.ws_block),
        ];
        if let Some(terms) = &self.terms {
            let m = &terms.moments;
            scalars.extend([
                ("hidden_trace", m.hidden_trace),
                ("output_trace", m.output_trace),
                ("q_hid", m.hidden_squared),
                ("q_out", m.output_squared),
                ("q_cross", m.coupling_squared),
                ("hidden_upper", terms.alpha),
                ("output_upper", terms.beta),
            ]);
        }
        scalars
    }

    /// The scalars as aligned lines with their right digits, then a line for each array that has some.
    pub fn table(&self) -> String {
        let scalars = self.scalars();
        let head = match self.digits {
            Digits::AtLeast(_) => "right digits, at least",
            Digits::Counted(_) => "right digits",
        };
        let mut text = format!("{}\n{:<22} {:<26} {head}\n", self.shape, "", "");
        for (name, value) in &scalars {
            let digits = self.digits.of(name).map(told).unwrap_or_default();
            text += format!("{name:<22} {value:<26.17e} {digits}").trim_end();
            text.push('\n');
        }
        for (name, digits) in self.digits.all() {
            if !scalars.iter().any(|(scalar, _)| scalar == name) {
                text += &format!("{name:<22} {:<26} {}\n", "(of its largest entry)", told(*digits));
            }
        }
        if let Err(reason) = &self.gradient {
            text += &format!("{:<22} none: {reason}\n", "gradient");
        }
        text
    }
}

/// Zero has no sign: `-0.0` says nothing that `0.0` does not.
fn unsigned(value: f64) -> f64 {
    value + 0.0
}

/// `15.9`, or `-` where there is nothing to count; rounded down.
fn told(digits: f64) -> String {
    if digits.is_nan() { "-".to_string() } else { format!("{:.1}", (digits * 10.0).floor() / 10.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_told_to_a_tenth_and_never_one_that_is_not_there() {
        assert_eq!([15.96, 6.0, 0.0].map(told), ["15.9", "6.0", "0.0"]);
        assert_eq!(told(f64::NAN), "-");
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(format!("{}", unsigned(-0.0)), "0");
        assert_eq!(unsigned(-1.5), -1.5);
    }
}
