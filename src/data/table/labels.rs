//! From the cells of the label column to classes.

use super::columns::{Chosen, Columns};
use super::rows::{Row, is_missing, is_number};
use super::{TableError, whole};
use crate::words::quoted;
use std::collections::BTreeMap;

/// So many classes are common enough to need no question.
const FEW_CLASSES: usize = 20;

/// Labels counted from 0, and the classes' names.
pub(super) fn labels(samples: &[Row], columns: &Columns) -> Result<(Vec<usize>, Vec<String>), TableError> {
    let texts: Vec<&str> = samples.iter().map(|row| row.cell(columns.label)).collect();
    let column = || columns.describe(columns.label);
    if let Some((index, flaw)) = first_flaw(&texts) {
        let (line, column, cell) = (samples[index].line, column(), quoted(texts[index]));
        return Err(match flaw {
            Flaw::Missing => TableError::Missing { line, column, cell },
            Flaw::NotFinite => TableError::InfiniteLabel { line, column, cell },
        });
    }
    if columns.chosen != Chosen::Asked
        && let Some(index) = word_among_numbers(&texts)
    {
        let (line, column, cell) = (samples[index].line, column(), quoted(texts[index]));
        return Err(TableError::WordAmongNumbers { line, column, cell });
    }
    let integers: Option<Vec<i64>> = texts.iter().map(|text| integer(text)).collect();
    let are_integers = integers.is_some();
    let (labels, class_names) = match integers {
        Some(integers) => numbered(&integers),
        None => numbered(&texts),
    };
    if let [class] = &class_names[..] {
        return Err(TableError::OneClass { column: column(), class: quoted(class) });
    }
    let (classes, samples) = (class_names.len(), texts.len());
    if columns.chosen != Chosen::Asked
        && is_doubtful(columns.chosen, classes, samples, are_integers, || {
            texts.iter().all(|text| is_number(text))
        })
    {
        let example = quoted(texts[0]);
        return Err(TableError::ManyClasses { column: column(), example, classes, samples });
    }
    Ok((labels, class_names))
}

/// Whether so many classes are as likely no classes: an identifier, a measurement, another column than was meant.
fn is_doubtful(
    chosen: Chosen,
    classes: usize,
    samples: usize,
    are_integers: bool,
    are_numbers: impl Fn() -> bool,
) -> bool {
    let half_differ = 2 * classes > samples;
    if classes > FEW_CLASSES && half_differ || !are_integers && are_numbers() {
        return true;
    }
    chosen == Chosen::ByPlace && are_integers && (classes > FEW_CLASSES || classes > 2 && half_differ)
}

/// Why a cell is no label.
enum Flaw {
    Missing,
    NotFinite,
}

/// The first cell that is no label: an empty one, or, among numbers, a sign for a missing value or an infinity. Among
/// words, `NA` or `None` may well be a class.
fn first_flaw(texts: &[&str]) -> Option<(usize, Flaw)> {
    let flaw = |text: &str| {
        if is_missing(text) {
            return Some(Flaw::Missing);
        }
        text.parse::<f64>().is_ok_and(|value| !value.is_finite()).then_some(Flaw::NotFinite)
    };
    let is_word = |text: &&str| flaw(text).is_none() && !is_number(text);
    let among_words = texts.iter().any(is_word);
    let counts =
        |text: &str| !among_words || text.is_empty() || text == "?" || text.eq_ignore_ascii_case("nan");
    texts.iter().enumerate().find_map(|(index, text)| Some((index, flaw(text)?)).filter(|_| counts(text)))
}

/// The first word, where most labels are numbers: it is as likely a sign for a missing value as a class.
fn word_among_numbers(texts: &[&str]) -> Option<usize> {
    let numbers = texts.iter().filter(|text| is_number(text)).count();
    let most = 2 * numbers > texts.len();
    texts.iter().position(|text| most && !is_number(text))
}

/// A whole number, also as spreadsheets and data frames write it: `2.0`.
fn integer(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| text.parse().ok().and_then(whole))
}

fn numbered<K: Ord + ToString>(keys: &[K]) -> (Vec<usize>, Vec<String>) {
    let mut classes: BTreeMap<&K, usize> = keys.iter().map(|key| (key, 0)).collect();
    for (number, class) in classes.values_mut().enumerate() {
        *class = number;
    }
    let labels = keys.iter().map(|key| classes[key]).collect();
    (labels, classes.into_keys().map(K::to_string).collect())
}

#[cfg(test)]
mod tests {
    use crate::data::{LabelledData, Reading};

    fn read(text: &str, label: Option<&str>) -> Result<LabelledData, String> {
        let reading = Reading { separator: None, label: label.map(str::to_string) };
        LabelledData::from_csv_as(text, &reading).map_err(|error| error.to_string())
    }

    #[test]
    fn a_missing_number_among_numeric_labels_is_no_class() {
        for missing in ["nan", "NaN", "NA", "None", "null", "?", "N/A", ""] {
            assert_eq!(
                read(&format!("x,label\n1,0\n2,1\n3,{missing}\n"), None).unwrap_err(),
                format!(
                    "line 4, column 2 ('label'): the value is missing ('{missing}'): fill it in or drop the line"
                )
            );
        }
        for infinite in ["inf", "-inf", "Infinity", "1e999"] {
            let error = read(&format!("x,label\n1,0\n2,{infinite}\n"), None).unwrap_err();
            assert_eq!(error, format!("line 3, column 2 ('label'): '{infinite}' is not finite: no label is"));
        }
    }

    #[test]
    fn a_word_among_numeric_labels_is_asked_about() {
        for word in ["unknown", "undefined", "TRUE", "0x1", "x", "1.#IND"] {
            let table = format!("a,label\n1,0\n2,1\n3,{word}\n");
            assert_eq!(
                read(&table, None).unwrap_err(),
                format!(
                    "line 4, column 2 ('label'): '{word}' stands among labels that are numbers: if it is a class, ask \
                     for this label column, and if not, correct it or drop the line"
                )
            );
            assert_eq!(read(&table, Some("label")).unwrap().class_names.len(), 3);
        }
        for missing in ["#N/A", "<NA>", "NaT", "--", "#DIV/0!"] {
            assert!(read(&format!("a,label\n1,0\n2,1\n3,{missing}\n"), Some("label")).is_err(), "{missing}");
        }
    }

    #[test]
    fn a_word_for_nothing_may_be_a_class_among_words_but_nan_may_not() {
        assert_eq!(read("x,label\n1,NA\n2,EU\n3,None\n", None).unwrap().class_names, ["EU", "NA", "None"]);
        assert!(read("x,label\n1,nan\n2,EU\n3,AS\n", None).unwrap_err().starts_with("line 2, column 2"));
    }

    #[test]
    fn many_different_numbers_are_asked_about_and_taken_where_they_are_asked_for() {
        let rows = |values: &[&str]| values.iter().map(|value| format!("1,2,{value}\n")).collect::<String>();
        let numbers = rows(&["0.5", "1.25", "0.5"]);
        assert_eq!(
            read(&numbers, None).unwrap_err(),
            "column 3 has 2 different values in 3 samples, such as '0.5': is it the label? If it is, ask for this column, \
             and if another one is, for that, by its name or number"
        );
        assert_eq!(read(&numbers, Some("3")).unwrap().class_names, ["0.5", "1.25"]);
        // The classes of wine stand in the first column; the last holds a measurement.
        assert!(
            read(&rows(&["1065", "1050", "1185", "1480"]), None).unwrap_err().starts_with("column 3 has 4 ")
        );
        let classes = |values: &[&str]| read(&rows(values), None).unwrap().class_names;
        assert_eq!(classes(&["1", "2", "3", "1", "2", "3"]), ["1", "2", "3"]);
        assert_eq!(classes(&["4", "7"]), ["4", "7"]);
        let identifiers: String = (0..60_000).map(|row| format!("1,{row}\n")).collect();
        let error = read(&format!("x,class\n{identifiers}"), None).unwrap_err();
        assert!(
            error.starts_with("column 2 ('class') has 60000 different values in 60000 samples"),
            "{error}"
        );
    }

    #[test]
    fn how_many_classes_need_a_question_depends_on_the_samples_and_on_how_the_column_was_found() {
        let asks = |header: &str, classes: usize, samples: usize| {
            let rows: String = (0..samples).map(|row| format!("7,{}\n", row % classes)).collect();
            read(&format!("{header}{rows}"), None).is_err()
        };
        let (named, last) = ("x,label\n", "");
        assert!(!asks(named, 20, 20) && !asks(named, 21, 42) && asks(named, 21, 41));
        assert!(!asks(last, 2, 2) && !asks(last, 3, 6) && asks(last, 3, 5));
        assert!(!asks(last, 20, 400) && asks(last, 21, 400));
    }
}
