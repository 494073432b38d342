//! What is known of the digits of an answer, from one more forward pass: bounds on its errors, at a small part of its cost.
//!
//! The forward pass carries a bound on its rounding errors through every operation
//! ([`Rounded`](crate::number::Rounded)). What comes after it are sums of products: each is off by the errors of its
//! factors, and by roundoffs, in units of the sum of its terms' *sizes*; where terms cancel, the sum is small against
//! that, and digits are gone. The sizes of sums over pairs of samples come from sums over samples, by Cauchy and Schwarz.
//! Sizes are those of vectors and matrices, so the bounds hold for every route of [`fast`](crate::fast) and for the
//! [`terms`](crate::terms), whatever the order in which they add.

mod forward;
mod size;
mod sums;

use super::closed::Bounds;
use super::spread::Spreads;
use super::{ALL_DIGITS, Answer, ClosedForms, OracleError};
use crate::model::{Batch, Network, Parameters, Shape};
use crate::number::{ROUNDOFF, Rounded};
use crate::terms::bound::{Moments, mean, spread};
use crate::terms::bound_gradient::MomentGradients;
use forward::{Weights, run};
use rayon::prelude::*;
use size::{Size, blurred, roundings};
use sums::{LOSS, Sums, TERMS};

/// Samples that a thread runs at once.
const TILE: usize = 64;
/// Terms of a sum over pairs that are added one to the other; sums of so many are then added themselves.
const RUN: usize = 1 << 18;

/// Bounds on errors, and what they are made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    loss: f64,
    traces: [f64; 2],
    /// The norms of the blocks `H_WW`, `H_VV` and `H_VW` of a sample, their mean: the error of a block of the Hessian is no
    /// larger than the mean error of theirs.
    blocks: [Size; 3],
    /// What sums over pairs of samples may lose to rounding, in units of the square of that.
    pairs: f64,
    /// What they may lose to underflow.
    least: [f64; 3],
    largest_input: f64,
    /// The largest entry of the gradient of each term, and its error; of a squared trace in units of its block.
    entries: [Size; TERMS],
}

impl Known {
    /// Of a network on data that fit.
    ///
    /// # Errors
    /// [`OracleError::Overflow`] where numbers on some way to the answer may leave the range of `f64`: the same for all
    /// routes.
    pub fn of(network: &Network<f64>, batch: &Batch<f64>) -> Result<Self, OracleError> {
        let shape = network.shape(batch.samples());
        let weights = Weights::new(network);
        // Formed before slopes that may be 0 come to them.
        super::finite("the square of V", network.parameters.v.norm_squared())?;
        let tiles = shape.samples.div_ceil(TILE);
        let tile = |index: usize| {
            let range = index * TILE..((index + 1) * TILE).min(shape.samples);
            let mut sums = Sums::new(shape.hidden);
            for sample in run(&weights, batch, &shape, range) {
                sums.add(&sample, &weights.columns);
            }
            sums
        };
        // As many sums as tiles are never there at once, and the order in which they are added is always the same.
        let mut all = Sums::new(shape.hidden);
        let together = rayon::current_num_threads() * 4;
        for first in (0..tiles).step_by(together) {
            let last = (first + together).min(tiles);
            let sums: Vec<Sums> = (first..last).into_par_iter().map(tile).collect();
            all = sums.iter().fold(all, Sums::join);
        }
        Known::from_sums(&all, &shape, batch.x.amax())
    }

    fn from_sums(sums: &Sums, shape: &Shape, largest: f64) -> Result<Self, OracleError> {
        let share = Size::exact(1.0 / shape.samples as f64);
        // A sample's terms have sums over inputs, hidden units and classes, and a few dozen products.
        let terms = shape.samples + shape.inputs + shape.hidden + shape.classes + FEW;
        let pairs = terms + shape.samples.saturating_mul(shape.samples).min(RUN);
        let average = |sum: Size| blurred(sum * share, terms);
        let blocks = sums.blocks.map(average);
        let factors = sums.factors.map(|factor| factor / shape.samples as f64);
        let least = [0, 1, 2].map(|block| {
            let nothing = blocks[block] == Size::ZERO;
            if nothing { 0.0 } else { f64::MIN_POSITIVE * factors[block] * factors[block] }
        });
        let entry = |term: usize| {
            let by_c = shape.biases.then_some(&sums.by_c[term]);
            let entries = sums.by_w[term].iter().chain(&sums.by_v[term]).chain(by_c);
            let mut all = Size::ZERO;
            for size in entries.map(|entry| average(*entry)) {
                all.value = larger(all.value, size.value);
                all.error = larger(all.error, size.error);
            }
            all
        };
        let entries: [Size; TERMS] = std::array::from_fn(entry);
        let known = Known {
            loss: average(sums.loss).error,
            traces: [average(sums.hidden_trace).error, average(sums.output_trace).error],
            blocks,
            pairs: roundings(pairs),
            least,
            largest_input: largest.max(f64::from(u8::from(shape.biases))),
            entries,
        };
        let reach = (0..TERMS).map(|term| entries[term].value * known.largest_block(term));
        for value in reach.chain(factors.map(|factor| factor * factor)) {
            super::finite("a product on the way to trace and squared trace", value)?;
        }
        Ok(known)
    }

    /// The largest that the block can be whose square this term is.
    fn largest_block(&self, term: usize) -> f64 {
        block_of(term).map_or(1.0, |block| self.blocks[block].value)
    }

    /// The norm of a block of the Hessian from its square, with a bound on its error: that of the samples' blocks, and what
    /// sums over pairs of samples lose.
    fn block(&self, block: usize, squared: f64) -> Size {
        let mean = self.blocks[block];
        Size { value: squared.max(0.0).sqrt(), error: mean.error + self.pairs * mean.value }
    }

    /// The error of the square of a block.
    fn squared_error(&self, block: usize, squared: f64) -> f64 {
        let Size { value: mean, error } = self.blocks[block];
        let carried = 2.0 * squared.max(0.0).sqrt() * error + error * error;
        carried + self.pairs * mean * mean + self.least[block]
    }

    /// Closed forms with bounds on their errors.
    fn with_errors(&self, found: &ClosedForms<f64>) -> ClosedForms<Rounded> {
        let number = |value: f64, error: f64| Rounded { value, error };
        let (m, g) = (&found.moments, &found.gradients);
        let square = |block: usize, value: f64| number(value, self.squared_error(block, value));
        let entries = |gradient: &Parameters<f64>, error: f64| gradient.map(|value| number(value, error));
        let of_square = |term: usize, block: usize, gradient: &Parameters<f64>, squared: f64| {
            // What underflows on the way is multiplied by inputs at last.
            let least = self.least[block] * (1.0 + self.largest_input);
            entries(gradient, (self.entries[term] * self.block(block, squared)).error + least)
        };
        ClosedForms {
            shape: found.shape,
            loss: number(found.loss, self.loss),
            moments: Moments {
                hidden_trace: number(m.hidden_trace, self.traces[0]),
                hidden_squared: square(0, m.hidden_squared),
                output_trace: number(m.output_trace, self.traces[1]),
                output_squared: square(1, m.output_squared),
                coupling_squared: square(2, m.coupling_squared),
            },
            gradients: MomentGradients {
                hidden_trace: entries(&g.hidden_trace, self.entries[0].error),
                hidden_squared: of_square(1, 0, &g.hidden_squared, m.hidden_squared),
                output_trace: entries(&g.output_trace, self.entries[2].error),
                output_squared: of_square(3, 1, &g.output_squared, m.output_squared),
                coupling_squared: of_square(4, 2, &g.coupling_squared, m.coupling_squared),
            },
            loss_gradient: entries(&found.loss_gradient, self.entries[LOSS].error),
        }
    }

    /// The right digits of each number of an answer, at least, by its name in the file.
    pub fn digits(
        &self,
        answer: &Answer,
        forms: &ClosedForms<f64>,
        spreads: &Spreads,
    ) -> Vec<(&'static str, f64)> {
        let forms = self.with_errors(forms);
        let Bounds { reduced, alpha, beta, block, .. } = Bounds::of(&forms, &self.spreads(&forms, spreads));
        let careful =
            [("ws_reduced", reduced), ("ws_block", block), ("hidden_upper", alpha), ("output_upper", beta)];
        let scalars = forms.scalars();
        let of = |name: &str| careful.iter().chain(&scalars).find(|(other, _)| *other == name);
        // Of a Hessian that vanishes the bounds do: roots of 0.
        let squared = forms.moments.squared();
        let vanishes = squared.value == 0.0 && squared.error < NOTHING;
        let digits_of = |number: &Rounded| {
            let is_root = vanishes && number.value == 0.0 && number.error < NOTHING.sqrt();
            if is_root { ALL_DIGITS } else { right(&[*number]) }
        };
        let names = answer.scalars().into_iter().map(|(name, _)| name);
        let mut digits: Vec<_> =
            names.filter_map(|name| of(name).map(|(_, number)| (name, digits_of(number)))).collect();
        if let (Ok(_), Ok(gradient)) = (&answer.gradient, forms.gradient()) {
            digits.push(("gradient", right(&gradient.flat())));
        }
        let g = &forms.gradients;
        let mut gradients = vec![
            ("trace_gradient", g.trace()),
            ("trace_squared_gradient", g.squared()),
            ("loss_gradient", forms.loss_gradient),
        ];
        if answer.terms.is_some() {
            gradients.extend([
                ("hidden_trace_gradient", g.hidden_trace.clone()),
                ("output_trace_gradient", g.output_trace.clone()),
                ("q_hid_gradient", g.hidden_squared.clone()),
                ("q_out_gradient", g.output_squared.clone()),
                ("q_cross_gradient", g.coupling_squared.clone()),
            ]);
        }
        digits.extend(gradients.iter().map(|(name, gradient)| (*name, right(&gradient.flat()))));
        let with_error = |error: f64, values: &[f64]| -> Vec<Rounded> {
            values.iter().map(|value| Rounded { value: *value, error }).collect()
        };
        let error = self.hessian();
        digits.extend(answer.hessian.iter().map(|h| ("hessian", right(&with_error(error, h.as_slice())))));
        // What a symmetric eigensolver adds.
        let solved = error
            + EIGENSOLVER * ROUNDOFF * answer.shape.parameters() as f64 * answer.trace_squared.abs().sqrt();
        let eigenvalues = answer.eigenvalues.iter();
        digits.extend(eigenvalues.map(|values| ("eigenvalues", right(&with_error(solved, values)))));
        digits
    }

    /// Spreads with bounds on their errors. One that is the root of a sum of squares, `|H - m I|_F / sqrt(size)`, is off by no
    /// more than its matrix is, and its mean.
    fn spreads(&self, forms: &ClosedForms<Rounded>, spreads: &Spreads) -> [Rounded; 3] {
        let (moments, shape) = (&forms.moments, &forms.shape);
        let [hidden, output, _] = self.blocks.map(|block| block.error);
        // What the squares lose to underflow, as a norm.
        let [hidden_least, output_least, coupling_least] = self.least.map(f64::sqrt);
        let least = hidden_least + output_least + std::f64::consts::SQRT_2 * coupling_least;
        let all = [
            (moments.hidden_trace, moments.hidden_squared, shape.hidden_parameters(), hidden + hidden_least),
            (
                moments.output_trace,
                moments.output_squared,
                shape.reduced_output_parameters(),
                output + output_least,
            ),
            (moments.trace(), moments.squared(), shape.reduced_parameters(), self.hessian() + least),
        ];
        let found = spreads.map(|spread| *spread);
        std::array::from_fn(|index| {
            let ((trace, squared, size, block), found) = (all[index], found[index]);
            if !found.centred {
                return spread(&trace, &squared, size);
            }
            let carried = block / (size as f64).sqrt() + mean(&trace, size).error;
            Rounded { value: found.value, error: carried + found.value * roundings(size + 2) }
        })
    }

    /// The error of the Hessian in the Frobenius norm.
    fn hessian(&self) -> f64 {
        let [hidden, output, coupling] = self.blocks.map(|block| block.error);
        hidden + output + std::f64::consts::SQRT_2 * coupling
    }
}

/// Roundoffs of the norm, for each row, that a symmetric eigensolver is off by.
const EIGENSOLVER: f64 = 20.0;

/// Below this products of what a sum is made of leave the range of `f64`: as good as 0.
const NOTHING: f64 = 1e-285;

/// The right decimal digits of what has these errors: the largest error relative to the largest entry, as a negative power
/// of ten. None where an error is not known. Zeros are right unless they may stand for what `f64` holds with all its digits.
fn right(numbers: &[Rounded]) -> f64 {
    let error = numbers.iter().fold(0.0, |largest, number| larger(largest, number.error));
    let scale = numbers.iter().fold(0.0, |largest, number| larger(largest, number.value.abs()));
    if error == 0.0 || (scale == 0.0 && error < NOTHING) {
        ALL_DIGITS
    } else {
        (-(error / scale).log10()).clamp(0.0, ALL_DIGITS)
    }
}

/// The block whose square a term is.
fn block_of(term: usize) -> Option<usize> {
    match term {
        1 => Some(0),
        3 => Some(1),
        4 => Some(2),
        _ => None,
    }
}

/// Products in a row, on the way from the quantities of a sample to a gradient.
const FEW: usize = 64;

/// The larger one; what is no number is larger than any.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::INFINITY } else { a.max(b) }
}
