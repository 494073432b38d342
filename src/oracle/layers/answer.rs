//! The answer's numbers at any depth, and how they are printed.

use super::forms::Forms;
use super::{LayerItem, underflow};
use crate::model::{Activation, Architecture, Layers, Loss, Network};
use std::collections::BTreeMap;

/// The oracle's answer for a network of any depth: its scalars, traces a layer, gradients, and what else was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerAnswer {
    /// The sizes.
    pub architecture: Architecture,
    /// The activation of each hidden layer.
    pub activations: Vec<Activation>,
    /// The loss.
    pub loss: Loss,
    /// The number of samples.
    pub samples: usize,
    /// Why a bound has no gradient, or no value, here: all else is there without it.
    pub missing: BTreeMap<LayerItem, String>,
    /// How many digits of each of these numbers are right.
    pub digits: LayerDigits,
    numbers: BTreeMap<LayerItem, Vec<f64>>,
}

/// How many decimal digits of each number of an answer are right; of an array, relative to its largest entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerDigits {
    /// Whether they are counted, by the same equations at 106 bits; else there are so many at least.
    pub counted: bool,
    /// Those that are known.
    pub known: BTreeMap<LayerItem, f64>,
}

impl LayerAnswer {
    /// From its numbers; its digits are not known yet.
    pub(super) fn of(network: &Network<f64>, loss: Loss, samples: usize, forms: Forms<f64>) -> Self {
        let Forms { mut numbers, missing } = forms;
        // Zero has no sign: `-0.0` says nothing that `0.0` does not.
        numbers.values_mut().flatten().for_each(|value| *value += 0.0);
        let mut missing: BTreeMap<LayerItem, String> =
            missing.into_iter().map(|(item, reason)| (item, reason.to_string())).collect();
        let squared = numbers.get(&LayerItem::TraceSquared).map_or(0.0, |squared| squared[0]);
        if let Some(reason) = underflow(squared) {
            for (_, _, gradient) in super::item::BOUNDS {
                if numbers.remove(&gradient).is_some() {
                    missing.insert(gradient, reason.clone());
                }
            }
        }
        LayerAnswer {
            architecture: network.architecture(),
            activations: network.activations.clone(),
            loss,
            samples,
            missing,
            digits: LayerDigits::default(),
            numbers,
        }
    }

    /// The numbers of an item, gradients and matrices flat, row by row; none where it is not there.
    pub fn numbers(&self, item: LayerItem) -> Option<&[f64]> {
        self.numbers.get(&item).map(Vec::as_slice)
    }

    /// A scalar.
    pub fn scalar(&self, item: LayerItem) -> Option<f64> {
        self.numbers(item).filter(|_| item.is_scalar()).map(|values| values[0])
    }

    /// A gradient, by layers.
    pub fn gradient(&self, item: LayerItem) -> Option<Layers<f64>> {
        let flat = self.numbers(item).filter(|_| item.is_gradient())?;
        Layers::from_flat(&self.architecture, flat).ok()
    }

    /// All items that are there with their numbers, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (LayerItem, &[f64])> {
        self.numbers.iter().map(|(item, values)| (*item, values.as_slice()))
    }

    /// What it is the answer for: sizes, activations, loss and samples.
    pub fn head(&self) -> String {
        let activations: Vec<&str> = self.activations.iter().map(|activation| activation.name()).collect();
        let activations =
            if activations.is_empty() { "no hidden layer".to_string() } else { activations.join(",") };
        format!(
            "{}, {activations}, {} loss, N={} D={}",
            self.architecture,
            self.loss,
            self.samples,
            self.architecture.parameters()
        )
    }

    /// The scalars and the traces of the layers as aligned lines with their right digits, then a line for each array whose digits are
    /// known.
    pub fn table(&self) -> String {
        let head = match (self.digits.counted, self.digits.known.is_empty()) {
            (true, _) => "right digits",
            (false, false) => "right digits, at least",
            (false, true) => "",
        };
        let header = format!("{:<22} {:<26} {head}", "", "");
        format!("{}\n{}\n{}", self.head(), header.trim_end(), self.lines(|_| true))
    }

    /// The lines of some items.
    pub(in crate::oracle) fn lines(&self, wanted: impl Fn(LayerItem) -> bool) -> String {
        let mut text = String::new();
        let digits =
            |item| self.digits.known.get(&item).map(|digits| rounded_down(*digits)).unwrap_or_default();
        let mut line = |name: &str, value: &str, digits: &str| {
            text += format!("{name:<22} {value:<26} {digits}").trim_end();
            text.push('\n');
        };
        for (item, values) in self.iter().filter(|(item, _)| wanted(*item)) {
            if item.is_scalar() {
                line(item.name(), &format!("{:.17e}", values[0]), &digits(item));
            } else if item == LayerItem::LayerTraces {
                for (layer, value) in values.iter().enumerate() {
                    line(&format!("layer_traces[{layer}]"), &format!("{value:.17e}"), &digits(item));
                }
            } else if self.digits.known.contains_key(&item) {
                line(item.name(), "(of its largest entry)", &digits(item));
            }
        }
        for (item, reason) in self.missing.iter().filter(|(item, _)| wanted(**item)) {
            line(item.name(), &format!("none: {reason}"), "");
        }
        text
    }
}

/// Digits to a tenth, rounded down, so that no digit is claimed that is not there, or `-` where there is nothing to count.
pub(in crate::oracle) fn rounded_down(digits: f64) -> String {
    if digits.is_nan() { "-".to_string() } else { format!("{:.1}", (digits * 10.0).floor() / 10.0) }
}
