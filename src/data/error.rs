//! Why a table is not labelled data.

/// Why a CSV table does not hold labelled samples. Lines and columns are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Nothing below the header, or nothing at all.
    #[error("there are no samples: at least one line of numbers with a label is needed")]
    NoRows,
    /// One column only.
    #[error(
        "line {line} has one column: at least one feature column and the label column are needed, \
         separated by commas"
    )]
    OneColumn {
        /// The table's first line.
        line: u64,
    },
    /// A line with more or fewer cells than the first.
    #[error("line {line} has {cells} columns but the first line has {columns}: every line needs as many")]
    Ragged {
        /// The line.
        line: u64,
        /// Its number of cells.
        cells: usize,
        /// The number of cells of the first line.
        columns: usize,
    },
    /// A first line that may be a header or a sample.
    #[error(
        "line {line} holds the word {word} and the number {number}: a header holds names only (or names the label \
         column label, target, class, species or y), a sample holds numbers only before its label"
    )]
    HeaderOrSample {
        /// The first line.
        line: u64,
        /// Its first word.
        word: String,
        /// Its first number.
        number: String,
    },
    /// An empty cell, or one of the usual signs for a missing value.
    #[error("line {line}, column {column}: the value is missing ({cell}): fill it in or drop the line")]
    Missing {
        /// The line.
        line: u64,
        /// The column's number, and its name where there is a header.
        column: String,
        /// What stands there.
        cell: String,
    },
    /// A feature that is text.
    #[error("line {line}, column {column}: {cell} is not a number: features are numbers")]
    NotNumber {
        /// The line.
        line: u64,
        /// The column's number, and its name where there is a header.
        column: String,
        /// What stands there.
        cell: String,
    },
    /// NaN, infinity, or a number beyond the range of `f64`.
    #[error("line {line}, column {column}: {cell} is not finite: every feature must be")]
    NotFinite {
        /// The line.
        line: u64,
        /// The column's number, and its name where there is a header.
        column: String,
        /// What stands there.
        cell: String,
    },
    /// The same label everywhere.
    #[error("every label (column {column}) is {class}: at least two classes are needed")]
    OneClass {
        /// The label column's number, and its name where there is a header.
        column: String,
        /// The only class.
        class: String,
    },
    /// Text that the CSV reader refuses.
    #[error("not a CSV table: {0}")]
    Malformed(String),
}
