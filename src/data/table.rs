//! From CSV text to labelled samples.

use super::{LabelledData, TableError, whole};
use crate::number::Matrix;
use crate::words::quoted;
use std::collections::BTreeSet;

/// Names of the label column, the first that a header holds counts.
const LABEL_NAMES: [&str; 5] = ["label", "target", "class", "species", "y"];

/// Signs for a missing value, besides an empty cell.
const MISSING: [&str; 4] = ["?", "na", "n/a", "null"];

/// A line of the table.
struct Row {
    line: u64,
    cells: csv::StringRecord,
}

/// The columns: which one holds the labels, and the names, where there is a header.
struct Columns {
    label: usize,
    names: Option<csv::StringRecord>,
}

impl Columns {
    /// How messages call a column.
    fn describe(&self, column: usize) -> String {
        match self.names.as_ref().and_then(|names| names.get(column)) {
            Some(name) => format!("{} ({})", column + 1, quoted(name)),
            None => (column + 1).to_string(),
        }
    }

    /// The features' names: from the header, or `column 1` and so on.
    fn feature_names(&self, columns: usize) -> Vec<String> {
        let features = (0..columns).filter(|&column| column != self.label);
        let name = |column| match self.names.as_ref().and_then(|names| names.get(column)) {
            Some(name) => name.to_string(),
            None => format!("column {}", column + 1),
        };
        features.map(name).collect()
    }
}

/// Reads a table; [`LabelledData::from_csv`] says how.
pub(super) fn parse(text: &str) -> Result<LabelledData, TableError> {
    let rows = rows(text)?;
    let first = rows.first().ok_or(TableError::NoRows)?;
    let width = first.cells.len();
    if width < 2 {
        return Err(TableError::OneColumn { line: first.line });
    }
    if let Some(row) = rows.iter().find(|row| row.cells.len() != width) {
        return Err(TableError::Ragged { line: row.line, cells: row.cells.len(), columns: width });
    }

    let columns = columns(first, &rows[1..])?;
    let samples = if columns.names.is_some() { &rows[1..] } else { &rows[..] };
    if samples.is_empty() {
        return Err(TableError::NoRows);
    }
    let mut features = Vec::with_capacity(samples.len() * (width - 1));
    for row in samples {
        for column in (0..width).filter(|&column| column != columns.label) {
            features.push(feature(row, column, &columns)?);
        }
    }
    let (labels, class_names) = labels(samples, &columns)?;
    Ok(LabelledData {
        features: Matrix::from_row_slice(samples.len(), width - 1, &features),
        labels,
        class_names,
        feature_names: columns.feature_names(width),
    })
}

fn rows(text: &str) -> Result<Vec<Row>, TableError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for cells in reader.records() {
        let cells = cells.map_err(|error| TableError::Malformed(error.to_string()))?;
        // Lines are counted here: the reader's own count is that of the blank line before the record, if there is one.
        let start = first_cell(text, cells.position().map_or(0, csv::Position::byte));
        line += text.bytes().take(start).skip(counted).filter(|&byte| byte == b'\n').count() as u64;
        counted = start;
        rows.push(Row { line, cells });
    }
    Ok(rows)
}

/// Where the record begins that the reader found at or after an offset.
fn first_cell(text: &str, offset: u64) -> usize {
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    let is_end_of_line = |byte: &u8| matches!(byte, b'\r' | b'\n');
    offset + text.bytes().skip(offset).take_while(is_end_of_line).count()
}

/// Tells a header from a sample. A header has words where a sample has numbers; where its names are numbers too (the
/// pixels of an image), it is told by the name of its label column, unless that is a label that comes again below.
fn columns(first: &Row, below: &[Row]) -> Result<Columns, TableError> {
    let last = first.cells.len() - 1;
    let position = |name: &&str| first.cells.iter().position(|cell| cell.eq_ignore_ascii_case(name));
    let named = LABEL_NAMES.iter().find_map(position);
    let label = named.unwrap_or(last);

    let features = || first.cells.iter().enumerate().filter(|&(column, _)| column != label);
    let number = features().find(|(_, cell)| cell.parse::<f64>().is_ok());
    let word = features().find(|(_, cell)| cell.parse::<f64>().is_err() && !is_missing(cell));
    let recurs = below.iter().any(|row| row.cells.get(label) == first.cells.get(label));
    let is_header = match (word, number) {
        (Some((_, word)), Some((_, number))) if named.is_none() => {
            let (word, number) = (quoted(word), quoted(number));
            return Err(TableError::HeaderOrSample { line: first.line, word, number });
        }
        (Some(_), _) => true,
        (None, _) => named.is_some() && !recurs,
    };
    Ok(if is_header {
        Columns { label, names: Some(first.cells.clone()) }
    } else {
        Columns { label: last, names: None }
    })
}

fn is_missing(cell: &str) -> bool {
    cell.is_empty() || MISSING.iter().any(|sign| cell.eq_ignore_ascii_case(sign))
}

fn feature(row: &Row, column: usize, columns: &Columns) -> Result<f64, TableError> {
    let cell = row.cells.get(column).unwrap_or_default();
    let (line, place, shown) = (row.line, || columns.describe(column), || quoted(cell));
    if is_missing(cell) {
        return Err(TableError::Missing { line, column: place(), cell: shown() });
    }
    match cell.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(TableError::NotFinite { line, column: place(), cell: shown() }),
        Err(_) => Err(TableError::NotNumber { line, column: place(), cell: shown() }),
    }
}

/// Labels counted from 0, and the classes' names.
fn labels(samples: &[Row], columns: &Columns) -> Result<(Vec<usize>, Vec<String>), TableError> {
    let cell = |row: &Row| row.cells.get(columns.label).unwrap_or_default().to_string();
    let texts: Vec<String> = samples.iter().map(cell).collect();
    // `NA` or `null` may be a class, and is none that could be left out unseen.
    if let Some(index) = texts.iter().position(|text| text.is_empty() || text == "?") {
        let (line, column) = (samples[index].line, columns.describe(columns.label));
        return Err(TableError::Missing { line, column, cell: quoted(&texts[index]) });
    }
    let integers: Option<Vec<i64>> = texts.iter().map(|text| integer(text)).collect();
    let (labels, class_names) = match integers {
        Some(integers) => numbered(&integers),
        None => numbered(&texts),
    };
    match &class_names[..] {
        [class] => {
            Err(TableError::OneClass { column: columns.describe(columns.label), class: quoted(class) })
        }
        _ => Ok((labels, class_names)),
    }
}

/// A whole number, also as spreadsheets and data frames write it: `2.0`.
fn integer(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| text.parse().ok().and_then(whole))
}

fn numbered<K: Ord + ToString>(keys: &[K]) -> (Vec<usize>, Vec<String>) {
    let classes: Vec<&K> = keys.iter().collect::<BTreeSet<_>>().into_iter().collect();
    let labels = keys.iter().map(|key| classes.partition_point(|&class| class < key)).collect();
    (labels, classes.into_iter().map(K::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::dmatrix;

    fn error(text: &str) -> String {
        parse(text).unwrap_err().to_string()
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
        let data = parse("x,y\n0,10\n0,9\n0,b\n").unwrap();
        assert_eq!(data.class_names, ["10", "9", "b"]);
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
