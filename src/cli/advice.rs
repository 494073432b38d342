//! What the library advises, in options of the command line.

use hsr::data::TableError;
use std::error::Error;

/// An error as the command line tells it: where a table leaves open what its separator or its label column is, the
/// library says so, and here it is said which option tells it.
pub(super) fn told(error: &(dyn Error + 'static)) -> String {
    let text = error.to_string();
    match table_error(error).and_then(|table| Some((table, in_options(table)?))) {
        Some((table, advice)) => text.replace(&table.to_string(), &advice),
        None => text,
    }
}

/// The error of a table among the causes of an error.
fn table_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a TableError> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(table) = error.downcast_ref() {
            return Some(table);
        }
        cause = error.source();
    }
    None
}

/// The message of an error that an option answers.
fn in_options(error: &TableError) -> Option<String> {
    let number = |column: &str| column.split(' ').next().unwrap_or_default().to_string();
    Some(match error {
        TableError::OneColumn { line, separator } => format!(
            "line {line} has one column: at least one feature column and the label column are needed, separated by \
             {separator} (--separator says by what)"
        ),
        TableError::WhichSeparator { found } => format!(
            "the first line holds '{found}': if it separates the columns, say --separator '{found}', if not, --separator ,"
        ),
        TableError::WhichLabel { header, name } => format!(
            "the header {header} does not say which column is the label ({name} may be a feature): choose it by its name \
             or number, as in --label {}",
            name.trim_matches('\'')
        ),
        TableError::ManyClasses { column, example, classes, samples } => format!(
            "column {column} has {classes} different values in {samples} samples, such as {example}: is it the label? If \
             it is, say --label {}, and if another column is, its name or number",
            number(column)
        ),
        TableError::WordAmongNumbers { line, column, cell } => format!(
            "line {line}, column {column}: {cell} stands among labels that are numbers: if it is a class, say --label {}, \
             and if not, correct it or drop the line",
            number(column)
        ),
        TableError::CountsColumns { line, counted, columns } => format!(
            "line {line} counts the columns ({counted}): if it is a header, drop it; if it is a sample, say --label \
             {columns}, or whichever column the label is"
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hsr::data::{LabelledData, Reading, Separator};
    use hsr::io::InputError;

    /// What the library says of a table in a file, and what the command adds to it.
    fn both(text: &str, separator: Option<Separator>) -> (String, String) {
        let reason = LabelledData::from_csv_as(text, &Reading { separator, label: None }).unwrap_err();
        let error = InputError::Table { file: "own.csv".into(), reason };
        (error.to_string(), told(&error))
    }

    #[test]
    fn what_a_table_leaves_open_is_told_with_the_option_that_says_it() {
        let many: String = ["1065", "1050", "1185", "1480"].map(|label| format!("1,{label}\n")).concat();
        let among = format!("x,label\n{}1,p\n", "1,0\n2,1\n".repeat(5));
        for (table, separator, advice) in [
            ("a,label\n1,p\n", Some(Separator::SEMICOLON), "separated by ';' (--separator says by what)"),
            ("a;b\n1;p\n", None, "say --separator ';', if not, --separator ,"),
            ("x,y,blob\n0.5,1,0\n0.25,2,1\n", None, "by its name or number, as in --label y"),
            (
                &many,
                None,
                "is it the label? If it is, say --label 2, and if another column is, its name or number",
            ),
            (&among, None, "if it is a class, say --label 2, and if not, correct it or drop the line"),
            (
                "0,1,2\n0.5,7,1\n0.25,9,0\n",
                None,
                "if it is a sample, say --label 3, or whichever column the label is",
            ),
        ] {
            let (library, told) = both(table, separator);
            assert!(told.starts_with("own.csv: ") && told.ends_with(advice), "{told}");
            assert!(!library.contains("--"), "the library names an option: {library}");
        }
    }

    #[test]
    fn what_no_option_answers_is_told_as_it_is() {
        let (library, told) = both("a,label\n1,p\n2,p\n", None);
        assert_eq!(told, library);
    }
}
