//! The values from what the workers summed.

use super::moments::LayerValues;
use super::rows::add_scaled;
use super::sizes::{Sizes, at};
use super::worker::Worker;
use crate::number::Matrix;
use crate::terms::pairs_of_layers;

/// Sets the values; the first worker's sums become those of all.
pub(super) fn gather(sizes: &Sizes, workers: &mut [Worker], values: &mut LayerValues) {
    values.loss = workers.iter().map(|worker| worker.loss).sum();
    let [first, others @ ..] = workers else { return };
    for l in 0..sizes.layers() {
        let trace = &mut first.trace[l];
        others.iter().for_each(|worker| add_scaled(trace, 1.0, &worker.trace[l]));
        values.layers.trace[l] = trace.iter().sum();
        if let Some(units) = &mut values.units {
            units.trace[l].copy_from_slice(trace);
        }
    }
    for (m, l) in pairs_of_layers(sizes.layers()) {
        let squared = &mut first.squared[at(m, l)];
        others.iter().for_each(|worker| add_scaled(squared, 1.0, &worker.squared[at(m, l)]));
        values.layers.squared[m][l] = squared.iter().sum();
        if let Some(all) = &mut values.units {
            set_units(&mut all.squared[m][l], sizes, (m, l), squared);
        }
    }
}

/// Sets the squares of the blocks of units; those of two units of one layer stand for both orders.
fn set_units(out: &mut Matrix<f64>, sizes: &Sizes, (m, l): (usize, usize), squared: &[f64]) {
    for p in 0..sizes.outputs(l) {
        let entries = &squared[sizes.entries((m, l), p)];
        for (i, value) in entries.iter().enumerate() {
            if m != l {
                out[(i, p)] = *value;
            } else if i == 0 {
                out[(p, p)] = *value;
            } else {
                (out[(p + i, p)], out[(p, p + i)]) = (0.5 * value, 0.5 * value);
            }
        }
    }
}
