//! Pieces of a JSON object, each with an error that says where it is wrong.

use crate::io::listed::listed;
use crate::io::network::Arrays;
use crate::io::{InputError, source};
use crate::number::{Matrix, Vector};
use crate::words::{quoted, shown as shown_name};
use serde_json::{Map, Value};
use std::path::Path;

/// A JSON object, and the file that messages name.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    pub file: &'a Path,
    pub entries: &'a Map<String, Value>,
}

/// The object that a file holds.
pub(super) fn load(file: &Path) -> Result<Map<String, Value>, InputError> {
    /// A number of two letters takes a value of 32 bytes, and 16 in matrices.
    const MEMORY: u64 = 24;
    let text = source::bytes(file, MEMORY)?;
    let file = source::name(file);
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
    let reason = match serde_json::from_slice(text) {
        Ok(Value::Object(entries)) => return Ok(entries),
        Ok(other) => format!("it holds {}", shown(&other)),
        Err(error) => error.to_string(),
    };
    let advice = "one with W1, W2, .., X and Y or y is needed, and every number finite";
    Err(InputError::Format { file: file.to_path_buf(), format: "a JSON object", reason, advice })
}

impl Object<'_> {
    /// What a key holds; null is as good as no key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.get(key).filter(|value| !value.is_null())
    }

    /// A list of rows, if there is one of that name.
    pub fn optional_matrix(&self, array: &str) -> Result<Option<Matrix<f64>>, InputError> {
        let Some(value) = self.get(array) else { return Ok(None) };
        let rows = self.list(value, || shown_name(array), "a list of rows")?;
        let mut columns = None;
        let mut entries = Vec::new();
        for (row, value) in rows.iter().enumerate() {
            let values = self.list(value, || format!("{}[{row}]", shown_name(array)), "a list of numbers")?;
            let columns = *columns.get_or_insert(values.len());
            if values.len() != columns {
                let file = self.file.to_path_buf();
                return Err(InputError::Ragged {
                    file,
                    array: array.to_string(),
                    row,
                    entries: values.len(),
                    columns,
                });
            }
            for (column, value) in values.iter().enumerate() {
                entries.push(self.number(value, || format!("{}[{row},{column}]", shown_name(array)))?);
            }
        }
        Ok(Some(Matrix::from_row_slice(rows.len(), columns.unwrap_or(0), &entries)))
    }

    /// A list of rows that must be there; `shape` is how messages call its shape.
    pub fn needed_matrix(&self, array: &str, shape: &'static str) -> Result<Matrix<f64>, InputError> {
        let file = self.file.to_path_buf();
        let missing = || InputError::NoArray { file, array: shown_name(array), shape, found: self.found() };
        self.optional_matrix(array)?.ok_or_else(missing)
    }

    /// A list of numbers, if there is one of that name.
    pub fn optional_vector(&self, array: &str) -> Result<Option<Vector<f64>>, InputError> {
        let Some(value) = self.get(array) else { return Ok(None) };
        let values = self.list(value, || shown_name(array), "a list of numbers")?;
        let number = |(index, value)| self.number(value, || format!("{}[{index}]", shown_name(array)));
        let values: Vec<f64> = values.iter().enumerate().map(number).collect::<Result<_, _>>()?;
        Ok(Some(Vector::from_vec(values)))
    }

    /// The sizes that the object states beside its arrays, if it does.
    pub fn sizes(&self) -> Result<Option<Object<'_>>, InputError> {
        match self.get("shape") {
            None => Ok(None),
            Some(Value::Object(entries)) => Ok(Some(Object { file: self.file, entries })),
            Some(other) => {
                let needed = "an object with the sizes, such as samples and inputs,";
                Err(self.wrong("shape".to_string(), other, needed))
            }
        }
    }

    /// The error for a piece that is not what it should be.
    pub fn wrong(&self, place: String, found: &Value, needed: &'static str) -> InputError {
        InputError::Json { file: self.file.to_path_buf(), place, found: shown(found), needed }
    }

    fn list<'a>(
        &self,
        value: &'a Value,
        place: impl Fn() -> String,
        needed: &'static str,
    ) -> Result<&'a [Value], InputError> {
        let list = value.as_array().map(Vec::as_slice);
        list.ok_or_else(|| self.wrong(place(), value, needed))
    }

    fn number(&self, value: &Value, place: impl Fn() -> String) -> Result<f64, InputError> {
        value.as_f64().ok_or_else(|| self.wrong(place(), value, "a number, and a finite one,"))
    }

    /// The keys that are there.
    fn found(&self) -> String {
        listed(self.entries.keys().map(String::as_str), "keys")
    }
}

/// Keys that hold null are as good as none.
impl Arrays for Object<'_> {
    fn file(&self) -> &Path {
        self.file
    }

    fn names(&self) -> Vec<String> {
        self.entries.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.clone()).collect()
    }

    /// The length of a list, or of each level of a list of lists.
    fn shape(&mut self, key: &str) -> Option<Vec<usize>> {
        let list = self.get(key)?.as_array()?;
        match list.first() {
            Some(Value::Array(row)) => match row.first() {
                Some(Value::Array(inner)) => Some(vec![list.len(), row.len(), inner.len()]),
                _ => Some(vec![list.len(), row.len()]),
            },
            _ => Some(vec![list.len()]),
        }
    }

    fn matrix(&mut self, array: &str, needed: &'static str) -> Result<Matrix<f64>, InputError> {
        self.needed_matrix(array, needed)
    }

    fn vector(&mut self, array: &str, shape: &'static str) -> Result<Vector<f64>, InputError> {
        let (file, found) = (self.file.to_path_buf(), self.found());
        let missing = || InputError::NoArray { file, array: shown_name(array), shape, found };
        self.optional_vector(array)?.ok_or_else(missing)
    }
}

/// A piece of JSON, fit for a message.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(_) => "a list".to_string(),
        Value::Object(_) => "an object".to_string(),
        short => short.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::load;
    use crate::io::read_batch_json;
    use std::fs;

    fn refused(text: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("case.json");
        fs::write(&path, text).unwrap();
        let error = read_batch_json(&path, None).unwrap_err().to_string();
        error.replace(&path.display().to_string(), "case.json")
    }

    #[test]
    fn what_is_no_object_of_json_is_told_with_line_and_column() {
        let message = |reason: &str| {
            format!(
                "case.json is not a JSON object ({reason}): one with W1, W2, .., X and Y or y is needed, and every number finite"
            )
        };
        assert_eq!(refused(b""), message("EOF while parsing a value at line 1 column 0"));
        assert_eq!(refused(b"\xef\xbb\xbf[1, 2]"), message("it holds a list"));
        assert_eq!(refused(b"[1, 2]"), message("it holds a list"));
        assert_eq!(refused(b"{\"X\": [[1,\n NaN]]}"), message("expected value at line 2 column 2"));
        assert_eq!(refused(b"{\"X\": [[1e999]]}"), message("number out of range at line 1 column 13"));
        assert!(refused(&[b'[', b'"', 0xff, b'"', b']']).starts_with("case.json is not a JSON object ("));
        assert!(
            refused(&[b'['; 100_000]).starts_with("case.json is not a JSON object (recursion limit exceeded")
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none.json");
        let start = format!("cannot read {}: ", path.display());
        assert!(load(&path).unwrap_err().to_string().starts_with(&start));
    }
}
