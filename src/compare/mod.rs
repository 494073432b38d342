//! Comparison of training methods on equal terms: the same splits and initial points, the same number of strengths to choose from,
//! chosen on a validation part.
//!
//! ```
//! use hsr::compare::{CompareSettings, InitialPoint, compare};
//! use hsr::data::{DataSet, SplitShares};
//! use hsr::model::{Activation, Loss};
//! use hsr::train::{Method, TrainSettings};
//! let iris = DataSet::Iris.load();
//! let settings = CompareSettings {
//!     methods: vec![Method::Hsr],
//!     seed: 0,
//!     seeds: 2,
//!     trials: 1,
//!     strengths: None,
//!     hidden: vec![3, 3],
//!     activations: vec![Activation::Tanh; 2],
//!     loss: Loss::Softmax,
//!     biases: true,
//!     initial: InitialPoint::default(),
//!     label_noise: 0.0,
//!     shares: SplitShares { validation: 0.2, test: 0.2 },
//!     train: TrainSettings { steps: 30, ..TrainSettings::of(Method::Sgd) },
//! };
//! let comparison = compare(&iris.batch(), &iris.class_names, &settings, &|_, _| {})?;
//! println!("{}", comparison.table());
//! assert_eq!(comparison.results.len(), 2);
//! # Ok::<(), hsr::compare::CompareError>(())
//! ```

mod end_point;
mod initial;
mod kind;
mod measures;
mod number_format;
mod page;
mod pictures;
mod run;
mod settings;
mod statistics;
mod tables;

pub use end_point::EndPoint;
pub use initial::{InitialPoint, InitialPointError};
pub use kind::{Evidence, Kind, Sensitivity, Thresholds};
pub use page::html;
pub use pictures::pictures;
pub use run::{compare, compare_while};
pub use settings::{CompareSettings, strengths};
pub use statistics::{Difference, Mean};

use crate::data::{LabelNoiseError, Parts, PartsError, SplitError};
use crate::model::Network;
use crate::pictures::PictureError;
use crate::spectrum::SpectrumError;
use crate::train::{Method, Record, Task, TrainError};
use serde::Serialize;
pub(crate) use statistics::{bootstrap, mean};

/// An error of a comparison.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// The data cannot be split.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// A part cannot be standardised.
    #[error(transparent)]
    Parts(#[from] PartsError),
    /// Labels cannot be made wrong.
    #[error(transparent)]
    LabelNoise(#[from] LabelNoiseError),
    /// There is no such initial point.
    #[error(transparent)]
    InitialPoint(#[from] InitialPointError),
    /// Training fails other than by divergence.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// Eigenvalues cannot be found.
    #[error(transparent)]
    Spectrum(#[from] SpectrumError),
    /// A picture cannot be drawn.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// A number of seeds or of trials that is too small.
    #[error("{what} is 0: at least {least} is needed")]
    TooFew {
        /// The number that is too small.
        what: &'static str,
        /// The least that is needed.
        least: u64,
    },
    /// It was stopped before there was anything to keep.
    #[error("stopped before any method was done: nothing is kept")]
    Stopped,
    /// A method that diverges at every strength.
    #[error("{method} diverged at every strength that was tried: lower the rate ({rate})")]
    AllDiverged {
        /// The method.
        method: Method,
        /// The rate.
        rate: f64,
    },
}

/// A trial: one strength of a method on one seed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Trial {
    /// The strength.
    pub strength: f64,
    /// The seed.
    pub seed: u64,
    /// Loss of the validation part, by which a strength is chosen; none for a run that diverged, as the others.
    pub validation_loss: Option<f64>,
    /// The score of the test part, for the pictures alone.
    pub test_score: Option<f64>,
    /// Largest eigenvalue, for the pictures alone.
    pub lambda_max: Option<f64>,
}

/// The result of a method: its trials, the strength that was chosen, and its runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MethodResult {
    /// The method.
    pub method: Method,
    /// The strength that has the least mean validation loss.
    pub strength: f64,
    /// All trials, by strength and then by seed.
    pub trials: Vec<Trial>,
    /// A run for each seed, in order; none where it diverged.
    pub runs: Vec<Option<Run>>,
    /// The kinds of the end points with each threshold moved.
    pub sensitivity: Vec<Sensitivity>,
}

/// A measured run of a method with the strength that was chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Run {
    /// The end point.
    pub end: EndPoint,
    /// The network there.
    #[serde(skip)]
    pub network: Network<f64>,
    /// The records along the way.
    pub records: Vec<Record>,
    /// All eigenvalues at the end, where there are few enough.
    pub spectrum: Option<Vec<f64>>,
    /// The training loss along the vector of the largest eigenvalue: distance and loss.
    pub along: Vec<(f64, f64)>,
}

/// The ground of a seed: the parts of the data, and the initial point.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Start {
    /// The measures of the initial point, as sgd finds them.
    #[serde(flatten)]
    pub point: EndPoint,
    /// The network there.
    #[serde(skip)]
    pub network: Network<f64>,
    /// The parts of the data, standardised, with the labels that are wrong on purpose.
    #[serde(skip)]
    pub parts: Parts,
}

/// A comparison: the results of all methods, with tables and a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The settings of the comparison.
    pub settings: CompareSettings,
    /// The sizes of the network and the training part, and the loss.
    #[serde(rename = "shape", serialize_with = "tables::task")]
    pub task: Task,
    /// The ground of each seed, which all methods share.
    pub starts: Vec<Start>,
    /// The methods, [`Method::Sgd`] first.
    pub results: Vec<MethodResult>,
    /// The methods that were not done when the comparison was stopped.
    pub unfinished: Vec<Method>,
}
