//! Writes a case with its right values, as JSON and as npz.

use super::cases::Case;
use super::quantity::{Layout, Quantity};
use crate::io::{Array, InputError, case_json, check_fit, make_folder, write_npz_with_texts, write_text};
use crate::model::{Batch, Parameters, Shape, ThreeLayer};
use serde_json::{Map, Value};
use std::io;
use std::path::{Path, PathBuf};

/// Writes a case with its right values to `NAME.json` and `NAME.npz`.
///
/// `NAME.json` is a question of the protocol with the right answer as `expected`. `NAME.npz` holds the arrays of both, the
/// right ones named `expected_` and the quantity, and the activation as a text.
///
/// # Errors
/// [`InputError`] where a file cannot be written; and before anything is written, where the name is not that of a plain
/// file, or the arrays and values do not fit.
pub fn write_case(
    folder: &Path,
    name: &str,
    about: &str,
    case: &Case,
    right: &[(Quantity, Vec<f64>)],
) -> Result<[PathBuf; 2], InputError> {
    check(folder, name, case, right)?;
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

fn check(folder: &Path, name: &str, case: &Case, right: &[(Quantity, Vec<f64>)]) -> Result<(), InputError> {
    let file = folder.join(format!("{name}.json"));
    // A name that leads into another folder, or to none.
    let is_plain = file.parent() == Some(folder) && !name.is_empty() && !name.contains(['/', '\\', '\0']);
    if !is_plain {
        let reason = "a plain name is needed, without folders";
        return Err(InputError::Write { file, reason: io::Error::new(io::ErrorKind::InvalidInput, reason) });
    }
    let Case { network, batch } = case;
    ThreeLayer::new(network.parameters.clone(), network.activation)
        .and_then(|network| network.check_finite())
        .map_err(|reason| InputError::Network { file: file.clone(), reason })?;
    Batch::new(batch.x.clone(), batch.y.clone()).map_err(|reason| InputError::Batch { file, reason })?;
    check_fit(network, batch)?;
    let shape = case.shape();
    match right.iter().find(|(quantity, values)| values.len() != quantity.count(&shape)) {
        None => Ok(()),
        Some((quantity, values)) => Err(InputError::Values {
            array: format!("expected_{quantity}"),
            shape: match quantity.layout() {
                Layout::Scalar => "()".to_string(),
                Layout::Theta => format!("({},)", shape.parameters()),
                Layout::Matrix => format!("({0}, {0})", shape.parameters()),
            },
            values: values.len(),
        }),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::Draws;
    use crate::number::Matrix;

    fn case() -> Case {
        let draws =
            Draws { activations: vec![], biases: vec![], max_size: 3, cases: 3, saturation: 1.0, seed: 0 };
        draws.case(2)
    }

    fn refused(name: &str, case: &Case, right: &[(Quantity, Vec<f64>)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        let error = write_case(&inner, name, "", case, right).unwrap_err().to_string();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{name}");
        error
    }

    #[test]
    fn a_name_leads_into_no_other_folder() {
        for name in ["", "../out", "a/b", "/tmp/out", "..\\out", "a\0b"] {
            let error = refused(name, &case(), &[]);
            assert!(error.contains("a plain name is needed, without folders"), "{error}");
        }
        let folder = tempfile::tempdir().unwrap();
        let [json, _] = write_case(folder.path(), "..", "", &case(), &[]).unwrap();
        assert_eq!(json, folder.path().join("...json"));
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let error = refused("a", &case(), &[(Quantity::Trace, vec![])]);
        assert_eq!(
            error,
            "expected_trace of shape () has 0 values: as many as the product of the shape are needed"
        );
        let error = refused("a", &case(), &[(Quantity::Hessian, vec![1.0])]);
        assert!(error.starts_with("expected_hessian of shape ("), "{error}");
        let mut misfit = case();
        misfit.batch.x = Matrix::zeros(misfit.batch.samples(), 9);
        assert!(refused("a", &misfit, &[]).contains("X has 9 columns"));
        let mut empty = case();
        empty.network.parameters.w = Matrix::zeros(0, 0);
        assert!(refused("a", &empty, &[(Quantity::Hessian, vec![])]).contains("W is 0x0"));
    }
}
