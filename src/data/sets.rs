//! The data sets that the crate brings along.

use super::{LabelColumn, LabelledData};
use crate::names::{UnknownName, find};
use crate::number::Matrix;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A data set that is part of the crate; `src/data/SOURCES.md` tells where each comes from.
///
/// ```
/// use hsr::data::DataSet;
/// let wine: DataSet = "wine".parse()?;
/// let data = wine.load();
/// assert_eq!(data.features.shape(), (178, 13));
/// assert_eq!(data.class_names, ["class_0", "class_1", "class_2"]);
/// # Ok::<(), hsr::names::UnknownName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataSet {
    /// Three species of iris, 150 samples of 4 measures.
    Iris,
    /// Wines of three growers, 178 samples of 13 measures.
    Wine,
    /// Benign and malignant breast tumours, 569 samples of 30 measures.
    BreastCancer,
    /// Handwritten digits, 1797 images of 8 x 8 pixels from 0 to 16.
    Digits,
}

impl DataSet {
    /// Every data set of the crate.
    pub const ALL: [DataSet; 4] = [DataSet::Iris, DataSet::Wine, DataSet::BreastCancer, DataSet::Digits];

    /// The name of the data set, which is read back.
    pub fn name(self) -> &'static str {
        match self {
            DataSet::Iris => "iris",
            DataSet::Wine => "wine",
            DataSet::BreastCancer => "breast-cancer",
            DataSet::Digits => "digits",
        }
    }

    /// Origin and licence, in one line.
    pub fn source(self) -> &'static str {
        match self {
            DataSet::Iris => "R. A. Fisher, Iris, UCI, doi:10.24432/C56C76, CC BY 4.0",
            DataSet::Wine => "S. Aeberhard and M. Forina, Wine, UCI, doi:10.24432/C5PC7J, CC BY 4.0",
            DataSet::BreastCancer => {
                "W. Wolberg, O. Mangasarian, N. Street and W. Street, Breast Cancer Wisconsin (Diagnostic), UCI, \
                 doi:10.24432/C5DW2B, CC BY 4.0"
            }
            DataSet::Digits => {
                "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (test part), UCI, \
                 doi:10.24432/C50P49, CC BY 4.0"
            }
        }
    }

    /// Loads the samples, as they were published: see [`LabelledData::standardised`].
    pub fn load(self) -> LabelledData {
        read(self.text()).expect("the files are part of the crate, and a test reads each")
    }

    /// The table, with a line of names, and the label in the last column.
    pub(super) fn text(self) -> &'static str {
        match self {
            DataSet::Iris => include_str!("iris.csv"),
            DataSet::Wine => include_str!("wine.csv"),
            DataSet::BreastCancer => include_str!("breast_cancer.csv"),
            DataSet::Digits => include_str!("digits.csv"),
        }
    }
}

/// Reads a table of the crate, which are plain: no quotes, no gaps, and classes that the alphabet orders. Other tables
/// need the feature `files`.
fn read(text: &str) -> Option<LabelledData> {
    let (names, samples) = text.split_once('\n')?;
    let (names, label) = names.rsplit_once(',')?;
    let samples: Vec<(&str, &str)> =
        samples.lines().map(|line| line.rsplit_once(',')).collect::<Option<_>>()?;
    let cells = samples.iter().flat_map(|(features, _)| features.split(','));
    let features: Vec<f64> = cells.map(|cell| cell.parse().ok()).collect::<Option<_>>()?;
    let classes: BTreeSet<&str> = samples.iter().map(|(_, class)| *class).collect();
    let classes: Vec<&str> = classes.into_iter().collect();
    let feature_names: Vec<String> = names.split(',').map(str::to_string).collect();
    Some(LabelledData {
        features: Matrix::from_row_slice(samples.len(), feature_names.len(), &features),
        labels: samples.iter().filter_map(|(_, class)| classes.binary_search(class).ok()).collect(),
        class_names: classes.into_iter().map(str::to_string).collect(),
        label_column: LabelColumn { number: feature_names.len() + 1, name: Some(label.to_string()) },
        feature_names,
    })
}

impl fmt::Display for DataSet {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for DataSet {
    type Err = UnknownName;
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        find("data set", name, &DataSet::ALL, DataSet::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn sizes_classes_and_sums_are_the_published_ones() {
        let expected = [
            (DataSet::Iris, (150, 4), vec![50, 50, 50], 2078.7),
            (DataSet::Wine, (178, 13), vec![59, 71, 48], 159_975.295_999),
            (DataSet::BreastCancer, (569, 30), vec![357, 212], 1_056_474.459_635_6),
            (DataSet::Digits, (1797, 64), vec![178, 182, 177, 183, 181, 182, 181, 179, 174, 180], 561_718.0),
        ];
        for (set, shape, sizes, sum) in expected {
            let data = set.load();
            let size = |class| data.labels.iter().filter(|&&label| label == class).count();
            assert_eq!(data.features.shape(), shape);
            assert_eq!(data.feature_names.len(), shape.1);
            assert_eq!((0..data.class_names.len()).map(size).collect::<Vec<_>>(), sizes);
            assert_relative_eq!(data.features.sum(), sum, max_relative = 1e-12);
        }
    }

    #[test]
    fn iris_has_the_two_samples_that_the_uci_copy_got_wrong_as_fisher_printed_them() {
        let iris = DataSet::Iris.load();
        assert_eq!(iris.features.row(34), nalgebra::dmatrix![4.9, 3.1, 1.5, 0.2].row(0));
        assert_eq!(iris.features.row(37), nalgebra::dmatrix![4.9, 3.6, 1.4, 0.1].row(0));
    }

    #[test]
    fn standardised_digits_are_finite_although_some_pixels_are_always_dark() {
        let digits = DataSet::Digits.load();
        assert!(digits.features.column(0).iter().all(|&pixel| pixel == 0.0));
        let standardised = digits.standardised().features;
        assert!(standardised.column(0).iter().all(|&pixel| pixel == 0.0));
        assert!(standardised.iter().all(|pixel| pixel.is_finite()));
    }

    #[test]
    fn names_are_read_back_and_an_unknown_one_gets_the_choices() {
        for set in DataSet::ALL {
            assert_eq!(set.to_string().parse(), Ok(set));
            assert!(set.source().contains("CC BY 4.0"));
        }
        assert_eq!(
            "mnist".parse::<DataSet>().unwrap_err().to_string(),
            "unknown data set 'mnist': choose iris, wine, breast-cancer or digits"
        );
    }
}
