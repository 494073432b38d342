//! The bytes of a file that a user names.

use super::InputError;
use crate::budget::{self, Bytes};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The name of standard input.
const STANDARD_INPUT: &str = "-";

/// What messages call a file.
pub(super) fn name(file: &Path) -> &Path {
    if file == Path::new(STANDARD_INPUT) { Path::new("standard input") } else { file }
}

/// Opens a file, and refuses a folder, which opens but cannot be read.
pub(super) fn open(file: &Path) -> Result<File, InputError> {
    let opened = File::open(file).and_then(|opened| match opened.metadata()?.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => Ok(opened),
    });
    opened.map_err(|reason| InputError::Read { file: file.to_path_buf(), reason })
}

/// Opens a file that is read here and there, as an archive is, which a pipe cannot be.
pub(super) fn open_seekable(file: &Path) -> Result<File, InputError> {
    // Asked before, since to open a pipe is to wait for who writes into it.
    match fs::metadata(file) {
        Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => {
            Err(InputError::Read { file: file.to_path_buf(), reason: io::ErrorKind::NotSeekable.into() })
        }
        _ => open(file),
    }
}

/// All bytes of a file, or of standard input where it is called `-`, of which each may take `memory` bytes once it is understood, if they fit into memory. Pipes and
/// devices, which do not say how much will come, are read up to what fits.
pub(super) fn bytes(file: &Path, memory: u64) -> Result<Vec<u8>, InputError> {
    if file == Path::new(STANDARD_INPUT) {
        return up_to_budget(name(file), io::stdin().lock(), memory);
    }
    let opened = open(file)?;
    ask(file, memory, opened.metadata().map_or(0, |metadata| metadata.len()), "")?;
    up_to_budget(file, opened, memory)
}

/// Whether so many bytes fit into memory, of which each may take `memory` bytes.
fn ask(file: &Path, memory: u64, length: u64, than: &str) -> Result<(), InputError> {
    budget::ask(length.saturating_mul(memory), || format!("its {than}{}", Bytes(length)))
        .map_err(|reason| InputError::OverBudget { file: file.to_path_buf(), reason })
}

/// All that comes, if it fits into memory.
fn up_to_budget(file: &Path, reader: impl Read, memory: u64) -> Result<Vec<u8>, InputError> {
    let most = budget::bytes_in_all() / memory.max(1);
    let mut bytes = Vec::new();
    let read = reader.take(most + 1).read_to_end(&mut bytes);
    read.map_err(|reason| InputError::Read { file: file.to_path_buf(), reason })?;
    ask(file, memory, bytes.len() as u64, "first ")?;
    Ok(bytes)
}

/// The text of a file.
pub(super) fn text(file: &Path, memory: u64) -> Result<String, InputError> {
    String::from_utf8(bytes(file, memory)?).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let reason = io::Error::other(format!("line {line} is not UTF-8 text: save it as UTF-8"));
        InputError::Read { file: file.to_path_buf(), reason }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_a_pipe_and_a_missing_file_are_told_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let message =
            |error: InputError| error.to_string().replace(&folder.path().display().to_string(), "F");
        assert_eq!(
            message(bytes(folder.path(), 1).unwrap_err()),
            "cannot read F: it is a folder: give the name of a file"
        );
        assert_eq!(
            message(bytes(&folder.path().join("none"), 1).unwrap_err()),
            "cannot read F/none: there is no such file"
        );
        assert_eq!(
            message(open_seekable(Path::new("/dev/null")).unwrap_err()),
            "cannot read /dev/null: it is a pipe or a device, and this format is read here and there: write it to a file first"
        );
    }

    #[test]
    fn what_never_ends_is_refused_and_not_waited_for() {
        let memory = budget::bytes_in_all() / 1_000_000;
        let error = bytes(Path::new("/dev/zero"), memory).unwrap_err().to_string();
        assert!(error.starts_with("/dev/zero: its first 1.0 MB would take "), "{error}");
    }

    #[test]
    fn text_that_is_none_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.csv");
        std::fs::write(&path, b"a,b\n1,2\n3,\xff\n").unwrap();
        let error = text(&path, 1).unwrap_err().to_string();
        assert!(error.ends_with("data.csv: line 3 is not UTF-8 text: save it as UTF-8"), "{error}");
    }
}
