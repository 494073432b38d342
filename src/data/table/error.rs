//! Errors of reading a table as labelled samples.

use super::Separator;
use crate::budget::OverBudget;

/// An error of reading a CSV table as labelled samples. Lines and columns are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// Nothing below the header, or nothing at all.
    #[error("there are no samples: at least one line of numbers with a label is needed")]
    NoRows,
    /// One column only.
    #[error(
        "line {line} has one column: at least one feature column and the label column are needed, separated by \
         {separator} (the separator can be told)"
    )]
    OneColumn {
        /// The table's first line.
        line: u64,
        /// What separates columns.
        separator: String,
    },
    /// A first line that holds other signs that separate cells.
    #[error(
        "the first line holds '{found}': if it separates the columns, tell it as the separator, if not, tell the comma"
    )]
    WhichSeparator {
        /// The sign.
        found: Separator,
    },
    /// A quoted cell that goes on after its line.
    #[error(
        "line {line}: a quote opens a cell that does not end on this line: close it, or take the quote out"
    )]
    OpenQuote {
        /// The line.
        line: u64,
    },
    /// Something between a quote that closes a cell and the cell's end.
    #[error(
        "line {line}: something follows a closing quote: quotes enclose a whole cell, and two mean one inside it"
    )]
    AfterQuote {
        /// The line.
        line: u64,
    },
    /// Decimal points and decimal commas.
    #[error("{comma} has a decimal comma but {point} a decimal point: a table has one of them")]
    TwoDecimals {
        /// The first number with a point, and where it stands.
        point: String,
        /// The first number with a comma, and where it stands.
        comma: String,
    },
    /// A header from which the label column cannot be told.
    #[error(
        "the header {header} does not say which column is the label ({name} may be a feature): ask for it by its name or \
         number"
    )]
    WhichLabel {
        /// The header.
        header: String,
        /// The name that may be the label's.
        name: String,
    },
    /// A label column that is asked for and not there.
    #[error(
        "there is no label column {asked}: the {columns} columns begin with {first}; give the name or the number, from \
         1, of one"
    )]
    NoSuchLabel {
        /// What was asked for.
        asked: String,
        /// How many columns there are.
        columns: usize,
        /// The first line.
        first: String,
    },
    /// Several columns of the name that is asked for.
    #[error("two columns are called {asked}: give the number of one, from 1")]
    LabelTwice {
        /// The name.
        asked: String,
    },
    /// So many classes that they may be none.
    #[error(
        "column {column} has {classes} different values in {samples} samples, such as {example}: is it the label? If it \
         is, ask for this column, and if another one is, for that, by its name or number"
    )]
    ManyClasses {
        /// The label column's number, and its name where there is a header.
        column: String,
        /// The first value.
        example: String,
        /// How many different ones there are.
        classes: usize,
        /// The number of samples.
        samples: usize,
    },
    /// A table that would take more memory than there is.
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
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
    /// A target that a loss does not take.
    #[error("line {line}, column {column}: {cell} is no target: {needs}")]
    NotTarget {
        /// The line.
        line: u64,
        /// The target column's number, and its name where there is a header.
        column: String,
        /// What stands there.
        cell: String,
        /// What a target is.
        needs: &'static str,
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
    /// NaN or infinity among numeric labels.
    #[error("line {line}, column {column}: {cell} is not finite: no label is")]
    InfiniteLabel {
        /// The line.
        line: u64,
        /// The label column's number, and its name where there is a header.
        column: String,
        /// What stands there.
        cell: String,
    },
    /// A word among labels of which most are numbers.
    #[error(
        "line {line}, column {column}: {cell} stands among labels that are numbers: if it is a class, ask for this \
         label column, and if not, correct it or drop the line"
    )]
    WordAmongNumbers {
        /// The line.
        line: u64,
        /// The label column's number, and its name where there is a header.
        column: String,
        /// What stands there.
        cell: String,
    },
    /// A first line that may count the columns.
    #[error(
        "line {line} counts the columns ({counted}): if it is a header, drop it; if it is a sample, ask for \
         column {columns} as the label, or for whichever it is"
    )]
    CountsColumns {
        /// The first line.
        line: u64,
        /// How it begins.
        counted: String,
        /// How many columns there are.
        columns: usize,
    },
    /// A column that counts the rows.
    #[error(
        "column {column} has no name and counts the rows: drop it (in pandas, index=False), or give it a name if it is a \
         feature"
    )]
    CountsRows {
        /// Its number.
        column: usize,
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
