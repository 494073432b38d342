//! The answer as the arrays of a file, and as JSON.

use super::{Answer, Item};
use crate::io::Array;
use crate::model::Parameters;
use serde_json::{Map, Value};

impl Answer {
    /// Everything, as the arrays of an npz file. Gradients of single groups have the shape of the group; the others
    /// are flat, order `W, b, V, c`, row-major. A gradient that does not exist is left out.
    pub fn arrays(&self) -> Vec<(&'static str, Array)> {
        let scalars = self.printed_scalars();
        let mut arrays: Vec<_> =
            scalars.map(|(scalar, value)| (scalar.name(), Array::scalar(value))).collect();
        if let Ok(Parameters { w, b, v, c }) = &self.gradient {
            arrays.push(("gradient_W", w.into()));
            arrays.extend(b.iter().map(|b| ("gradient_b", b.into())));
            arrays.push(("gradient_V", v.into()));
            arrays.extend(c.iter().map(|c| ("gradient_c", c.into())));
        }
        arrays.extend(self.printed_arrays().into_iter().filter_map(|item| {
            let array = match (item, &self.hessian) {
                (Item::Hessian, Some(hessian)) => hessian.into(),
                _ => Array::vector(&self.numbers(item)?),
            };
            Some((item.name(), array))
        }));
        arrays
    }

    /// The digits as the arrays of an npz file, named `digits_` and the number's name.
    pub fn digit_arrays(&self) -> Vec<(String, Array)> {
        let digits = self.printed_digits();
        digits.map(|(item, digits)| (format!("digits_{item}"), Array::scalar(digits))).collect()
    }

    /// The scalars as a JSON object, the digits as an object in it. Where the bound has no gradient, `gradient` is null
    /// and `no_gradient` says why.
    pub fn json(&self) -> String {
        let pair = |item: Item, value: f64| (item.to_string(), Value::from(value));
        let mut all: Map<_, _> =
            self.printed_scalars().map(|(name, value)| pair(name.into(), value)).collect();
        let digits = self.printed_digits().map(|(item, digits)| pair(item, digits));
        all.insert("digits".to_string(), Value::Object(digits.collect()));
        if let Err(reason) = &self.gradient {
            all.insert(Item::Gradient.to_string(), Value::Null);
            all.insert("no_gradient".to_string(), Value::from(reason.to_string()));
        }
        format!("{:#}\n", Value::Object(all))
    }
}
