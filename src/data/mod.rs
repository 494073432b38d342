//! Labelled samples: four well-known data sets and one with numbers as targets, tables read as CSV, and what is done to them before
//! training.
//!
//! ```
//! use hsr::data::DataSet;
//! let iris = DataSet::Iris.load().standardised().subset(30, 1)?;
//! assert_eq!(iris.batch().samples(), 30);
//! # Ok::<(), hsr::data::SubsetError>(())
//! ```

mod labelled;
mod noise;
mod numbered;
mod parts;
mod regression;
mod sets;
mod split;
mod standardiser;
mod subset;
#[cfg(feature = "files")]
mod table;

pub use labelled::{LabelColumn, LabelledData};
pub use noise::{LabelNoiseError, with_label_noise};
pub use numbered::NumberedData;
pub use parts::{Parts, PartsError, classes};
pub use regression::RegressionSet;
pub use sets::DataSet;
pub use split::{Split, SplitError, SplitShares};
pub use standardiser::Standardiser;
pub use subset::SubsetError;
#[cfg(feature = "files")]
pub(crate) use table::whole;
#[cfg(feature = "files")]
pub use table::{Reading, Separator, SeparatorError, TableError};
