//! The tensors of a safetensors file.
//!
//! The crate `safetensors` reads the header and checks that types, shapes and places of the tensors agree. Whether the
//! file is as long as they ask is checked here: its own sum of the two lengths can overflow on a hostile header.

use super::float::decode;
use crate::io::InputError;
use crate::io::listed::listed;
use crate::io::network::Arrays;
use crate::io::npy::tuple;
use crate::io::npz::from_rows;
use crate::io::source;
use crate::number::{Matrix, Vector};
use crate::words::shown;
use ::safetensors::tensor::{Metadata, TensorInfo};
use std::path::{Path, PathBuf};

/// The tensors of a file.
pub(super) struct Tensors {
    pub file: PathBuf,
    metadata: Metadata,
    /// Their values, one tensor after the other.
    values: Vec<u8>,
}

impl Tensors {
    /// Reads the file, and checks that its tensors fill it.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        let file = path.to_path_buf();
        // The bytes, and numbers of 8 for those of 2.
        let bytes = source::bytes(path, 5)?;
        match parse(bytes) {
            Ok((metadata, values)) => Ok(Tensors { file, metadata, values }),
            Err(reason) => {
                let (format, advice) = ("a safetensors file", "write it with safetensors.torch.save_file");
                Err(InputError::Format { file, format, reason, advice })
            }
        }
    }

    fn wrong_axes(&self, name: &str, shape: &[usize], needed: &'static str) -> InputError {
        InputError::Axes { file: self.file.clone(), array: shown(name), found: tuple(shape), needed }
    }

    /// Shape and values.
    fn tensor(&self, name: &str, shape: &'static str) -> Result<(&[usize], Vec<f64>), InputError> {
        let (file, array) = (self.file.clone(), shown(name));
        let Some(TensorInfo { dtype, shape, data_offsets: (start, end) }) = self.metadata.info(name) else {
            let found = listed(self.names().iter().map(String::as_str), "tensors");
            return Err(InputError::NoArray { file, array, shape, found });
        };
        let bytes = self.values.get(*start..*end).unwrap_or_default();
        match decode(*dtype, bytes) {
            Some(values) => Ok((shape, values)),
            None => {
                let needed = "F64, F32, F16 or BF16";
                Err(InputError::Dtype { file, array, dtype: dtype.to_string(), needed })
            }
        }
    }
}

impl Arrays for Tensors {
    fn file(&self) -> &Path {
        &self.file
    }

    fn names(&self) -> Vec<String> {
        let mut names = self.metadata.offset_keys();
        names.sort();
        names
    }

    fn shape(&mut self, name: &str) -> Option<Vec<usize>> {
        Some(self.metadata.info(name)?.shape.clone())
    }

    fn matrix(&mut self, name: &str, needed: &'static str) -> Result<Matrix<f64>, InputError> {
        let (shape, values) = self.tensor(name, needed)?;
        match shape[..] {
            [rows, columns] => Ok(from_rows(rows, columns, values)),
            _ => Err(self.wrong_axes(name, shape, needed)),
        }
    }

    fn vector(&mut self, name: &str, needed: &'static str) -> Result<Vector<f64>, InputError> {
        let (shape, values) = self.tensor(name, needed)?;
        match shape[..] {
            [_] => Ok(Vector::from_vec(values)),
            _ => Err(self.wrong_axes(name, shape, needed)),
        }
    }
}

/// The header of a file, and what comes after it; or what does not fit.
fn parse(mut bytes: Vec<u8>) -> Result<(Metadata, Vec<u8>), String> {
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else {
        return Err(format!("it has {} bytes, fewer than the 8 of a header's length", bytes.len()));
    };
    let length = u64::from_le_bytes(*length);
    let header = usize::try_from(length).ok().and_then(|length| rest.get(..length));
    let Some(header) = header else {
        return Err(format!("its header of {length} bytes is cut off after {}", rest.len()));
    };
    let metadata: Metadata = serde_json::from_slice(header)
        .map_err(|error| format!("its header is damaged: {}", shown(&error.to_string())))?;
    let values = bytes.split_off(8 + header.len());
    if metadata.data_len() != values.len() {
        return Err(format!("its tensors have {} bytes, {} are there", metadata.data_len(), values.len()));
    }
    Ok((metadata, values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use std::fs;

    /// A file with this header and so many bytes of values.
    fn file(header: &str, values: usize) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; values]].concat()
    }

    fn refused(bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net.safetensors");
        fs::write(&path, bytes).unwrap();
        let error = Tensors::open(&path).err().unwrap().to_string();
        error.replace(&path.display().to_string(), "net.safetensors")
    }

    fn message(reason: &str) -> String {
        format!(
            "net.safetensors is not a safetensors file ({reason}): write it with safetensors.torch.save_file"
        )
    }

    const HEADER: &str = r#"{"W":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}"#;

    #[test]
    fn every_truncation_is_an_error() {
        let whole = file(HEADER, 8);
        assert!(parse(whole.clone()).is_ok());
        for length in 0..whole.len() {
            assert!(parse(whole[..length].to_vec()).is_err(), "cut to {length}");
        }
        assert_eq!(refused(&whole[..5]), message("it has 5 bytes, fewer than the 8 of a header's length"));
        assert_eq!(refused(&whole[..20]), message("its header of 56 bytes is cut off after 12"));
        assert_eq!(refused(&whole[..70]), message("its tensors have 8 bytes, 6 are there"));
        assert_eq!(refused(&[whole, vec![0]].concat()), message("its tensors have 8 bytes, 9 are there"));
    }

    #[test]
    fn what_a_header_claims_is_held_against_the_file() {
        assert_eq!(
            refused(&[0xff; 16]),
            message("its header of 18446744073709551615 bytes is cut off after 8")
        );
        let huge =
            r#"{"W":{"dtype":"U8","shape":[2305843009213693951],"data_offsets":[0,2305843009213693951]}}"#;
        assert_eq!(
            refused(&file(huge, 8)),
            message("its tensors have 2305843009213693951 bytes, 8 are there")
        );
        let overflow = r#"{"W":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#;
        assert!(refused(&file(overflow, 8)).contains("overflow computing buffer size"));
        let smaller = HEADER.replace("[2,1]", "[1,1]");
        assert!(refused(&file(&smaller, 8)).contains("invalid shape, data type, or offset for tensor"));
    }

    /// Nine tensors of an eighth of the address space each: added to the length of the header, they overflow.
    #[test]
    fn tensors_that_fill_the_address_space_do_not_overflow() {
        let eighth = (usize::MAX >> 3) as u64;
        let mut pieces: Vec<String> = Vec::new();
        let mut start = 0_u64;
        for (index, size) in [eighth; 8].into_iter().chain([7]).enumerate() {
            let end = start + size;
            pieces.push(format!(
                r#""{index}":{{"dtype":"U8","shape":[{size}],"data_offsets":[{start},{end}]}}"#
            ));
            start = end;
        }
        assert_eq!(start, u64::MAX);
        let header = format!("{{{}}}", pieces.join(","));
        assert_eq!(
            refused(&file(&header, 8)),
            message("its tensors have 18446744073709551615 bytes, 8 are there")
        );
    }

    #[test]
    fn an_empty_tensor_is_read_whatever_its_other_axis_claims() {
        let header = r#"{"W":{"dtype":"F32","shape":[1000000000000000000,0],"data_offsets":[0,0]}}"#;
        let (metadata, values) = parse(file(header, 0)).unwrap();
        let mut tensors = Tensors { file: PathBuf::new(), metadata, values };
        assert_eq!(tensors.matrix("W", "(h, d)").unwrap().shape(), (1_000_000_000_000_000_000, 0));
    }

    #[test]
    fn a_type_that_is_no_float_is_named() {
        let (metadata, values) = parse(file(&HEADER.replace("F32", "I32"), 8)).unwrap();
        let mut tensors = Tensors { file: "net.safetensors".into(), metadata, values };
        assert_eq!(
            tensors.matrix("W", "(h, d)").unwrap_err().to_string(),
            "net.safetensors: W has dtype I32: F64, F32, F16 or BF16 is needed"
        );
    }

    #[test]
    fn overwritten_bytes_never_panic() {
        let original = file(HEADER, 8);
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let alphabet = b"{}[],:\" 0123456789-FIBUW\xc3\xff";
        for _ in 0..20_000 {
            let mut bytes = original.clone();
            for _ in 0..random.random_range(1..6) {
                let place = random.random_range(0..bytes.len());
                bytes[place] = alphabet[random.random_range(0..alphabet.len())];
            }
            if let Ok((metadata, values)) = parse(bytes) {
                let mut tensors = Tensors { file: PathBuf::new(), metadata, values };
                for name in tensors.names() {
                    let _ = tensors.matrix(&name, "(h, d)");
                }
            }
        }
    }
}
