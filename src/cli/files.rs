//! What a command reads and what it writes, held against each other before any work.

use hsr::io::{beside, check_writable, target};
use hsr::words::path as shown;
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// What to do about a folder that holds the files of another run.
pub(super) const OR_OVERWRITE: &str = "give another folder, or say --overwrite to replace them";

/// The files of a command, each with the option that names it.
#[derive(Default)]
pub(super) struct Files<'a> {
    inputs: Vec<(&'a str, PathBuf)>,
    outputs: Vec<(&'a str, PathBuf)>,
}

impl<'a> Files<'a> {
    /// A file that is read.
    pub fn reads(mut self, option: &'a str, file: impl AsRef<Path>) -> Self {
        self.inputs.push((option, file.as_ref().to_path_buf()));
        self
    }

    /// A file that is written, if one is.
    pub fn writes(mut self, option: &'a str, file: Option<impl AsRef<Path>>) -> Self {
        self.outputs.extend(file.map(|file| (option, file.as_ref().to_path_buf())));
        self
    }

    /// Refuses an output that is an input or another output, by whatever names and links, and one that cannot be
    /// written.
    pub fn check(&self) -> Result<(), Box<dyn Error>> {
        self.check_apart()?;
        for (_, output) in &self.outputs {
            check_writable(output)?;
        }
        Ok(())
    }

    /// The first half of [`check`](Files::check), for outputs in a folder that is still to be made.
    pub fn check_apart(&self) -> Result<(), String> {
        for (index, (option, output)) in self.outputs.iter().enumerate() {
            let Some(place) = Place::of(output) else { continue };
            let is_there = |(_, file): &&(&str, PathBuf)| Place::of(file).as_ref() == Some(&place);
            if let Some((other, input)) = self.inputs.iter().find(is_there) {
                return Err(format!(
                    "{option} would write {}, which is {} that {other} reads: give another name",
                    shown(output),
                    shown(input)
                ));
            }
            // Written before it takes its name, and taken over where it is there.
            let part = Place::of(&beside(&target(output)));
            if let Some((other, input)) =
                self.inputs.iter().find(|(_, file)| part.is_some() && Place::of(file) == part)
            {
                return Err(format!(
                    "{option} would write {} on the way to {}, and {other} reads it: give another name",
                    shown(input),
                    shown(output)
                ));
            }
            // What one option writes has names of its own.
            let is_other = |(other, _): &&(&str, PathBuf)| other != option;
            if let Some((other, earlier)) = self.outputs[..index].iter().filter(is_other).find(is_there) {
                return Err(format!(
                    "{option} and {other} would both write {} ({}): give one of them another name",
                    shown(earlier),
                    shown(output)
                ));
            }
        }
        Ok(())
    }
}

/// Where a file is: two names with one place are one file.
#[derive(PartialEq)]
enum Place {
    /// A file that is there.
    There(Identity),
    /// One that is not: its folder, and its name there.
    ToBe(Identity, OsString),
}

/// What the file system knows a file by.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = PathBuf;

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<Identity> {
    let whole = fs::canonicalize(path).ok()?;
    Some(PathBuf::from(whole.to_string_lossy().to_lowercase()))
}

/// Whether two names are those of one file that is there.
pub(super) fn is_same_file(a: &Path, b: &Path) -> bool {
    identity(a).is_some_and(|a| Some(a) == identity(b))
}

impl Place {
    /// Of a file; none for pipes and devices, which several may share, and where the folder is missing.
    fn of(path: &Path) -> Option<Self> {
        if let Ok(metadata) = fs::metadata(path) {
            return if metadata.is_file() { identity(path).map(Place::There) } else { None };
        }
        let target = target(path);
        let folder =
            target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = target.file_name()?.to_os_string();
        let name = if ignores_case(folder) { name.to_string_lossy().to_lowercase().into() } else { name };
        Some(Place::ToBe(identity(folder)?, name))
    }
}

/// Whether small and capital letters make no difference to the file system: whether a folder answers to its name in the
/// other case.
fn ignores_case(folder: &Path) -> bool {
    let Some(whole) = fs::canonicalize(folder).ok() else { return false };
    let Some(name) = whole.file_name().map(|name| name.to_string_lossy().into_owned()) else { return false };
    let swapped: String = name
        .chars()
        .map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    swapped != name && identity(&whole.with_file_name(swapped)) == identity(&whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether an input and two outputs are apart, in a folder that holds `a` and a folder `sub`.
    fn apart(input: &str, outputs: [&str; 2]) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("sub")).unwrap();
        fs::write(at("a"), "").unwrap();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("a", at("link")).unwrap();
            std::os::unix::fs::symlink("new", at("to-new")).unwrap();
            std::os::unix::fs::symlink("sub", at("other")).unwrap();
            fs::hard_link(at("a"), at("hard")).unwrap();
        }
        let [out, html] = outputs.map(at);
        let files = Files::default()
            .reads("--data", at(input))
            .writes("--out", Some(out))
            .writes("--html", Some(html));
        files.check_apart().map_err(|error| error.replace(&format!("{}/", folder.path().display()), ""))
    }

    #[cfg(unix)]
    #[test]
    fn an_output_that_is_an_input_is_refused_by_whatever_name() {
        for name in ["a", "sub/../a", "link", "hard", "other/../a", "./a"] {
            let error = apart("a", [name, "b"]).unwrap_err();
            assert_eq!(
                error,
                format!("--out would write {name}, which is a that --data reads: give another name")
            );
        }
        assert!(apart("link", ["b", "a"]).unwrap_err().starts_with("--html would write a, which is link"));
    }

    #[cfg(unix)]
    #[test]
    fn two_outputs_into_one_file_are_refused_although_it_is_not_there() {
        for (out, html) in [("new", "new"), ("new", "sub/../new"), ("to-new", "new"), ("sub/x", "other/x")] {
            let error = apart("a", [out, html]).unwrap_err();
            assert_eq!(
                error,
                format!("--html and --out would both write {out} ({html}): give one of them another name")
            );
        }
    }

    #[test]
    fn what_is_written_on_the_way_to_an_output_is_no_input() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at(".b.hsr-part"), "mine").unwrap();
        let files = Files::default().reads("--data", at(".b.hsr-part")).writes("--out", Some(at("b")));
        let error = files.check().unwrap_err().to_string();
        assert!(
            error.starts_with("--out would write ")
                && error.ends_with("and --data reads it: give another name")
        );
        assert_eq!(fs::read(at(".b.hsr-part")).unwrap(), b"mine");
    }

    #[test]
    fn files_that_differ_are_no_obstacle_and_devices_may_be_shared() {
        assert_eq!(apart("a", ["b", "sub/b"]), Ok(()));
        assert_eq!(apart("a", ["/dev/null", "/dev/null"]), Ok(()));
        assert_eq!(apart("a", ["none/x", "none/x"]), Ok(()));
    }
}
