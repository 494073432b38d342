//! Checks a program in any language against the reference: asks it questions, a line of JSON each, and reports what is
//! wrong, on the smallest network that shows it.
//!
//! [`Draws`] makes the cases, [`expected`] computes the right values with the errors that an ordinary program may make,
//! [`check_program`] asks, and [`ConformReport`] holds the result. `examples/python/README.md` describes the protocol.

mod answer;
mod broken;
mod cases;
mod family;
mod files;
mod judge;
mod mismatch;
mod pipes;
mod program;
mod protocol;
mod quantity;
mod reference;
mod report;
mod resembles;
mod run;
mod settings;
mod shrink;
mod spoken;
mod vectors;

pub use answer::answer_line;
pub use broken::Broken;
pub use cases::{Case, CaseError, Draws, LARGEST_SIZE};
pub(crate) use family::{adopt_orphans, end_programs};
pub(crate) use files::write_case;
pub use mismatch::{ConformMismatch, Interruption};
pub use quantity::{Quantity, QuantityValues, UnknownQuantity};
pub use reference::{Expected, Precision, expected};
pub use report::{ConformReport, Tally};
pub use run::{ConformError, check_program};
pub use settings::{ConformSettings, ConformSettingsError};
pub(crate) use vectors::{SCHEMA, VERSION};
pub use vectors::{TestVector, TestVectorError, test_vectors};
