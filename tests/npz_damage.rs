//! Damaged and hostile archives give an error value: no panic, and no memory for what is not there.
#![cfg(feature = "files")]

use hsr::io::{read_batch, read_network};
use hsr::model::Activation;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Mutations of each fixture.
const MUTATIONS: usize = 300;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Reads bytes as a network and as a batch, and tells whether each was one.
fn read(folder: &Path, bytes: &[u8]) -> [Result<(), String>; 2] {
    let path = folder.join("file.npz");
    fs::write(&path, bytes).unwrap();
    let shorten =
        |error: hsr::io::InputError| error.to_string().replace(&path.display().to_string(), "file.npz");
    [
        read_network(&path, Activation::Tanh).map(|_| ()).map_err(shorten),
        read_batch(&path, None).map(|_| ()).map_err(shorten),
    ]
}

/// An archive with the array `X` of this header, before 48 bytes of values.
fn with_header(header: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("X.npy", SimpleFileOptions::default().compression_method(CompressionMethod::Stored))
        .unwrap();
    zip.write_all(b"\x93NUMPY\x02\x00").unwrap();
    zip.write_all(&(header.len() as u32).to_le_bytes()).unwrap();
    zip.write_all(header).unwrap();
    zip.write_all(&[0; 48]).unwrap();
    zip.finish().unwrap().into_inner()
}

fn with_shape(shape: &str) -> Vec<u8> {
    with_header(format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n").as_bytes())
}

#[test]
fn every_truncation_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["network_compressed.npz", "data_distributions.npz"] {
        let bytes = fs::read(fixture(name)).unwrap();
        for length in 0..bytes.len() {
            assert!(
                read(folder.path(), &bytes[..length]).iter().all(Result::is_err),
                "{name} cut to {length}"
            );
        }
    }
}

#[test]
fn flipped_bits_and_overwritten_bytes_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for name in [
        "network_plain.npz",
        "network_compressed.npz",
        "data_labels_i8.npz",
        "data_distributions_compressed.npz",
    ] {
        let original = fs::read(fixture(name)).unwrap();
        for _ in 0..MUTATIONS {
            let mut bytes = original.clone();
            for _ in 0..random.random_range(1..6) {
                let place = random.random_range(0..bytes.len());
                match random.random_range(0..4) {
                    0 => bytes[place] = 0xff,
                    1 => bytes[place] = random.random(),
                    2 => bytes.truncate(place.max(1)),
                    _ => bytes[place] ^= 1 << random.random_range(0..8),
                }
            }
            // The one thing asked of the readers is that they return.
            let _ = read(folder.path(), &bytes);
        }
    }
}

#[test]
fn a_flipped_bit_among_the_values_is_found_by_the_checksum() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(fixture("network_plain.npz")).unwrap();
    let value = 0.5_f64.to_le_bytes();
    let place = bytes.windows(8).position(|window| window == value).unwrap();
    bytes[place] ^= 1;
    let [network, _] = read(folder.path(), &bytes);
    assert_eq!(network.unwrap_err(), "file.npz: W is damaged (Invalid checksum): write the file again");
}

#[test]
fn a_shape_that_promises_more_than_is_there_is_refused_before_memory_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    for shape in ["(1000000000000000, 1)", "(18446744073709551615, 18446744073709551615)", "(2, 1)", "(4, 2)"]
    {
        let [_, batch] = read(folder.path(), &with_shape(shape));
        assert_eq!(
            batch.unwrap_err(),
            format!(
                "file.npz: X is damaged (shape {shape} of dtype <f8 does not fill its 48 bytes): write the file again"
            )
        );
    }
    let [_, batch] = read(folder.path(), &with_shape("(3, 2)"));
    assert!(batch.unwrap_err().starts_with("file.npz has X but no targets"));
}

#[test]
fn empty_arrays_are_refused_whatever_their_other_axis_claims() {
    let folder = tempfile::tempdir().unwrap();
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, shape) in [("X", "(1000000000000000000, 0)"), ("Y", "(0, 1000000000000000000)")] {
        let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
        zip.start_file(format!("{name}.npy"), SimpleFileOptions::default()).unwrap();
        zip.write_all(b"\x93NUMPY\x01\x00").unwrap();
        zip.write_all(&(header.len() as u16).to_le_bytes()).unwrap();
        zip.write_all(header.as_bytes()).unwrap();
    }
    let [_, batch] = read(folder.path(), &zip.finish().unwrap().into_inner());
    assert_eq!(
        batch.unwrap_err(),
        "file.npz: X is 1000000000000000000x0: at least one sample (row) and one input (column) are needed"
    );
}

#[test]
fn hostile_headers_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let nested = [b"{'descr': '<f8', 'fortran_order': False, 'shape': ".to_vec(), vec![b'('; 9_000]].concat();
    for header in [&nested[..], &[b'{'; 100_000], &[0xff; 64], b"", b"{'shape': (1,), 'shape': 7}"] {
        let [_, batch] = read(folder.path(), &with_header(header));
        assert!(batch.unwrap_err().starts_with("file.npz: X is damaged (its header "));
    }
    let mut endless = with_header(b"");
    let length = endless.windows(8).position(|window| window == b"\x93NUMPY\x02\x00").unwrap() + 8;
    endless[length..length + 4].fill(0xff);
    assert!(read(folder.path(), &endless).iter().all(Result::is_err));
}
