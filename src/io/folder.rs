//! A folder that one run writes into.

use super::{InputError, listed::listed, make_folder};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// A folder that only one process at a time writes into.
///
/// Two runs that mixed their files would leave a result that belongs to neither.
#[derive(Debug)]
pub struct OutputFolder {
    path: PathBuf,
    /// Held as long as the folder is written into; the system gives it back when the process ends, however it ends.
    _lock: Option<File>,
}

impl OutputFolder {
    /// Makes the folder, unless it exists, and keeps other processes out.
    ///
    /// # Errors
    /// [`InputError::Write`] when it cannot be made or written into, [`InputError::Busy`] when another process writes
    /// into it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, InputError> {
        let path = path.as_ref().to_path_buf();
        make_folder(&path)?;
        let lock = match lockable(&path) {
            Ok(file) => match file.try_lock() {
                Ok(()) => Some(file),
                Err(TryLockError::WouldBlock) => return Err(InputError::Busy { folder: path }),
                // Some file systems know no locks; there, two runs at once are on their own.
                Err(TryLockError::Error(_)) => None,
            },
            Err(reason) => return Err(InputError::Write { file: path, reason }),
        };
        Ok(OutputFolder { path, _lock: lock })
    }

    /// The path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file in the folder.
    pub fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// Checks that none of these files exists; `advice` says what to do otherwise.
    ///
    /// # Errors
    /// [`InputError::Occupied`] names those that are.
    pub fn refuse_others(&self, names: &[&str], advice: &'static str) -> Result<(), InputError> {
        let there: Vec<&str> = names.iter().copied().filter(|name| self.file(name).exists()).collect();
        if there.is_empty() {
            return Ok(());
        }
        Err(InputError::Occupied { folder: self.path.clone(), found: listed(there, "files"), advice })
    }

    /// Removes those of these files that exist.
    ///
    /// # Errors
    /// [`InputError::Write`] when one cannot be removed.
    pub fn clear(&self, names: &[&str]) -> Result<(), InputError> {
        for name in names {
            let file = self.file(name);
            match fs::remove_file(&file) {
                Err(reason) if reason.kind() != std::io::ErrorKind::NotFound => {
                    return Err(InputError::Write { file, reason });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// What a lock is put on: the folder itself, so that nothing is left of it.
#[cfg(unix)]
fn lockable(folder: &Path) -> std::io::Result<File> {
    File::open(folder)
}

/// What a lock is put on, where folders cannot be opened.
#[cfg(not(unix))]
fn lockable(folder: &Path) -> std::io::Result<File> {
    File::create(folder.join(".hsr.lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_at_once_are_kept_apart_and_one_after_the_other_are_not() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("run");
        let first = OutputFolder::open(&path).unwrap();
        let error = OutputFolder::open(&path).unwrap_err().to_string();
        assert!(error.starts_with("another hsr writes into "), "{error}");
        drop(first);
        assert!(OutputFolder::open(&path).is_ok());
    }

    #[test]
    fn only_the_files_that_are_named_are_removed() {
        let folder = OutputFolder::open(tempfile::tempdir().unwrap().keep()).unwrap();
        for name in ["a", "b"] {
            fs::write(folder.file(name), "").unwrap();
        }
        folder.clear(&["a", "none"]).unwrap();
        assert!(folder.refuse_others(&["a"], "").is_ok() && folder.refuse_others(&["b"], "").is_err());
        fs::remove_dir_all(folder.path()).unwrap();
    }

    #[test]
    fn files_of_another_run_are_named_with_the_advice() {
        let folder = OutputFolder::open(tempfile::tempdir().unwrap().keep()).unwrap();
        fs::write(folder.file("log.csv"), "step\n").unwrap();
        let advice = "give another folder";
        let error = folder.refuse_others(&["log.csv", "settings.json"], advice).unwrap_err().to_string();
        assert!(error.ends_with(" holds log.csv, not of this run: give another folder"), "{error}");
        fs::remove_dir_all(folder.path()).unwrap();
    }
}
