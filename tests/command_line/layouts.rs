//! Networks of any depth as other libraries save them: each file gives the answer of the same arrays by the names W1, b1, W2 and so on.

use super::{HOLDS, WRONG_INPUT, hsr, matrix, stderr, stdout};
use hsr::io::{Array, read_vector, write_npz};
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

type Named = Vec<(String, Array)>;

/// A network 2-3-3-2 whose last layer has no bias, as its arrays W1, b1, W2, b2, W3.
fn arrays() -> Vec<Array> {
    let values = |count: usize, start: f64| -> Vec<f64> {
        (0..count).map(|i| (start + i as f64 * 1.3).sin()).collect()
    };
    vec![
        matrix(3, 2, &values(6, 0.1)),
        Array::vector(&values(3, 0.7)),
        matrix(3, 3, &values(9, 1.1)),
        Array::vector(&values(3, 2.3)),
        matrix(2, 3, &values(6, 0.4)),
    ]
}

fn transposed(array: &Array) -> Array {
    let [rows, columns] = array.shape[..] else { return array.clone() };
    let entry = |index: usize| array.values[index % rows * columns + index / rows];
    Array { shape: vec![columns, rows], values: (0..rows * columns).map(entry).collect() }
}

fn by(names: [&str; 5], of: fn(&Array) -> Array) -> Named {
    names.into_iter().zip(&arrays()).map(|(name, array)| (name.to_string(), of(array))).collect()
}

fn npz(path: &Path, arrays: &Named) {
    write_npz(path, &arrays.iter().map(|(name, array)| (&name[..], array.clone())).collect::<Vec<_>>())
        .unwrap();
}

fn safetensors(path: &Path, arrays: &Named) {
    let bytes = |array: &Array| array.values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let bytes: Vec<Vec<u8>> = arrays.iter().map(|(_, array)| bytes(array)).collect();
    let tensors = arrays.iter().zip(&bytes).map(|((name, array), bytes)| {
        (name, TensorView::new(Dtype::F64, array.shape.clone(), bytes).unwrap())
    });
    fs::write(path, safetensors::serialize(tensors, None).unwrap()).unwrap();
}

/// The network as net.npz, and data for every loss.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    npz(&folder.path().join("net.npz"), &by(["W1", "b1", "W2", "b2", "W3"], Array::clone));
    let x = ("X", matrix(3, 2, &[1.0, 2.0, -0.5, 0.25, 0.0, 1.5]));
    write_npz(folder.path().join("data.npz"), &[x.clone(), ("y", Array::vector(&[0.0, 1.0, 1.0]))]).unwrap();
    let numbers = matrix(3, 2, &[0.5, -1.0, 2.0, 0.0, 1.0, 1.5]);
    write_npz(folder.path().join("numbers.npz"), &[x, ("Y", numbers)]).unwrap();
    folder
}

fn answer(folder: &TempDir, arguments: &str) -> Value {
    let arguments: Vec<&str> = ["oracle", "--json"].into_iter().chain(arguments.split_whitespace()).collect();
    let output = hsr(folder.path(), &arguments);
    assert_eq!(output.status.code(), HOLDS, "{arguments:?}: {}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

#[track_caller]
fn refused(folder: &TempDir, arguments: &str, message: &str) {
    for command in ["oracle", "spectrum"] {
        let arguments: Vec<&str> = [command].into_iter().chain(arguments.split_whitespace()).collect();
        let output = hsr(folder.path(), &arguments);
        assert_eq!(output.status.code(), WRONG_INPUT, "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(message), "expected '{message}' in: {}", stderr(&output));
    }
}

const DATA: &str = "--data data.npz --activation tanh,silu";

#[test]
fn each_layout_gives_the_answer_of_the_same_arrays() {
    let folder = folder();
    let expected = answer(&folder, &format!("--network net.npz {DATA}"));
    assert_eq!(expected["layer_traces"].as_array().map(Vec::len), Some(3));
    assert_eq!(expected["shape"]["widths"], json!([3, 3, 2]));
    let layouts = [
        by(["0.weight", "0.bias", "3.weight", "3.bias", "10.weight"], Array::clone),
        by(["net.1.weight", "net.1.bias", "net.4.weight", "net.4.bias", "net.7.weight"], Array::clone),
        by(["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "fc3.weight"], Array::clone),
        by(
            ["dense/kernel:0", "dense/bias:0", "dense_1/kernel:0", "dense_1/bias:0", "dense_2/kernel:0"],
            transposed,
        ),
        by(
            [
                "layers/dense/vars/0",
                "layers/dense/vars/1",
                "layers/dense_1/vars/0",
                "layers/dense_1/vars/1",
                "layers/dense_2/vars/0",
            ],
            transposed,
        ),
        by(
            [
                "params.Dense_0.kernel",
                "params.Dense_0.bias",
                "params.Dense_1.kernel",
                "params.Dense_1.bias",
                "params.Dense_2.kernel",
            ],
            transposed,
        ),
        by(["coefs_0", "intercepts_0", "coefs_1", "intercepts_1", "coefs_2"], transposed),
        by(["W1", "b1", "W2", "b2", "W3"], transposed),
        by(["W0", "b0", "W1", "b1", "W2"], Array::clone),
    ];
    for layout in &layouts {
        npz(&folder.path().join("own.npz"), layout);
        safetensors(&folder.path().join("own.safetensors"), layout);
        for file in ["own.npz", "own.safetensors"] {
            assert_eq!(answer(&folder, &format!("--network {file} {DATA}")), expected, "{layout:?}");
        }
    }
    let own = by(["a", "a_", "b", "b_", "c"], transposed);
    npz(&folder.path().join("own.npz"), &own);
    let named = format!("--network own.npz --names W1=a,b1=a_,W2=b,b2=b_,W3=c,b3=- {DATA}");
    assert_eq!(answer(&folder, &named), expected);
}

/// The network with data and loss as one JSON object.
fn case() -> Value {
    let list = |array: &Array| match array.shape[..] {
        [_, columns] => array.values.chunks(columns).collect(),
        _ => json!(array.values),
    };
    let mut case = json!({ "activations": ["tanh", "silu"], "loss": "squared" });
    for (name, array) in ["W1", "b1", "W2", "b2", "W3"].into_iter().zip(&arrays()) {
        case[name] = list(array);
    }
    case["X"] = json!([[1.0, 2.0], [-0.5, 0.25], [0.0, 1.5]]);
    case["Y"] = json!([[0.5, -1.0], [2.0, 0.0], [1.0, 1.5]]);
    case
}

#[test]
fn a_json_object_on_standard_input_is_answered() {
    let folder = folder();
    let numbers = "--network net.npz --data numbers.npz --activation tanh,silu --loss squared";
    let expected = answer(&folder, numbers);
    fs::write(folder.path().join("case.json"), case().to_string()).unwrap();
    assert_eq!(answer(&folder, "--network case.json"), expected);
    for command in ["oracle", "spectrum"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hsr"))
            .args([command, "--network", "-", "--json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(case().to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), HOLDS);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        if command == "oracle" {
            assert_eq!(found, expected);
        } else {
            let [largest, bound] =
                [&found["lambda_max"], &expected["ws_units"]].map(|value| value.as_f64().unwrap());
            assert!(largest <= bound);
        }
    }
}

#[test]
fn gradients_are_written_flat_and_a_layer_each() {
    let folder = folder();
    let arguments =
        format!("oracle --network net.npz {DATA} --out answer.npz --terms --hessian --spectrum --digits");
    let output = hsr(folder.path(), &arguments.split_whitespace().collect::<Vec<_>>());
    assert_eq!(output.status.code(), HOLDS, "{}", stderr(&output));
    let read = |name: &str| read_vector(folder.path().join("answer.npz"), name, "(D,)");
    for name in ["gradient", "trace_gradient", "ws_layers_gradient", "ws_units_gradient", "loss_gradient"] {
        let flat = read(name).unwrap();
        assert_eq!(flat.len(), 6 + 3 + 9 + 3 + 6);
        assert_eq!(read(&format!("{name}_b2")).unwrap(), flat[18..21], "{name}");
        assert!(read(&format!("{name}_b3")).is_err());
    }
    assert_eq!(read("layer_traces").unwrap().len(), 3);
    assert_eq!(read("unit_traces").unwrap().len(), 8);
    assert_eq!(read("eigenvalues").unwrap().len(), 27);
    assert!(read("hessian").unwrap_err().to_string().contains("hessian has shape (27, 27)"));
}

#[test]
fn numbers_of_a_table_are_targets_where_the_loss_takes_them() {
    let folder = folder();
    npz(&folder.path().join("one.npz"), &vec![("W1".to_string(), matrix(1, 2, &[0.5, -1.0]))]);
    fs::write(folder.path().join("own.csv"), "rooms,garden,price\n3,0,1.5\n5,1,2.5\n2,1,-1\n").unwrap();
    let squared = answer(&folder, "--network one.npz --data own.csv --loss squared");
    assert_eq!(squared["loss_function"], "squared");
    let x = ("X", matrix(3, 2, &[3.0, 0.0, 5.0, 1.0, 2.0, 1.0]));
    write_npz(folder.path().join("own.npz"), &[x, ("y", Array::vector(&[1.5, 2.5, -1.0]))]).unwrap();
    assert_eq!(answer(&folder, "--network one.npz --data own.npz --loss squared"), squared);
    refused(
        &folder,
        "--network one.npz --data own.csv --loss poisson",
        "own.csv: line 2, column 3 ('price'): '1.5' is no target: a count is a whole number, 0 or more",
    );
    refused(
        &folder,
        "--network one.npz --data own.csv",
        "the softmax has one output: it needs at least two classes",
    );
    refused(
        &folder,
        "--network net.npz --data own.csv --activation tanh --loss squared",
        "W3 is 2x3 but Y has 1 columns",
    );
}

#[test]
fn what_a_file_does_not_say_is_asked_for() {
    let folder = folder();
    let own = folder.path().join("own.npz");
    let network = "--network own.npz --data data.npz --activation tanh";
    let square = || matrix(2, 2, &[1.0, 0.5, -0.5, 2.0]);
    let of = |names: &[&str]| -> Named { names.iter().map(|name| (name.to_string(), square())).collect() };

    npz(&own, &of(&["first", "second"]));
    refused(
        &folder,
        network,
        "own.npz holds first (2, 2), second (2, 2): the names do not say which array is which: say it, as in \
         W1=first,W2=second (--names)",
    );
    let named = format!("{network} --names W1=first,W2=second");
    refused(&folder, &named, "cannot be told from the names and shapes (first)");
    refused(&folder, &named, "(--transposed yes or --transposed no)");
    let [no, yes] = ["no", "yes"].map(|said| answer(&folder, &format!("{named} --transposed {said}")));
    assert_ne!(no["trace"], yes["trace"]);

    npz(&own, &of(&["0.weight", "1.weight"]));
    refused(
        &folder,
        network,
        "0.weight and 1.weight follow each other, which in a torch.nn.Sequential means",
    );
    npz(&own, &of(&["encoder.weight", "decoder.weight"]));
    refused(&folder, network, "say it, as in W1=decoder.weight,W2=encoder.weight (--names)");
    npz(&own, &[of(&["W1", "W2"]), vec![("W4".to_string(), square())]].concat());
    refused(&folder, network, "own.npz has no array W3: W3 of shape (outputs, inputs) is needed");
    npz(&own, &of(&["W1", "W2", "V"]));
    refused(&folder, network, "own.npz holds both W1 and V: keep one");
    refused(
        &folder,
        "--network net.npz --data data.npz --activation tanh,relu,relu",
        "3 activations for 2 hidden layers",
    );
    refused(
        &folder,
        "--network net.npz --data data.npz --activation tanh,swish",
        "unknown activation 'swish'",
    );
    refused(
        &folder,
        "--network net.npz --data data.npz --activation tanh --loss hinge",
        "unknown loss 'hinge'",
    );
    fs::write(folder.path().join("case.json"), case().to_string()).unwrap();
    refused(
        &folder,
        "--network case.json --loss poisson",
        "the loss is to be poisson but case.json says squared: leave it to the file, or correct one of the two (--loss)",
    );
    refused(
        &folder,
        "--network case.json --activation tanh",
        "the activation is to be tanh but case.json says tanh,silu",
    );
    let arguments = ["oracle", "--network", "case.json", "--route", "class"];
    let output = hsr(folder.path(), &arguments);
    assert!(stderr(&output).contains("is for one hidden layer with the softmax: leave it out"));
}

#[test]
fn other_kinds_of_networks_are_refused_by_the_array_that_shows_it() {
    let folder = folder();
    let own = folder.path().join("own.npz");
    let network = "--network own.npz --data data.npz --activation tanh";
    let dense = || ("0.weight".to_string(), matrix(2, 2, &[1.0, 0.5, -0.5, 2.0]));
    let other = |name: &str, shape: &[usize]| -> Named {
        let values = vec![1.0; shape.iter().product()];
        vec![dense(), (name.to_string(), Array { shape: shape.to_vec(), values })]
    };
    for (name, shape, message) in [
        (
            "1.weight",
            &[2][..],
            "1.weight of shape (2,) is of one axis, as layers that normalise and PReLU have it",
        ),
        (
            "3.weight",
            &[1, 1, 2, 2],
            "3.weight of shape (1, 1, 2, 2) is of more than two axes, as convolutions have it",
        ),
        ("norm/gamma", &[2], "norm/gamma of shape (2,) is that of a layer that normalises"),
        (
            "rnn.weight_ih_l0",
            &[2, 2],
            "holds rnn.weight_ih_l0 beside what is read, and it looks like a parameter",
        ),
        ("embedding", &[2, 2], "holds embedding beside what is read, and it looks like a parameter"),
    ] {
        npz(&own, &other(name, shape));
        refused(&folder, network, message);
    }
}
