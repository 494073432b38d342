//! The answer as the arrays of a file, and as JSON.

use super::{LayerAnswer, LayerItem};
use crate::io::Array;
use crate::model::Layer;
use serde_json::{Map, Value, json};

impl LayerAnswer {
    /// The answer as the arrays of an npz file.
    ///
    /// Each gradient is there flat, in the order `W1, b1, W2, ..`, row-major, and once more a layer each: `gradient_W1`, `gradient_b1`
    /// and so on. Matrices have two axes. A gradient that does not exist is left out.
    pub fn arrays(&self) -> Vec<(String, Array)> {
        self.arrays_of(|_| true)
    }

    /// The arrays of some items.
    pub(in crate::oracle) fn arrays_of(&self, wanted: impl Fn(LayerItem) -> bool) -> Vec<(String, Array)> {
        let mut arrays = Vec::new();
        for (item, values) in self.iter().filter(|(item, _)| wanted(*item)) {
            let name = item.name();
            let rows = match item {
                LayerItem::Hessian => Some(self.architecture.parameters()),
                LayerItem::LayerSquared => Some(self.architecture.layers()),
                LayerItem::UnitSquared => Some(self.architecture.units()),
                _ => None,
            };
            let shape = match rows {
                Some(rows) => vec![rows, rows],
                None if item.is_scalar() => Vec::new(),
                None => vec![values.len()],
            };
            arrays.push((name.to_string(), Array { shape, values: values.to_vec() }));
            let layers = self.gradient(item).map_or(Vec::new(), |gradient| gradient.0);
            for (layer, Layer { w, b }) in (1..).zip(&layers) {
                arrays.push((format!("{name}_W{layer}"), w.into()));
                arrays.extend(b.iter().map(|b| (format!("{name}_b{layer}"), b.into())));
            }
        }
        arrays
    }

    /// The digits as the arrays of an npz file, named `digits_` and the number's name.
    pub fn digit_arrays(&self) -> Vec<(String, Array)> {
        let known = self.digits.known.iter();
        known.map(|(item, digits)| (format!("digits_{item}"), Array::scalar(*digits))).collect()
    }

    /// Sizes, activations, loss and scalars, the traces of the layers, and the digits as an object in it, as JSON. Where a bound has no
    /// gradient, the gradient is null and `no_gradient`, or `no_ws_units_gradient`, says why.
    pub fn json(&self) -> String {
        let mut all = Map::new();
        let sizes = &self.architecture;
        let activations: Vec<&str> = self.activations.iter().map(|activation| activation.name()).collect();
        all.insert(
            "shape".to_string(),
            json!({
                "samples": self.samples,
                "inputs": sizes.inputs,
                "widths": sizes.widths,
                "biases": sizes.biases,
            }),
        );
        all.insert("activations".to_string(), json!(activations));
        all.insert("loss_function".to_string(), json!(self.loss.name()));
        self.tell(&mut all, |_| true);
        let digits = self.digits.known.iter().map(|(item, digits)| (item.to_string(), Value::from(*digits)));
        all.insert("digits".to_string(), Value::Object(digits.collect()));
        format!("{:#}\n", Value::Object(all))
    }

    /// Adds some items to a JSON object.
    pub(in crate::oracle) fn tell(&self, all: &mut Map<String, Value>, wanted: impl Fn(LayerItem) -> bool) {
        for (item, values) in self.iter().filter(|(item, _)| wanted(*item)) {
            if item.is_scalar() {
                all.insert(item.to_string(), Value::from(values[0]));
            } else if item == LayerItem::LayerTraces {
                all.insert(item.to_string(), Value::from(values.to_vec()));
            }
        }
        for (item, reason) in self.missing.iter().filter(|(item, _)| wanted(**item)) {
            all.insert(item.to_string(), Value::Null);
            all.insert(format!("no_{item}"), Value::from(reason.as_str()));
        }
    }
}
