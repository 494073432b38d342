//! What the routes cost, in multiplications.

use super::memory::block_bytes;
use super::plan::LayerRoute;
use super::sizes::Sizes;

/// A block of the Hessian may take this much.
const MOST_BYTES: u64 = 512 << 20;

/// The route that costs fewest multiplications, of those that have room.
pub(super) fn cheapest(sizes: &Sizes, samples: usize, by_units: bool, (m, l): (usize, usize)) -> LayerRoute {
    let costs = LayerRoute::ALL.map(|route| match route {
        LayerRoute::Parameters if block_bytes(sizes, m, l) > MOST_BYTES => f64::INFINITY,
        LayerRoute::Kernel if by_units => f64::INFINITY,
        _ => cost(sizes, samples, m, l, route),
    });
    let least = (0..costs.len()).fold(0, |best, index| if costs[index] < costs[best] { index } else { best });
    LayerRoute::ALL[least]
}

/// Whether a block is that of the last hidden layer with itself.
pub(super) fn has_kernel(sizes: &Sizes, m: usize, l: usize) -> bool {
    m == l && m + 1 == sizes.hidden()
}

/// What a multiplication in the small matrices of the kernel route costs, at the speed of a large product: an estimate.
const SMALL: f64 = 2.5;

/// Multiplications of value and gradient for a block; what the routes have in common is left out.
fn cost(sizes: &Sizes, samples: usize, m: usize, l: usize, route: LayerRoute) -> f64 {
    let n = samples as f64;
    let units = sizes.units(m, l) as f64;
    let (inputs, between) =
        (sizes.augmented(l) as f64, if m > l { sizes.outputs(m - 1) as f64 } else { 0.0 });
    // The sums, and the products of pairs of samples for the derivatives by inputs, of which each pair is taken once.
    let grams = if m == 0 { 1.0 } else { 1.5 };
    let width = sizes.outputs(l) as f64;
    let apart = (if l > 0 { 6.0 } else { 4.5 }) * between * width + 3.0 * units;
    match (route, m - l) {
        (LayerRoute::Inputs, gap) if gap != 1 => f64::INFINITY,
        (LayerRoute::Kernel, _) if !has_kernel(sizes, m, l) => f64::INFINITY,
        (LayerRoute::Kernel, _) => {
            let outputs = sizes.outputs(m + 1) as f64;
            let pairs = outputs * (outputs + 1.0) / 2.0;
            n * n * (3.0 * pairs * width + 6.0 * width + SMALL * 7.0 * outputs * outputs * outputs)
        }
        (LayerRoute::Pairs, 0) => n * n * grams * units,
        (LayerRoute::Pairs, 1) => n * n * units * (grams + 2.0 + if l > 0 { 1.0 } else { 0.0 }),
        (LayerRoute::Pairs, _) => n * n * (grams * units + apart),
        (LayerRoute::Inputs, _) => n * n * grams * units + n * inputs * units * if l > 0 { 6.0 } else { 4.0 },
        (LayerRoute::Parameters, 0) => {
            n * sizes.input_pairs(m, l) as f64 * units * if m > 0 { 3.0 } else { 2.0 }
        }
        (LayerRoute::Parameters, 1) => n * units * (3.0 * sizes.input_pairs(m, l) as f64 + 3.0 * inputs),
        (LayerRoute::Parameters, _) => {
            n * units * (3.0 * sizes.input_pairs(m, l) as f64 + 3.0 * between * inputs)
        }
    }
}
