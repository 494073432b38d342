//! Every claim of some derivations, checked, explained and reported.

use crate::claims::explanation::diagnose::{Diagnosis, diagnose};
use crate::claims::explanation::repair::{Score, mutants, repair};
use crate::claims::language::error::{locate, render};
use crate::claims::language::program::{Claim, Program};
use crate::claims::language::source::{Derivation, Source};
use crate::claims::verdict::check::check;
use crate::claims::verdict::outcome::{Evidence, Outcome, Sides};
use rayon::prelude::*;
use std::time::Instant;

/// What is asked of a check.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Random points for each claim at each size, at least.
    pub points: usize,
    /// The seed of everything random.
    pub seed: u64,
    /// Only the claim with this name, in each derivation that has one.
    pub only: Option<String>,
    /// Only every `N`-th claim, starting with the `I`-th: `(I, N)`, from 1.
    pub shard: (usize, usize),
    /// Whether to search the nearest true line for a false claim.
    pub repair: bool,
    /// Whether to make every small edit of every true claim.
    pub mutants: bool,
}

/// What became of the claims.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct CheckReport {
    /// The seed of everything random.
    pub seed: u64,
    /// How long it took.
    pub seconds: f64,
    /// A claim each.
    pub claims: Vec<ClaimReport>,
    /// What became of the edits, where they were asked for.
    pub mutants: Option<Score>,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ClaimReport {
    /// Its name.
    pub name: String,
    /// The file that it stands in.
    pub file: String,
    /// The claim as it is written.
    pub text: String,
    /// What it rests on, if it holds.
    pub evidence: Option<Evidence>,
    /// How long the check took.
    pub seconds: f64,
    /// Everything about its failure, if it fails.
    pub failure: Option<ClaimFailure>,
}

/// Everything about a claim that fails.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ClaimFailure {
    /// File, line, column and the line itself.
    pub place: String,
    /// The smallest sizes that show it.
    pub sizes: String,
    /// The assignment of the free indices.
    pub component: String,
    /// The left side.
    pub left: String,
    /// The right side.
    pub right: String,
    /// The part of the right side that the nearest true line changes, and where it stands.
    pub wrong: Option<String>,
    /// How the sides are related everywhere, where that is simple.
    pub relation: Option<String>,
    /// Small whole numbers that show it too.
    pub integers: Option<String>,
    /// Right sides that would make it true, with what was edited.
    pub repairs: Vec<String>,
    /// What the search for them did.
    pub search: Option<String>,
    /// The seed.
    pub seed: u64,
    /// The command that replays it.
    pub replay: String,
}

/// Checks all claims that are asked for.
///
/// ```
/// use hsr::claims::{Derivation, Request, Source, run};
/// let text = "```claims\nparameter V[C,h]\nclaim slope: d(V[k,i]^2)/d V[k,i] = 3*V[k,i]\n```\n";
/// let derivation = Derivation::read(vec![Source { name: "own.md".into(), text: text.into() }], 0)?;
/// let request = Request { points: 2, seed: 0, only: None, shard: (1, 1), repair: true, mutants: false };
/// let report = run(&[derivation], &request);
/// let failure = report.claims[0].failure.as_ref().ok_or("the claim is false")?;
/// assert_eq!(failure.relation.as_deref(), Some("the left side is 2/3 times the right side"));
/// assert_eq!(failure.repairs[0], "2*V[k,i] (2 for 3)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn run(derivations: &[Derivation], request: &Request) -> CheckReport {
    let started = Instant::now();
    let all = derivations.iter().flat_map(|derivation| {
        (derivation.first..derivation.program.claims.len()).map(move |index| (derivation, index))
    });
    let asked = all.filter(|(derivation, index)| {
        request.only.as_ref().is_none_or(|name| derivation.program.claims[*index].name == *name)
    });
    let (part, parts) = request.shard;
    let asked: Vec<_> = asked.skip(part - 1).step_by(parts).collect();
    let checked: Vec<(ClaimReport, Score)> =
        asked.par_iter().map(|(derivation, index)| one(derivation, *index, request)).collect();
    let (claims, scores): (Vec<_>, Vec<_>) = checked.into_iter().unzip();
    let score = scores.into_iter().fold(Score::default(), Score::with);
    CheckReport {
        seed: request.seed,
        seconds: started.elapsed().as_secs_f64(),
        claims,
        mutants: request.mutants.then_some(score),
    }
}

fn one(derivation: &Derivation, index: usize, request: &Request) -> (ClaimReport, Score) {
    let (program, claim) = (&derivation.program, &derivation.program.claims[index]);
    let source = &derivation.sources[derivation.file_of[index]];
    let started = Instant::now();
    let outcome = check(program, claim, request.points, request.seed);
    let seconds = started.elapsed().as_secs_f64();
    let replay = format!("hsr check {} --only {} --seed {}", source.name, claim.name, request.seed);
    let blank = |reason: &str| ClaimFailure {
        place: render(&source.name, &source.text, claim.place, reason),
        sizes: String::new(),
        component: String::new(),
        left: String::new(),
        right: String::new(),
        relation: None,
        integers: None,
        repairs: Vec::new(),
        wrong: None,
        search: None,
        seed: request.seed,
        replay: replay.clone(),
    };
    let mut score = Score::default();
    let (evidence, failure) = match outcome {
        Outcome::Holds(evidence) => {
            if request.mutants {
                score = mutants(program, claim, request.seed);
            }
            (Some(evidence), None)
        }
        Outcome::Undefined => {
            let reason = format!(
                "claim {}: a root that is not in the field: both sides are defined at no two of the sizes that are tried",
                claim.name
            );
            (None, Some(blank(&reason)))
        }
        Outcome::DividesByZero(sizes) => {
            let reason = format!("claim {} divides by zero at {sizes}, whatever the values", claim.name);
            (None, Some(blank(&reason)))
        }
        Outcome::TooMuchWork(work) => {
            let reason = format!(
                "claim {}: checking it would take about {work:.0e} operations, more than is allowed; split it, or sum \
                 over fewer indices",
                claim.name
            );
            (None, Some(blank(&reason)))
        }
        Outcome::False(found) => {
            let diagnosis = diagnose(program, claim, &found);
            let reason = format!("claim {} is false", claim.name);
            (None, Some(explain(program, claim, source, &diagnosis, request, blank(&reason))))
        }
    };
    let report = ClaimReport {
        name: claim.name.clone(),
        file: source.name.clone(),
        text: format!("{} {} {}", claim.left_text, claim.relation.sign(), claim.right_text),
        evidence,
        seconds,
        failure,
    };
    (report, score)
}

fn explain(
    program: &Program,
    claim: &Claim,
    source: &Source,
    diagnosis: &Diagnosis,
    request: &Request,
    blank: ClaimFailure,
) -> ClaimFailure {
    let (left, right) = match &diagnosis.at.sides {
        Sides::Exact(left, right) => (format!("{left:?}"), format!("{right:?}")),
        Sides::Float(left, right) => (format!("{left:e}"), format!("{right:e}")),
    };
    let mut failure = ClaimFailure {
        sizes: diagnosis.at.sizes.to_string(),
        component: diagnosis.component.clone(),
        left,
        right,
        relation: diagnosis.relation.clone(),
        integers: diagnosis
            .integers
            .as_ref()
            .map(|found| format!("{}: left {:.6}, right {:.6}", found.values, found.left, found.right)),
        ..blank
    };
    if request.repair && matches!(diagnosis.at.sides, Sides::Exact(..)) {
        let search = repair(program, claim, request.seed);
        failure.wrong = search.found.first().map(|edit| {
            let (line, column, _) = locate(&source.text, edit.place);
            let end = edit.place.start + edit.place.length;
            let part = source.text.get(edit.place.start..end).unwrap_or_default();
            let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
            format!("{part}, on the right side (line {line}, column {column})")
        });
        failure.repairs = search.found.iter().map(|edit| format!("{} ({})", edit.expr, edit.what)).collect();
        failure.search = Some(match (search.found.is_empty(), search.out_of_time) {
            (false, _) => format!("{} edits tried", search.tried),
            (true, false) => format!("none of all {} single and double edits makes it true", search.tried),
            (true, true) => format!("none found among {} edits, when the time was up", search.tried),
        });
    }
    failure
}
