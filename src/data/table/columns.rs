//! Which column of a table holds the labels, and whether its first line is a header.

use super::rows::{Row, is_missing, is_number};
use super::{LabelColumn, Reading, TableError};
use crate::words::{quoted, shown};

/// Names of the label column, the first that a header holds counts.
const LABEL_NAMES: [&str; 5] = ["label", "target", "class", "species", COORDINATE];

/// The one name of them that is that of a coordinate, too.
const COORDINATE: &str = "y";

/// How sure it is that a column holds the labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    /// The user says so.
    Asked,
    /// Its name says so.
    ByName,
    /// It is the last one.
    ByPlace,
}

/// The columns: which one holds the labels, and the names, where there is a header.
pub(super) struct Columns {
    pub label: usize,
    pub chosen: Chosen,
    pub names: Option<csv::StringRecord>,
}

impl Columns {
    /// How messages call a column.
    pub fn describe(&self, column: usize) -> String {
        LabelColumn { number: column + 1, name: self.name(column) }.to_string()
    }

    /// The label column.
    pub fn label_column(&self) -> LabelColumn {
        LabelColumn { number: self.label + 1, name: self.name(self.label) }
    }

    /// The features' names: from the header, or `column 1` and so on.
    pub fn feature_names(&self, columns: usize) -> Vec<String> {
        let features = (0..columns).filter(|&column| column != self.label);
        features.map(|column| self.name(column).unwrap_or_else(|| format!("column {}", column + 1))).collect()
    }

    fn name(&self, column: usize) -> Option<String> {
        Some(self.names.as_ref()?.get(column)?.to_string())
    }
}

/// Finds them.
pub(super) fn columns(first: &Row, below: &[Row], reading: &Reading) -> Result<Columns, TableError> {
    match &reading.label {
        Some(asked) => by_request(first, below, asked),
        None => by_the_table(first, below),
    }
}

/// The column that is asked for: by its name, which only a header has, or else by its number.
fn by_request(first: &Row, below: &[Row], asked: &str) -> Result<Columns, TableError> {
    let named: Vec<usize> = (0..first.cells.len()).filter(|&column| first.cell(column) == asked).collect();
    let number = asked.parse().ok().filter(|number| (1..=first.cells.len()).contains(number));
    let recurs = |&column: &usize| below.iter().any(|row| row.cell(column) == asked);
    match (&named[..], number) {
        // What comes again below is a value and no name, and so is a number in a first line of numbers.
        ([column], number) if !recurs(column) && (number.is_none() || has_names(first, *column)) => {
            Ok(Columns { label: *column, chosen: Chosen::Asked, names: Some(first.cells.clone()) })
        }
        (_, Some(number)) => {
            let label = number - 1;
            let names_label = LABEL_NAMES.iter().any(|name| first.cell(label).eq_ignore_ascii_case(name));
            let names = is_header(first, below, label, names_label)?.then(|| first.cells.clone());
            Ok(Columns { label, chosen: Chosen::Asked, names })
        }
        ([] | [_], None) => Err(TableError::NoSuchLabel {
            asked: quoted(asked),
            columns: first.cells.len(),
            first: listed(first),
        }),
        (_, None) => Err(TableError::LabelTwice { asked: quoted(asked) }),
    }
}

/// The column that the header calls so, or else the last one.
fn by_the_table(first: &Row, below: &[Row]) -> Result<Columns, TableError> {
    let last = first.cells.len() - 1;
    let has = |name: &str| -> Vec<usize> {
        (0..=last).filter(|&column| first.cell(column).eq_ignore_ascii_case(name)).collect()
    };
    let named = LABEL_NAMES.iter().map(|name| (*name, has(name))).find(|(_, columns)| !columns.is_empty());
    let Some((name, found)) = named else {
        if counts(first, below) {
            let (line, columns) = (first.line, first.cells.len());
            return Err(TableError::CountsColumns { line, counted: listed(first), columns });
        }
        let names = is_header(first, below, last, false)?.then(|| first.cells.clone());
        return Ok(Columns { label: last, chosen: Chosen::ByPlace, names });
    };
    if !is_header(first, below, found[0], true)? {
        return Ok(Columns { label: last, chosen: Chosen::ByPlace, names: None });
    }
    // A `y` inside the table, or beside an `x` of its own, is as likely a coordinate.
    let inside = found[0] != last && (found[0] != 0 || !has("x").is_empty());
    if found.len() > 1 {
        return Err(TableError::LabelTwice { asked: quoted(first.cell(found[0])) });
    }
    if name == COORDINATE && inside {
        return Err(TableError::WhichLabel { header: listed(first), name: quoted(first.cell(found[0])) });
    }
    Ok(Columns { label: found[0], chosen: Chosen::ByName, names: Some(first.cells.clone()) })
}

/// Tells a header from a sample, given the label column. A header has words where a sample has numbers; where its names
/// are numbers too (the pixels of an image), it is told by the name of its label column, unless that is a label that
/// comes again below.
fn is_header(first: &Row, below: &[Row], label: usize, named: bool) -> Result<bool, TableError> {
    let features =
        || (0..first.cells.len()).filter(|&column| column != label).map(|column| first.cell(column));
    let number = features().find(|cell| is_number(cell));
    let word = features().find(|cell| !is_number(cell) && !is_missing(cell));
    match (word, number) {
        (Some(word), Some(number)) if !named => {
            Err(TableError::HeaderOrSample { line: first.line, word: quoted(word), number: quoted(number) })
        }
        (Some(_), _) => Ok(true),
        (None, _) if named => Ok(!below.iter().any(|row| row.cell(label) == first.cell(label))),
        // A word above nothing but numbers is as likely the name of their column as one more class.
        (None, Some(number)) if is_word_above_numbers(first, below, label) => {
            let word = quoted(first.cell(label));
            Err(TableError::HeaderOrSample { line: first.line, word, number: quoted(number) })
        }
        (None, _) => Ok(false),
    }
}

/// Whether the first line is `0, 1, 2` or `1, 2, 3` and so on, above other numbers: names that a table without names was
/// given, or a sample.
fn counts(first: &Row, below: &[Row]) -> bool {
    let from = |start: usize| {
        (0..first.cells.len()).all(|column| first.cell(column) == (column + start).to_string())
    };
    !below.is_empty() && first.cells.len() > 2 && (from(0) || from(1))
}

fn is_word_above_numbers(first: &Row, below: &[Row], label: usize) -> bool {
    let word = first.cell(label);
    !is_number(word)
        && !is_missing(word)
        && !below.is_empty()
        && below.iter().all(|row| is_number(row.cell(label)))
}

/// Whether the first line reads as names beside this one.
fn has_names(first: &Row, label: usize) -> bool {
    !is_number(first.cell(label))
        || (0..first.cells.len()).any(|column| column != label && !is_number(first.cell(column)))
}

/// The cells of a line, the first of them.
fn listed(row: &Row) -> String {
    const LISTED: usize = 12;
    let cells: Vec<String> = row.cells.iter().take(LISTED).map(shown).collect();
    let more = if row.cells.len() > LISTED { ", ..." } else { "" };
    cells.join(", ") + more
}

#[cfg(test)]
mod tests {
    use crate::data::{LabelledData, Reading};

    fn read(text: &str, label: Option<&str>) -> Result<LabelledData, String> {
        let reading = Reading { separator: None, label: label.map(str::to_string) };
        LabelledData::from_csv_as(text, &reading).map_err(|error| error.to_string())
    }

    fn label(text: &str, label: Option<&str>) -> String {
        read(text, label).unwrap().label_column.to_string()
    }

    #[test]
    fn the_label_column_is_named_or_counted_and_a_name_goes_first() {
        let points = "x,y,blob\n0.5,1,0\n0.25,2,1\n0.5,1,0\n";
        assert_eq!(label(points, Some("blob")), "3 ('blob')");
        assert_eq!(label(points, Some("3")), "3 ('blob')");
        assert_eq!(
            read(points, Some("y")).unwrap().features,
            nalgebra::dmatrix![0.5, 0.0; 0.25, 1.0; 0.5, 0.0]
        );
        assert_eq!(label("1,14.2\n2,13.1\n1,12.9\n", Some("1")), "1");
        assert_eq!(label("0,1,2\n7,8,5\n9,9,6\n", Some("2")), "2");
        assert_eq!(label("1,2,kind\n7,8,a\n9,9,b\n", Some("kind")), "3 ('kind')");
        assert_eq!(label("a,2,c\n7,0,8\n9,1,9\n", Some("2")), "2 ('2')");
    }

    #[test]
    fn a_name_goes_before_a_number_unless_it_is_a_value() {
        assert_eq!(label("2,b,c\n7,0,8\n9,1,9\n", Some("2")), "1 ('2')");
        assert!(
            read("2,b,c\n2,0,8\n9,1,9\n", Some("2")).unwrap_err().starts_with("line 1 holds the word 'c'")
        );
        assert_eq!(label("0,x,label\n1,2,a\n3,4,b\n", None), "3 ('label')");
        assert_eq!(label("0,1,target\n7,8,1\n9,9,0\n", Some("3")), "3 ('target')");
        // A class is no name: the first sample would be lost.
        assert!(
            read("1,2,yes\n3,4,no\n5,6,yes\n", Some("yes"))
                .unwrap_err()
                .starts_with("there is no label column")
        );
    }

    #[test]
    fn a_word_above_numbers_is_asked_about() {
        assert!(
            read("1,2,kind\n3,4,0\n5,6,1\n", Some("3"))
                .unwrap_err()
                .starts_with("line 1 holds the word 'kind'")
        );
        assert!(
            read("1,2,kind\n3,4,0\n5,6,1\n", None).unwrap_err().starts_with("line 1 holds the word 'kind'")
        );
        assert_eq!(label("1,2,kind\n3,4,0\n5,6,1\n", Some("kind")), "3 ('kind')");
    }

    #[test]
    fn a_y_that_may_be_a_coordinate_is_asked_about() {
        let asks = |text: &str| read(text, None).unwrap_err();
        assert_eq!(
            asks("x,y,blob\n0.5,1,0\n0.25,2,1\n"),
            "the header x, y, blob does not say which column is the label ('y' may be a feature): ask for it by its name \
             or number"
        );
        assert!(asks("y,x,blob\n1,0.5,0\n2,0.25,1\n").starts_with("the header y, x, blob does not say"));
        assert!(asks("a,y,b\n1,0,2\n2,1,3\n").starts_with("the header a, y, b does not say"));
        assert_eq!(
            asks("label,a,label\n1,0,2\n2,1,3\n"),
            "two columns are called 'label': give the number of one, from 1"
        );
        assert_eq!(label("y,a,b\n0,1,2\n1,2,3\n", None), "1 ('y')");
        assert_eq!(label("x,z,y\n0,1,1\n1,2,0\n", None), "3 ('y')");
        assert_eq!(label("x,y,label\n0,1,1\n1,2,0\n", None), "3 ('label')");
    }

    #[test]
    fn a_first_line_that_counts_the_columns_is_asked_about() {
        assert_eq!(
            read("0,1,2\n0.5,7,1\n0.25,9,0\n", None).unwrap_err(),
            "line 1 counts the columns (0, 1, 2): if it is a header, drop it; if it is a sample, ask for column 3 as the label, \
             or for whichever it is"
        );
        assert!(read("1,2,3\n0.5,7,1\n0.25,9,0\n", None).is_err());
        assert_eq!(read("1,2,3\n0.5,7,1\n0.25,9,3\n", Some("3")).unwrap().labels, [1, 0, 1]);
    }

    #[test]
    fn a_column_that_counts_the_rows_is_no_feature() {
        let told = "column 1 has no name and counts the rows: drop it (in pandas, index=False), or give it a name if it is \
                    a feature";
        assert_eq!(read(",a,label\n0,5,p\n1,7,q\n2,6,p\n", None).unwrap_err(), told);
        assert_eq!(read(",a,label\n1,5,p\n2,7,q\n3,6,p\n", None).unwrap_err(), told);
        assert!(read(",a,label\n0,5,p\n2,7,q\n3,6,p\n", None).is_ok());
    }

    #[test]
    fn a_label_that_is_not_there_is_told_with_what_there_is() {
        assert_eq!(
            read("a,b\n1,p\n2,q\n", Some("c")).unwrap_err(),
            "there is no label column 'c': the 2 columns begin with a, b; give the name or the number, from 1, of one"
        );
        assert!(
            read("1,p\n2,q\n", Some("3")).unwrap_err().starts_with("there is no label column '3': the 2 ")
        );
        assert!(read("1,p\n2,q\n", Some("0")).is_err());
        assert_eq!(
            read("a,a,b\n1,0,2\n2,1,3\n", Some("a")).unwrap_err(),
            "two columns are called 'a': give the number of one, from 1"
        );
    }

    #[test]
    fn a_header_is_shown_by_its_first_twelve_names() {
        let names = |count: usize| (1..=count).map(|name| format!("a{name}")).collect::<Vec<_>>().join(",");
        let table = |count: usize| {
            format!("{}\n{}\n{}\n", names(count), "1,".repeat(count - 1) + "p", "2,".repeat(count - 1) + "q")
        };
        assert!(
            read(&table(12), Some("b"))
                .unwrap_err()
                .contains("begin with a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12; ")
        );
        assert!(read(&table(13), Some("b")).unwrap_err().contains("a11, a12, ...; "));
    }
}
