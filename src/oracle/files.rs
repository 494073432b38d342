//! The answer as the arrays of a file, and as JSON.

use super::{Answer, Item, LayerItem};
use crate::io::Array;
use crate::model::Parameters;
use serde_json::{Map, Value};

impl Answer {
    /// The answer as the arrays of an npz file.
    ///
    /// Gradients of single groups have the shape of the group; the others are flat, order `W, b, V, c`, row-major. A
    /// gradient that does not exist is left out.
    pub fn arrays(&self) -> Vec<(String, Array)> {
        let named = |(name, array): (&str, Array)| (name.to_string(), array);
        let of_groups = self.layers.iter().flat_map(|layers| layers.arrays_of(LayerItem::is_of_groups));
        self.own_arrays().into_iter().map(named).chain(of_groups).collect()
    }

    fn own_arrays(&self) -> Vec<(&'static str, Array)> {
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
        let own = digits.map(|(item, digits)| (format!("digits_{item}"), Array::scalar(digits)));
        let known = self.layers.iter().flat_map(|layers| layers.digits.known.iter());
        let of_groups = known.filter(|(item, _)| item.is_of_groups());
        own.chain(of_groups.map(|(item, digits)| (format!("digits_{item}"), Array::scalar(*digits))))
            .collect()
    }

    /// The scalars as a JSON object, the digits as an object in it. Where the bound has no gradient, `gradient` is null
    /// and `no_gradient` says why.
    pub fn json(&self) -> String {
        let pair = |item: Item, value: f64| (item.to_string(), Value::from(value));
        let mut all: Map<_, _> =
            self.printed_scalars().map(|(name, value)| pair(name.into(), value)).collect();
        let mut digits: Map<_, _> = self.printed_digits().map(|(item, digits)| pair(item, digits)).collect();
        if let Some(layers) = &self.layers {
            layers.tell(&mut all, LayerItem::is_of_groups);
            let known = layers.digits.known.iter().filter(|(item, _)| item.is_of_groups());
            digits.extend(known.map(|(item, digits)| (item.to_string(), Value::from(*digits))));
        }
        all.insert("digits".to_string(), Value::Object(digits));
        if let Err(reason) = &self.gradient {
            all.insert(Item::Gradient.to_string(), Value::Null);
            all.insert("no_gradient".to_string(), Value::from(reason.to_string()));
        }
        format!("{:#}\n", Value::Object(all))
    }
}
