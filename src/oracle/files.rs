//! The answer as the arrays of a file, and as JSON.

use super::Answer;
use crate::io::Array;
use crate::model::Parameters;
use serde_json::{Map, Value};

impl Answer {
    /// Everything, as the arrays of an npz file. Gradients of single groups have the shape of the group; the others
    /// are flat, order `W, b, V, c`, row-major. A gradient that does not exist is left out.
    pub fn arrays(&self) -> Vec<(&'static str, Array)> {
        let mut arrays: Vec<_> =
            self.scalars().into_iter().map(|(name, value)| (name, Array::scalar(value))).collect();
        let flat = |gradient: &Parameters<f64>| Array::vector(&gradient.flat());
        if let Ok(gradient) = &self.gradient {
            let Parameters { w, b, v, c } = gradient;
            arrays.push(("gradient_W", w.into()));
            arrays.extend(b.iter().map(|b| ("gradient_b", b.into())));
            arrays.push(("gradient_V", v.into()));
            arrays.extend(c.iter().map(|c| ("gradient_c", c.into())));
            arrays.push(("gradient", flat(gradient)));
        }
        arrays.extend([
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
        let digits = self.digits.all().iter();
        digits.map(|(name, digits)| (format!("digits_{name}"), Array::scalar(*digits))).collect()
    }

    /// The scalars as a JSON object, the digits as an object in it. Where the bound has no gradient, `gradient` is null
    /// and `no_gradient` says why.
    pub fn json(&self) -> String {
        let object = |pairs: &[(&str, f64)]| {
            Map::from_iter(pairs.iter().map(|(name, value)| (name.to_string(), Value::from(*value))))
        };
        let mut all = object(&self.scalars());
        all.insert("digits".to_string(), Value::Object(object(self.digits.all())));
        if let Err(reason) = &self.gradient {
            all.insert("gradient".to_string(), Value::Null);
            all.insert("no_gradient".to_string(), Value::from(reason.to_string()));
        }
        format!("{:#}\n", Value::Object(all))
    }
}
