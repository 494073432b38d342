//! Labelled samples: tables read as CSV, four well-known data sets, and what is done to them before training.
//!
//! ```
//! use hsr::data::DataSet;
//! let iris = DataSet::Iris.load().standardised().subset(30, 1)?;
//! assert_eq!(iris.batch().samples(), 30);
//! # Ok::<(), hsr::data::SubsetError>(())
//! ```

mod columns;
mod decimals;
mod error;
mod labelled;
mod labels;
mod parts;
mod quotes;
mod reading;
mod rows;
mod sets;
mod split;
mod standardiser;
mod subset;
mod table;
mod whole;

pub use error::TableError;
pub use labelled::LabelledData;
pub use parts::{Parts, PartsError, classes};
pub use reading::{LabelColumn, Reading, Separator, SeparatorError};
pub use sets::{DataSet, UnknownDataSet};
pub use split::{Split, SplitError, SplitShares};
pub use standardiser::Standardiser;
pub use subset::SubsetError;

pub(crate) use whole::whole;
