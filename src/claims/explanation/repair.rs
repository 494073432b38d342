//! The nearest true line: a search over small edits of a false claim's right side.

use super::diagnose::confirmed;
use super::edits::{Edit, edits};
use crate::claims::language::program::{Claim, Program};
use crate::claims::language::syntax::Relation;
use crate::claims::point::evaluate::Point;
use crate::claims::point::points::{SIZES, draw};
use crate::claims::point::values::{both, side};
use crate::claims::verdict::check::{ATTEMPTS, compare};
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
    let targets = Target::of(&known, claim, seed);
    let singles = edits(&known, &claim.right_text);
    let accept = |edit: &Edit| {
        let edited = known.edited(claim, &claim.left_text, claim.relation, &edit.expr).ok()?;
        let refuted = targets.iter().any(|target| target.refutes(&known, &edited));
        (!refuted && confirmed(&known, &edited, seed)).then(|| edit.clone())
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

/// So many targets sort out nearly all edits that are false.
const TARGETS: usize = 2;

impl Target {
    /// Points at which both sides of the claim are defined, each at another size.
    fn of(program: &Program, claim: &Claim, seed: u64) -> Vec<Target> {
        let at_size = |sizes| {
            (0..ATTEMPTS).find_map(|attempt| {
                let point = draw::<Field>(program, claim, sizes, seed.wrapping_add(attempt));
                let (left, right) = both(program, claim, &point);
                compare(&left, &right).is_ok().then_some(Target { point, left })
            })
        };
        if claim.relation != Relation::Equal {
            return Vec::new();
        }
        SIZES.into_iter().filter_map(at_size).take(TARGETS).collect()
    }

    /// Whether a claim with the same left side is false here. Where its right side is undefined it is not.
    fn refutes(&self, program: &Program, claim: &Claim) -> bool {
        let right = side(program, claim, &self.point, &claim.right);
        matches!(compare(&self.left, &right), Ok(Some(_)))
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
    /// Edits of inequalities that hold as well, since they say less or say something else that is true: claim and
    /// edited line. Nothing is wrong with them, and no check could reject them.
    pub also_true: Vec<String>,
    /// Those that are none of these: claim and edited line.
    pub survivors: Vec<String>,
}

impl Score {
    /// Adds the score of another claim.
    pub fn with(mut self, other: Score) -> Score {
        self.edits += other.edits;
        self.rejected += other.rejected;
        self.equivalent += other.equivalent;
        self.also_true.extend(other.also_true);
        self.survivors.extend(other.survivors);
        self
    }
}

/// Makes every single edit of a true claim's right side and holds it against the left side. An edit that is not
/// rejected must be proved equal to the right side itself.
pub fn mutants(program: &Program, claim: &Claim, seed: u64) -> Score {
    let known = program.before(claim);
    let mut score = Score::default();
    let targets = Target::of(&known, claim, seed);
    for edit in edits(&known, &claim.right_text) {
        let read = |left, relation| known.edited(claim, left, relation, &edit.expr);
        let Ok(edited) = read(&claim.left_text, claim.relation) else { continue };
        score.edits += 1;
        let line = || format!("{}: {} ({})", claim.name, edit.expr, edit.what);
        let refuted = targets.iter().any(|target| target.refutes(&known, &edited));
        if refuted || !confirmed(&known, &edited, seed) {
            score.rejected += 1;
        } else if read(&claim.right_text, Relation::Equal).is_ok_and(|equal| confirmed(&known, &equal, seed))
        {
            score.equivalent += 1;
        } else if claim.relation == Relation::Equal {
            score.survivors.push(line());
        } else {
            score.also_true.push(line());
        }
    }
    score
}
