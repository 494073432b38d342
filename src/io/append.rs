//! A text file that grows by whole lines.

use super::{InputError, write_text};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A text file that grows by whole lines.
///
/// Whoever reads it finds whole lines: each is written in one piece, and where that fails, as on a full disk, what was
/// written of it is taken back.
#[derive(Debug)]
pub struct Lines {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Lines {
    /// Starts a file with this text, in place of one that may have been there.
    ///
    /// # Errors
    /// [`InputError::Write`] when it cannot be written; an old file is then still there.
    pub fn start(path: impl AsRef<Path>, text: &str) -> Result<Self, InputError> {
        let path = path.as_ref().to_path_buf();
        write_text(&path, text)?;
        match OpenOptions::new().append(true).open(&path) {
            Ok(file) => Ok(Lines { path, file, length: text.len() as u64 }),
            Err(reason) => Err(InputError::Write { file: path, reason }),
        }
    }

    /// Adds a line, which includes its line break.
    ///
    /// # Errors
    /// [`InputError::Write`] when it cannot be written; the file then ends with the line before it.
    pub fn add(&mut self, line: &str) -> Result<(), InputError> {
        if let Err(reason) = self.file.write_all(line.as_bytes()) {
            // Nothing more can be done if this fails too, and the first failure is the one that matters.
            let _ = self.file.set_len(self.length);
            return Err(InputError::Write { file: self.path.clone(), reason });
        }
        self.length += line.len() as u64;
        Ok(())
    }
}

/// Makes a folder, unless it exists, in one that exists.
///
/// # Errors
/// [`InputError::Write`] when it cannot be made, or a file has its name.
pub fn make_folder(path: impl AsRef<Path>) -> Result<(), InputError> {
    let path = path.as_ref();
    match fs::create_dir(path) {
        Err(reason) if reason.kind() != io::ErrorKind::AlreadyExists || !path.is_dir() => {
            Err(InputError::Write { file: path.to_path_buf(), reason })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_to_the_text_that_a_file_starts_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.csv");
        let mut lines = Lines::start(&path, "step,loss\n").unwrap();
        lines.add("0,1.5\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "step,loss\n0,1.5\n");
    }

    #[test]
    fn a_folder_is_made_in_one_that_exists() {
        let folder = tempfile::tempdir().unwrap();
        assert!(make_folder(folder.path().join("run")).is_ok());
        assert!(make_folder(folder.path().join("run")).is_ok());
        assert!(make_folder(folder.path().join("none/run")).is_err());
    }
}
