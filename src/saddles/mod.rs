//! Runs that start beside saddles, and how many steps each method takes to leave.
//!
//! A [`Saddle`] is the origin, a point that is made by splitting a unit of a narrower network, or one that is found by lowering the norm
//! of the gradient. Each run starts a small way from it, the same for all methods, and has left once the training loss is below a stated
//! share of that at the saddle.
//!
//! ```
//! use hsr::data::DataSet;
//! use hsr::saddles::{Saddle, SaddleSettings, escapes};
//! use hsr::train::{Method, TrainSettings};
//! let iris = DataSet::Iris.load();
//! let settings = SaddleSettings {
//!     saddles: vec![Saddle::Origin],
//!     methods: vec![Method::Hsr],
//!     seeds: 2,
//!     train: TrainSettings { steps: 60, ..TrainSettings::of(Method::Sgd) },
//!     ..SaddleSettings::default()
//! };
//! let found = escapes(&iris.batch(), &iris.class_names, &settings)?;
//! println!("{}", found.table());
//! assert_eq!(found.escapes.len(), 2 * 2);
//! # Ok::<(), hsr::saddles::SaddlesError>(())
//! ```

mod escape;
mod find;
mod points;
mod settings;
mod table;

pub use escape::{Absent, Escape, Escapes, SaddlePoint, escapes};
pub use find::{STATIONARY, Stationary, stationary_point};
pub use points::split_unit;
pub use settings::{Saddle, SaddleSettings};

use crate::compare::InitialPointError;
use crate::data::{LabelNoiseError, PartsError, SplitError};
use crate::spectrum::SpectrumError;
use crate::train::TrainError;

/// Why nothing starts at saddles.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaddlesError {
    /// The data are not for training.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// They cannot be standardised.
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
    /// A setting outside its range.
    #[error("{name} is {value}: {needed} is needed")]
    Setting {
        /// The name of the setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// What would be right.
        needed: &'static str,
    },
    /// Too many parameters for a search that decomposes the Hessian.
    #[error(
        "{parameters} parameters: a stationary point is searched for with up to {most}; take fewer units, or the origin"
    )]
    TooLarge {
        /// `D`.
        parameters: usize,
        /// The most.
        most: usize,
    },
}
