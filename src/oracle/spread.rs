//! Spreads of the reduced Hessian and of its blocks that keep their digits where a matrix is close to a multiple of the
//! identity.

use crate::model::Shape;
use crate::terms::Curvature;
use crate::terms::bound::{Moments, mean, spread, spread_centred};
use crate::terms::squared_trace::{coupling_squared_by_parameters, hidden_deviation, output_deviation};

/// Where the subtraction `Q/D - m^2` leaves less than this share of `Q/D`, more than three of the sixteen digits are
/// gone, and the sum of squares is worth its cost, of order `N D^2`.
const SHARE: f64 = 1e-3;

/// A spread.
#[derive(Clone, Copy)]
pub(super) struct Spread {
    pub value: f64,
    /// Whether it is the root of a sum of squares, which does not cancel.
    pub centred: bool,
}

/// The spreads that the whole Hessian's own does not give. The whole Hessian never needs the sum of squares: its null
/// space keeps `Q/D - m^2` above `(h+1)/D` of `Q/D`.
pub(super) struct Spreads {
    /// Of the hidden block.
    pub hidden: Spread,
    /// Of the output block off the null space.
    pub output: Spread,
    /// Of the whole Hessian off the null space.
    pub reduced: Spread,
}

impl Spreads {
    /// A function of each, in the order of the fields.
    pub fn map<T>(&self, f: impl Fn(&Spread) -> T) -> [T; 3] {
        [f(&self.hidden), f(&self.output), f(&self.reduced)]
    }

    /// From the moments, and where that would cancel from the samples' own matrices, if these have room.
    pub fn of<'a>(
        points: &impl Fn() -> &'a [Curvature<f64>],
        moments: &Moments<f64>,
        shape: &Shape,
        room: bool,
    ) -> Self {
        let reduced = |m: &f64| {
            hidden_deviation(points(), m)
                + output_deviation(points(), m, true)
                + 2.0 * coupling_squared_by_parameters(points())
        };
        let hidden_size = shape.hidden_parameters();
        let output_size = shape.reduced_output_parameters();
        Spreads {
            hidden: careful(room, moments.hidden_trace, moments.hidden_squared, hidden_size, |m| {
                hidden_deviation(points(), m)
            }),
            output: careful(room, moments.output_trace, moments.output_squared, output_size, |m| {
                output_deviation(points(), m, true)
            }),
            reduced: careful(room, moments.trace(), moments.squared(), shape.reduced_parameters(), reduced),
        }
    }
}

fn careful(room: bool, trace: f64, squared: f64, size: usize, deviation: impl Fn(&f64) -> f64) -> Spread {
    let m = mean(&trace, size);
    let s = spread(&trace, &squared, size);
    let centred = room && size > 1 && s * s < SHARE * squared / size as f64;
    Spread { value: if centred { spread_centred(&deviation(&m), size) } else { s }, centred }
}
