//! Files of claims: the chapters that come with the crate, and files of the user's.

use super::error::SyntaxError;
use super::parser::parse;
use super::program::Program;
use crate::claims::room::with_room;
use crate::words;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A file with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// As messages name it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A derivation that was read: one program, whose claims stand in one file or in several that build on each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivation {
    /// The files, in order.
    pub sources: Vec<Source>,
    /// Their statements.
    pub program: Program,
    /// For each claim the file that it stands in.
    pub file_of: Vec<usize>,
    /// Claims before this one belong to files that are only built upon.
    pub first: usize,
}

/// Why a derivation cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The operating system refuses, or the text is not UTF-8.
    #[error("cannot read {}: {reason}", words::path(file))]
    Read {
        /// The file.
        file: PathBuf,
        /// The refusal.
        reason: std::io::Error,
    },
    /// The text is no derivation; the message shows the place.
    #[error("{0}")]
    Syntax(String),
    /// A file without a single claim.
    #[error("{} holds no claim: write one in a block that starts with ```claims", words::path(Path::new(.0)))]
    NoClaims(String),
}

impl Derivation {
    /// Reads texts that build on each other; claims of the first `built_upon` of them are not to be checked.
    ///
    /// # Errors
    /// [`SourceError::Syntax`] with file, line, column and a marker.
    pub fn read(sources: Vec<Source>, built_upon: usize) -> Result<Self, SourceError> {
        with_room(|| Derivation::resolved(sources, built_upon))
    }

    fn resolved(sources: Vec<Source>, built_upon: usize) -> Result<Self, SourceError> {
        let mut program = Program::default();
        let (mut file_of, mut first) = (Vec::new(), 0);
        for (index, source) in sources.iter().enumerate() {
            let shown = |error: SyntaxError| SourceError::Syntax(error.render(&source.name, &source.text));
            let statements = parse(&source.text).map_err(shown)?;
            program.extend(&statements).map_err(shown)?;
            file_of.resize(program.claims.len(), index);
            if index < built_upon {
                first = program.claims.len();
            }
        }
        Ok(Derivation { sources, program, file_of, first })
    }

    /// Reads a file. One whose name starts with a number, such as `03-trace.md`, builds on the files of its folder with
    /// lower numbers; any other stands alone.
    ///
    /// # Errors
    /// [`SourceError`] for a file that cannot be read, is no derivation, or claims nothing.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let mut paths = earlier(path);
        let built_upon = paths.len();
        paths.push(path.to_path_buf());
        let mut sources = Vec::new();
        for path in paths {
            let text = text(&path).map_err(|reason| SourceError::Read { file: path.clone(), reason })?;
            sources.push(Source { name: path.display().to_string(), text });
        }
        let derivation = Derivation::read(sources, built_upon)?;
        if derivation.program.claims.len() == derivation.first {
            return Err(SourceError::NoClaims(path.display().to_string()));
        }
        Ok(derivation)
    }
}

/// Bytes of a file of claims.
const LARGEST: u64 = 16 << 20;

/// What stands in a file, which may be no file but something that never ends.
fn text(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(std::io::Error::other(format!("it has more than {} MiB: split it", LARGEST >> 20)));
    }
    Ok(text)
}

/// The number that a chapter's name starts with.
fn number(path: &Path) -> Option<u32> {
    let name = path.file_name()?.to_str()?;
    let (digits, rest) = name.split_once('-')?;
    if rest.ends_with(".md") { digits.parse().ok() } else { None }
}

/// The chapters of the same folder with lower numbers, in order.
fn earlier(path: &Path) -> Vec<PathBuf> {
    let Some(own) = number(path) else { return Vec::new() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut lower: Vec<(u32, PathBuf)> = paths
        .filter_map(|path| number(&path).filter(|number| *number < own).map(|number| (number, path)))
        .collect();
    lower.sort();
    lower.into_iter().map(|(_, path)| path).collect()
}
