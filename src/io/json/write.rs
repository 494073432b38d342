//! A network with data, written as one JSON object.

use crate::model::{Batch, Parameters, ThreeLayer};
use crate::number::{Matrix, Vector};
use serde_json::{Map, Value, json};

/// Makes a JSON object of a network and data, which [`read_case`](crate::io::read_case) reads back.
///
/// It has `shape`, `activation`, `W`, `b`, `V`, `c`, `X` and `Y`; biases that the network lacks are null. Every number has
/// as many digits as distinguish it from its neighbours.
///
/// Reading divides each row of `Y` by its sum, as [`Batch::new`] does. Numbers that are not finite have no JSON: they
/// become null, which is refused where they are read.
pub fn case_json(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> Map<String, Value> {
    let shape = network.shape(batch.samples());
    let Parameters { w, b, v, c } = &network.parameters;
    let mut object = Map::new();
    let mut set = |key: &str, value| object.insert(key.to_string(), value);
    set(
        "shape",
        json!({
            "samples": shape.samples,
            "inputs": shape.inputs,
            "hidden": shape.hidden,
            "classes": shape.classes,
            "biases": shape.biases,
        }),
    );
    set("activation", Value::from(network.activation.name()));
    set("W", rows(w));
    set("b", entries(b));
    set("V", rows(v));
    set("c", entries(c));
    set("X", rows(&batch.x));
    set("Y", rows(&batch.y));
    object
}

pub(super) fn rows(matrix: &Matrix<f64>) -> Value {
    matrix.row_iter().map(|row| row.iter().copied().collect::<Value>()).collect()
}

pub(super) fn entries(bias: &Option<Vector<f64>>) -> Value {
    bias.as_ref().map_or(Value::Null, |bias| bias.iter().copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::case_from_json;
    use crate::model::Activation;

    #[test]
    fn what_is_written_is_read_back_to_the_last_bit() {
        let awkward = [0.1 + 0.2, f64::MIN_POSITIVE / 3.0, -1e300];
        let numbers = |rows: usize, columns: usize| {
            Matrix::from_fn(rows, columns, |row, column| awkward[(row + column) % 3] / (row as f64 + 1.0))
        };
        for biases in [true, false] {
            let bias = |size: usize| biases.then(|| numbers(size, 1).column(0).into_owned());
            let parameters = Parameters { w: numbers(4, 2), b: bias(4), v: numbers(3, 4), c: bias(3) };
            let network = ThreeLayer::new(parameters, Activation::Gelu).unwrap();
            let batch = Batch::from_labels(numbers(5, 2), &[0, 2, 1, 0, 0], 3).unwrap();
            let object = case_json(&network, &batch);
            let text = serde_json::to_string(&object).unwrap();
            let object: Map<String, Value> = serde_json::from_str(&text).unwrap();
            assert_eq!(case_from_json(&object).unwrap(), (network, batch));
        }
    }
}
