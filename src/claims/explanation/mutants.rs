//! Every small edit of a true claim, and the verdict on it.

use super::edits::{edits, most};
use super::repair::Targets;
use crate::claims::language::program::{Claim, Program};
use crate::claims::language::syntax::{Expr, Kind, Relation};
use crate::claims::verdict::decide::decide;
use crate::claims::verdict::outcome::Verdict;
use crate::words::shortened;

/// The largest number of characters of the line about an edit.
const LONGEST: usize = 2000;

/// The verdict on a small edit of a true claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MutantVerdict {
    /// It is false at real numbers.
    False,
    /// It is not proved: the witnesses disagree.
    Undecided,
    /// A side has no real value.
    Undefined,
    /// The edited side is proved equal to that of the claim, so that there is nothing to reject.
    Equal,
    /// The edited inequality says less, or is not refuted either.
    AlsoTrue,
    /// None of these: the check cannot tell the edit from the claim.
    Survived,
}

/// The verdicts on the small edits of true claims.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct MutantScore {
    /// For each edit a line with the claim and the edit, and the verdict on it.
    pub edits: Vec<(String, MutantVerdict)>,
    /// Claims so long that only their first edits were made.
    pub cut: usize,
}

impl MutantScore {
    /// How many edits have this verdict.
    pub fn count(&self, verdict: MutantVerdict) -> usize {
        self.edits.iter().filter(|(_, how)| *how == verdict).count()
    }

    /// The lines of the edits with this verdict.
    pub fn lines(&self, verdict: MutantVerdict) -> impl Iterator<Item = &str> {
        self.edits.iter().filter(move |(_, how)| *how == verdict).map(|(line, _)| line.as_str())
    }

    /// Adds the score of another claim.
    pub(in crate::claims) fn with(mut self, other: MutantScore) -> MutantScore {
        self.edits.extend(other.edits);
        self.cut += other.cut;
        self
    }
}

/// Makes every single edit of a true claim's right side and checks it.
pub(in crate::claims) fn mutants(program: &Program, claim: &Claim, seed: u64) -> MutantScore {
    let (known, claim) = &program.around(claim);
    let mut score = MutantScore::default();
    let targets = Targets::new(known, claim, seed);
    let edits = edits(known, &claim.right_text);
    score.cut = usize::from(edits.len() >= most(&claim.right_text));
    for edit in edits {
        let Some(edited) = known.with_right_side(claim, &edit.expr) else { continue };
        let verdict = if targets.refute(known, &edited) {
            MutantVerdict::False
        } else {
            verdict_on(known, claim, &edited, seed)
        };
        let line = format!("{}: {} ({})", claim.name, edit.expr, edit.what);
        score.edits.push((shortened(&line, LONGEST), verdict));
    }
    score
}

fn verdict_on(program: &Program, claim: &Claim, edited: &Claim, seed: u64) -> MutantVerdict {
    match decide(program, edited, 1, seed ^ 0x00c0_ffee).verdict() {
        Verdict::False => MutantVerdict::False,
        Verdict::Undecided => MutantVerdict::Undecided,
        Verdict::Undefined => MutantVerdict::Undefined,
        Verdict::Proved | Verdict::NotRefuted => match equal(program, claim, edited, seed) {
            true => MutantVerdict::Equal,
            _ if claim.relation == Relation::Equal && !claim.eigenvalues => MutantVerdict::Survived,
            _ => MutantVerdict::AlsoTrue,
        },
    }
}

/// Whether the edited side is proved equal to that of the claim. A side that lacks an index of the claim says nothing of its range or
/// of the conditions on it: then the differences of both from the left side are held against each other.
fn equal(program: &Program, claim: &Claim, edited: &Claim, seed: u64) -> bool {
    let minus = |right: &Expr| Expr {
        kind: Kind::Subtract(Box::new(claim.left_text.clone()), Box::new(right.clone())),
        place: right.place,
    };
    let sides = [
        (claim.right_text.clone(), edited.right_text.clone()),
        (minus(&claim.right_text), minus(&edited.right_text)),
    ];
    sides.iter().any(|(left, right)| {
        let same = program.edited(claim, left, Relation::Equal, right);
        same.is_ok_and(|same| decide(program, &same, 1, seed ^ 0x00c0_ffee).verdict() == Verdict::Proved)
    })
}
