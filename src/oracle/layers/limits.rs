//! Limits of memory and time at any depth, checked before anything is allocated.

use crate::budget::{self, numbers};
use crate::model::Architecture;
use crate::oracle::limits::{MOST_WITH_DIGITS, PRECISE, PRODUCTS, SECONDS_OF_A_DAY, TERMS};
use crate::oracle::{Need, OracleError, Path, Wanted};
use crate::parallel::PARTS;

/// The most units whose bounds are computed: their matrices are decomposed several times.
pub(super) const MOST_UNITS: usize = 600;

/// Checks that what is wanted fits into memory.
pub(super) fn check(architecture: &Architecture, samples: usize, wanted: &Wanted) -> Result<(), OracleError> {
    let size = architecture.parameters();
    let dense = wanted.spectrum || wanted.hessian;
    if wanted.digits && dense && size > MOST_WITH_DIGITS {
        return Err(OracleError::SlowDigits { parameters: size, most: MOST_WITH_DIGITS });
    }
    let ask = |bytes: u64, what: &str, needed_for: Need| {
        budget::ask(bytes, || format!("{what} at N={samples}, {architecture}"))
            .map_err(|over| OracleError::OverBudget { over, needed_for })
    };
    // Eight gradients in the answer, what puts them together, and parts of a sum, at 106 bits twice as large.
    let parts = if wanted.digits || wanted.path == Path::Terms { 2 * PARTS + 8 } else { 0 };
    ask(numbers(&[24 + parts, size]), "the gradients", Need::Gradients)?;
    if dense {
        // Blocks of a sample in both parts and their sum, the sum over samples, and what the eigensolver works on.
        ask(numbers(&[7, size, size]), "the dense Hessian", Need::DenseHessian)?;
    }
    let matrices = matrices_of_samples(architecture, samples);
    if wanted.terms || dense {
        ask(matrices, "what is kept of each sample", Need::Terms)?;
    }
    if wanted.path == Path::Terms {
        ask(matrices, "the matrices of all samples", Need::Matrices)?;
    }
    if wanted.digits {
        ask(matrices.saturating_mul(2), "the matrices of all samples at 106 bits", Need::Digits)?;
    }
    if wanted.terms || wanted.digits || wanted.path == Path::Terms {
        // Squared norms of the blocks of all units in parts, what they count, and a sample's share of both.
        let units = architecture.units();
        ask(numbers(&[8 + parts, units, units]), "the blocks of all units", Need::Terms)?;
    }
    Ok(())
}

/// Bytes of the matrices of all samples: for each pair of layers three of `K` and one of `J`, and those of the outputs.
fn matrices_of_samples(architecture: &Architecture, samples: usize) -> u64 {
    let units = architecture.units();
    let pairs = (0..architecture.layers()).fold(0_usize, |sum, m| {
        let below: usize = architecture.widths[..=m].iter().sum();
        sum.saturating_add(below.saturating_mul(architecture.outputs_of(m)))
    });
    let vectors = architecture.inputs.saturating_add(units.saturating_mul(8));
    let outputs = architecture.outputs().saturating_mul(units);
    let each = pairs.saturating_mul(4).saturating_add(outputs).saturating_add(vectors);
    numbers(&[samples, each])
}

/// Multiplications of the moments of all pairs of samples, once.
fn multiplications(architecture: &Architecture, samples: usize) -> f64 {
    let width = |layer: usize| architecture.outputs_of(layer) as f64;
    let mut pair = 2.0 * architecture.inputs as f64;
    for m in 0..architecture.layers() {
        for l in 0..=m {
            let through = if m > l { architecture.inputs_of(m) as f64 } else { 0.0 };
            pair += 3.0 * width(l) * (width(m) + through);
        }
    }
    (samples as f64).powi(2) * pair
}

/// Values and gradients of an answer, in evaluations of the moments.
const EVALUATIONS: f64 = 20.0;

/// How long bounds on the rounding errors would take in one thread, in seconds: several times as long as the equations.
pub(super) fn seconds_of_running_errors(architecture: &Architecture, samples: usize) -> f64 {
    5.0 * EVALUATIONS * multiplications(architecture, samples) / TERMS
}

/// How long the bounds by groups take beside an answer of one hidden layer, in seconds.
pub(in crate::oracle) fn seconds_of_groups(architecture: &Architecture, samples: usize) -> f64 {
    EVALUATIONS * multiplications(architecture, samples) / PRODUCTS
}

/// Estimates how many days an answer takes on this machine, from the number of its multiplications.
///
/// # Errors
/// [`OracleError`] where it does not fit into memory.
pub fn days_of_layers(
    architecture: &Architecture,
    samples: usize,
    wanted: &Wanted,
) -> Result<f64, OracleError> {
    check(architecture, samples, wanted)?;
    let (size, products) = (architecture.parameters() as f64, multiplications(architecture, samples));
    let cores = rayon::current_num_threads() as f64;
    let mut seconds = match wanted.path {
        Path::Terms => EVALUATIONS * products / TERMS / cores,
        Path::Fast { threads, .. } => EVALUATIONS * products / PRODUCTS / cores.min(threads as f64),
    };
    if wanted.spectrum || wanted.hessian {
        seconds += samples as f64 * size * size / TERMS;
    }
    if wanted.spectrum {
        seconds += 4.0 * size * size * size / TERMS;
    }
    if wanted.digits {
        seconds += EVALUATIONS * products / PRECISE / cores;
    }
    Ok(seconds / SECONDS_OF_A_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_machine_has_is_refused_before_it_is_taken() {
        let deep = Architecture::new(10, &[100_000_000; 3], true);
        let error = check(&deep, 10, &Wanted::default()).unwrap_err().to_string();
        assert!(error.starts_with("the gradients at N=10, 10-100000000-"), "{error}");
        let wide = Architecture::new(10, &[20_000, 10], true);
        assert!(check(&wide, 10, &Wanted::default()).is_ok());
        let error = check(&wide, 10, &Wanted::default().with_hessian()).unwrap_err().to_string();
        assert!(error.starts_with("the dense Hessian at "), "{error}");
        let error = check(&wide, 10_000, &Wanted::default().by(Path::Terms)).unwrap_err().to_string();
        assert!(error.starts_with("the matrices of all samples at "), "{error}");
    }
}
