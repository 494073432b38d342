//! Writes a case with its right values, as JSON and as npz.

use super::cases::{Case, CaseError, Form};
use super::quantity::{Layout, Quantity};
use crate::io::{
    Array, InputError, case_json, make_folder, network_case_json, write_npz_with_texts, write_text,
};
use crate::model::{Activation, Architecture};
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
    let sizes = case.architecture();
    for (quantity, values) in right {
        arrays.push((format!("expected_{quantity}"), laid_out(*quantity, values, &sizes)));
    }
    let arrays: Vec<(&str, Array)> =
        arrays.iter().map(|(name, array)| (name.as_str(), array.clone())).collect();
    let names: Vec<&str> = case.network.activations.iter().copied().map(Activation::name).collect();
    let names = names.join(",");
    let texts = [("activation", names.as_str()), ("loss", case.loss.name())];
    // A network of one layer has no activation, and the softmax goes without saying in the form of one hidden layer.
    let said =
        |(name, text): &(&str, &str)| !text.is_empty() && (*name != "loss" || case.form == Form::Layers);
    let texts: Vec<(&str, &str)> = texts.into_iter().filter(said).collect();
    write_npz_with_texts(&npz, &arrays, &texts)?;
    Ok([json, npz])
}

/// The JSON object of a case, in its form.
pub(super) fn object(case: &Case) -> Map<String, Value> {
    match (case.form, case.as_three_layer()) {
        (Form::ThreeLayer, Some(network)) => case_json(&network, &case.batch),
        _ => network_case_json(&case.network, &case.batch, case.loss),
    }
}

fn check(folder: &Path, name: &str, case: &Case, right: &[(Quantity, Vec<f64>)]) -> Result<(), InputError> {
    let file = folder.join(format!("{name}.json"));
    // A name that leads into another folder, or to none.
    let is_plain = file.parent() == Some(folder) && !name.is_empty() && !name.contains(['/', '\\', '\0']);
    if !is_plain {
        let reason = "a plain name is needed, without folders";
        return Err(InputError::Write { file, reason: io::Error::new(io::ErrorKind::InvalidInput, reason) });
    }
    case.check().map_err(|reason| match reason {
        CaseError::Network(reason) => InputError::Layers { file, reason },
        CaseError::Batch(reason) => InputError::Batch { file, reason },
        CaseError::Misfit(reason) => InputError::Misfit(reason),
        other => InputError::Write { file, reason: io::Error::other(other.to_string()) },
    })?;
    let sizes = case.architecture();
    match right.iter().find(|(quantity, values)| values.len() != quantity.count(&sizes)) {
        None => Ok(()),
        Some((quantity, values)) => {
            let shape = axes(*quantity, &sizes).iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
            let shape = if shape.is_empty() || shape.contains(' ') {
                format!("({shape})")
            } else {
                format!("({shape},)")
            };
            Err(InputError::Values { array: format!("expected_{quantity}"), shape, values: values.len() })
        }
    }
}

/// One entry a line, so that a difference between two versions is a difference of lines.
pub(super) fn text(name: &str, about: &str, case: &Case, right: &[(Quantity, Vec<f64>)]) -> String {
    let mut object = object(case);
    object.insert("hsr".to_string(), super::VERSION.into());
    object.insert("name".to_string(), name.into());
    object.insert("about".to_string(), about.into());
    let names: Vec<&str> = right.iter().map(|(quantity, _)| quantity.name()).collect();
    object.insert("quantities".to_string(), names.into());
    let sizes = case.architecture();
    let expected: Map<String, Value> = right
        .iter()
        .map(|(quantity, values)| (quantity.to_string(), nested(*quantity, values, &sizes)))
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
pub(super) fn nested(quantity: Quantity, values: &[f64], sizes: &Architecture) -> Value {
    match quantity.layout() {
        Layout::Scalar => values.first().copied().into(),
        Layout::Theta | Layout::Layers => values.into(),
        Layout::Matrix => values.chunks(sizes.parameters()).map(Value::from).collect(),
    }
}

/// The length of each axis of a quantity.
fn axes(quantity: Quantity, sizes: &Architecture) -> Vec<usize> {
    let size = sizes.parameters();
    match quantity.layout() {
        Layout::Scalar => vec![],
        Layout::Layers => vec![sizes.layers()],
        Layout::Theta => vec![size],
        Layout::Matrix => vec![size, size],
    }
}

fn laid_out(quantity: Quantity, values: &[f64], sizes: &Architecture) -> Array {
    Array { shape: axes(quantity, sizes), values: values.to_vec() }
}

/// The arrays of a case: all weights, then the biases that there are, then the data.
fn arrays(case: &Case) -> Vec<(String, Array)> {
    let layers = case.network.layers.0.iter().enumerate();
    let weights = layers.clone().map(|(index, layer)| {
        let [w, _] = case.array_names(index);
        (w, Array::from(&layer.w))
    });
    let biases = layers.filter_map(|(index, layer)| {
        let [_, b] = case.array_names(index);
        layer.b.as_ref().map(|bias| (b, Array::from(bias)))
    });
    let data = [("X", &case.batch.x), ("Y", &case.batch.y)];
    let data = data.map(|(name, array)| (name.to_string(), Array::from(array)));
    weights.chain(biases).chain(data).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::Draws;
    use crate::number::Matrix;

    fn case() -> Case {
        Draws {
            activations: vec![],
            biases: vec![],
            max_size: 3,
            cases: 3,
            saturation: 1.0,
            ..Draws::default()
        }
        .case(2)
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
        empty.network.layers.0[0].w = Matrix::zeros(0, 0);
        assert!(refused("a", &empty, &[(Quantity::Hessian, vec![])]).contains("W1 is 0x0"));
    }
}
