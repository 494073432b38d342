//! The npz format: a zip archive with an npy file for each array.

use super::listed::listed;
use super::network::Arrays;
use super::npy::{self, Flaw, Npy, tuple};
use super::{Array, InputError, atomic, source};
use crate::budget::{self, Bytes};
use crate::number::{Matrix, Vector};
use crate::words::{quoted, shown};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Above this an entry needs the longer records of zip64.
const LARGEST_PLAIN_ENTRY: u64 = u32::MAX as u64;

/// No text that is written here comes near it, and one that claims to be longer must not ask for all memory.
const LONGEST_TEXT: u64 = 1 << 20;

/// An npz archive that is being read.
pub(crate) struct Archive {
    file: PathBuf,
    zip: ZipArchive<BufReader<File>>,
    /// The bytes that the arrays take that were read.
    taken: u64,
}

impl Archive {
    pub fn open(path: &Path) -> Result<Self, InputError> {
        let file = path.to_path_buf();
        let reader = BufReader::new(source::open_seekable(path)?);
        match ZipArchive::new(reader) {
            Ok(zip) => Ok(Archive { file, zip, taken: 0 }),
            Err(error) => {
                let (format, advice) = ("an npz archive", "write it with numpy.savez");
                Err(InputError::Format { file, format, reason: error.to_string(), advice })
            }
        }
    }

    /// A matrix, if there is an array of that name.
    pub fn optional_matrix(
        &mut self,
        array: &str,
        needed: &'static str,
    ) -> Result<Option<Matrix<f64>>, InputError> {
        let Some(Npy { shape, fortran_order, values }) = self.array(array)? else { return Ok(None) };
        match shape[..] {
            [rows, columns] if fortran_order => Ok(Some(Matrix::from_vec(rows, columns, values))),
            [rows, columns] => Ok(Some(from_rows(rows, columns, values))),
            _ => Err(self.wrong_axes(array, &shape, needed)),
        }
    }

    /// A matrix that must be there.
    pub fn needed_matrix(&mut self, array: &str, shape: &'static str) -> Result<Matrix<f64>, InputError> {
        let matrix = self.optional_matrix(array, shape)?;
        let missing = || InputError::NoArray {
            file: self.file.clone(),
            array: shown(array),
            shape,
            found: listed(self.names().iter().map(String::as_str), "arrays"),
        };
        matrix.ok_or_else(missing)
    }

    /// A vector, if there is an array of that name.
    pub fn optional_vector(
        &mut self,
        array: &str,
        needed: &'static str,
    ) -> Result<Option<Vector<f64>>, InputError> {
        let Some(Npy { shape, values, .. }) = self.array(array)? else { return Ok(None) };
        match shape[..] {
            [_] => Ok(Some(Vector::from_vec(values))),
            _ => Err(self.wrong_axes(array, &shape, needed)),
        }
    }

    /// A vector that must be there.
    pub fn needed_vector(&mut self, array: &str, shape: &'static str) -> Result<Vector<f64>, InputError> {
        let vector = self.optional_vector(array, shape)?;
        let missing = || InputError::NoArray {
            file: self.file.clone(),
            array: shown(array),
            shape,
            found: listed(self.names().iter().map(String::as_str), "arrays"),
        };
        vector.ok_or_else(missing)
    }

    /// A text that must be there.
    pub fn needed_text(&mut self, name: &'static str) -> Result<String, InputError> {
        let file = self.file.clone();
        let damaged =
            |reason: String| InputError::Damaged { file: file.clone(), array: name.to_string(), reason };
        let entry = match self.zip.by_name(name) {
            Ok(entry) => entry,
            Err(ZipError::FileNotFound) => return Err(InputError::NoText { file, name }),
            Err(error) => return Err(damaged(error.to_string())),
        };
        let mut text = String::new();
        let read = entry.take(LONGEST_TEXT).read_to_string(&mut text);
        read.map_err(|error| damaged(error.to_string()))?;
        Ok(text)
    }

    fn array(&mut self, array: &str) -> Result<Option<Npy>, InputError> {
        let before = self.taken;
        let read = match self.zip.by_name(&format!("{array}.npy")) {
            Ok(entry) => {
                let (size, packed) = (entry.size(), entry.compressed_size());
                npy::read(entry, size, |shape| allowed(before, array, shape, size, packed))
            }
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => Err(Flaw::Damaged(error.to_string())),
        };
        let npy = read.map_err(|flaw| self.flawed(array, flaw))?;
        self.taken += budget::numbers(&[npy.values.len()]);
        Ok(Some(npy))
    }

    fn flawed(&self, array: &str, flaw: Flaw) -> InputError {
        let (file, array) = (self.file.clone(), shown(array));
        match flaw {
            Flaw::Dtype(dtype) => {
                let needed = "float64, float32, float16, bool or an integer type";
                InputError::Dtype { file, array, dtype: quoted(&dtype), needed }
            }
            Flaw::Damaged(reason) => InputError::Damaged { file, array, reason },
            Flaw::OverBudget(reason) => InputError::OverBudget { file, reason },
            Flaw::Packed(packed, size) => {
                let (packed, size) = (Bytes(packed).to_string(), Bytes(size).to_string());
                InputError::Packed { file, array, packed, size }
            }
        }
    }

    fn wrong_axes(&self, array: &str, shape: &[usize], needed: &'static str) -> InputError {
        InputError::Axes { file: self.file.clone(), array: shown(array), found: tuple(shape), needed }
    }
}

impl Arrays for Archive {
    fn file(&self) -> &Path {
        &self.file
    }

    fn names(&self) -> Vec<String> {
        let files = self.zip.file_names().flatten();
        let mut names: Vec<String> =
            files.filter_map(|file| file.strip_suffix(".npy").map(str::to_string)).collect();
        names.sort_unstable();
        names
    }

    fn shape(&mut self, array: &str) -> Option<Vec<usize>> {
        npy::shape(self.zip.by_name(&format!("{array}.npy")).ok()?).ok()
    }

    fn matrix(&mut self, array: &str, needed: &'static str) -> Result<Matrix<f64>, InputError> {
        self.needed_matrix(array, needed)
    }

    fn vector(&mut self, array: &str, needed: &'static str) -> Result<Vector<f64>, InputError> {
        self.needed_vector(array, needed)
    }
}

/// Whether an array may be read, beside what was read `before`: whether it fits into memory, and whether there is
/// anything in it.
fn allowed(before: u64, array: &str, shape: &[usize], size: u64, packed: u64) -> Result<(), Flaw> {
    /// Up to here nobody looks at how well an array was packed.
    const SMALL: u64 = 1 << 28;
    /// Data do not shrink so far: this is what a constant does.
    const MOST_PACKED: u64 = 400;
    if size > SMALL && size / MOST_PACKED > packed {
        return Err(Flaw::Packed(packed, size));
    }
    // In C order the values are copied once.
    let bytes = before.saturating_add(budget::numbers(shape).saturating_mul(2));
    budget::ask(bytes, || format!("{} of shape {}", shown(array), tuple(shape))).map_err(Flaw::OverBudget)
}

/// A matrix from its values, row by row.
pub(super) fn from_rows(rows: usize, columns: usize, values: Vec<f64>) -> Matrix<f64> {
    // Without values the order does not matter, and a loop over so many empty rows could be endless.
    if values.is_empty() {
        return Matrix::from_vec(rows, columns, values);
    }
    Matrix::from_row_slice(rows, columns, &values)
}

/// Writes arrays of `float64` to an npz archive, as `numpy.savez` does, whole or not at all.
///
/// `numpy.load` gives a scalar back as an array without axes. The same arrays give the same bytes.
///
/// # Errors
/// [`InputError::Values`] when an array's values do not fill its shape, [`InputError::Write`] when the file cannot be
/// written or two arrays have the same name.
///
/// ```
/// use hsr::io::{Array, write_npz};
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("bound.npz");
/// write_npz(&path, &[("bound", Array::scalar(1.5)), ("gradient", Array::vector(&[0.5, -0.5]))])?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_npz(path: impl AsRef<Path>, arrays: &[(&str, Array)]) -> Result<(), InputError> {
    write_npz_with_texts(path, arrays, &[])
}

/// Writes an npz archive with texts beside the arrays, which `numpy.load` gives back as bytes.
///
/// # Errors
/// Those of [`write_npz`].
///
/// ```
/// use hsr::io::{Array, read_vector, write_npz_with_texts};
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("run.npz");
/// write_npz_with_texts(&path, &[("velocity", Array::vector(&[0.5]))], &[("run.json", "{}")])?;
/// assert_eq!(read_vector(&path, "velocity", "(D,)")?, [0.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_npz_with_texts(
    path: impl AsRef<Path>,
    arrays: &[(&str, Array)],
    texts: &[(&str, &str)],
) -> Result<(), InputError> {
    for (name, array) in arrays {
        let places = array.shape.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis));
        if places != Some(array.values.len()) {
            let (array, shape, values) = (name.to_string(), tuple(&array.shape), array.values.len());
            return Err(InputError::Values { array, shape, values });
        }
    }
    let path = path.as_ref();
    let bytes = archive(arrays, texts);
    let bytes = bytes.map_err(|reason| InputError::Write { file: path.to_path_buf(), reason })?;
    atomic::replace(path, &bytes)
}

/// Reads a vector of an npz archive; `shape` is how messages call its shape.
///
/// The types are those of [`read_network`](super::read_network).
///
/// # Errors
/// [`InputError`] says whether the file or the array is missing, damaged, or of another type or shape.
///
/// [`write_npz_with_texts`] has an example.
pub fn read_vector(path: impl AsRef<Path>, array: &str, shape: &'static str) -> Result<Vec<f64>, InputError> {
    Ok(Archive::open(path.as_ref())?.needed_vector(array, shape)?.as_slice().to_vec())
}

/// Reads a text of an npz archive.
///
/// # Errors
/// [`InputError`] says whether the file or the text is missing or damaged.
pub fn read_text(path: impl AsRef<Path>, name: &'static str) -> Result<String, InputError> {
    Archive::open(path.as_ref())?.needed_text(name)
}

fn archive(arrays: &[(&str, Array)], texts: &[(&str, &str)]) -> io::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, Array { shape, values }) in arrays {
        let mut bytes = Vec::new();
        npy::write(&mut bytes, shape, values)?;
        add(&mut zip, &format!("{name}.npy"), &bytes)?;
    }
    for (name, text) in texts {
        add(&mut zip, name, text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn add(zip: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, bytes: &[u8]) -> io::Result<()> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(bytes.len() as u64 > LARGEST_PLAIN_ENTRY);
    zip.start_file(name, options)?;
    io::Write::write_all(zip, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_arrays_of_an_archive_are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.npz");
        let arrays = [("velocity", Array::vector(&[0.5]))];
        write_npz_with_texts(&path, &arrays, &[("run.json", "{}")]).unwrap();
        assert_eq!(read_vector(&path, "velocity", "(D,)").unwrap(), [0.5]);
        assert_eq!(read_text(&path, "run.json").unwrap(), "{}");
    }
}
