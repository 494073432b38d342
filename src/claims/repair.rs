//! The nearest true line: a search over small edits of a false claim's right side.

use super::check::{SIZES, compare, draw, side};
use super::diagnose::confirmed;
use super::edits::{Edit, edits};
use super::evaluate::Point;
use super::program::{Claim, Program};
use crate::number::Field;
use rayon::prelude::*;
use std::time::{Duration, Instant};

/// What the search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Repair {
    /// Right sides that make the claim true, those with fewest edits.
    pub found: Vec<Edit>,
    /// How many edits were tried.
    pub tried: usize,
    /// Whether the search ended before all pairs of edits were tried.
    pub out_of_time: bool,
}

/// The search stops after this long.
const PATIENCE: Duration = Duration::from_secs(4);
/// So many true lines are enough.
const ENOUGH: usize = 3;

/// Searches single edits, then pairs of edits.
pub fn repair(program: &Program, claim: &Claim, seed: u64) -> Repair {
    let deadline = Instant::now() + PATIENCE;
    let known = program.before(claim);
    let Some(targets) = Target::of(&known, claim, seed) else {
        return Repair { found: Vec::new(), tried: 0, out_of_time: false };
    };
    let singles = edits(&known, &claim.right_text);
    let accept = |edit: &Edit| {
        let edited =
            known.claim(&claim.name, claim.place, &claim.left_text, claim.relation, &edit.expr).ok()?;
        let fits = targets.iter().all(|target| target.met(&known, &edited));
        (fits && confirmed(&known, &edited, seed)).then(|| edit.clone())
    };
    let mut found: Vec<Edit> = singles.par_iter().filter_map(accept).collect();
    let mut tried = singles.len();
    let mut out_of_time = false;
    if found.is_empty() {
        for first in &singles {
            if Instant::now() > deadline {
                out_of_time = true;
                break;
            }
            let pairs: Vec<Edit> = edits(&known, &first.expr)
                .into_iter()
                .map(|second| Edit { what: format!("{}, and {}", first.what, second.what), ..second })
                .collect();
            tried += pairs.len();
            found.extend(pairs.par_iter().filter_map(accept).collect::<Vec<_>>());
            if found.len() >= ENOUGH {
                break;
            }
        }
    }
    found.sort_by_key(|edit| edit.expr.to_string().len());
    found.dedup_by(|a, b| a.expr.to_string() == b.expr.to_string());
    found.truncate(ENOUGH);
    Repair { found, tried, out_of_time }
}

/// A random point with the values that the right side should have there.
struct Target {
    point: Point<Field>,
    left: Vec<Field>,
}

impl Target {
    fn of(program: &Program, claim: &Claim, seed: u64) -> Option<Vec<Target>> {
        let mut targets = Vec::new();
        for sizes in &SIZES[..2] {
            let defined = (0..64).find_map(|attempt| {
                let point = draw::<Field>(program, claim, *sizes, seed.wrapping_add(attempt));
                let left = side(program, claim, &point, &claim.left);
                left.iter().all(Field::is_defined).then_some(Target { point, left })
            });
            targets.push(defined?);
        }
        Some(targets)
    }

    fn met(&self, program: &Program, claim: &Claim) -> bool {
        let right = side(program, claim, &self.point, &claim.right);
        compare(&self.left, &right) == Some(None)
    }
}

/// What became of the edits of true claims.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Score {
    /// Edits that can be read as claims.
    pub edits: usize,
    /// Those that the checker rejects.
    pub rejected: usize,
    /// Those whose right side is proved equal to the claim's own.
    pub equivalent: usize,
    /// Those that are neither: claim and edited line.
    pub survivors: Vec<String>,
}

impl Score {
    /// Adds the score of another claim.
    pub fn with(mut self, other: Score) -> Score {
        self.edits += other.edits;
        self.rejected += other.rejected;
        self.equivalent += other.equivalent;
        self.survivors.extend(other.survivors);
        self
    }
}

/// Makes every single edit of a true claim's right side and holds it against the left side. An edit that is not
/// rejected must be proved equal to the right side itself.
pub fn mutants(program: &Program, claim: &Claim, seed: u64) -> Score {
    let known = program.before(claim);
    let mut score = Score::default();
    let Some(targets) = Target::of(&known, claim, seed) else { return score };
    for edit in edits(&known, &claim.right_text) {
        let Ok(edited) = known.claim(&claim.name, claim.place, &claim.left_text, claim.relation, &edit.expr)
        else {
            continue;
        };
        score.edits += 1;
        if !targets.iter().all(|target| target.met(&known, &edited)) {
            score.rejected += 1;
            continue;
        }
        let equal = known.claim(&claim.name, claim.place, &claim.right_text, claim.relation, &edit.expr);
        if equal.is_ok_and(|equal| confirmed(&known, &equal, seed)) {
            score.equivalent += 1;
        } else if confirmed(&known, &edited, seed) {
            score.survivors.push(format!("{}: {} ({})", claim.name, edit.expr, edit.what));
        } else {
            score.rejected += 1;
        }
    }
    score
}
