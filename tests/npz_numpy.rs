//! Archives go from numpy to the crate and from the crate to numpy without losing a bit.
#![cfg(feature = "files")]

use hsr::io::{Array, read_batch, read_network, write_npz};
use hsr::model::{Activation, Batch, Parameters, ThreeLayer};
use nalgebra::{dmatrix, dvector};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file that `tests/fixtures/make.py` wrote.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn network() -> ThreeLayer<f64> {
    let parameters = Parameters {
        w: dmatrix![0.5, -1.25, 2.0; 3.5, 0.0, -0.75],
        b: Some(dvector![0.25, -0.5]),
        v: dmatrix![1.0, -2.0; 0.5, 0.125; -1.5, 4.0],
        c: Some(dvector![0.0, 1.0, -1.0]),
    };
    ThreeLayer::new(parameters, Activation::Tanh).unwrap()
}

fn batch() -> Batch<f64> {
    let x = dmatrix![1.0, 0.5, -0.25; 0.0, -2.0, 8.0; 3.0, 1.5, 0.75; -4.0, 0.0, 1.0];
    Batch::from_labels(x, &[2, 0, 1, 2], 3).unwrap()
}

fn batch_error(name: &str) -> String {
    let error = read_batch(fixture(name), None).unwrap_err().to_string();
    error.replace(&fixture(name).display().to_string(), name)
}

#[test]
fn networks_are_read_in_every_type_order_and_compression() {
    for name in
        ["plain", "compressed", "float32", "float16", "fortran", "big_endian", "big_endian_float32_fortran"]
    {
        let read = read_network(fixture(&format!("network_{name}.npz")), Activation::Tanh).unwrap();
        assert_eq!(read, network(), "{name}");
    }
}

#[test]
fn target_distributions_are_read() {
    for name in ["data_distributions.npz", "data_distributions_compressed.npz"] {
        assert_eq!(read_batch(fixture(name), Some(3)).unwrap(), batch(), "{name}");
    }
}

#[test]
fn labels_are_read_in_every_integer_type_and_as_whole_floats() {
    for dtype in ["i1", "u1", "big_i2", "u4", "i8", "big_u8", "f8"] {
        let name = fixture(&format!("data_labels_{dtype}.npz"));
        assert_eq!(read_batch(&name, None).unwrap(), batch(), "{dtype}");
        assert_eq!(read_batch(&name, Some(4)).unwrap().y.ncols(), 4);
    }
}

#[test]
fn labels_that_are_true_or_false_are_two_classes() {
    let read = read_batch(fixture("data_labels_bool.npz"), None).unwrap();
    assert_eq!(read, Batch::from_labels(batch().x, &[1, 0, 1, 0], 2).unwrap());
}

#[test]
fn arrays_of_other_types_and_shapes_are_refused_with_their_names() {
    let needed = "float64, float32, float16, bool or an integer type is needed";
    assert_eq!(batch_error("data_complex.npz"), format!("data_complex.npz: X has dtype '<c16': {needed}"));
    assert_eq!(batch_error("data_object.npz"), format!("data_object.npz: X has dtype '|O': {needed}"));
    assert!(batch_error("data_structure.npz").starts_with("data_structure.npz: X has dtype '["));
    assert_eq!(
        batch_error("data_three_axes.npz"),
        "data_three_axes.npz: X has shape (2, 2, 2): shape (N, d) is needed"
    );
}

#[test]
fn a_network_is_no_batch_and_a_bare_array_no_archive() {
    assert_eq!(
        batch_error("network_plain.npz"),
        "network_plain.npz has no array X: X of shape (N, d) is needed; it has V, W, b, c"
    );
    assert!(batch_error("bare.npy").starts_with("bare.npy is not an npz archive ("));
    assert!(batch_error("none.npz").starts_with("cannot read none.npz: "));
}

#[test]
fn what_the_crate_writes_it_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("network.npz");
    let Parameters { w, b, v, c } = network().parameters;
    let arrays = [
        ("W", Array::from(&w)),
        ("V", Array::from(&v)),
        ("b", Array::from(&b.unwrap())),
        ("c", Array::from(&c.unwrap())),
    ];
    write_npz(&path, &arrays).unwrap();
    assert_eq!(read_network(&path, Activation::Tanh).unwrap(), network());
}

#[test]
fn an_array_whose_values_do_not_fill_its_shape_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.npz");
    let array = Array { shape: vec![2, 2], values: vec![1.0] };
    assert_eq!(
        write_npz(&path, &[("H", array)]).unwrap_err().to_string(),
        "H of shape (2, 2) has 1 values: as many as the product of the shape are needed"
    );
    let twice = [("a", Array::scalar(1.0)), ("a", Array::scalar(2.0))];
    assert!(write_npz(&path, &twice).is_err());
    assert!(!path.exists());
}

#[test]
fn numpy_reads_what_the_crate_writes() {
    let script = "
import sys
import numpy as np
with np.load(sys.argv[1]) as file:
    assert sorted(file) == ['empty', 'matrix', 'scalar', 'vector'], sorted(file)
    assert all(file[name].dtype == np.float64 for name in file)
    assert file['scalar'].shape == () and file['scalar'] == 0.1
    assert file['vector'].shape == (3,) and (file['vector'] == [1.5, -2.5, np.inf]).all()
    assert file['matrix'].shape == (2, 3) and (file['matrix'] == [[1, 2, 3], [4, 5, 6]]).all()
    assert file['matrix'].flags.c_contiguous
    assert file['empty'].shape == (0, 4)
";
    let has_numpy = Command::new("python3").args(["-c", "import numpy"]).output();
    if !has_numpy.is_ok_and(|output| output.status.success()) {
        println!("skipped: no python3 with numpy here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("written.npz");
    let arrays = [
        ("scalar", Array::scalar(0.1)),
        ("vector", Array::vector(&[1.5, -2.5, f64::INFINITY])),
        ("matrix", Array::from(&dmatrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0])),
        ("empty", Array { shape: vec![0, 4], values: Vec::new() }),
    ];
    write_npz(&path, &arrays).unwrap();
    let output = Command::new("python3").args(["-c", script]).arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
