//! Spreads of the reduced Hessian and of its blocks that keep their digits where a matrix is close to a multiple of the
//! identity.

use super::reduced::{Reduced, TraceAndSquare};
use crate::terms::Curvature;
use crate::terms::bound::{mean, spread, spread_centred};
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
///
/// They come from traces and squared traces, and where that would cancel from the samples' own matrices, if these
/// fit into memory.
pub(super) fn careful_spreads<'a>(
    all: Reduced<TraceAndSquare<f64>>,
    points: &impl Fn() -> &'a [Curvature<f64>],
    points_fit: bool,
) -> Reduced<Spread> {
    let hidden = |m: f64| hidden_deviation(points(), m);
    let output = |m: f64| output_deviation(points(), m, true);
    let whole = |m: f64| hidden(m) + output(m) + 2.0 * coupling_squared_by_parameters(points());
    Reduced {
        hidden: careful(points_fit, all.hidden, hidden),
        output: careful(points_fit, all.output, output),
        whole: careful(points_fit, all.whole, whole),
    }
}

fn careful(points_fit: bool, of: TraceAndSquare<f64>, deviation: impl Fn(f64) -> f64) -> Spread {
    let TraceAndSquare { trace, squared, size } = of;
    let s = spread(trace, squared, size);
    let centred = points_fit && size > 1 && s * s < SHARE * squared / size as f64;
    let value = if centred { spread_centred(deviation(mean(trace, size)), size) } else { s };
    Spread { value, centred }
}
