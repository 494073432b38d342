//! Files of claims: the chapters that come with the crate, and files of the user's.

use super::error::SyntaxError;
use super::parser::parse;
use super::program::{Program, Value};
use crate::claims::stack::with_deep_stack;
use crate::words;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A Markdown file with blocks of claims: its name and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name by which messages and reports call it, usually its path.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A derivation written as text: quantities, definitions, assumptions and claims, in one Markdown file or in several that
/// build on each other.
///
/// [`check`](crate::claims::check()) checks its claims. The values of its quantities and of the sides of its claims can
/// be computed at a [`Point`](crate::claims::Point).
#[derive(Clone, Debug, PartialEq)]
pub struct Derivation {
    /// The files, in order.
    sources: Vec<Source>,
    /// Their statements.
    pub(in crate::claims) program: Program,
    /// For each claim the file that it stands in.
    file_of: Vec<usize>,
    /// Claims before this one belong to files that are only built upon.
    first: usize,
}

/// Why a derivation cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The operating system cannot read the file, or its text is not UTF-8.
    #[error("cannot read {}: {reason}", words::path(file))]
    #[non_exhaustive]
    Read {
        /// The file.
        file: PathBuf,
        /// Why it cannot be read.
        #[source]
        reason: std::io::Error,
    },
    /// The text does not follow the grammar, or a name or an index in it has no meaning.
    #[error("{shown}")]
    #[non_exhaustive]
    Syntax {
        /// The error with file, line and column, the line itself and a marker under the place.
        shown: String,
        /// The error alone.
        #[source]
        error: SyntaxError,
    },
    /// The file with this name has no claim.
    #[error("{} holds no claim: write one in a block that starts with ```claims", words::path(Path::new(.0)))]
    NoClaims(String),
}

impl Derivation {
    /// Reads texts that build on each other. The claims of the first `built_upon` of them are read and not checked.
    ///
    /// ```
    /// use hsr::claims::{Derivation, Source};
    /// let text = "Prose.\n\n```claims\nparameter W[h,d]\nclaim twice: W[i,l]*2 = W[i,l] + W[i,l]\n```\n";
    /// let derivation = Derivation::read(vec![Source { name: "own.md".into(), text: text.into() }], 0)?;
    /// assert_eq!(derivation.claims().collect::<Vec<_>>(), ["twice"]);
    /// # Ok::<(), hsr::claims::SourceError>(())
    /// ```
    ///
    /// # Errors
    /// [`SourceError::Syntax`] at the first place that is not of the grammar, at a name or an index without a meaning,
    /// and at a line that looks like the opening of a block and is not one.
    pub fn read(sources: Vec<Source>, built_upon: usize) -> Result<Self, SourceError> {
        with_deep_stack(|| Derivation::resolved(sources, built_upon))
    }

    fn resolved(sources: Vec<Source>, built_upon: usize) -> Result<Self, SourceError> {
        let mut program = Program::default();
        let (mut file_of, mut first) = (Vec::new(), 0);
        for (index, source) in sources.iter().enumerate() {
            let refused = |error: SyntaxError| SourceError::Syntax {
                shown: error.render(&source.name, &source.text),
                error,
            };
            let statements = parse(&source.text).map_err(refused)?;
            program.extend(&statements).map_err(refused)?;
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
    /// [`SourceError`] for a file that cannot be read, that is not a derivation, or that has no claim.
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
        if derivation.checked().is_empty() {
            return Err(SourceError::NoClaims(path.display().to_string()));
        }
        Ok(derivation)
    }

    /// The files, in order.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The names of all claims, in order; those of files that are only built upon come first.
    pub fn claims(&self) -> impl Iterator<Item = &str> {
        self.program.claims.iter().map(|claim| claim.name.as_str())
    }

    /// The names of the quantities that are given rather than defined, in order: `data` and `parameter` in the text.
    ///
    /// ```
    /// use hsr::claims::{Derivation, Source};
    /// let text = "```claims\ndata x\nparameter V[C,h]\nlet y = x^2\nclaim square: y = x*x\n```\n";
    /// let derivation = Derivation::read(vec![Source { name: "own.md".into(), text: text.into() }], 0)?;
    /// assert_eq!(derivation.free_quantities().collect::<Vec<_>>(), ["x", "V"]);
    /// # Ok::<(), hsr::claims::SourceError>(())
    /// ```
    pub fn free_quantities(&self) -> impl Iterator<Item = &str> {
        let free = self.program.symbols.iter().filter(|symbol| matches!(symbol.value, Value::Free { .. }));
        free.map(|symbol| symbol.name.as_str())
    }

    /// Takes a defined quantity as given: its definition is forgotten, its values come from the point as those of data do,
    /// and it has no derivative by other quantities.
    /// Returns whether there is a quantity with this name.
    ///
    /// ```
    /// use hsr::claims::{Derivation, Source};
    /// let text = "```claims\ndata s\nlet root = sqrt(s)\nclaim square: root^2 = s\n```\n";
    /// let mut derivation = Derivation::read(vec![Source { name: "own.md".into(), text: text.into() }], 0)?;
    /// assert!(derivation.take_as_free("root") && !derivation.take_as_free("cube"));
    /// assert_eq!(derivation.free_quantities().collect::<Vec<_>>(), ["s", "root"]);
    /// # Ok::<(), hsr::claims::SourceError>(())
    /// ```
    pub fn take_as_free(&mut self, name: &str) -> bool {
        let Some(index) = self.program.find(name) else { return false };
        let symbol = &mut self.program.symbols[index];
        if matches!(symbol.value, Value::Defined(..)) {
            symbol.value = Value::Free { parameter: false, structure: None };
        }
        true
    }

    /// The numbers of the claims that are to be checked.
    pub(in crate::claims) fn checked(&self) -> std::ops::Range<usize> {
        self.first..self.program.claims.len()
    }

    /// The file that a claim stands in, by the number of the claim.
    pub(in crate::claims) fn source_of(&self, claim: usize) -> &Source {
        &self.sources[self.file_of[claim]]
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
