//! A program in any language: started, asked a line at a time, and what became of it.

mod answer;
mod broken;
mod family;
mod files;
mod mismatch;
mod pipes;
mod program;
mod protocol;
mod report;
mod run;
mod settings;
mod spoken;
#[cfg(feature = "reports")]
mod told;

pub use answer::answer_line;
pub use broken::Broken;
pub use family::{adopt_orphans, end_programs};
pub use files::write_case;
pub use mismatch::{Interruption, Mismatch};
pub use report::{Report, Tally};
pub use run::{ConformError, run};
pub use settings::{Settings, SettingsError};

use super::{VERSION, cases, judge, quantity, reference, resembles, shrink};
