//! What is refused before anything is allocated: more memory, or more work, than anybody has.

use super::{OracleError, Path, Wanted};
use crate::budget;
use crate::model::Shape;

/// Refining the eigenvalues of one of this size takes some ten seconds at 106 bits.
const MOST_WITH_DIGITS: usize = 800;

/// Multiplications in a day of one core at the speed of the best of products, 30 GFLOP/s.
const A_DAY: f64 = 1.3e15;

/// Whether there is room and time for what is wanted.
pub(super) fn check(shape: &Shape, wanted: &Wanted) -> Result<(), OracleError> {
    let size = shape.parameters();
    let dense = wanted.spectrum || wanted.hessian;
    if wanted.digits && dense && size > MOST_WITH_DIGITS {
        return Err(OracleError::SlowDigits { parameters: size, most: MOST_WITH_DIGITS });
    }
    let (ask, numbers) = (budget::ask, budget::numbers);
    if dense {
        // The sum of the blocks, its symmetric form, and what the eigensolver works on.
        ask(numbers(&[3, size, size]), || format!("the dense Hessian of {size} parameters"))
            .map_err(|over| OracleError::OverBudget(over, "leave out --spectrum and --hessian"))?;
    }
    let _ = (Path::Terms, A_DAY);
    Ok(())
}
