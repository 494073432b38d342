//! A program in any language: started, asked a line at a time, and reported on.

mod ahead;
mod answer;
mod broken;
mod family;
mod files;
#[cfg(feature = "reports")]
mod formats;
mod likely;
mod mismatch;
mod partner;
mod pipes;
mod program;
mod protocol;
mod report;
mod run;
mod settings;
mod spoken;

pub use answer::answer_line;
pub use broken::Broken;
pub use family::{adopt_orphans, end_programs};
pub use files::write_case;
pub use mismatch::{ConformMismatch, Interruption};
pub use report::{ConformReport, Tally};
pub use run::{ConformError, check_function, check_program};
pub use settings::{ConformSettings, ConformSettingsError};

use super::{VERSION, cases, draws, forms, groups, judge, quantity, reference, resembles, shrink};
