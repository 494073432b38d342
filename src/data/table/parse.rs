//! From CSV text to samples with a class or a number each.

use super::columns::{Columns, columns};
use super::decimals::Decimals;
use super::labels::labels;
use super::rows::{Row, fits, is_missing, only_commas, rows};
use super::targets::targets;
use super::{LabelledData, NumberedData, Reading, Separator, TableError, quotes};
use crate::budget;
use crate::model::Targets;
use crate::number::Matrix;
use crate::words::quoted;

/// Reads a table; [`LabelledData::from_csv_as`] says how.
pub(super) fn labelled(text: &str, reading: &Reading) -> Result<LabelledData, TableError> {
    let Body { rows, first, columns, features, .. } = body(text, reading)?;
    let (labels, class_names) = labels(&rows[first..], &columns)?;
    let targets = || format!("targets for {} samples and {} classes", labels.len(), class_names.len());
    budget::ask(budget::numbers(&[labels.len(), class_names.len()]), targets)?;
    Ok(LabelledData {
        feature_names: columns.feature_names(features.ncols() + 1),
        features,
        labels,
        class_names,
        label_column: columns.label_column(),
    })
}

/// Reads a table whose label column holds numbers; [`NumberedData::from_csv_as`] says how.
pub(super) fn numbered(text: &str, reading: &Reading, kind: Targets) -> Result<NumberedData, TableError> {
    let Body { rows, first, columns, features, mut decimals } = body(text, reading)?;
    let targets = targets(&rows[first..], &columns, &mut decimals, kind)?;
    Ok(NumberedData {
        feature_names: columns.feature_names(features.ncols() + 1),
        targets: Matrix::from_vec(targets.len(), 1, targets),
        features,
        target_column: columns.label_column(),
    })
}

/// A table whose features are read.
struct Body {
    rows: Vec<Row>,
    /// The first sample among the rows: 1 below a header.
    first: usize,
    columns: Columns,
    features: Matrix<f64>,
    decimals: Decimals,
}

fn body(text: &str, reading: &Reading) -> Result<Body, TableError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let separator = reading.separator.unwrap_or(Separator::COMMA);
    if reading.separator.is_none() {
        only_commas(text)?;
    }
    quotes::check(text, separator)?;
    fits(text, separator)?;
    let rows = rows(text, separator)?;
    let top = rows.first().ok_or(TableError::NoRows)?;
    let width = top.cells.len();
    if width < 2 {
        return Err(TableError::OneColumn { line: top.line, separator: quoted(&separator.to_string()) });
    }
    if let Some(row) = rows.iter().find(|row| row.cells.len() != width) {
        return Err(TableError::Ragged { line: row.line, cells: row.cells.len(), columns: width });
    }

    let columns = columns(top, &rows[1..], reading)?;
    let first = usize::from(columns.names.is_some());
    let samples = &rows[first..];
    if samples.is_empty() {
        return Err(TableError::NoRows);
    }
    if let Some(column) = row_numbers(&columns, samples, width) {
        return Err(TableError::CountsRows { column: column + 1 });
    }
    let mut decimals = Decimals::of(separator);
    let mut features = Vec::with_capacity(samples.len() * (width - 1));
    for row in samples {
        for column in (0..width).filter(|&column| column != columns.label) {
            features.push(feature(row, column, &columns, &mut decimals)?);
        }
    }
    let features = Matrix::from_row_slice(samples.len(), width - 1, &features);
    Ok(Body { rows, first, columns, features, decimals })
}

/// A column without a name, beside others that have one, whose cells are 0, 1, 2 and so on, or 1, 2, 3.
fn row_numbers(columns: &Columns, samples: &[Row], width: usize) -> Option<usize> {
    let names = columns.names.as_ref()?;
    let counts = |column: usize, start: usize| {
        samples.iter().enumerate().all(|(row, sample)| sample.cell(column) == (row + start).to_string())
    };
    let unnamed = (0..width).filter(|&column| column != columns.label && names.get(column) == Some(""));
    unnamed.into_iter().find(|&column| samples.len() > 1 && (counts(column, 0) || counts(column, 1)))
}

fn feature(row: &Row, column: usize, columns: &Columns, decimals: &mut Decimals) -> Result<f64, TableError> {
    let cell = row.cell(column);
    let (line, place, shown) = (row.line, || columns.describe(column), || quoted(cell));
    if is_missing(cell) {
        return Err(TableError::Missing { line, column: place(), cell: shown() });
    }
    match decimals.parse(cell, || format!("line {line}, column {}", place()))? {
        Some(value) if value.is_finite() => Ok(value),
        Some(_) => Err(TableError::NotFinite { line, column: place(), cell: shown() }),
        None => Err(TableError::NotNumber { line, column: place(), cell: shown() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::dmatrix;

    fn parse(text: &str) -> Result<LabelledData, TableError> {
        super::labelled(text, &Reading::default())
    }

    fn error(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    fn read_by(separator: Separator, text: &str) -> Result<LabelledData, TableError> {
        super::labelled(text, &Reading { separator: Some(separator), label: None })
    }

    #[test]
    fn the_label_column_is_found_by_its_name_in_any_case_and_place() {
        let data = parse("Species,length\nb,1.5\na,2\n").unwrap();
        assert_eq!(data.features, dmatrix![1.5; 2.0]);
        assert_eq!(data.labels, [1, 0]);
        assert_eq!(data.class_names, ["a", "b"]);
        assert_eq!(data.feature_names, ["length"]);
    }

    #[test]
    fn without_a_header_the_last_column_is_the_label() {
        let data = parse("1,2,no\n3,4,yes\n").unwrap();
        assert_eq!(data.features, dmatrix![1.0, 2.0; 3.0, 4.0]);
        assert_eq!(data.labels, [0, 1]);
        assert_eq!(data.feature_names, ["column 1", "column 2"]);
    }

    #[test]
    fn a_header_without_a_known_label_name_leaves_the_last_column() {
        let data = parse("width,height,kind\n1,2,b\n3,4,a\n").unwrap();
        assert_eq!(data.feature_names, ["width", "height"]);
        assert_eq!(data.labels, [1, 0]);
    }

    #[test]
    fn a_header_of_numbers_is_told_by_the_name_of_its_label_column() {
        let data = parse("0,1,target\n7,8,1\n9,9,0\n").unwrap();
        assert_eq!(data.feature_names, ["0", "1"]);
        assert_eq!(data.class_names, ["0", "1"]);
    }

    #[test]
    fn a_label_that_reads_like_a_column_name_stays_a_label_if_it_comes_again() {
        let data = parse("1,2,y\n3,4,n\n5,6,y\n").unwrap();
        assert_eq!(data.labels, [1, 0, 1]);
    }

    #[test]
    fn a_first_line_of_words_and_numbers_is_refused_and_not_lost() {
        assert_eq!(
            error("1.0,2.o,a\n1.0,2.0,b\n"),
            "line 1 holds the word '2.o' and the number '1.0': a header holds names only (or names the label column \
             label, target, class, species or y), a sample holds numbers only before its label"
        );
    }

    #[test]
    fn integer_labels_are_ordered_by_value_and_text_by_the_alphabet() {
        let data = parse("x,y\n0,10\n0,9\n0,-1.0\n").unwrap();
        assert_eq!(data.class_names, ["-1", "9", "10"]);
        assert_eq!(data.labels, [2, 1, 0]);
        let data = parse("x,y\n0,10\n0,9\n0,b\n0,c\n").unwrap();
        assert_eq!(data.class_names, ["10", "9", "b", "c"]);
    }

    #[test]
    fn semicolons_tabs_and_decimal_commas_are_read_where_they_are_told() {
        let expected = dmatrix![1.5, 1e3; -0.25, 4.0];
        let data = read_by(Separator::SEMICOLON, "a;b;kind\n1,5;1e3;p\n-0,25;4;q\n").unwrap();
        assert_eq!(
            (data.features, &data.class_names[..]),
            (expected.clone(), &["p", "q"].map(String::from)[..])
        );
        assert_eq!(read_by(Separator::TAB, "1.5\t1e3\tp\n-0.25\t4\tq\n").unwrap().features, expected);
        assert_eq!(
            read_by(Separator::SEMICOLON, "1,500;1.5;p\n2;3;q\n").unwrap_err().to_string(),
            "'1,500' (line 1, column 1) has a decimal comma but '1.5' (line 1, column 2) a decimal point: a table has one \
             of them"
        );
        for number in ["1,234,567", "1.234,5", "1,234.5"] {
            let table = format!("2;q\n{number};p\n");
            assert_eq!(
                read_by(Separator::SEMICOLON, &table).unwrap_err().to_string(),
                format!("line 2, column 1: '{number}' is not a number: features are numbers")
            );
        }
    }

    #[test]
    fn another_separator_than_a_comma_is_asked_about_and_not_guessed() {
        assert_eq!(
            error("a;b;kind\n1,5;2,5;p\n"),
            "the first line holds ';': if it separates the columns, tell it as the separator, if not, tell the comma"
        );
        assert!(error("1\t2\tp\n").starts_with("the first line holds 'tab'"));
        assert!(parse("\"a;b\",label\n1,p\n2,q\n").is_ok());
        assert_eq!(read_by(Separator::COMMA, "a;b,label\n1,p\n2,q\n").unwrap().feature_names, ["a;b"]);
        assert_eq!(
            read_by(Separator::SEMICOLON, "a,label\n1,p\n").unwrap_err().to_string(),
            "line 1 has one column: at least one feature column and the label column are needed, separated by ';' \
             (the separator can be told)"
        );
    }

    #[test]
    fn a_quote_that_is_not_closed_swallows_no_line() {
        assert_eq!(
            error("a,label\n1,p\n2,\"q\n3,p\n4,q\n"),
            "line 3: a quote opens a cell that does not end on this line: close it, or take the quote out"
        );
    }

    #[test]
    fn quotes_spaces_blank_lines_and_a_byte_order_mark_are_no_obstacle() {
        let data = parse("\u{feff}\"a, b\" , label\r\n\r\n 1e-3 ,\"x,y\"\r\n2,z\r\n").unwrap();
        assert_eq!(data.feature_names, ["a, b"]);
        assert_eq!(data.class_names, ["x,y", "z"]);
        assert_eq!(data.features[(0, 0)], 1e-3);
    }

    #[test]
    fn every_error_tells_line_and_column() {
        let header = "a,b,label\n1,2,p\n";
        assert_eq!(
            error(&format!("{header}3,,q")),
            "line 3, column 2 ('b'): the value is missing (''): fill it in or drop the line"
        );
        assert_eq!(
            error(&format!("{header}\n3,?,q")),
            "line 4, column 2 ('b'): the value is missing ('?'): fill it in or drop the line"
        );
        assert_eq!(
            error(&format!("{header}3,4,")),
            "line 3, column 3 ('label'): the value is missing (''): fill it in or drop the line"
        );
        assert!(error("1,2,p\r\n\r\n3,4,q\r\n5,,q\r\n").starts_with("line 4, column 2: "));
        assert_eq!(error("1,2,p\n3,4x,q"), "line 2, column 2: '4x' is not a number: features are numbers");
        assert_eq!(error("1,2,p\n-inf,4,q"), "line 2, column 1: '-inf' is not finite: every feature must be");
        assert_eq!(
            error("1,2,p\n1e999,4,q"),
            "line 2, column 1: '1e999' is not finite: every feature must be"
        );
        assert_eq!(
            error("1,2,p\n3,q"),
            "line 2 has 2 columns but the first line has 3: every line needs as many"
        );
    }

    #[test]
    fn tables_without_samples_features_or_classes_are_refused() {
        let no_rows = "there are no samples: at least one line of numbers with a label is needed";
        for empty in ["", "\n\n", "a,label\n"] {
            assert_eq!(error(empty), no_rows);
        }
        assert!(error("1\n2\n").starts_with("line 1 has one column: "));
        assert_eq!(
            error("a,label\n1,p\n2,p\n"),
            "every label (column 2 ('label')) is 'p': at least two classes are needed"
        );
    }
}
