//! What a report says of a wrong answer, or of a program that broke off.

use super::broken::Broken;
use super::cases::Case;
use super::files::object;
use super::judge::{Answered, Judged};
use super::partner::Partner;
use super::quantity::Quantity;
use super::reference::Expected;
use serde::{Serialize, Serializer};
use std::fmt::Write;

/// An answer to a case, with the verdict on it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The case.
    pub case: Case,
    /// What is right.
    pub expected: Expected,
    /// What the program says.
    pub answer: Answered,
    /// The verdict on that.
    pub judged: Judged,
}

/// A wrong answer at the smallest case that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConformMismatch {
    /// Of which quantity.
    pub quantity: Quantity,
    /// The case in which it was wrong first, and how it was drawn.
    pub first: String,
    /// Sizes and activation of the smallest case.
    pub network: String,
    /// The component that is furthest off; empty for a scalar.
    pub component: String,
    /// What the program says, if it can be read. In JSON, NaN and infinities are words.
    #[serde(serialize_with = "number_or_word")]
    pub answer: Option<f64>,
    /// What is right.
    pub reference: Option<f64>,
    /// How far off it may be.
    pub tolerance: Option<f64>,
    /// How far off it is, in units of that; infinite for NaN and infinities.
    #[serde(serialize_with = "number_or_word")]
    pub units: Option<f64>,
    /// Why it cannot be read, or cannot be repeated.
    pub problem: Option<String>,
    /// What it looks like.
    pub looks_like: Option<String>,
    /// The files that hold the case.
    pub files: Vec<String>,
    /// The command that repeats it.
    pub replay: String,
    /// The case.
    #[serde(skip)]
    pub case: Case,
}

/// How a program broke off.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Interruption {
    /// What happened.
    pub reason: String,
    /// The case that it was asked about, and how it was drawn; missing where it was asked what it supports.
    pub at: Option<String>,
    /// The end of its standard error.
    pub standard_error: String,
    /// The files that hold the case.
    pub files: Vec<String>,
    /// The command that asks it about this case alone.
    pub replay: String,
    /// The case.
    #[serde(skip)]
    pub case: Option<Case>,
}

impl ConformMismatch {
    /// `doubt` is a reason not to trust it.
    pub(super) fn new(first: String, found: Found, doubt: Option<&str>, looks_like: Option<String>) -> Self {
        let Found { case, expected, judged, .. } = found;
        let (quantity, network) = (expected.quantity, case.to_string());
        let mut mismatch = ConformMismatch {
            quantity,
            first,
            network,
            component: String::new(),
            answer: None,
            reference: None,
            tolerance: None,
            units: None,
            problem: doubt.map(str::to_string),
            looks_like,
            files: Vec::new(),
            replay: String::new(),
            case,
        };
        match judged {
            Judged::Wrong(wrong) => {
                mismatch.component = quantity.component(&mismatch.case, wrong.index);
                mismatch.answer = Some(wrong.answer);
                mismatch.reference = Some(wrong.reference);
                mismatch.tolerance = Some(wrong.tolerance);
                mismatch.units = Some(wrong.units);
            }
            Judged::Malformed(reason) => {
                let doubt = doubt.map_or_else(String::new, |doubt| format!("; {doubt}"));
                mismatch.problem = Some(reason + &doubt);
            }
            Judged::Right(_) => {}
        }
        mismatch
    }

    /// Describes it in full, in several lines.
    pub fn describe(&self) -> String {
        let mut text = format!("{} IS WRONG at {} (the smallest found)\n", self.quantity, self.network);
        let number =
            |value: f64| word(value).map_or_else(|| format!("{value:.17e}"), |word| word.to_string());
        let units = self.units.filter(|units| units.is_finite());
        let lines = [
            ("numbers", numbers(&self.case)),
            ("problem", self.problem.clone()),
            ("component", Some(self.component.clone()).filter(|component| !component.is_empty())),
            ("answer", self.answer.map(number)),
            ("reference", self.reference.map(number)),
            (
                "error",
                units
                    .zip(self.tolerance)
                    .map(|(units, tolerance)| format!("{units:.2e} times the tolerance {tolerance:.1e}")),
            ),
            ("looks like", self.looks_like.clone()),
            ("first seen", Some(format!("in {}", self.first))),
            ("case", Some(self.files.join(", ")).filter(|files| !files.is_empty())),
            ("replay", Some(cut(&self.replay)).filter(|replay| !replay.is_empty())),
        ];
        write_lines(&mut text, lines);
        text
    }
}

impl Interruption {
    pub(super) fn new(reason: Broken, at: Option<(String, Case)>, program: &dyn Partner) -> Self {
        let (at, case) = at.unzip();
        Interruption {
            reason: reason.to_string(),
            at,
            standard_error: program.standard_error(),
            files: Vec::new(),
            replay: String::new(),
            case,
        }
    }

    /// Describes it in full, in several lines.
    pub fn describe(&self) -> String {
        let asked = self.at.as_deref().unwrap_or("what it supports");
        let mut text = format!("THE PROGRAM BROKE OFF, asked for {asked}\n");
        let errors = if self.standard_error.is_empty() { "(empty)" } else { &self.standard_error };
        let lines = [
            ("reason", Some(self.reason.clone())),
            ("stderr", Some(errors.replace('\n', "\n             "))),
            ("case", Some(self.files.join(", ")).filter(|files| !files.is_empty())),
            ("replay", Some(cut(&self.replay)).filter(|replay| !replay.is_empty())),
        ];
        write_lines(&mut text, lines);
        text
    }
}

/// The longest command that a report shows in full, in characters.
const LONGEST_REPLAY: usize = 4000;

/// The lines of a command stay: a shell reads them back.
fn cut(replay: &str) -> String {
    match replay.char_indices().nth(LONGEST_REPLAY) {
        None => replay.to_string(),
        Some((end, _)) => format!("{}...", &replay[..end]),
    }
}

/// The word for a number that JSON lacks.
fn word(value: f64) -> Option<&'static str> {
    match value {
        f64::INFINITY => Some("Infinity"),
        f64::NEG_INFINITY => Some("-Infinity"),
        value if value.is_nan() => Some("NaN"),
        _ => None,
    }
}

fn number_or_word<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value.and_then(word) {
        Some(word) => serializer.serialize_str(word),
        None => value.serialize(serializer),
    }
}

/// The arrays of a case that fits on a line.
fn numbers(case: &Case) -> Option<String> {
    const MOST: usize = 16;
    if case.architecture().parameters() + case.batch.x.len() + case.batch.y.len() > MOST {
        return None;
    }
    let object = object(case);
    let layers = (0..case.architecture().layers()).flat_map(|layer| case.array_names(layer));
    let names = layers.chain(["X", "Y"].map(str::to_string)).filter(|name| !object[name].is_null());
    Some(names.map(|name| format!("{name}={}", object[&name])).collect::<Vec<_>>().join(" "))
}

fn write_lines<const N: usize>(text: &mut String, lines: [(&str, Option<String>); N]) {
    for (label, value) in lines {
        if let Some(value) = value {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {label:<10} {value}");
        }
    }
}
