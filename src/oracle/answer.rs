//! The answer's numbers, and their names in files.

use super::Terms;
use super::digits::told;
use crate::io::Array;
use crate::model::{Parameters, Shape};
use crate::number::Matrix;
use serde_json::{Map, Value};

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
    /// Gradient of `ws_upper`.
    pub gradient: Parameters<f64>,
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
    /// How many digits of each of these numbers are right, by its name in the file, if asked for.
    pub digits: Option<Vec<(&'static str, f64)>>,
}

impl Answer {
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

    /// Everything, as the arrays of an npz file. Gradients of single groups have the shape of the group; the others
    /// are flat, order `W, b, V, c`, row-major.
    pub fn arrays(&self) -> Vec<(&'static str, Array)> {
        let mut arrays: Vec<_> =
            self.scalars().into_iter().map(|(name, value)| (name, Array::scalar(value))).collect();
        let Parameters { w, b, v, c } = &self.gradient;
        arrays.push(("gradient_W", w.into()));
        arrays.extend(b.iter().map(|b| ("gradient_b", b.into())));
        arrays.push(("gradient_V", v.into()));
        arrays.extend(c.iter().map(|c| ("gradient_c", c.into())));
        let flat = |gradient: &Parameters<f64>| Array::vector(&gradient.flat());
        arrays.extend([
            ("gradient", flat(&self.gradient)),
            ("trace_gradient", flat(&self.trace_gradient)),
            ("trace_squared_gradient", flat(&self.trace_squared_gradient)),
            ("loss_gradient", flat(&self.loss_gradient)),
        ]);
        arrays.extend(self.eigenvalues.iter().map(|values| ("eigenvalues", Array::vector(values))));
        arrays.extend(self.hessian.iter().map(|hessian| ("hessian", hessian.into())));
        if let Some(terms) = &self.terms {
            let gradients = &terms.gradients;
            arrays.extend([
                ("t_out", Array::vector(&terms.t_out)),
                ("t_gn", Array::vector(&terms.t_gn)),
                ("t_res", Array::vector(&terms.t_res)),
                ("hidden_trace_gradient", flat(&gradients.hidden_trace)),
                ("output_trace_gradient", flat(&gradients.output_trace)),
                ("q_hid_gradient", flat(&gradients.hidden_squared)),
                ("q_out_gradient", flat(&gradients.output_squared)),
                ("q_cross_gradient", flat(&gradients.coupling_squared)),
            ]);
        }
        arrays
    }

    /// The digits as the arrays of an npz file, named `digits_` and the number's name.
    pub fn digit_arrays(&self) -> Vec<(String, Array)> {
        let digits = self.digits.iter().flatten();
        digits.map(|(name, digits)| (format!("digits_{name}"), Array::scalar(*digits))).collect()
    }

    /// The scalars as aligned lines; with digits also a line for each array that has some.
    pub fn table(&self) -> String {
        let scalars = self.scalars();
        let of = |name: &str| self.digits.iter().flatten().find(|(other, _)| *other == name);
        let mut text = format!("{}\n", self.shape);
        if self.digits.is_some() {
            text += &format!("{:<22} {:<26} {}\n", "", "", "right digits");
        }
        for (name, value) in &scalars {
            text += &match of(name) {
                Some((_, digits)) => format!("{name:<22} {value:<26.17e} {}\n", told(*digits)),
                None => format!("{name:<18} {value:.17e}\n"),
            };
        }
        for (name, digits) in self.digits.iter().flatten() {
            if !scalars.iter().any(|(scalar, _)| scalar == name) {
                text += &format!("{name:<22} {:<26} {}\n", "(of its largest entry)", told(*digits));
            }
        }
        text
    }

    /// The scalars as a JSON object, the digits as an object in it.
    pub fn json(&self) -> String {
        let object = |pairs: &[(&str, f64)]| {
            Map::from_iter(pairs.iter().map(|(name, value)| (name.to_string(), Value::from(*value))))
        };
        let mut all = object(&self.scalars());
        if let Some(digits) = &self.digits {
            all.insert("digits".to_string(), Value::Object(object(digits)));
        }
        format!("{:#}\n", Value::Object(all))
    }
}
