//! The same network and data in each format that is read.

use super::{Arrays, HOLDS, WRONG_INPUT, hsr, stderr, stdout, well_formed};
use hsr::io::{Array, write_npz};
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const LETTERS: [&str; 4] = ["W", "b", "V", "c"];
const SEQUENTIAL: [&str; 4] = ["0.weight", "0.bias", "2.weight", "2.bias"];
const LAYERS: [&str; 4] = ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"];
const OWN: [&str; 4] = ["encoder.weight", "encoder.bias", "head.weight", "head.bias"];
const OWN_NAMES: &str = "W=encoder.weight,b=encoder.bias,V=head.weight,c=head.bias";

/// The well-formed network and data, as `net.npz` and `data.npz`.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (network, data) = well_formed();
    write_npz(folder.path().join("net.npz"), &network).unwrap();
    write_npz(folder.path().join("data.npz"), &data).unwrap();
    folder
}

/// Writes arrays as tensors, the first under the first of the names, and so on.
fn write_safetensors(path: &Path, arrays: &Arrays, names: &[&str]) {
    let bytes = |array: &Array| array.values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let bytes: Vec<Vec<u8>> = arrays.iter().map(|(_, array)| bytes(array)).collect();
    let tensors = names.iter().zip(arrays).zip(&bytes).map(|((name, (_, array)), bytes)| {
        (name, TensorView::new(Dtype::F64, array.shape.clone(), bytes).unwrap())
    });
    fs::write(path, safetensors::serialize(tensors, None).unwrap()).unwrap();
}

/// An array as a list, or a list of rows.
fn list(array: &Array) -> Value {
    match array.shape[..] {
        [_, columns] => array.values.chunks(columns).collect(),
        _ => json!(array.values),
    }
}

/// The well-formed network and data as JSON, with these keys replaced or, with null, taken away.
fn case(changes: Value) -> String {
    let (network, data) = well_formed();
    let mut case = json!({ "activation": "tanh", "id": "a case", "expected": { "loss": 1 } });
    for (name, array) in network.iter().chain(&data) {
        case[name] = list(array);
    }
    for (key, value) in changes.as_object().unwrap() {
        case[key] = value.clone();
    }
    case.to_string()
}

/// What the oracle prints for the well-formed files, and for others.
fn answers(folder: &TempDir, arguments: &str) -> [String; 2] {
    let run = |arguments: &str| {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let output = hsr(folder.path(), &[&["oracle", "--json"], &arguments[..]].concat());
        assert_eq!(output.status.code(), HOLDS, "{arguments:?}: {}", stderr(&output));
        stdout(&output)
    };
    [run("--network net.npz --data data.npz --activation tanh"), run(arguments)]
}

fn refused(folder: &TempDir, arguments: &str, message: &str) {
    for command in ["oracle", "spectrum"] {
        let arguments: Vec<&str> = [command].into_iter().chain(arguments.split_whitespace()).collect();
        let output = hsr(folder.path(), &arguments);
        let text = stderr(&output);
        assert_eq!(output.status.code(), WRONG_INPUT, "{arguments:?}: {text}");
        assert!(text.contains(message), "expected '{message}' in: {text}");
        assert!(!text.contains("panicked"), "{text}");
    }
}

#[test]
fn a_network_of_pytorch_answers_as_the_same_arrays_do() {
    let folder = folder();
    let (network, _) = well_formed();
    for names in [LETTERS, SEQUENTIAL, LAYERS] {
        write_safetensors(&folder.path().join("net.safetensors"), &network, &names);
        let [expected, answer] =
            answers(&folder, "--network net.safetensors --data data.npz --activation tanh");
        assert_eq!(answer, expected, "{names:?}");
    }
}

#[test]
fn names_say_which_array_is_which_in_safetensors_and_npz() {
    let folder = folder();
    let (network, _) = well_formed();
    write_safetensors(&folder.path().join("own.safetensors"), &network, &OWN);
    let renamed: Vec<_> = OWN.into_iter().zip(network).map(|(name, (_, array))| (name, array)).collect();
    write_npz(folder.path().join("own.npz"), &renamed).unwrap();
    for file in ["own.safetensors", "own.npz"] {
        let named = format!("--network {file} --names {OWN_NAMES} --data data.npz --activation tanh");
        let [expected, answer] = answers(&folder, &named);
        assert_eq!(answer, expected, "{file}");
    }
    let unclear = "--network own.safetensors --data data.npz --activation tanh";
    refused(
        &folder,
        unclear,
        "own.safetensors holds encoder.bias (2,), encoder.weight (2, 2), head.bias (2,), head.weight (2, 2): the names",
    );
    let numbered = "W1=encoder.weight,b1=encoder.bias,W2=head.weight,b2=head.bias";
    refused(&folder, unclear, &format!("as in {numbered} (--names)"));
    refused(
        &folder,
        &format!("{unclear} --names W=encoder.weight,V=decoder.weight"),
        "own.safetensors has no array decoder.weight: decoder.weight of shape (C, h) is needed; it has encoder.bias",
    );
    refused(&folder, &format!("{unclear} --names W=encoder.weight"), "V has no name");
}

#[test]
fn tensors_that_are_no_network_are_refused() {
    let folder = folder();
    let arguments = "--network net.safetensors --data data.npz --activation tanh";
    let path = folder.path().join("net.safetensors");
    let (network, _) = well_formed();
    write_safetensors(&path, &network[..3].to_vec(), &LETTERS);
    refused(&folder, arguments, "net.safetensors: b is given but c is not: give both biases or neither");
    let flat = vec![("W", Array::vector(&[1.0])), ("V", Array::vector(&[1.0]))];
    write_safetensors(&path, &flat, &["W", "V"]);
    refused(&folder, arguments, "net.safetensors: W has shape (1,): shape (h, d) is needed");
    let wide = vec![("W", Array { shape: vec![2, 3], values: vec![0.0; 6] }), network[2].clone()];
    write_safetensors(&path, &wide, &["W", "V"]);
    refused(&folder, arguments, "W is 2x3 but X has 2 columns");

    let integers = TensorView::new(Dtype::I64, vec![1, 1], &[0; 8]).unwrap();
    let bytes = safetensors::serialize([("W", &integers), ("V", &integers)], None).unwrap();
    fs::write(&path, &bytes).unwrap();
    refused(&folder, arguments, "net.safetensors: W has dtype I64: F64, F32, F16 or BF16 is needed");
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    refused(&folder, arguments, "is not a safetensors file (its tensors have 16 bytes, 15 are there)");
    refused(
        &folder,
        "--network none.safetensors --data data.npz --activation tanh",
        "cannot read none.safetensors",
    );
}

#[test]
fn one_json_file_holds_network_data_and_activation() {
    let folder = folder();
    fs::write(folder.path().join("case.json"), case(json!({}))).unwrap();
    for arguments in [
        "--network case.json",
        "--network case.json --activation tanh",
        "--network case.json --data data.npz",
        "--network net.npz --data case.json --activation tanh",
    ] {
        let [expected, answer] = answers(&folder, arguments);
        assert_eq!(answer, expected, "{arguments}");
    }
    let labels = case(json!({"Y": null, "y": [0, 1, 1]}));
    fs::write(folder.path().join("labels.json"), labels).unwrap();
    let output = hsr(folder.path(), &["spectrum", "--network", "labels.json"]);
    assert_eq!(output.status.code(), HOLDS, "{}", stderr(&output));
}

#[test]
fn json_that_is_no_case_is_refused() {
    let folder = folder();
    let shape = json!({"samples": 3, "inputs": 2, "hidden": 3, "classes": 2, "biases": true});
    for (changes, message) in [
        (
            json!({"W": [[1, 2], [3]]}),
            "case.json: W row 1 has 1 entries but row 0 has 2: every row needs as many",
        ),
        (json!({"X": [[1, "NaN"]]}), "case.json: X[0,1] is 'NaN': a number, and a finite one, is needed"),
        (json!({"W": null}), "case.json has no array W"),
        (json!({"X": [[1], [2], [3]]}), "W is 2x2 but X has 1 columns"),
        (json!({"b": null}), "case.json: c is given but b is not"),
        (json!({"activation": null}), "case.json names no activation: give one of sigmoid, tanh"),
        (json!({"activation": "swish"}), "case.json: activation is 'swish': sigmoid, tanh"),
        (json!({"Y": null}), "case.json has X but no targets"),
        (json!({"Y": null, "y": [0, 1, 2]}), "case.json: y[2] is 2: with 2 classes a label is 0 to 1"),
        (json!({"shape": shape}), "case.json: shape says hidden 3 but W is 2x2: correct one of the two"),
    ] {
        fs::write(folder.path().join("case.json"), case(changes)).unwrap();
        refused(&folder, "--network case.json", message);
    }
    fs::write(folder.path().join("case.json"), case(json!({}))).unwrap();
    refused(
        &folder,
        "--network case.json --activation gelu",
        "the activation is to be gelu but case.json says tanh: leave it to the file, or correct one of the two (--activation)",
    );
    fs::write(folder.path().join("case.json"), "{\"W\": [[NaN]]}").unwrap();
    refused(
        &folder,
        "--network case.json",
        "case.json is not a JSON object (expected value at line 1 column 9)",
    );
}

#[test]
fn a_table_is_taken_as_it_is_unless_it_shall_be_standardised() {
    let folder = folder();
    let table = "label,x,z\nyes,1,2\nno,-0.5,0.25\nno,3,1.5\nyes,0.75,-1\n";
    fs::write(folder.path().join("own.csv"), table).unwrap();
    let labelled = hsr::data::LabelledData::from_csv(table).unwrap();
    for (standardise, data) in [("", labelled.batch()), ("--standardise", labelled.standardised().batch())] {
        let arrays = [("X", Array::from(&data.x)), ("Y", Array::from(&data.y))];
        write_npz(folder.path().join("data.npz"), &arrays).unwrap();
        let table = format!("--network net.npz --data own.csv --activation tanh {standardise}");
        let [expected, answer] = answers(&folder, &table);
        assert_eq!(answer, expected, "{table}");
    }
    let csv = "--network net.npz --data own.csv --activation tanh";
    fs::write(folder.path().join("own.csv"), table.to_string() + "perhaps,1,1\n").unwrap();
    refused(
        &folder,
        csv,
        "own.csv has 3 classes (no, perhaps, yes) but V has 2 rows: V needs one row for each class",
    );
    fs::write(folder.path().join("own.csv"), "x,label\n1,a\n2,b\n").unwrap();
    refused(&folder, csv, "W is 2x2 but X has 1 columns");
    let npz = "--network net.npz --data data.npz --activation tanh --standardise";
    refused(&folder, npz, "--standardise is for .csv: data.npz is taken as it is");
}

#[test]
fn the_ending_tells_the_format_and_what_is_missing_is_asked_for() {
    let folder = folder();
    refused(
        &folder,
        "--network net.pt --data data.npz --activation tanh",
        "net.pt has the ending of no format that is read here: .npz, .safetensors or .json is needed",
    );
    refused(
        &folder,
        "--network net.npz --data data.parquet --activation tanh",
        "data.parquet has the ending of no format that is read here: .npz, .json, .csv or .tsv is needed",
    );
    refused(
        &folder,
        "--network net.npz --data data.npz",
        "net.npz names no activation: give one of sigmoid, tanh",
    );
    refused(&folder, "--network net.npz --data data.npz", "or name it in a JSON file (--activation)");
    refused(&folder, "--network net.npz --activation tanh", "--data is needed: only a .json file holds both");
    fs::write(folder.path().join("case.json"), case(json!({}))).unwrap();
    refused(
        &folder,
        "--network case.json --names W=a,V=b",
        "case.json has no array a: a of shape (h, d) is needed",
    );
}
