//! Which assumptions a true claim does not need, and which usual one a false claim lacks.

use crate::claims::language::error::Place;
use crate::claims::language::program::{Assumed, Assumption, Claim, Program, Value};
use crate::claims::language::syntax::{Range, Structure};
use crate::claims::point::points::sizes;
use crate::claims::point::work::work;
use crate::claims::verdict::decide::decide;
use crate::claims::verdict::floats::component_count;
use crate::claims::verdict::outcome::Verdict;
use crate::claims::verdict::trial::at_least;

/// Elementary operations of one evaluation beyond which a claim is not checked again.
const AFFORDABLE: f64 = 2e4;

/// The assumptions without which a claim holds all the same.
pub(in crate::claims) fn unneeded(program: &Program, claim: &Claim, seed: u64) -> Vec<String> {
    let (part, claim) = &program.about(claim);
    if part.assumptions.is_empty() || !is_affordable(part, claim) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (at, assumption) in part.assumptions.iter().enumerate() {
        if let Assumed::SizeAtLeast { range, .. } = assumption.kind
            && !part.spans(claim, range)
        {
            continue;
        }
        let (fewer, claim) = without(part, claim, at);
        if decide(&fewer, &claim, 1, seed ^ 0x00a5_5e3e).verdict() == Verdict::Proved {
            found.push(assumption.text.clone());
        }
    }
    found
}

/// Usual assumptions of the quantities of a false claim, one by one, each of which would make it true.
pub(in crate::claims) fn helpful(program: &Program, claim: &Claim, seed: u64) -> Vec<String> {
    let (part, claim) = &program.about(claim);
    if !is_affordable(part, claim) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (kind, text) in usual(part, claim) {
        // That entries are one of two numbers is said where nothing else helps.
        if matches!(kind, Assumed::OneOf { .. }) && !found.is_empty() {
            continue;
        }
        let mut more = part.clone();
        if let Assumed::Structured { symbol } = kind
            && let Value::Free { structure, .. } = &mut more.symbols[symbol].value
        {
            *structure = Some(Structure::Symmetric);
        }
        more.assumptions.push(Assumption { kind, place: Place::default(), text: text.clone() });
        let claim = Claim { seen: (more.symbols.len(), more.assumptions.len()), ..claim.clone() };
        if decide(&more, &claim, 1, seed ^ 0x00a5_5e3e).verdict() == Verdict::Proved {
            found.push(format!("assume {text}"));
        }
    }
    found
}

fn is_affordable(program: &Program, claim: &Claim) -> bool {
    let sizes = at_least(program, claim, sizes(2, 2, 2, 2));
    work(program, claim, &sizes, component_count(claim, sizes)) <= AFFORDABLE
}

/// A program with one assumption less.
fn without(program: &Program, claim: &Claim, at: usize) -> (Program, Claim) {
    let mut fewer = program.clone();
    if let Assumed::Structured { symbol } = fewer.assumptions[at].kind
        && let Value::Free { structure, .. } = &mut fewer.symbols[symbol].value
    {
        *structure = None;
    }
    fewer.assumptions.remove(at);
    let claim = Claim { seen: (fewer.symbols.len(), fewer.assumptions.len()), ..claim.clone() };
    (fewer, claim)
}

/// What is usually assumed: of every free quantity of a claim, and of the sizes.
fn usual(program: &Program, claim: &Claim) -> Vec<(Assumed, String)> {
    let (mut all, mut last_resort) = (Vec::new(), Vec::new());
    for (symbol, info) in program.used(claim) {
        let Value::Free { structure: None, .. } = info.value else { continue };
        if program.assumptions.iter().any(|assumption| program.concerned(&assumption.kind).contains(symbol)) {
            continue;
        }
        let letters = ["n", "k", "i", "j", "l", "m", "o", "p"];
        let indices = letters[..info.ranges.len()].join(",");
        let entry = if indices.is_empty() { info.name.clone() } else { format!("{}[{indices}]", info.name) };
        all.push((Assumed::Positive { symbol }, format!("{entry} > 0")));
        if let Some(last) = info.ranges.len().checked_sub(1) {
            all.push((Assumed::SumsToOne { symbol }, format!("sum[{}] {entry} = 1", letters[last])));
        }
        let one_of = |values| Assumed::OneOf { symbol, values };
        last_resort.push((one_of(vec![(-1, 1), (1, 1)]), format!("{entry}^2 = 1")));
        last_resort.push((one_of(vec![(0, 1), (1, 1)]), format!("{entry}*(1 - {entry}) = 0")));
        if matches!(info.ranges.as_slice(), [row, column] if row == column) {
            let name = &info.name;
            all.push((Assumed::Structured { symbol }, format!("{name}[n,k] = {name}[k,n]")));
        }
    }
    let least = at_least(program, claim, sizes(1, 1, 1, 1));
    let ranges: Vec<Range> = program.ranges().filter(|range| program.spans(claim, *range)).collect();
    for range in ranges.into_iter().filter(|range| least.of(*range) == 1) {
        let text = format!("{} >= 2", program.size_name(range));
        all.push((Assumed::SizeAtLeast { range, least: 2 }, text));
    }
    all.extend(last_resort);
    all
}
