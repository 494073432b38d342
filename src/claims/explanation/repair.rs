//! The nearest true line: a search over small edits of a false claim's right side.

use super::edits::{Edit, edits, most};
use crate::claims::language::lengths::Lengths;
use crate::claims::language::program::{Claim, Program};
use crate::claims::language::symbols::Symbols;
use crate::claims::language::syntax::Relation;
use crate::claims::point::place::{Phi, Point};
use crate::claims::point::points::{point_seed, sizes};
use crate::claims::point::values::side;
use crate::claims::verdict::decide::decide;
use crate::claims::verdict::floats::{differ, some_components};
use crate::claims::verdict::outcome::Verdict;
use crate::claims::verdict::trial::{Style, Trial, activations, at_least, rounded};
use crate::number::Rounded;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The true lines nearest to a false claim, as a search over small edits found them.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Repair {
    /// Edits of the right side that make the claim true, single ones or, if there are none, pairs.
    pub found: Vec<Edit>,
    /// How many edits were tried.
    pub tried: usize,
    /// Whether the search ended before all edits and pairs of edits were tried.
    pub out_of_time: bool,
}

/// The search stops after this long.
const PATIENCE: Duration = Duration::from_secs(4);
/// All of it, with the check of a single edit, stops after this long.
const LONGEST: Duration = Duration::from_secs(20);
/// So many true lines are enough.
const ENOUGH: usize = 3;

/// Searches single edits, then pairs of edits.
pub(in crate::claims) fn repair(program: &Program, claim: &Claim, seed: u64) -> Repair {
    let started = Instant::now();
    let (known, claim) = &program.around(claim);
    let targets = Targets::new(known, claim, seed);
    let singles = edits(known, &claim.right_text);
    let late = AtomicBool::new(singles.len() >= most(&claim.right_text));
    let accept = |edit: &Edit| {
        if started.elapsed() > LONGEST {
            late.store(true, Ordering::Relaxed);
            return None;
        }
        let edited = known.with_right_side(claim, &edit.expr)?;
        let right = !targets.refute(known, &edited) && confirmed(known, &edited, seed);
        // A line that says of something that it is itself mends nothing.
        (right && edited.left_text != edited.right_text).then(|| edit.clone())
    };
    let mut found: Vec<Edit> = singles.par_iter().filter_map(accept).collect();
    let mut tried = singles.len();
    if found.is_empty() {
        for first in &singles {
            if started.elapsed() > PATIENCE {
                late.store(true, Ordering::Relaxed);
                break;
            }
            let pairs: Vec<Edit> = edits(known, &first.expr)
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
    Repair { found, tried, out_of_time: late.into_inner() }
}

/// Whether an edited claim is proved, at points that were not used to find it.
pub(in crate::claims) fn confirmed(program: &Program, claim: &Claim, seed: u64) -> bool {
    decide(program, claim, 1, seed ^ 0x00c0_ffee).verdict() == Verdict::Proved
}

impl Program {
    /// The claim with another right side, if that can be read.
    pub(in crate::claims) fn with_right_side(
        &self,
        claim: &Claim,
        right: &crate::claims::language::syntax::Expr,
    ) -> Option<Claim> {
        self.edited(claim, &claim.left_text, claim.relation, right).ok()
    }
}

/// Float points with the values that the right side of an equality should have there: they sort out nearly all edits that
/// are false.
pub(in crate::claims) struct Targets(Vec<Target>);

struct Target {
    point: Point<Rounded>,
    components: Vec<Vec<usize>>,
    left: Vec<Rounded>,
}

/// Small sizes, all different somewhere.
const SIZES: [Lengths; 2] = [sizes(2, 3, 2, 3), sizes(3, 2, 3, 2)];

impl Targets {
    /// Points for the left side of a claim; none for an inequality.
    pub(in crate::claims) fn new(program: &Program, claim: &Claim, seed: u64) -> Self {
        if claim.relation != Relation::Equal {
            return Targets(Vec::new());
        }
        let phis = activations(seed);
        // An edited side may use what the claim does not.
        let drawn = Claim { used: Symbols::first(program.symbols.len()), ..claim.clone() };
        let target = |(index, sizes): (usize, Lengths)| {
            let sizes = at_least(program, claim, sizes);
            let phi: Phi = phis[index];
            let seed = point_seed(seed, 5000, index as u64);
            let trial = Trial { sizes, phi, style: Style::Generic, scale: 1.0, seed };
            let point = rounded(program, &drawn, sizes, phi, &trial.values(program, &drawn))?;
            let components = some_components(claim, sizes, seed);
            let left = side(program, claim, &point, &claim.left, &components);
            Some(Target { point, components, left })
        };
        Targets(SIZES.into_iter().enumerate().filter_map(target).collect())
    }

    /// Whether a claim with the same left side is false at one of the points.
    pub(in crate::claims) fn refute(&self, program: &Program, claim: &Claim) -> bool {
        self.0.iter().any(|target| {
            let right = side(program, claim, &target.point, &claim.right, &target.components);
            target.left.iter().zip(&right).any(|(left, right)| differ(*left, *right))
        })
    }
}
