//! Checks an implementation against the reference, and reports what is wrong on the smallest network that shows it.
//!
//! [`Draws`] makes the cases, [`expected`] computes the right values with the errors that an ordinary program may make, [`judge`]
//! compares, [`shrink`] finds the smallest case that is still wrong, and [`resembles`] says what a wrong answer looks like.
#![cfg_attr(
    feature = "files",
    doc = "[`check_program`] does all of that with a program in any language, asked a line of JSON at a time, and \
           [`ConformReport`] holds the result. The protocol is described in `examples/python/README.md`."
)]

mod cases;
mod deep_vectors;
mod draws;
mod forms;
mod groups;
mod judge;
mod layer_draws;
mod ordinary_loss;
#[cfg(feature = "files")]
mod programs;
mod quantity;
mod rearranged;
mod reference;
mod resembles;
mod shrink;
mod twists;
mod vectors;

pub use cases::{Case, CaseError, Form};
pub use draws::{Draws, LARGEST_SIZE};
pub use judge::{Answered, Judged, Wrong, judge};
#[cfg(feature = "files")]
pub use programs::{
    Broken, ConformError, ConformMismatch, ConformReport, ConformSettings, ConformSettingsError,
    Interruption, Tally, answer_line, check_function, check_program,
};
// The command, a crate of its own, asks for these; nobody else needs to.
#[cfg(feature = "files")]
#[doc(hidden)]
pub use programs::{adopt_orphans, end_programs, write_case};
pub use quantity::{Quantity, QuantityValues};
pub use reference::{Expected, Precision, expected};
pub use resembles::resembles;
pub use shrink::{shrink, simpler_activation};
pub use vectors::{SCHEMA, TestVector, TestVectorError, VERSION, test_vectors};
