//! Outcomes in words. Everything above this file is values.

use crate::claims::explanation::diagnose::{Diagnosis, Related, SizeFactor};
use crate::claims::explanation::repair::Repair;
use crate::claims::language::error::{Place, locate};
use crate::claims::language::program::Claim;
use crate::claims::language::source::Source;
use crate::claims::point::place::Phi;
use crate::claims::verdict::outcome::{
    Agreement, Counterexample, Doubt, Exactness, Operation, Outcome, Proof, Reach, Search, Side, Signs,
    Undefined,
};
use crate::words::{path, shortened};
use std::path::Path;

/// A piece of a file is shown up to this length.
const LONGEST_EXCERPT: usize = 400;

/// What an outcome rests on, in a line.
pub(super) fn evidence(outcome: &Outcome, unneeded: &[String]) -> String {
    match outcome {
        Outcome::Proved(proof) => {
            let without = unneeded.iter().map(|assumption| format!("; holds without {assumption}"));
            proof_in_words(proof) + &without.collect::<String>()
        }
        Outcome::NotRefuted(search) => search_in_words(search),
        Outcome::Undecided(doubt) => doubt_in_words(doubt),
        Outcome::False(found) => {
            format!("left {}, right {} at {}", number(found.left), number(found.right), found.sizes)
        }
        Outcome::Undefined(undefined) => undefined_in_words(undefined),
    }
}

/// The sizes for which a proof speaks.
pub(super) fn reach(reach: &Reach) -> String {
    match reach {
        Reach::Every => "at every size".to_string(),
        Reach::UpTo(sizes) => format!("for sizes up to {sizes}"),
        Reach::At(sizes) => {
            let sizes: Vec<String> = sizes.iter().map(ToString::to_string).collect();
            format!("for sizes {}", sizes.join(" and "))
        }
    }
}

fn proof_in_words(proof: &Proof) -> String {
    let mut parts = vec![reach(&proof.sizes)];
    let known = match proof.arithmetic {
        Exactness::Field => "",
        Exactness::Chain => " by laws of exp and ln",
        Exactness::Regions => " in as many regions",
    };
    let points = counted(proof.points, "exact point");
    parts.push(format!(
        "{points}{known}, degree {}, P(fooled) 1e{:.0}",
        proof.degree,
        proof.log10_probability.ceil()
    ));
    match proof.signs {
        Some(Signs::Points(points)) => parts.push(format!("signs by {points} exact points")),
        Some(Signs::Floats) => parts.push("signs by floats".to_string()),
        None => {}
    }
    parts.push(agreement(&proof.floats));
    parts.extend(proof.undefined.iter().map(|case| format!("neither side exists where {case}")));
    parts.join("; ")
}

fn agreement(agreement: &Agreement) -> String {
    let largest = agreement.largest.as_ref().map_or(String::new(), |sizes| format!(" up to {sizes}"));
    format!("{}{largest}", counted(agreement.points, "float point"))
}

fn search_in_words(search: &Search) -> String {
    let near = search.nearest.as_ref().map_or(String::new(), |found| format!(" at {}", found.sizes));
    format!(
        "{} up to {}, {} uphill; smallest margin {:.1e}{near}",
        counted(search.points, "point"),
        search.largest,
        counted(search.steps, "step"),
        search.smallest_margin
    )
}

fn doubt_in_words(doubt: &Doubt) -> String {
    match doubt {
        Doubt::MissingLaw { floats, functions, case } => {
            let case = if case.is_empty() { String::new() } else { format!(" where {case}") };
            format!(
                "floats agree ({}), exact arithmetic finds a difference{case}: {}",
                agreement(floats),
                missing_laws(functions)
            )
        }
        Doubt::FewPoints { floats, points } => format!(
            "floats agree ({}), but the roots exist at {} of exact arithmetic: claim it of a power, or split it with let",
            agreement(floats),
            counted(*points, "point")
        ),
        Doubt::Contradiction => {
            "what is assumed contradicts itself, or cannot be solved: no point was found at which all of it holds".to_string()
        }
        Doubt::Rounding { tried: 0 } => "values overflow at every float point".to_string(),
        Doubt::Rounding { tried } => format!(
            "no float point of {tried} confirms it: rounding errors are as large as the sides, or a side has no value at most"
        ),
        Doubt::Constants { bits } => format!(
            "it needs laws of functions, and builds whole numbers of up to {bits:.0} binary digits, more than the field that \
             knows them can tell apart"
        ),
        Doubt::TooManyEntries(entries) => format!(
            "the quantities that it is about would have about {entries:.0e} entries, more than are kept; give them fewer indices"
        ),
        Doubt::TooMuchWork(work) => format!(
            "checking it would take about {work:.0e} operations, more than is allowed; split it, or sum over fewer indices"
        ),
    }
}

/// What a claim may need that exact arithmetic does not know.
fn missing_laws(functions: &[&str]) -> String {
    let mut laws = Vec::new();
    for function in functions {
        match *function {
            "ln" | "softplus" => laws.push("a law of the logarithm of a sum"),
            "sqrt" => laws.push("the sign of what stands under a root, such as sqrt(x^2) = x (assume x > 0)"),
            "sin" | "cos" => laws.push("a law of sines and cosines of sums"),
            "exp" => laws.push("a law of exp beyond exp(a+b) = exp(a)*exp(b), such as exp(ln(a)) = a"),
            _ => {}
        }
    }
    laws.dedup();
    if laws.is_empty() {
        "they are not the same rational function, and floats cannot tell them apart".to_string()
    } else {
        format!("it would need {}", laws.join(", or "))
    }
}

fn undefined_in_words(undefined: &Undefined) -> String {
    let side = match undefined.side {
        Some(Side::Left) => "the left side has no real value",
        Some(Side::Right) => "the right side has no real value",
        None => "neither side has a real value",
    };
    let operation = match undefined.operation {
        Operation::Division => "it divides by zero",
        Operation::Root => "a root of a negative number",
        Operation::Logarithm => "a logarithm of a number that is not positive",
        Operation::Overflow => "its values overflow",
        Operation::Kink => "a derivative at a kink",
        Operation::Outside => {
            "an entry outside of the ranges of a quantity ('outside 0' behind its declaration makes it zero)"
        }
        Operation::Power => "a power of a number that is not positive",
        Operation::Itself => "an entry that is defined by itself",
        Operation::Inverse => "the inverse of a matrix that has none",
    };
    let case = if undefined.case.is_empty() { String::new() } else { format!(" where {}", undefined.case) };
    format!("{side}{case}: {operation}")
}

/// The reason that stands above the line of a claim that does not pass.
pub(super) fn reason(claim: &Claim, outcome: &Outcome) -> String {
    match outcome {
        Outcome::False(_) => format!("claim {} is false", claim.name),
        Outcome::Undecided(_) => format!("claim {} is undecided: {}", claim.name, evidence(outcome, &[])),
        Outcome::Undefined(_) => format!("claim {} is undefined: {}", claim.name, evidence(outcome, &[])),
        Outcome::Proved(_) | Outcome::NotRefuted(_) => {
            format!("claim {} is {}", claim.name, outcome.verdict().word())
        }
    }
}

/// The free indices with their values, from 1: `n = 1, k = 2`.
pub(super) fn component(claim: &Claim, component: &[usize]) -> String {
    let pairs = claim.free.iter().zip(component).map(|((name, _), index)| format!("{name} = {}", index + 1));
    pairs.collect::<Vec<_>>().join(", ")
}

/// The values of all that a claim depends on, and what `phi` is.
pub(super) fn values(found: &Counterexample, uses_phi: bool) -> String {
    let quantity = |(name, values): &(String, Vec<f64>)| match values.as_slice() {
        [one] => format!("{name} = {one}"),
        many => format!("{name} = [{}]", many.iter().map(f64::to_string).collect::<Vec<_>>().join(", ")),
    };
    let mut parts: Vec<String> = found.values.iter().map(quantity).collect();
    parts.extend(found.functions.iter().map(|(name, function)| format!("{name} = {function}")));
    if uses_phi {
        let name = match found.phi {
            Phi::Any | Phi::Known(_) => found.phi.to_string(),
            Phi::Mixture(_) => format!("a -> {}", found.phi),
        };
        parts.push(format!("phi = {name}"));
    }
    parts.join(", ")
}

/// How the sides are related.
pub(super) fn related(diagnosis: &Diagnosis) -> Option<String> {
    Some(match diagnosis.related.as_ref()? {
        Related::Transposed(first, second) => {
            format!("the sides agree with {first} and {second} exchanged (a transposition)")
        }
        Related::Factor { numerator, denominator, size } => {
            let number = match (numerator.abs(), denominator) {
                (1, 1) => String::new(),
                (number, 1) => format!("{number} times "),
                (number, denominator) => format!("{number}/{denominator} times "),
            };
            let minus = if *numerator < 0 { "minus " } else { "" };
            let power = power(size);
            let kind = if number.is_empty() && power.is_empty() { " (a sign)" } else { "" };
            format!("the left side is {minus}{number}the right side{power}{kind}")
        }
    })
}

fn power(size: &SizeFactor) -> String {
    let symbol = &size.size;
    match size.power {
        0 => String::new(),
        -1 => format!(" divided by {symbol} (a missing 1/{symbol})"),
        1 => format!(" times {symbol} (a 1/{symbol} too many)"),
        power if power < 0 => format!(" divided by {symbol}^{}", -power),
        power => format!(" times {symbol}^{power}"),
    }
}

/// The part of the right side that the nearest true line changes.
pub(super) fn wrong_part(source: &Source, repair: &Repair) -> Option<String> {
    repair.found.first().map(|edit| {
        let (line, column, _) = locate(&source.text, edit.place);
        format!("{}, on the right side (line {line}, column {column})", excerpt(source, edit.place))
    })
}

/// Writes a name or a path into JSON as messages show it.
pub(super) fn fit<S: serde::Serializer>(name: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&file(name))
}

/// A file as reports name it.
pub(super) fn file(name: &str) -> String {
    path(Path::new(name))
}

/// A piece of a file on one line.
pub(super) fn excerpt(source: &Source, place: Place) -> String {
    let part = source.text.get(place.start..place.start + place.length).unwrap_or_default();
    shortened(&part.split_whitespace().collect::<Vec<_>>().join(" "), LONGEST_EXCERPT)
}

/// What the search for a true line did.
pub(super) fn search_for_repair(repair: &Repair) -> String {
    match (repair.found.is_empty(), repair.out_of_time) {
        (false, _) => format!("{} edits tried", repair.tried),
        (true, false) => format!("none of all {} single and double edits makes it true", repair.tried),
        (true, true) => format!("none found among {} edits; there are more", repair.tried),
    }
}

/// A float that is read back as it is.
pub(super) fn number(value: f64) -> String {
    if value == 0.0 || (1e-4..1e15).contains(&value.abs()) {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

/// `1 point`, `2 points`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
