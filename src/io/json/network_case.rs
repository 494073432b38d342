//! A network of any depth, data and a loss, in one JSON object.

use super::case::{batch_of, check_sizes_of_two, check_stated};
use super::object::{Object, load};
use crate::io::InputError;
use crate::io::aside::Read;
use crate::io::batch::Asked;
use crate::io::network::{NetworkReading, network};
use crate::model::{Activation, Batch, Layer, Loss, Misfit, Network};
use crate::names::in_a_sentence;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::LazyLock;

/// Reads a network of any depth, data for it, and its loss from one JSON object.
///
/// The object has the weights `W1`, `W2`, and so on, a row an output; for each layer that has one a bias `b1`, `b2`, ..; the
/// `activation` of all hidden layers, or `activations`, a list with one for each; the `loss`, which is `softmax` where nothing is said;
/// inputs `X`, and targets `Y` as the loss takes them, or `y`: labels for the softmax, else the numbers of a single output. A weight for
/// each sample may stand in `sample_weight`. The keys `W`, `b`, `V`, `c` of [`read_case`](crate::io::read_case) mean one hidden layer.
///
/// # Errors
/// [`InputError`] says which array or entry is missing, of the wrong kind or shape, or not finite, and what does not fit together.
///
/// ```
/// use hsr::io::{network_case_from_json, network_case_json, read_network_case, write_text};
/// use hsr::model::Loss;
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("case.json");
/// let text = r#"{"activation": "tanh", "loss": "squared", "W1": [[1, 2]], "b1": [0.5], "W2": [[-1], [3]], "W3": [[1, 2]],
///                "X": [[0.5, 0.5]], "y": [1.5]}"#;
/// write_text(&path, text)?;
/// let (network, batch, loss) = read_network_case(&path)?;
/// assert_eq!(network.architecture().to_string(), "2-1-2-1, without b2, b3");
/// assert_eq!((batch.y[(0, 0)], loss), (1.5, Loss::Squared));
/// let written = network_case_json(&network, &batch, loss);
/// assert_eq!(network_case_from_json(&written)?, (network, batch, loss));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_network_case(path: impl AsRef<Path>) -> Result<(Network<f64>, Batch<f64>, Loss), InputError> {
    let file = path.as_ref();
    all_three(Object { file, entries: &load(file)? })
}

/// Reads a network, data and a loss, as [`read_network_case`] does, from a JSON object that was parsed already.
///
/// # Errors
/// Those of [`read_network_case`]; messages call the object `case`, where they would name the file.
pub fn network_case_from_json(
    object: &Map<String, Value>,
) -> Result<(Network<f64>, Batch<f64>, Loss), InputError> {
    all_three(Object { file: Path::new("case"), entries: object })
}

/// Makes a JSON object of a network of any depth, data and a loss, which [`read_network_case`] reads back.
///
/// It has `shape` (the samples, inputs, widths, and which layers have biases), `activations`, `loss`, `W1`, `b1`, `W2`, .. with null
/// for a bias that a layer lacks, `X`, `Y`, and `sample_weight` where samples do not count alike. Every number has as many digits as
/// distinguish it from its neighbours.
pub fn network_case_json(network: &Network<f64>, batch: &Batch<f64>, loss: Loss) -> Map<String, Value> {
    let architecture = network.architecture();
    let mut object = Map::new();
    let mut set = |key: &str, value: Value| object.insert(key.to_string(), value);
    set(
        "shape",
        json!({
            "samples": batch.samples(),
            "inputs": architecture.inputs,
            "widths": architecture.widths,
            "biases": architecture.biases,
        }),
    );
    set("activations", network.activations.iter().map(|activation| activation.name()).collect());
    set("loss", loss.name().into());
    for (index, Layer { w, b }) in network.layers.0.iter().enumerate() {
        set(&format!("W{}", index + 1), super::write::rows(w));
        set(&format!("b{}", index + 1), super::write::entries(b));
    }
    set("X", super::write::rows(&batch.x));
    set("Y", super::write::rows(&batch.y));
    if batch.weights.is_some() {
        set("sample_weight", super::write::entries(&batch.weights));
    }
    object
}

fn all_three(object: Object) -> Result<(Network<f64>, Batch<f64>, Loss), InputError> {
    let loss = loss_of(object)?.unwrap_or(Loss::Softmax);
    let network = network_of(object, &NetworkReading::default())?.value;
    let outputs = network.architecture().outputs();
    if loss == Loss::Softmax && outputs == 1 {
        return Err(Misfit::OneClass.into());
    }
    let batch = batch_of(object, Asked { classes: Some(outputs), loss })?;
    let batch = match object.optional_vector("sample_weight")? {
        Some(weights) if is_numbered(object) => {
            let weighted = batch.weighted(weights);
            weighted.map_err(|reason| InputError::Batch { file: object.file.to_path_buf(), reason })?
        }
        _ => batch,
    };
    network.check_fit(&batch, loss)?;
    Ok((network, batch, loss))
}

/// The network of an object, with the activations that are given or named.
pub(super) fn network_of(object: Object, reading: &NetworkReading) -> Result<Read<Network<f64>>, InputError> {
    let mut arrays = object;
    let read = network(&mut arrays, reading, &activations_of(object)?)?;
    let sizes = read.value.architecture();
    if is_numbered(object) {
        let is_inputs = |said: &Value| *said == json!(sizes.inputs);
        check_stated(object, "inputs", is_inputs, || format!("W1 has {} columns", sizes.inputs))?;
        let lists = [("widths", json!(sizes.widths)), ("biases", json!(sizes.biases))];
        for (field, found) in lists {
            check_stated(object, field, |said| *said == found, || format!("they are {found}"))?;
        }
    } else if let Some(three) = read.value.three_layer() {
        check_sizes_of_two(object, &three.parameters)?;
    }
    Ok(read)
}

/// Whether the weights are `W1`, `W2` and so on.
fn is_numbered(object: Object) -> bool {
    ["W0", "W1"].into_iter().any(|key| object.get(key).is_some())
}

/// The activations that an object names: one, or a list.
pub(super) fn activations_of(object: Object) -> Result<Vec<Activation>, InputError> {
    let one = |place: String, value: &Value| {
        let found = value.as_str().and_then(|name| name.parse().ok());
        found.ok_or_else(|| object.wrong(place, value, Activation::names()))
    };
    match (object.get("activation"), object.get("activations")) {
        (Some(_), Some(_)) => {
            let (one, other) = ("activation".to_string(), "activations".to_string());
            Err(InputError::Both { file: object.file.to_path_buf(), one, other })
        }
        (Some(value), None) => Ok(vec![one("activation".to_string(), value)?]),
        (None, Some(Value::Array(list))) => {
            let each = list.iter().enumerate();
            each.map(|(index, value)| one(format!("activations[{index}]"), value)).collect()
        }
        (None, Some(other)) => {
            Err(object.wrong("activations".to_string(), other, "a list with one for each hidden layer"))
        }
        (None, None) => Ok(Vec::new()),
    }
}

/// The loss that an object names.
pub(super) fn loss_of(object: Object) -> Result<Option<Loss>, InputError> {
    static NAMES: LazyLock<String> = LazyLock::new(|| in_a_sentence(&Loss::ALL.map(Loss::name)));
    let Some(value) = object.get("loss") else { return Ok(None) };
    let found = value.as_str().and_then(|name| name.parse().ok());
    found.map(Some).ok_or_else(|| object.wrong("loss".to_string(), value, &NAMES))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case = (Network<f64>, Batch<f64>, Loss);

    /// A case of three weight layers with these keys replaced, added or, with null, taken away.
    fn case(changes: Value) -> Result<Case, String> {
        let mut object = json!({
            "activation": "tanh", "loss": "squared", "W1": [[1, -2.5]], "b1": [0.5], "W2": [[1], [2]], "W3": [[1, 3e-2]],
            "X": [[0.5, 1], [2, 3]], "y": [-1, 0.25],
        });
        for (key, value) in changes.as_object().unwrap() {
            object[key] = value.clone();
        }
        network_case_from_json(object.as_object().unwrap()).map_err(|error| error.to_string())
    }

    fn refused(changes: Value) -> String {
        case(changes).unwrap_err()
    }

    #[test]
    fn what_is_written_is_read_back_with_weights_and_every_loss() {
        let (network, batch, loss) = case(json!({"sample_weight": [1, 2.5]})).unwrap();
        assert!(batch.weights.is_some());
        let object = network_case_json(&network, &batch, loss);
        assert_eq!(network_case_from_json(&object).unwrap(), (network, batch, loss));
        for loss in Loss::ALL.into_iter().filter(|loss| *loss != Loss::Softmax) {
            let (network, batch, found) = case(json!({"loss": loss.name(), "y": [1, 0]})).unwrap();
            assert_eq!(found, loss);
            let object = network_case_json(&network, &batch, loss);
            assert_eq!(network_case_from_json(&object).unwrap(), (network, batch, loss));
        }
    }

    #[test]
    fn the_keys_of_one_hidden_layer_go_on_and_are_softmax_where_nothing_is_said() {
        let old = json!({
            "activation": "tanh", "W": [[1, -2.5]], "b": [0.5], "V": [[1], [3e-2]], "c": [0, 1],
            "X": [[0.5, 1]], "y": [1], "sample_weight": [3],
        });
        let (network, batch, loss) = network_case_from_json(old.as_object().unwrap()).unwrap();
        let (old_network, old_batch) = crate::io::case_from_json(old.as_object().unwrap()).unwrap();
        assert_eq!((network, batch, loss), (old_network.into(), old_batch, Loss::Softmax));
    }

    #[test]
    fn a_single_layer_needs_no_activation() {
        let changes = json!({"activation": null, "W2": null, "W3": null});
        assert_eq!(case(changes).unwrap().0.activations, []);
    }

    #[test]
    fn layers_activations_and_losses_that_do_not_fit_are_errors() {
        assert_eq!(
            refused(json!({"W2": null})),
            "case has no array W2: W2 of shape (outputs, inputs) is needed; it has W1, W2, W3, X, activation, b1, loss, y"
        );
        assert!(refused(json!({"b9": [1]})).starts_with("case has no array W4: "));
        assert_eq!(refused(json!({"V": [[1]]})), "case holds both W1 and V: keep one");
        assert_eq!(
            refused(json!({"activation": null, "activations": ["tanh", "relu", "relu"]})),
            "case: 3 activations for 2 hidden layers: one for each of them is needed"
        );
        assert!(
            refused(json!({"activation": null, "activations": ["tanh", 3]}))
                .starts_with("case: activations[1] is 3: sigmoid, ")
        );
        assert_eq!(
            refused(json!({"activations": ["tanh"]})),
            "case holds both activation and activations: keep one"
        );
        assert_eq!(
            refused(json!({"loss": "huber"})),
            "case: loss is 'huber': softmax, squared, multi-label, poisson or pseudo-huber is needed"
        );
        assert!(refused(json!({"loss": null})).starts_with("the softmax has one output"));
        assert_eq!(
            refused(json!({"loss": "poisson"})),
            "case: Y[0,0] is -1, with the loss poisson: a count is a whole number, 0 or more"
        );
        assert_eq!(
            refused(json!({"W3": [[1, 2, 3]]})),
            "case: W3 is 1x3 but W2 has 2 rows: W3 needs one column for each row (output) of W2"
        );
        assert_eq!(
            refused(json!({"shape": {"widths": [1, 2, 2]}})),
            "case: shape says widths a list but they are [1,2,1]: correct one of the two"
        );
    }
}
