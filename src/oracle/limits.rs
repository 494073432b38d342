//! Limits of memory and time, checked before anything is allocated.

use super::{Need, OracleError, Path, Wanted};
use crate::budget::{self, numbers};
use crate::fast::Plan;
use crate::model::Shape;

/// Refining the eigenvalues of one of this size takes some ten seconds at 106 bits.
pub(super) const MOST_WITH_DIGITS: usize = 800;

/// Multiplications a second of a core: in matrix products, in the terms, and in these at 106 bits.
pub(super) const PRODUCTS: f64 = 1e10;
pub(super) const TERMS: f64 = 2e8;
pub(super) const PRECISE: f64 = TERMS / 70.0;
pub(super) const SECONDS_OF_A_DAY: f64 = 86_400.0;

/// Checks that what is wanted fits into memory.
pub(super) fn check(shape: &Shape, wanted: &Wanted) -> Result<(), OracleError> {
    let size = shape.parameters();
    let dense = wanted.spectrum || wanted.hessian;
    if wanted.digits && dense && size > MOST_WITH_DIGITS {
        return Err(OracleError::SlowDigits { parameters: size, most: MOST_WITH_DIGITS });
    }
    let ask = |bytes: u64, what: &str, needed_for: Need| {
        budget::ask(bytes, || format!("{what} at {shape}"))
            .map_err(|over| OracleError::OverBudget { over, needed_for })
    };
    // Gradients with bounds on their errors, and one as it is put together.
    ask(numbers(&[40, size]), "the gradients", Need::Gradients)?;
    // A tile of the forward pass with its errors, for each thread.
    let tile = [4 * rayon::current_num_threads(), 64, 10 * (shape.hidden + shape.classes) + 2 * shape.inputs];
    ask(numbers(&tile), "the forward pass", Need::Forward)?;
    if dense {
        // The sum of the blocks, its symmetric form, and what the eigensolver works on.
        ask(numbers(&[4, size, size]), "the dense Hessian", Need::DenseHessian)?;
    }
    if wanted.terms || dense || wanted.path == Path::Terms {
        ask(samples(shape), "what is kept of each sample", Need::Terms)?;
    }
    if dense || wanted.path == Path::Terms {
        ask(points(shape), "the matrices of all samples", Need::Matrices)?;
    }
    if wanted.digits {
        let both = points(shape).saturating_mul(2);
        ask(both, "the matrices of all samples at 106 bits", Need::Digits)?;
    }
    Ok(())
}

/// Whether the samples' own matrices fit into memory.
pub(super) fn has_room_for_points(shape: &Shape) -> bool {
    budget::ask(points(shape), String::new).is_ok()
}

/// Bytes of the forward quantities of all samples.
fn samples(shape: &Shape) -> u64 {
    let Shape { samples, inputs, hidden, classes, .. } = *shape;
    numbers(&[samples, 2 * inputs + 5 * hidden + 3 * classes + 20])
}

/// Bytes of the samples' own matrices, and of the quantities that they are made of.
fn points(shape: &Shape) -> u64 {
    let Shape { samples: n, hidden, classes, .. } = *shape;
    let matrices = numbers(&[n, classes, classes])
        .saturating_add(numbers(&[n, 2, classes, hidden]))
        .saturating_add(numbers(&[n, 3, hidden, hidden]));
    // Three copies of a sample: the list, the points, and the list of theirs.
    matrices.saturating_add(samples(shape).saturating_mul(3))
}

/// Estimates how many days an answer takes on this machine, from the number of its multiplications.
///
/// # Errors
/// [`OracleError`] where it does not fit into memory.
pub fn days(shape: &Shape, wanted: &Wanted) -> Result<f64, OracleError> {
    check(shape, wanted)?;
    let [n, h, c, d] = [shape.samples, shape.hidden, shape.classes, shape.inputs].map(|size| size as f64);
    let size = shape.parameters() as f64;
    let cores = rayon::current_num_threads() as f64;
    let by_terms = n * n * (3.0 * h * h + 6.0 * c * h + 2.0 * c * c + 2.0 * d) + n * c * c * h;
    let mut seconds = match wanted.path {
        Path::Terms => by_terms / TERMS / cores,
        Path::Fast { route, threads } => {
            let plan = Plan::new(shape, threads, route)?;
            plan.multiplications() / PRODUCTS / cores.min(plan.threads() as f64)
        }
    };
    if wanted.spectrum || wanted.hessian {
        seconds += n * size * size / TERMS;
    }
    if wanted.spectrum {
        seconds += 4.0 * size * size * size / TERMS;
    }
    if wanted.digits {
        seconds += by_terms / PRECISE / cores;
    }
    Ok(seconds / SECONDS_OF_A_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_digits_takes_much_longer() {
        let shape = Shape { samples: 1000, inputs: 20, hidden: 20, classes: 3, biases: true };
        assert!(days(&shape, &Wanted::default()).unwrap() < 1e-4);
        assert!(days(&shape, &Wanted::default().with_digits()).unwrap() > 1e-4);
    }
}
