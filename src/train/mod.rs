//! Training along the closed-form direction: Hessian Spectral Range regularization and its rivals.
//!
//! A [`Method`] with [`TrainSettings`] says what each step descends; a [`Trainer`] takes the steps, a [`Recorder`] measures
//! where they lead, a [`Checkpoint`] keeps it, and [`run`] goes from the first step to the last. For a loop that is not ours
//! there is [`HsrRegularizer`].
//!
//! ```
//! use hsr::data::{DataSet, Parts, SplitShares, Split};
//! use hsr::model::{Activation, Architecture, Loss};
//! use hsr::train::{Method, Recorder, TrainSettings, Trainer, run};
//! let iris = DataSet::Iris.load();
//! let shares = SplitShares { validation: 0.0, test: 0.2 };
//! let split = Split::stratified(&iris.labels, &iris.class_names, shares, 0)?;
//! let parts = Parts::standardised(&iris.batch(), &split)?;
//! let architecture = Architecture::new(4, &[5, 5, 3], true);
//! let network = hsr::audit::random_layers(&architecture, &[Activation::Tanh, Activation::Silu], 0);
//!
//! let settings = TrainSettings { steps: 20, ..TrainSettings::of(Method::Hsr) };
//! let mut trainer = Trainer::new(settings, network, Loss::Softmax, &parts.train)?;
//! let mut recorder = Recorder::new(&parts.train, parts.test.as_ref(), 1);
//! let mut losses = Vec::new();
//! run(&mut trainer, &mut recorder, |_, record| {
//!     losses.extend(record.map(|record| record.loss));
//!     Ok(true)
//! })?;
//! assert!(losses.last() < losses.first());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod checkpoint;
mod direction;
mod error;
#[cfg(feature = "files")]
mod file_error;
mod fit;
#[cfg(feature = "files")]
mod log;
mod method;
mod order;
mod paths;
mod recent;
mod record;
mod regularizer;
mod run;
mod schedule;
mod settings;
mod switch;
mod task;
mod trainer;

pub use checkpoint::Checkpoint;
pub use direction::{Descent, Direction};
pub use error::{CheckpointMismatch, Symptom, TrainError};
#[cfg(feature = "files")]
pub use file_error::RunFileError;
#[cfg(feature = "compare")]
pub(crate) use fit::least as least_loss;
pub use fit::{Fit, fit, score_name};
#[cfg(feature = "files")]
pub use log::Log;
pub use method::Method;
pub use record::{Extremes, Record, Recorder};
pub use regularizer::{HsrRegularizer, RegularizerError};
pub use run::run;
pub use schedule::Schedule;
pub use settings::{TrainSettings, TrainSettingsError};
pub use switch::{Switch, SwitchError};
pub use task::Task;
pub use trainer::{State, Trainer};
