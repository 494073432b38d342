//! A network, data, or both, in one JSON object.

use super::network_case::activations_of;
use super::object::{Object, load, shown};
use crate::io::aside::{Read, beside_data};
use crate::io::batch::Asked;
use crate::io::network::{Arrays, NetworkReading, three_layer};
use crate::io::{InputError, batch, check_fit};
use crate::model::{Activation, Batch, Parameters, ThreeLayer};
use serde_json::{Map, Value};
use std::path::Path;

/// Reads a network and data for it from one JSON object.
///
/// The object has the `activation`, `W` (`h x d`), `V` (`C x h`), both or neither of `b` (`h`) and `c` (`C`), `X`
/// (`N x d`), and `Y` (`N x C`) or labels `y` (`N`). Matrices are lists of rows, null is as good as no key, and other keys
/// are not read.
///
/// # Errors
/// [`InputError`] says which file, array or entry is missing, of the wrong kind or shape, or not finite, whether
/// network and data fit together, and whether `shape`, where it is there, contradicts the arrays.
///
/// ```
/// use hsr::io::{case_json, read_case, write_text};
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("case.json");
/// let text = r#"{"activation": "tanh", "W": [[1, 2]], "V": [[1], [-1]], "X": [[0.5, 0.5]], "y": [1], "id": 7}"#;
/// write_text(&path, text)?;
/// let (network, batch) = read_case(&path)?;
/// let written = case_json(&network, &batch);
/// assert_eq!(written["Y"], serde_json::json!([[0.0, 1.0]]));
/// assert_eq!(hsr::io::case_from_json(&written)?, (network, batch));
///
/// write_text(&path, r#"{"activation": "tanh", "W": [[1, 2], [3]]}"#)?;
/// let error = read_case(&path).unwrap_err().to_string();
/// assert!(error.ends_with("case.json: W row 1 has 1 entries but row 0 has 2: every row needs as many"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_case(path: impl AsRef<Path>) -> Result<(ThreeLayer<f64>, Batch<f64>), InputError> {
    let file = path.as_ref();
    both(Object { file, entries: &load(file)? })
}

/// Reads a network and data for it, as [`read_case`] does, from a JSON object that was parsed already.
///
/// # Errors
/// Those of [`read_case`]; messages call the object `case`, where they would name the file.
pub fn case_from_json(object: &Map<String, Value>) -> Result<(ThreeLayer<f64>, Batch<f64>), InputError> {
    both(Object { file: Path::new("case"), entries: object })
}

/// Reads the network of a JSON object with one hidden layer, which must name its activation if none is given, and no other if one is.
///
/// # Errors
/// Those of [`read_case`] that are about the network.
pub fn read_network_json(
    path: impl AsRef<Path>,
    activation: Option<Activation>,
) -> Result<ThreeLayer<f64>, InputError> {
    let file = path.as_ref();
    network_of(Object { file, entries: &load(file)? }, activation)
}

/// Reads the data of a JSON object. With labels, `classes` says how many classes there are, as in
/// [`read_batch`](crate::io::read_batch).
///
/// # Errors
/// Those of [`read_case`] that are about the data.
pub fn read_batch_json(path: impl AsRef<Path>, classes: Option<usize>) -> Result<Batch<f64>, InputError> {
    Ok(data(path.as_ref(), Asked::labels(classes))?.value)
}

/// [`read_batch_json`], with the names of the keys that were not read.
pub(in crate::io) fn data(file: &Path, asked: Asked) -> Result<Read<Batch<f64>>, InputError> {
    let entries = load(file)?;
    let object = Object { file, entries: &entries };
    Ok(Read { value: batch_of(object, asked)?, aside: beside_data(object.names()) })
}

fn both(object: Object) -> Result<(ThreeLayer<f64>, Batch<f64>), InputError> {
    let network = network_of(object, None)?;
    let batch = batch_of(object, Asked::labels(Some(network.parameters.v.nrows())))?;
    check_fit(&network, &batch)?;
    Ok((network, batch))
}

fn network_of(mut object: Object, activation: Option<Activation>) -> Result<ThreeLayer<f64>, InputError> {
    let reading =
        NetworkReading { activations: activation.into_iter().collect(), ..NetworkReading::default() };
    let named = activations_of(object)?;
    let network = three_layer(&mut object, &reading, &named)?;
    check_sizes_of_two(object, &network.parameters)?;
    Ok(network)
}

/// Holds the sizes that are stated beside the arrays of one hidden layer against these.
pub(super) fn check_sizes_of_two(object: Object, parameters: &Parameters<f64>) -> Result<(), InputError> {
    let Parameters { w, b, v, .. } = parameters;
    size(object, "hidden", w.nrows(), || format!("W is {}x{}", w.nrows(), w.ncols()))?;
    size(object, "inputs", w.ncols(), || format!("W is {}x{}", w.nrows(), w.ncols()))?;
    size(object, "classes", v.nrows(), || format!("V is {}x{}", v.nrows(), v.ncols()))?;
    let found = if b.is_some() { "b and c are there" } else { "b and c are not there" };
    check_stated(object, "biases", |said| said.as_bool() == Some(b.is_some()), || found.to_string())
}

pub(super) fn batch_of(object: Object, asked: Asked) -> Result<Batch<f64>, InputError> {
    let x = object.needed_matrix("X", "(N, d)")?;
    let distributions = object.optional_matrix("Y")?;
    let stated_classes = distributions.as_ref().map(|y| y.shape());
    let batch = batch::batch(object.file, x, distributions, object.optional_vector("y")?, asked)?;
    let (samples, inputs) = batch.x.shape();
    size(object, "samples", samples, || format!("X is {samples}x{inputs}"))?;
    size(object, "inputs", inputs, || format!("X is {samples}x{inputs}"))?;
    // Labels may leave out the last classes.
    if let Some((rows, columns)) = stated_classes {
        size(object, "classes", columns, || format!("Y is {rows}x{columns}"))?;
    }
    Ok(batch)
}

/// Checks one of the sizes that are stated beside the arrays.
fn size(
    object: Object,
    field: &'static str,
    size: usize,
    found: impl Fn() -> String,
) -> Result<(), InputError> {
    check_stated(object, field, |said| said.as_f64() == Some(size as f64), found)
}

pub(super) fn check_stated(
    object: Object,
    field: &'static str,
    agrees: impl Fn(&Value) -> bool,
    found: impl Fn() -> String,
) -> Result<(), InputError> {
    match object.sizes()?.and_then(|sizes| sizes.entries.get(field)) {
        Some(said) if !agrees(said) => {
            let file = object.file.to_path_buf();
            Err(InputError::Sizes { file, field, said: shown(said), found: found() })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{dmatrix, dvector};
    use serde_json::json;

    /// A case of one hidden unit with these keys replaced, added or, with null, taken away.
    fn case(changes: Value) -> Result<(ThreeLayer<f64>, Batch<f64>), String> {
        let mut object = json!({
            "activation": "tanh", "W": [[1, -2.5]], "b": [0.5], "V": [[1], [3e-2]], "c": [0, 1],
            "X": [[0.5, 1], [2, 3], [4, 5]], "Y": [[1, 0], [0.25, 0.75], [0, 1]],
        });
        for (key, value) in changes.as_object().unwrap() {
            object[key] = value.clone();
        }
        case_from_json(object.as_object().unwrap()).map_err(|error| error.to_string())
    }

    fn refused(changes: Value) -> String {
        case(changes).unwrap_err()
    }

    #[test]
    fn a_case_is_read_with_or_without_biases_by_distributions_or_labels() {
        let (network, batch) = case(json!({})).unwrap();
        assert_eq!(network.activation, Activation::Tanh);
        assert_eq!(network.parameters.w, dmatrix![1.0, -2.5]);
        assert_eq!(network.parameters.c, Some(dvector![0.0, 1.0]));
        assert_eq!(batch.x, dmatrix![0.5, 1.0; 2.0, 3.0; 4.0, 5.0]);
        assert_eq!(batch.y, dmatrix![1.0, 0.0; 0.25, 0.75; 0.0, 1.0]);

        let (network, batch) = case(json!({"b": null, "c": null, "Y": null, "y": [0, 0.0, 1]})).unwrap();
        assert_eq!((network.parameters.b, network.parameters.c), (None, None));
        assert_eq!(batch.y, dmatrix![1.0, 0.0; 1.0, 0.0; 0.0, 1.0]);
    }

    #[test]
    fn a_matrix_that_is_none_is_told_with_its_place() {
        assert_eq!(
            refused(json!({"W": [[1, 2, 3, 4], [1, 2, 3]]})),
            "case: W row 1 has 3 entries but row 0 has 4: every row needs as many"
        );
        assert_eq!(refused(json!({"W": 1})), "case: W is 1: a list of rows is needed");
        assert_eq!(refused(json!({"V": [1, 2]})), "case: V[0] is 1: a list of numbers is needed");
        assert_eq!(refused(json!({"b": {"0": 1}})), "case: b is an object: a list of numbers is needed");
        assert_eq!(
            refused(json!({"W": []})),
            "case: W is 0x0: a network needs at least one hidden unit and one input"
        );
    }

    #[test]
    fn what_is_no_finite_number_is_told_with_its_place() {
        let message = |place| format!("case: {place}: a number, and a finite one, is needed");
        assert_eq!(refused(json!({"W": [[1, "NaN"]]})), message("W[0,1] is 'NaN'"));
        assert_eq!(refused(json!({"X": [[1, 2], [3, null], [5, 6]]})), message("X[1,1] is null"));
        assert_eq!(refused(json!({"c": [0, [1]]})), message("c[1] is a list"));
        assert_eq!(refused(json!({"Y": null, "y": [0, true, 1]})), message("y[1] is true"));
    }

    #[test]
    fn arrays_that_are_missing_or_do_not_fit_are_errors() {
        assert_eq!(
            refused(json!({"W": null})),
            "case has no array W: W of shape (h, d) is needed; it has V, W, X, Y, activation, b, c"
        );
        assert_eq!(refused(json!({"c": null})), "case: b is given but c is not: give both biases or neither");
        assert_eq!(
            refused(json!({"X": [[1], [2], [3]]})),
            "W is 1x2 but X has 1 columns: W needs one column for each column (input) of X"
        );
        assert_eq!(refused(json!({"y": [0, 1, 0]})), "case holds both Y and y: keep one");
        assert_eq!(
            refused(json!({"Y": null, "y": [0, 2, 0]})),
            "case: y[1] is 2: with 2 classes a label is 0 to 1"
        );
    }

    #[test]
    fn an_activation_that_is_missing_or_unknown_lists_those_that_there_are() {
        assert_eq!(
            refused(json!({"activation": null})),
            "case names no activation: give one of sigmoid, tanh, softplus, gelu, silu, sin, identity, gelu-tanh, relu or leaky-relu, or \
             name it in a JSON file"
        );
        for (named, shown) in [(json!("swish"), "'swish'"), (json!(3), "3")] {
            let message = format!(
                "case: activation is {shown}: sigmoid, tanh, softplus, gelu, silu, sin, identity, gelu-tanh, relu or leaky-relu is needed"
            );
            assert_eq!(refused(json!({"activation": named})), message);
        }
    }

    #[test]
    fn sizes_that_contradict_the_arrays_are_refused() {
        let right = json!({"samples": 3, "inputs": 2, "hidden": 1, "classes": 2, "biases": true});
        assert!(case(json!({"shape": right})).is_ok());
        assert!(case(json!({"shape": {"hidden": 1.0}})).is_ok());
        for (field, said, found) in [
            ("samples", json!(4), "4 but X is 3x2"),
            ("inputs", json!(3), "3 but W is 1x2"),
            ("hidden", json!("1"), "'1' but W is 1x2"),
            ("classes", json!(3), "3 but V is 2x1"),
            ("biases", json!(false), "false but b and c are there"),
        ] {
            let mut shape = right.clone();
            shape[field] = said;
            let message = format!("case: shape says {field} {found}: correct one of the two");
            assert_eq!(refused(json!({"shape": shape})), message);
        }
        assert_eq!(
            refused(json!({"shape": [3, 2]})),
            "case: shape is a list: an object with the sizes, such as samples and inputs, is needed"
        );
    }
}
