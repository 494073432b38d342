//! What is known of the digits of an answer, from one more forward pass: bounds on its errors, at a small part of its cost.
//!
//! The forward pass carries a bound on its rounding errors through every operation
//! ([`Rounded`](crate::number::Rounded)). What comes after it are sums of products: each is off by the errors of its
//! factors, and by roundoffs, in units of the sum of its terms' *sizes*; where terms cancel, the sum is small against
//! that, and digits are gone. The sizes of sums over pairs of samples come from sums over samples, by Cauchy and Schwarz.
//! Sizes are those of vectors and matrices, so the bounds hold for every route of [`fast`](crate::fast) and for the
//! [`terms`](crate::terms), whatever the order in which they add.

mod blocks;
mod forward;
mod size;
mod sums;

use super::digits::ALL_DIGITS;
use super::reduced::{Reduced, TraceAndSquare};
use super::spread::Spread;
use super::{Answer, ClosedForms, Digits, Item, OracleError};
use crate::model::{Batch, Parameters, Shape, ThreeLayer};
use crate::number::{ROUNDOFF, Rounded};
use crate::terms::bound::{Moments, mean, spread};
use blocks::Blocks;
use forward::{Weights, run};
use rayon::prelude::*;
use size::{Size, blurred, roundings};
use sums::{Entries, Sums};

/// Samples that a thread runs at once.
const TILE: usize = 64;
/// Terms of a sum over pairs that are added one to the other; sums of so many are then added themselves.
const RUN: usize = 1 << 18;

/// Bounds on errors, and what they are made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    /// The errors of the loss and of the traces of the blocks.
    loss: f64,
    hidden_trace: f64,
    output_trace: f64,
    blocks: Blocks<Block>,
    largest_input: f64,
    /// The largest entry of the gradient of the loss and of each moment, with its error; of a squared trace in units of
    /// its block.
    loss_entry: Size,
    entries: Moments<Size>,
}

/// What is known of a block of the Hessian.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Block {
    /// The norm of a sample's own block, the mean over samples: the error of the block of the Hessian is no larger than
    /// the mean error of theirs.
    mean: Size,
    /// What sums over pairs of samples may lose to rounding, in units of the square of that.
    pairs: f64,
    /// What they may lose to underflow.
    least: f64,
}

impl Block {
    /// The norm of the block from its square, with a bound on its error: that of the samples' blocks, and what sums over
    /// pairs of samples lose.
    fn norm(&self, squared: f64) -> Size {
        let error = self.mean.error + self.pairs * self.mean.value;
        Size { value: squared.max(0.0).sqrt(), error }
    }

    /// The square of the block with a bound on its error.
    fn square(&self, squared: f64) -> Rounded {
        let Size { value: mean, error } = self.mean;
        let carried = 2.0 * squared.max(0.0).sqrt() * error + error * error;
        Rounded { value: squared, error: carried + self.pairs * mean * mean + self.least }
    }
}

impl Known {
    /// Of a network on data that fit.
    ///
    /// # Errors
    /// [`OracleError::Overflow`] where numbers on some way to the answer may leave the range of `f64`: the same for all
    /// routes.
    pub fn of(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> Result<Self, OracleError> {
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
        let pairs = roundings(terms + shape.samples.saturating_mul(shape.samples).min(RUN));
        let average = |sum: Size| blurred(sum * share, terms);
        let factors = sums.factors.map(|factor| factor / shape.samples as f64);
        let blocks = sums.blocks.map(average).zip(factors).map(|(mean, factor)| {
            let least = if mean == Size::ZERO { 0.0 } else { f64::MIN_POSITIVE * factor * factor };
            Block { mean, pairs, least }
        });
        let largest_entry = |Entries { by_w, by_v, by_c }: &Entries| {
            let by_c = shape.biases.then_some(by_c);
            let entries = by_w.iter().chain(by_v).chain(by_c);
            let mut all = Size::ZERO;
            for size in entries.map(|entry| average(*entry)) {
                all.value = larger(all.value, size.value);
                all.error = larger(all.error, size.error);
            }
            all
        };
        let entries = sums.gradients.each_ref().map(largest_entry);
        let loss_entry = largest_entry(&sums.loss_gradient);
        // The entries themselves: of a squared trace times the largest that its block can be.
        let reach = Moments {
            hidden_trace: entries.hidden_trace.value,
            hidden_squared: entries.hidden_squared.value * blocks.hidden.mean.value,
            output_trace: entries.output_trace.value,
            output_squared: entries.output_squared.value * blocks.output.mean.value,
            coupling_squared: entries.coupling_squared.value * blocks.coupling.mean.value,
        };
        let factors = [factors.hidden, factors.output, factors.coupling].map(|factor| factor * factor);
        for value in reach.into_values().chain([loss_entry.value]).chain(factors) {
            super::finite("a product on the way to trace and squared trace", value)?;
        }
        Ok(Known {
            loss: average(sums.loss).error,
            hidden_trace: average(sums.hidden_trace).error,
            output_trace: average(sums.output_trace).error,
            blocks,
            largest_input: largest.max(f64::from(u8::from(shape.biases))),
            loss_entry,
            entries,
        })
    }

    /// Closed forms with bounds on their errors.
    fn with_errors(&self, found: &ClosedForms<f64>) -> ClosedForms<Rounded> {
        let number = |value: f64, error: f64| Rounded { value, error };
        let (m, g) = (&found.moments, &found.gradients);
        let Blocks { hidden, output, coupling } = &self.blocks;
        let of_square = |entry: Size, block: &Block, squared: f64| {
            // What underflows on the way is multiplied by inputs at last.
            (entry * block.norm(squared)).error + block.least * (1.0 + self.largest_input)
        };
        let errors = Moments {
            hidden_trace: self.entries.hidden_trace.error,
            hidden_squared: of_square(self.entries.hidden_squared, hidden, m.hidden_squared),
            output_trace: self.entries.output_trace.error,
            output_squared: of_square(self.entries.output_squared, output, m.output_squared),
            coupling_squared: of_square(self.entries.coupling_squared, coupling, m.coupling_squared),
        };
        let entries = |gradient: &Parameters<f64>, error: f64| gradient.map(|value| number(value, error));
        ClosedForms {
            shape: found.shape,
            loss: number(found.loss, self.loss),
            moments: Moments {
                hidden_trace: number(m.hidden_trace, self.hidden_trace),
                hidden_squared: hidden.square(m.hidden_squared),
                output_trace: number(m.output_trace, self.output_trace),
                output_squared: output.square(m.output_squared),
                coupling_squared: coupling.square(m.coupling_squared),
            },
            gradients: g.each_ref().zip(errors).map(|(gradient, error)| entries(gradient, error)),
            loss_gradient: entries(&found.loss_gradient, self.loss_entry.error),
        }
    }

    /// The right digits of each number of an answer, at least.
    pub fn digits(&self, answer: &Answer, forms: &ClosedForms<f64>, spreads: Reduced<Spread>) -> Digits {
        let forms = self.with_errors(forms);
        // Of a Hessian that vanishes the bounds do: roots of 0.
        let squared = forms.moments.squared();
        let vanishes = squared.value == 0.0 && squared.error < NOTHING;
        let digits_of = |number: Rounded| {
            let is_root = vanishes && number.value == 0.0 && number.error < NOTHING.sqrt();
            if is_root { ALL_DIGITS } else { right(&[number]) }
        };
        let scalars = forms.scalars_with(self.spreads(&forms, spreads)).map(digits_of);
        let with_error = |error: f64, item: Item| -> Option<Vec<Rounded>> {
            let values = answer.numbers(item)?;
            Some(values.into_iter().map(|value| Rounded { value, error }).collect())
        };
        let error = self.errors().norm_bound();
        // What a symmetric eigensolver adds.
        let norm = answer.scalars.trace_squared.abs().sqrt();
        let solved = error + EIGENSOLVER * ROUNDOFF * answer.shape.parameters() as f64 * norm;
        let numbers = |item: Item| match item {
            Item::Hessian => with_error(error, item),
            Item::Eigenvalues => with_error(solved, item),
            _ => forms.numbers(item),
        };
        let arrays = answer.printed_arrays().into_iter();
        let arrays = arrays.filter_map(|item| Some((item, right(&numbers(item)?)))).collect();
        Digits { counted: false, scalars, arrays }
    }

    /// Spreads with bounds on their errors. One that is the root of a sum of squares, `|H - m I|_F / sqrt(size)`, is off by no
    /// more than its matrix is, and its mean.
    fn spreads(&self, forms: &ClosedForms<Rounded>, spreads: Reduced<Spread>) -> Reduced<Rounded> {
        // And by what the squares lose to underflow, as a norm.
        let least = self.blocks.map(|block| block.least.sqrt());
        let errors = self.errors();
        let errors = Reduced {
            hidden: errors.hidden + least.hidden,
            output: errors.output + least.output,
            whole: errors.norm_bound() + least.norm_bound(),
        };
        forms.traces_and_squares().zip(spreads).zip(errors).map(|((sums, found), error)| {
            let TraceAndSquare { trace, squared, size } = sums;
            if !found.centred {
                return spread(trace, squared, size);
            }
            let carried = error / (size as f64).sqrt() + mean(trace, size).error;
            Rounded { value: found.value, error: carried + found.value * roundings(size + 2) }
        })
    }

    /// The errors of the blocks of the Hessian in the Frobenius norm.
    fn errors(&self) -> Blocks<f64> {
        self.blocks.map(|block| block.mean.error)
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

/// Products in a row, on the way from the quantities of a sample to a gradient.
const FEW: usize = 64;

/// The larger one; what is no number is larger than any.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::INFINITY } else { a.max(b) }
}
