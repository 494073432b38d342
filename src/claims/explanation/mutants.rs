//! Every small edit of a true claim, and how it falls.

use super::edits::{edits, most};
use super::repair::Targets;
use crate::claims::language::program::{Claim, Program};
use crate::claims::language::syntax::Relation;
use crate::claims::verdict::check::check;
use crate::claims::verdict::outcome::Verdict;
use crate::words::shortened;

/// What is said of an edit at most, in characters.
const LONGEST: usize = 2000;

/// How an edit of a true claim fell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fallen {
    /// It is false at real numbers.
    False,
    /// It is not proved: the witnesses disagree.
    Undecided,
    /// A side has no real value.
    Undefined,
    /// Its right side is proved equal to that of the claim, so that there is nothing to reject.
    Equal,
    /// An inequality that says less, or something else that is not refuted either.
    AlsoTrue,
    /// None of these: the check cannot tell it from the claim.
    Survived,
}

/// What became of the edits of true claims.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Score {
    /// A line each, with the claim and the edit, and how it fell.
    pub edits: Vec<(String, Fallen)>,
    /// Claims so long that only their first edits were made.
    pub cut: usize,
}

impl Score {
    /// How many fell in a way.
    pub fn count(&self, fallen: Fallen) -> usize {
        self.edits.iter().filter(|(_, how)| *how == fallen).count()
    }

    /// The lines that fell in a way.
    pub fn lines(&self, fallen: Fallen) -> impl Iterator<Item = &str> {
        self.edits.iter().filter(move |(_, how)| *how == fallen).map(|(line, _)| line.as_str())
    }

    /// Adds the score of another claim.
    pub fn with(mut self, other: Score) -> Score {
        self.edits.extend(other.edits);
        self.cut += other.cut;
        self
    }
}

/// Makes every single edit of a true claim's right side and checks it.
pub fn mutants(program: &Program, claim: &Claim, seed: u64) -> Score {
    let (known, claim) = &program.around(claim);
    let mut score = Score::default();
    let targets = Targets::new(known, claim, seed);
    let edits = edits(known, &claim.right_text);
    score.cut = usize::from(edits.len() >= most(&claim.right_text));
    for edit in edits {
        let Some(edited) = known.with_right_side(claim, &edit.expr) else { continue };
        let fallen =
            if targets.refute(known, &edited) { Fallen::False } else { fall(known, claim, &edited, seed) };
        let line = format!("{}: {} ({})", claim.name, edit.expr, edit.what);
        score.edits.push((shortened(&line, LONGEST), fallen));
    }
    score
}

fn fall(program: &Program, claim: &Claim, edited: &Claim, seed: u64) -> Fallen {
    match check(program, edited, 1, seed ^ 0x00c0_ffee).verdict() {
        Verdict::False => Fallen::False,
        Verdict::Undecided => Fallen::Undecided,
        Verdict::Undefined => Fallen::Undefined,
        Verdict::Proved | Verdict::NotRefuted => {
            let equal = program.edited(claim, &claim.right_text, Relation::Equal, &edited.right_text);
            match equal.map(|equal| check(program, &equal, 1, seed ^ 0x00c0_ffee).verdict()) {
                Ok(Verdict::Proved) => Fallen::Equal,
                _ if claim.relation == Relation::Equal && !claim.eigenvalues => Fallen::Survived,
                _ => Fallen::AlsoTrue,
            }
        }
    }
}
