//! Writes a file whole or not at all.

use super::InputError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a text file whole or not at all.
///
/// Whoever reads `path` finds the old file or the new one, never a part of it: the text goes to a temporary file in the
/// same folder, which then takes the name.
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

/// Writes a file of any bytes whole or not at all, as [`write_text`] does.
///
/// # Errors
/// As [`write_text`].
pub fn write_bytes(path: impl AsRef<Path>, bytes: &[u8]) -> Result<(), InputError> {
    replace(path.as_ref(), bytes)
}

/// Checks that [`write_text`] could write this file now. Nothing is changed.
///
/// # Errors
/// [`InputError::Write`] when the folder does not exist or may not be written to, or the path is a folder itself.
pub fn check_writable(path: impl AsRef<Path>) -> Result<(), InputError> {
    let path = path.as_ref();
    try_out(path).map_err(|reason| InputError::Write { file: path.to_path_buf(), reason })
}

fn try_out(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(old) if old.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(old) if !old.is_file() => Ok(()),
        _ => Part::of(&target(path)).map(drop),
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
    let mut part = Part::of(&target)?;
    part.file.write_all(bytes)?;
    if let Some(old) = old.filter(fs::Metadata::is_file) {
        part.file.set_permissions(old.permissions())?;
    }
    part.file.sync_all()?;
    part.become_file(&target)
}

/// Where a file is written: links are followed, so that they stay links, also one to a file that is still to be made.
pub fn target(path: &Path) -> PathBuf {
    const MOST_LINKS: usize = 40;
    let mut target = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        let Ok(next) = fs::read_link(&target) else { break };
        target = target.parent().unwrap_or(Path::new("")).join(next);
    }
    target
}

/// The file that is written before it takes the name of another, in the same folder, and is removed if it does not.
///
/// Its name is always the same, `.NAME.hsr-part`: what a process leaves that is killed while it writes is taken over by the
/// next that writes the same file. A lock, which ends with its process, keeps two that live apart.
struct Part {
    file: File,
    path: PathBuf,
}

impl Part {
    fn of(target: &Path) -> io::Result<Self> {
        let path = beside(target);
        loop {
            if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
                return Err(io::Error::other(format!("{} is in the way: remove it", path.display())));
            }
            let file = options().open(&path)?;
            // Some file systems know no locks; there, two that write the same file at once are on their own.
            let _ = file.lock();
            // Who held the lock may have renamed or removed the file since it was opened here.
            if is_at(&file, &path) {
                file.set_len(0)?;
                return Ok(Part { file, path });
            }
        }
    }

    fn become_file(self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)
    }
}

impl Drop for Part {
    /// Removes what did not become a file.
    fn drop(&mut self) {
        if is_at(&self.file, &self.path) {
            // Where it cannot be removed, the next to write will take it over.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The name of the part of a file.
pub fn beside(target: &Path) -> PathBuf {
    /// Of 255, the most that file systems allow.
    const LONGEST: usize = 240;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let name = if name.len() > LONGEST { "hsr".into() } else { name };
    target.with_file_name(format!(".{name}.hsr-part"))
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    // Nobody else may have put a link under the name that is known beforehand.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NOFOLLOW.bits().cast_signed(),
    );
    options
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(own), Ok(there)) => (own.dev(), own.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
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
    fn a_link_to_a_file_that_is_still_to_be_made_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("file", &link).unwrap();
        write_text(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("file")).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn what_a_killed_process_left_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.txt");
        fs::write(folder.path().join(".report.txt.hsr-part"), "a long torn text").unwrap();
        write_text(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(folder.path()), ["report.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_under_the_name_of_the_part_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("other");
        fs::write(&other, "of somebody else").unwrap();
        std::os::unix::fs::symlink(&other, folder.path().join(".report.txt.hsr-part")).unwrap();
        let error = write_text(folder.path().join("report.txt"), "text").unwrap_err().to_string();
        assert!(error.ends_with(".report.txt.hsr-part is in the way: remove it"), "{error}");
        assert_eq!(fs::read_to_string(&other).unwrap(), "of somebody else");
    }

    #[test]
    fn who_reads_the_old_file_reads_it_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.txt");
        write_text(&path, "the old text").unwrap();
        let old = File::open(&path).unwrap();
        write_text(&path, "new").unwrap();
        assert_eq!(io::read_to_string(old).unwrap(), "the old text");
    }

    #[test]
    fn an_old_file_that_could_not_be_replaced_is_found_out_beforehand() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.txt");
        fs::write(&path, "old").unwrap();
        fs::create_dir(folder.path().join(".report.txt.hsr-part")).unwrap();
        assert!(matches!(check_writable(&path), Err(InputError::Write { .. })));
    }

    #[test]
    fn many_at_once_leave_one_of_their_texts_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.txt");
        let text = |writer: usize| writer.to_string().repeat(100_000);
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let path = &path;
                scope.spawn(move || write_text(path, &text(writer)).unwrap());
            }
        });
        let found = fs::read_to_string(&path).unwrap();
        assert!((0..8).any(|writer| found == text(writer)));
        assert_eq!(names(folder.path()), ["report.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_written_to_and_stays_a_pipe() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        // Where there is no such command there is no such pipe.
        if !made.is_ok_and(|status| status.success()) {
            return;
        }
        let (reader, path) = (pipe.clone(), pipe.clone());
        let reader = std::thread::spawn(move || fs::read_to_string(reader).unwrap());
        write_text(&path, "text").unwrap();
        assert_eq!(reader.join().unwrap(), "text");
        assert!(!fs::metadata(&pipe).unwrap().is_file());
        assert!(check_writable(&pipe).is_ok());
    }

    #[test]
    fn whether_a_file_can_be_written_is_known_before_it_is() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check_writable(folder.path().join("report.txt")).is_ok());
        assert!(check_writable(folder.path().join("none/report.txt")).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
