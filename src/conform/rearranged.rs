//! Values times a number, and gradients in another order.

use super::cases::Case;
use crate::model::Layers;

/// What a value is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Multiple {
    Samples,
    Pairs,
    OverSamples,
    Minus,
    Two,
    Half,
    Size,
    OverSize,
    Zero,
}

/// An order of the entries of a gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Order {
    ByColumns,
    BiasesLast,
    LayersReversed,
    BiasesFirst,
}

impl Multiple {
    /// All of them.
    pub const ALL: [Multiple; 9] = [
        Multiple::Samples,
        Multiple::Pairs,
        Multiple::OverSamples,
        Multiple::Minus,
        Multiple::Two,
        Multiple::Half,
        Multiple::Size,
        Multiple::OverSize,
        Multiple::Zero,
    ];

    /// The number, and in words what it stands for.
    pub fn factor(self, case: &Case) -> (f64, &'static str) {
        let (n, d) = (case.batch.samples() as f64, case.architecture().parameters() as f64);
        match self {
            Multiple::Samples => (n, "N times the value: a sum over samples where the mean is meant"),
            Multiple::Pairs => (n * n, "N^2 times the value: a sum over pairs where the mean is meant"),
            Multiple::OverSamples => (1.0 / n, "the value over N: the mean was taken twice"),
            Multiple::Minus => (-1.0, "the value with the other sign"),
            Multiple::Two => (2.0, "twice the value"),
            Multiple::Half => (0.5, "half of the value"),
            Multiple::Size => (d, "D times the value"),
            Multiple::OverSize => (1.0 / d, "the value over D"),
            Multiple::Zero => (0.0, "zero"),
        }
    }
}

/// Arrays of a gradient by name.
pub(super) type Named = Vec<(String, Vec<f64>)>;

impl Order {
    /// All of them.
    pub const ALL: [Order; 4] =
        [Order::ByColumns, Order::BiasesLast, Order::LayersReversed, Order::BiasesFirst];

    /// The arrays of a gradient in this order.
    pub fn arrays(self, case: &Case, gradient: &[f64]) -> Option<Named> {
        let layers = Layers::from_flat(&case.architecture(), gradient).ok()?;
        let by_layer = layers.0.iter().enumerate().map(|(index, layer)| -> (Named, Named) {
            let [w, b] = case.array_names(index);
            let entries = if self == Order::ByColumns { layer.w.clone() } else { layer.w.transpose() };
            let bias = layer.b.iter().map(|bias| (b.clone(), bias.as_slice().to_vec()));
            (vec![(w, entries.as_slice().to_vec())], bias.collect())
        });
        let by_layer: Vec<(Named, Named)> = by_layer.collect();
        let (weights, biases): (Vec<Named>, Vec<Named>) = by_layer.iter().cloned().unzip();
        Some(match self {
            Order::ByColumns => by_layer.into_iter().flat_map(|(w, b)| [w, b].concat()).collect(),
            Order::BiasesLast => [weights.concat(), biases.concat()].concat(),
            Order::LayersReversed => by_layer.into_iter().rev().flat_map(|(w, b)| [w, b].concat()).collect(),
            Order::BiasesFirst => by_layer.into_iter().flat_map(|(w, b)| [b, w].concat()).collect(),
        })
    }

    /// In words.
    pub fn words(self, case: &Case, gradient: &[f64]) -> String {
        let arrays = self.arrays(case, gradient).unwrap_or_default();
        let names: Vec<String> = arrays.into_iter().map(|(name, _)| name).collect();
        if self == Order::ByColumns {
            let weights = (0..case.architecture().layers()).map(|layer| case.array_names(layer)[0].clone());
            return format!(
                "the value with {} transposed (column-major)",
                weights.collect::<Vec<_>>().join(" and ")
            );
        }
        format!("the value in the order {}", names.join(", "))
    }
}
