//! The files that the README's commands are given.

use hsr::io::{Array, write_npz};
use safetensors::tensor::{Dtype, TensorView};
use serde_json::json;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

fn matrix(rows: usize, columns: usize) -> Array {
    let values = (0..rows * columns).map(|index| (index as f64 * 0.7).sin()).collect();
    Array { shape: vec![rows, columns], values }
}

/// `net.npz` and `data.npz` as the first Python block makes them, for machines without NumPy.
pub fn arrays(folder: &Path) {
    let zeros = |length: usize| Array::vector(&vec![0.0; length]);
    let network = [("W", matrix(8, 4)), ("b", zeros(8)), ("V", matrix(3, 8)), ("c", zeros(3))];
    write_npz(folder.join("net.npz"), &network).unwrap();
    let labels: Vec<f64> = (0..40).map(|n| f64::from(n % 3)).collect();
    write_npz(folder.join("data.npz"), &[("X", matrix(40, 4)), ("y", Array::vector(&labels))]).unwrap();
}

/// Tables with labels and with numbers, networks as PyTorch stores them, one with names of its own, and a case in JSON.
pub fn others(folder: &Path) {
    let row = |n: usize| {
        let cells: Vec<String> = (0..4).map(|l| format!("{:.3}", ((4 * n + l) as f64 * 0.7).sin())).collect();
        format!("{};{}\n", cells.join(";"), ["a", "b", "c"][n % 3])
    };
    let rows: String = (0..30).map(row).collect();
    fs::write(folder.join("own.csv"), format!("one;two;three;four;kind\n{rows}")).unwrap();
    let row = |n: usize| format!("{},{},1,0,{}\n", n % 5, n % 7, (n as f64).sin());
    let rows: String = (0..30).map(row).collect();
    fs::write(folder.join("numbers.csv"), format!("one,two,three,four,target\n{rows}")).unwrap();
    let deep = [("0.weight", matrix(5, 4)), ("3.weight", matrix(3, 5)), ("6.weight", matrix(1, 3))];
    safetensors(&folder.join("deep.safetensors"), &deep);
    let biases = [Array::vector(&[0.0; 8]), Array::vector(&[0.0; 3])];
    let [b, c] = biases;
    let sequential = [("0.weight", matrix(8, 4)), ("0.bias", b), ("2.weight", matrix(3, 8)), ("2.bias", c)];
    safetensors(&folder.join("net.safetensors"), &sequential);
    safetensors(
        &folder.join("own.safetensors"),
        &[("encoder.weight", matrix(8, 4)), ("head.weight", matrix(3, 8))],
    );
    let case = json!({
        "activation": "tanh", "W": [[0.5, -1.0]], "V": [[1.0], [-1.0]], "X": [[1.0, 0.2], [-0.3, 0.8]], "y": [0, 1]
    });
    fs::write(folder.join("case.json"), case.to_string()).unwrap();
}

fn safetensors(path: &Path, arrays: &[(&str, Array)]) {
    let bytes: Vec<Vec<u8>> =
        arrays.iter().map(|(_, array)| array.values.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let tensors = arrays.iter().zip(&bytes).map(|((name, array), bytes)| {
        (*name, TensorView::new(Dtype::F64, array.shape.clone(), bytes).unwrap())
    });
    fs::write(path, safetensors::serialize(tensors, None).unwrap()).unwrap();
}

/// The path to look for commands along, `hsr` first.
pub fn with_hsr() -> OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_hsr")).parent().unwrap().to_path_buf();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths([own].into_iter().chain(std::env::split_paths(&others))).unwrap()
}

/// Whether Python has this package.
pub fn python_has(package: &str) -> bool {
    let found = Command::new("python3").args(["-c", &format!("import {package}")]).output();
    found.is_ok_and(|output| output.status.success())
}

pub fn python(folder: &Path, code: &str) {
    let mut command = Command::new("python3");
    let output = command.args(["-c", code]).current_dir(folder).env("PATH", with_hsr()).output().unwrap();
    assert!(output.status.success(), "{code}\n{}", String::from_utf8_lossy(&output.stderr));
}
