//! Holds an implementation against the reference, and tells what is wrong, on the smallest network that shows it.
//!
//! [`Draws`] makes the cases, [`expected`] knows the right values and how far off an ordinary program may be, [`judge`]
//! compares, [`shrink`] finds the smallest case that is still wrong, and [`resembles`] says what a wrong answer looks like.
#![cfg_attr(
    feature = "files",
    doc = "[`run`] does all of that with a program in any language, asked a line of JSON at a time, and [`Report`] tells. The \
           lines themselves are described in `examples/python/README.md`."
)]

mod cases;
mod judge;
#[cfg(feature = "files")]
mod programs;
mod quantity;
mod reference;
mod resembles;
mod shrink;
mod vectors;

pub use cases::{Case, CaseError, Draws, LARGEST_SIZE};
pub use judge::{Answered, Judged, Wrong, judge};
#[cfg(feature = "files")]
pub use programs::{
    Broken, ConformError, Interruption, Mismatch, Report, Settings, SettingsError, Tally, adopt_orphans,
    answer_line, end_programs, run, write_case,
};
pub use quantity::{Layout, Quantity, UnknownQuantity, Values};
pub use reference::{Expected, Precision, expected};
pub use resembles::resembles;
pub use shrink::{shrink, simpler_activation};
pub use vectors::{SCHEMA, VERSION, Vector, VectorError, vectors};
