//! Every claim of some derivations, checked, explained and reported.

use super::request::Request;
use super::words;
use crate::claims::explanation::assumed::{helpful, unneeded};
use crate::claims::explanation::diagnose::{Diagnosis, diagnose};
use crate::claims::explanation::edits::Edit;
use crate::claims::explanation::mutants::{MutantScore, mutants};
use crate::claims::explanation::repair::{Repair, repair};
use crate::claims::language::error::render;
use crate::claims::language::program::{Claim, Form, Program};
use crate::claims::language::source::{Derivation, Source};
use crate::claims::language::syntax::{Function, Relation};
use crate::claims::stack;
use crate::claims::verdict::contents::uses;
use crate::claims::verdict::decide::decide;
use crate::claims::verdict::outcome::{Outcome, Proof, Search, Undefined, Verdict};
use crate::shell::quoted;
use crate::words::shortened;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The milliseconds after which no further search for a true line starts: a file may have thousands of false claims.
const MOST_SEARCHED: u64 = 120_000;

/// The largest number of characters of one piece of a report, such as a claim or the numbers at which it is false.
const LONGEST: usize = 2000;

/// The result of a check: a verdict on each claim, as values and in words.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct CheckReport {
    /// The seed of everything random.
    pub seed: u64,
    /// How long the whole check took, in seconds.
    pub seconds: f64,
    /// The reports on the claims, in the order of the derivations.
    pub claims: Vec<ClaimReport>,
    /// The verdicts on small edits of true claims, if they were requested.
    pub mutants: Option<MutantScore>,
}

/// The verdict on a claim, with the evidence for it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct ClaimReport {
    /// The name of the claim.
    #[serde(serialize_with = "words::fit")]
    pub name: String,
    /// The file that it stands in.
    #[serde(serialize_with = "words::fit")]
    pub file: String,
    /// The claim as it is written, cut where it is long.
    pub text: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The evidence for the verdict, in a line.
    pub evidence: String,
    /// The assumptions without which a claim that is proved holds all the same.
    pub unneeded: Vec<String>,
    /// The evidence for a proof, as values.
    pub proof: Option<Proof>,
    /// The extent of a search that found no violation, as values.
    pub search: Option<Search>,
    /// How long the check of this claim took, in seconds.
    pub seconds: f64,
    /// Everything known about a claim that does not pass, in words.
    pub failure: Option<ClaimFailure>,
    /// The outcome as a value.
    #[serde(skip)]
    pub outcome: Outcome,
    /// Where and how a false claim fails, as a value.
    #[serde(skip)]
    pub diagnosis: Option<Diagnosis>,
    /// The nearest true lines, as a value.
    #[serde(skip)]
    pub repair: Option<Repair>,
}

/// Everything known about a claim that does not pass, in words.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct ClaimFailure {
    /// File, line, column and the line itself.
    pub place: String,
    /// The smallest sizes at which the claim is false.
    pub sizes: Option<String>,
    /// The values of the free indices.
    pub component: Option<String>,
    /// Numbers at which the claim is false, row-major.
    pub numbers: Option<String>,
    /// The left side there.
    pub left: Option<String>,
    /// The right side there.
    pub right: Option<String>,
    /// The part of a side that has no real value.
    pub undefined: Option<String>,
    /// The part of the right side that the nearest true line changes, and where it stands.
    pub wrong: Option<String>,
    /// How the sides are related everywhere, where that is simple.
    pub relation: Option<String>,
    /// Right sides that would make it true, with what was edited.
    pub repairs: Vec<String>,
    /// Usual assumptions, each of which would make it true.
    pub helpful: Vec<String>,
    /// How many edits the search for them tried, and whether it ended early.
    pub search: Option<String>,
    /// The seed of everything random.
    pub seed: u64,
    /// The command that checks this claim again.
    pub replay: String,
}

/// Checks the claims of derivations, as many as `request` selects, and explains each one that fails.
///
/// ```
/// use hsr::claims::{Derivation, Request, Source, check};
/// let text = "```claims\nparameter V[C,h]\nclaim slope: d(V[k,i]^2)/d V[k,i] = 3*V[k,i]\n```\n";
/// let derivation = Derivation::read(vec![Source { name: "own.md".into(), text: text.into() }], 0)?;
/// let report = check(&[derivation], &Request::default());
/// let failure = report.claims[0].failure.as_ref().ok_or("the claim is false")?;
/// assert_eq!(report.claims[0].verdict.word(), "false");
/// assert_eq!(failure.relation.as_deref(), Some("the left side is 2/3 times the right side"));
/// assert_eq!(failure.repairs[0], "2*V[k,i] (2 for 3)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check(derivations: &[Derivation], request: &Request) -> CheckReport {
    let started = Instant::now();
    let all =
        derivations.iter().flat_map(|derivation| derivation.checked().map(move |index| (derivation, index)));
    let asked = all.filter(|(derivation, index)| {
        request.only.as_ref().is_none_or(|name| derivation.program.claims[*index].name == *name)
    });
    let asked: Vec<_> = request.shard.of(asked).collect();
    let searched = AtomicU64::new(0);
    let each = || {
        let report =
            |(derivation, index): &(&Derivation, usize)| report(derivation, *index, request, &searched);
        asked.par_iter().with_max_len(1).map(report).collect()
    };
    // If no threads can be started, the ones that there are do the work.
    let checked: Vec<(ClaimReport, MutantScore)> =
        stack::deep_pool().map_or_else(each, |pool| pool.install(each));
    let (claims, scores): (Vec<_>, Vec<_>) = checked.into_iter().unzip();
    let score = scores.into_iter().fold(MutantScore::default(), MutantScore::with);
    CheckReport {
        seed: request.seed,
        seconds: started.elapsed().as_secs_f64(),
        claims,
        mutants: request.mutants.then_some(score),
    }
}

/// The report on a claim. `searched` counts the milliseconds that all searches for true lines have taken so far.
fn report(
    derivation: &Derivation,
    index: usize,
    request: &Request,
    searched: &AtomicU64,
) -> (ClaimReport, MutantScore) {
    let (program, claim) = (&derivation.program, &derivation.program.claims[index]);
    let source = derivation.source_of(index);
    let started = Instant::now();
    let outcome = decide(program, claim, request.points, request.seed);
    let unneeded = match &outcome {
        Outcome::Proved(_) => unneeded(program, claim, request.seed),
        _ => Vec::new(),
    };
    let seconds = started.elapsed().as_secs_f64();
    let score = if request.mutants && outcome.verdict().passes() {
        mutants(program, claim, request.seed)
    } else {
        MutantScore::default()
    };
    let (mut diagnosis, mut mended) = (None, None);
    if let Outcome::False(found) = &outcome {
        diagnosis = Some(diagnose(program, claim, found, request.seed));
        if request.repair && !claim.eigenvalues && claim.relation == Relation::Equal {
            mended = Some(if searched.load(Ordering::Relaxed) < MOST_SEARCHED {
                let started = Instant::now();
                let mended = repair(program, claim, request.seed);
                searched.fetch_add(started.elapsed().as_millis() as u64, Ordering::Relaxed);
                mended
            } else {
                Repair { out_of_time: true, ..Repair::default() }
            });
        }
    }
    let helpful = match &outcome {
        Outcome::False(_) if request.repair && !claim.eigenvalues => helpful(program, claim, request.seed),
        _ => Vec::new(),
    };
    let failure = (!outcome.verdict().passes()).then(|| {
        let file = quoted(&source.name);
        let replay = format!("hsr check {file} --only {} --seed {}", quoted(&claim.name), request.seed);
        let replay = shortened(&replay, LONGEST);
        let place = render(&source.name, &source.text, claim.place, &words::reason(claim, &outcome));
        let failure = ClaimFailure { place, seed: request.seed, replay, helpful, ..ClaimFailure::default() };
        explained(program, claim, source, &outcome, diagnosis.as_ref(), mended.as_ref(), failure)
    });
    let report = ClaimReport {
        name: claim.name.clone(),
        file: source.name.clone(),
        text: shortened(
            &format!("{} {} {}", claim.left_text, claim.relation.sign(), claim.right_text),
            LONGEST,
        ),
        verdict: outcome.verdict(),
        evidence: shortened(&words::evidence(&outcome, &unneeded), LONGEST),
        unneeded,
        proof: if let Outcome::Proved(proof) = &outcome { Some(proof.clone()) } else { None },
        search: if let Outcome::NotRefuted(search) = &outcome { Some(search.clone()) } else { None },
        seconds,
        failure,
        outcome,
        diagnosis,
        repair: mended,
    };
    (report, score)
}

/// The failure with everything known about it, in words.
fn explained(
    program: &Program,
    claim: &Claim,
    source: &Source,
    outcome: &Outcome,
    diagnosis: Option<&Diagnosis>,
    repair: Option<&Repair>,
    mut failure: ClaimFailure,
) -> ClaimFailure {
    if let Some(diagnosis) = diagnosis {
        let at = &diagnosis.at;
        let phi = uses(program, claim, &|form| matches!(form, Form::Call(Function::Phi(_), _)));
        failure.sizes = Some(at.sizes.to_string());
        let short = |text: String| Some(shortened(&text, LONGEST)).filter(|text| !text.is_empty());
        failure.component = short(words::component(claim, &at.component));
        failure.numbers = short(words::values(at, phi));
        failure.left = Some(words::number(at.left));
        failure.right = Some(words::number(at.right));
        failure.relation = words::related(diagnosis).map(|text| shortened(&text, LONGEST));
    }
    if let Outcome::Undefined(Undefined { place: Some(place), .. }) = outcome {
        failure.undefined = Some(words::excerpt(source, *place));
    }
    if let Some(repair) = repair {
        failure.wrong = words::wrong_part(source, repair);
        let line = |edit: &Edit| shortened(&format!("{} ({})", edit.expr, edit.what), LONGEST);
        failure.repairs = repair.found.iter().map(line).collect();
        failure.search = Some(words::search_for_repair(repair));
    }
    failure
}
