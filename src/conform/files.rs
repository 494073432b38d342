//! A case with the right values, as JSON and as npz.

use super::cases::Case;
use super::quantity::{Layout, Quantity};
use crate::io::{Array, InputError, case_json, make_folder, write_npz_with_texts, write_text};
use crate::model::{Parameters, Shape};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// Writes `NAME.json`, which is a question of the protocol with the right answer as `expected`, and `NAME.npz`, which
/// holds the arrays of both, the right ones named `expected_` and the quantity, and the activation as a text.
///
/// # Errors
/// [`InputError`] where a file cannot be written.
pub fn write_case(
    folder: &Path,
    name: &str,
    about: &str,
    case: &Case,
    right: &[(Quantity, Vec<f64>)],
) -> Result<[PathBuf; 2], InputError> {
    make_folder(folder)?;
    let (json, npz) = (folder.join(format!("{name}.json")), folder.join(format!("{name}.npz")));
    write_text(&json, &text(name, about, case, right))?;
    let mut arrays = arrays(case);
    let shape = case.shape();
    for (quantity, values) in right {
        arrays.push((format!("expected_{quantity}"), laid_out(*quantity, values, &shape)));
    }
    let arrays: Vec<(&str, Array)> =
        arrays.iter().map(|(name, array)| (name.as_str(), array.clone())).collect();
    write_npz_with_texts(&npz, &arrays, &[("activation", case.network.activation.name())])?;
    Ok([json, npz])
}

/// One entry a line, so that a difference between two versions is a difference of lines.
pub(super) fn text(name: &str, about: &str, case: &Case, right: &[(Quantity, Vec<f64>)]) -> String {
    let mut object = case_json(&case.network, &case.batch);
    object.insert("hsr".to_string(), super::VERSION.into());
    object.insert("name".to_string(), name.into());
    object.insert("about".to_string(), about.into());
    let names: Vec<&str> = right.iter().map(|(quantity, _)| quantity.name()).collect();
    object.insert("quantities".to_string(), names.into());
    let shape = case.shape();
    let expected: Map<String, Value> = right
        .iter()
        .map(|(quantity, values)| (quantity.to_string(), nested(*quantity, values, &shape)))
        .collect();
    object.insert("expected".to_string(), Value::Object(expected));
    let mut lines = Vec::new();
    for (key, value) in &object {
        let value = match value {
            Value::Object(inner) if key == "expected" => {
                let inner: Vec<String> = inner
                    .iter()
                    .map(|(key, value)| format!("    {}: {value}", Value::from(key.as_str())))
                    .collect();
                format!("{{\n{}\n  }}", inner.join(",\n"))
            }
            other => other.to_string(),
        };
        lines.push(format!("  {}: {value}", Value::from(key.as_str())));
    }
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// A number, a list, or a list of rows.
pub(super) fn nested(quantity: Quantity, values: &[f64], shape: &Shape) -> Value {
    match quantity.layout() {
        Layout::Scalar => values.first().copied().into(),
        Layout::Theta => values.into(),
        Layout::Matrix => values.chunks(shape.parameters()).map(Value::from).collect(),
    }
}

fn laid_out(quantity: Quantity, values: &[f64], shape: &Shape) -> Array {
    let size = shape.parameters();
    let shape = match quantity.layout() {
        Layout::Scalar => vec![],
        Layout::Theta => vec![size],
        Layout::Matrix => vec![size, size],
    };
    Array { shape, values: values.to_vec() }
}

fn arrays(case: &Case) -> Vec<(String, Array)> {
    let Parameters { w, b, v, c } = &case.network.parameters;
    let mut arrays: Vec<(&str, Array)> = vec![("W", w.into()), ("V", v.into())];
    arrays.extend(b.iter().map(|b| ("b", b.into())));
    arrays.extend(c.iter().map(|c| ("c", c.into())));
    arrays.extend([("X", (&case.batch.x).into()), ("Y", (&case.batch.y).into())]);
    arrays.into_iter().map(|(name, array)| (name.to_string(), array)).collect()
}
