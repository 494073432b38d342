//! Writing a file whole or not at all.

use super::InputError;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Writes a text file. Who reads `path` finds the old file or the new one, never a part of it: the text goes to a
/// temporary file in the same folder, which then takes the name.
///
/// # Errors
/// [`InputError::Write`] when the folder does not exist, may not be written to, or is full; an old file is still there.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("report.txt");
/// hsr::io::write_text(&path, "all equations hold\n")?;
/// assert_eq!(std::fs::read_to_string(&path)?, "all equations hold\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_text(path: impl AsRef<Path>, text: &str) -> Result<(), InputError> {
    replace(path.as_ref(), text.as_bytes())
}

/// The same for any bytes.
///
/// # Errors
/// As [`write_text`].
pub fn write_bytes(path: impl AsRef<Path>, bytes: &[u8]) -> Result<(), InputError> {
    replace(path.as_ref(), bytes)
}

/// Whether [`write_text`] could write this file now. Nothing is changed.
///
/// # Errors
/// [`InputError::Write`] when the folder does not exist or may not be written to, or the path is a folder itself.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// assert!(hsr::io::check_writable(folder.path().join("report.txt")).is_ok());
/// assert!(hsr::io::check_writable(folder.path().join("none/report.txt")).is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn check_writable(path: impl AsRef<Path>) -> Result<(), InputError> {
    let path = path.as_ref();
    try_out(path).map_err(|reason| InputError::Write { file: path.to_path_buf(), reason })
}

fn try_out(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(old) if old.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(old) if !old.is_file() => Ok(()),
        _ => beside(&target(path)).map(drop),
    }
}

/// Puts a file with these bytes where a file may have been.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), InputError> {
    write(path, bytes).map_err(|reason| InputError::Write { file: path.to_path_buf(), reason })
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let old = fs::metadata(path).ok();
    // A pipe or a device has a place of its own, which no other file can take.
    if old.as_ref().is_some_and(|old| !old.is_file() && !old.is_dir()) {
        return fs::write(path, bytes);
    }
    let target = target(path);
    let mut file = beside(&target)?;
    file.write_all(bytes)?;
    if let Some(old) = old.filter(fs::Metadata::is_file) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(&target)?;
    Ok(())
}

/// Where a file is written: a link is followed, so that it stays a link.
fn target(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

/// A temporary file in the folder of another.
fn beside(target: &Path) -> io::Result<NamedTempFile> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    builder().tempfile_in(folder.unwrap_or(Path::new(".")))
}

/// Temporary files are private by default; this one becomes an ordinary file, as the user's umask has it.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.txt");
        write_text(&path, "a long first text").unwrap();
        write_text(&path, "second").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(names(folder.path()), ["report.txt"]);
    }

    #[test]
    fn a_missing_folder_is_one_clear_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/report.txt");
        let error = write_text(&path, "text").unwrap_err();
        let expected = format!("cannot write {}: its folder does not exist: create it first", path.display());
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_folder_is_not_overwritten_and_nothing_is_left_in_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reports");
        fs::create_dir(&path).unwrap();
        assert!(matches!(write_text(&path, "text"), Err(InputError::Write { .. })));
        assert!(matches!(check_writable(&path), Err(InputError::Write { .. })));
        assert_eq!(names(folder.path()), ["reports"]);
    }

    #[test]
    fn trying_out_leaves_an_old_file_as_it_is_and_makes_no_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.txt");
        check_writable(&path).unwrap();
        assert!(names(folder.path()).is_empty());
        write_text(&path, "old").unwrap();
        check_writable(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(folder.path()), ["report.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        write_text(&file, "old").unwrap();
        fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        write_text(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_stays_a_device() {
        write_text("/dev/null", "text").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
