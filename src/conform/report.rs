//! What became of a program, told as a table, as JSON, as JUnit.

use super::cases::Case;
use super::judge::Judged;
use super::program::{Broken, Program};
use super::protocol::Hello;
use super::quantity::Quantity;
use super::reference::Precision;
use super::run::Settings;
use crate::io::{JunitCase, JunitOutcome, junit};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use std::fmt::Write;

/// What became of a program.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The command.
    pub command: String,
    /// The name that it gives itself.
    pub name: Option<String>,
    /// The arithmetic that it is held to.
    pub precision: Precision,
    /// The seed of the cases.
    pub seed: u64,
    /// Cases that it answered.
    pub cases: usize,
    /// How long it took, with shrinking.
    pub seconds: f64,
    /// A line a quantity.
    pub tallies: Vec<Tally>,
    /// The first wrong answer of each quantity, shrunk.
    pub mismatches: Vec<Mismatch>,
    /// Where it broke off.
    pub interruption: Option<Interruption>,
}

/// Counts of one quantity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tally {
    /// Which.
    pub quantity: Quantity,
    /// Cases in which the program gave it.
    pub answers: usize,
    /// Cases so ill-conditioned that the answer says nothing.
    pub undecided: usize,
    /// Cases in which it was wrong.
    pub wrong: usize,
    /// The largest error of the right answers, in units of the tolerance.
    pub worst: f64,
}

/// A wrong answer at the smallest case that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mismatch {
    /// Of which quantity.
    pub quantity: Quantity,
    /// The drawn case in which it was wrong first.
    pub first: usize,
    /// Sizes and activation of the smallest case.
    pub network: String,
    /// The component that is furthest off; empty for a scalar.
    pub component: String,
    /// What the program says; none for NaN, or where nothing can be read.
    pub answer: Option<f64>,
    /// What is right.
    pub reference: Option<f64>,
    /// How far off it may be.
    pub tolerance: Option<f64>,
    /// How far off it is, in units of that.
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

/// A program that broke off.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Interruption {
    /// What happened.
    pub reason: String,
    /// The drawn case that it was asked about; none where it was asked what it supports.
    pub index: Option<usize>,
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

impl Mismatch {
    pub(super) fn new(
        quantity: Quantity,
        first: usize,
        case: Case,
        judged: Option<Judged>,
        looks_like: Option<String>,
    ) -> Self {
        let shape = case.shape();
        let mut mismatch = Mismatch {
            quantity,
            first,
            network: format!("{shape}, {}", case.network.activation),
            component: String::new(),
            answer: None,
            reference: None,
            tolerance: None,
            units: None,
            problem: None,
            looks_like,
            files: Vec::new(),
            replay: String::new(),
            case,
        };
        match judged {
            Some(Judged::Wrong(wrong)) => {
                mismatch.component = quantity.component(&shape, wrong.index);
                mismatch.answer = Some(wrong.answer);
                mismatch.reference = Some(wrong.reference);
                mismatch.tolerance = Some(wrong.tolerance);
                mismatch.units = Some(wrong.units);
            }
            Some(Judged::Malformed(reason)) => mismatch.problem = Some(reason),
            Some(Judged::Right(_)) => {
                let reason = "the same question was answered rightly the second time";
                mismatch.problem = Some(reason.to_string());
            }
            None => {
                mismatch.problem = Some("asked again about it, the program did not answer".to_string());
            }
        }
        mismatch
    }

    /// All of it, several lines.
    pub fn describe(&self) -> String {
        let mut text = format!("{} IS WRONG at {} (the smallest found)\n", self.quantity, self.network);
        let number = |value: f64| format!("{value:.17e}");
        let lines = [
            ("problem", self.problem.clone()),
            ("component", Some(self.component.clone()).filter(|component| !component.is_empty())),
            ("answer", self.answer.map(number)),
            ("reference", self.reference.map(number)),
            (
                "error",
                self.units
                    .zip(self.tolerance)
                    .map(|(units, tolerance)| format!("{units:.2e} times the tolerance {tolerance:.1e}")),
            ),
            ("looks like", self.looks_like.clone()),
            ("first seen", Some(format!("in case {}", self.first))),
            ("case", Some(self.files.join(", ")).filter(|files| !files.is_empty())),
            ("replay", Some(self.replay.clone()).filter(|replay| !replay.is_empty())),
        ];
        write_lines(&mut text, lines);
        text
    }
}

impl Interruption {
    pub(super) fn new(reason: Broken, at: Option<(usize, Case)>, program: &Program) -> Self {
        let (index, case) = at.unzip();
        Interruption {
            reason: reason.to_string(),
            index,
            standard_error: program.standard_error(),
            files: Vec::new(),
            replay: String::new(),
            case,
        }
    }

    /// All of it, several lines.
    pub fn describe(&self) -> String {
        let asked = match self.index {
            Some(index) => format!("case {index}"),
            None => "what it supports".to_string(),
        };
        let mut text = format!("THE PROGRAM BROKE OFF, asked for {asked}\n");
        let errors = if self.standard_error.is_empty() { "(empty)" } else { &self.standard_error };
        let lines = [
            ("reason", Some(self.reason.clone())),
            ("stderr", Some(errors.replace('\n', "\n             "))),
            ("case", Some(self.files.join(", ")).filter(|files| !files.is_empty())),
            ("replay", Some(self.replay.clone()).filter(|replay| !replay.is_empty())),
        ];
        write_lines(&mut text, lines);
        text
    }
}

fn write_lines<const N: usize>(text: &mut String, lines: [(&str, Option<String>); N]) {
    for (label, value) in lines {
        if let Some(value) = value {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {label:<10} {value}");
        }
    }
}

impl Report {
    pub(super) fn new(settings: &Settings) -> Self {
        Report {
            command: settings.command.join(" "),
            name: None,
            precision: settings.precision.unwrap_or(Precision::Float64),
            seed: settings.seed,
            cases: 0,
            seconds: 0.0,
            tallies: Vec::new(),
            mismatches: Vec::new(),
            interruption: None,
        }
    }

    pub(super) fn greet(&mut self, hello: &Hello, precision: Precision, quantities: &[Quantity]) {
        self.name = hello.name.clone();
        self.precision = precision;
        let tally = |&quantity| Tally { quantity, answers: 0, undecided: 0, wrong: 0, worst: 0.0 };
        self.tallies = quantities.iter().map(tally).collect();
    }

    /// Whether every answer was right, and there was at least one that says something.
    pub fn holds(&self) -> bool {
        let decided = self.tallies.iter().any(|tally| tally.answers > tally.undecided);
        self.interruption.is_none() && self.tallies.iter().all(|tally| tally.wrong == 0) && decided
    }

    /// One line that counts.
    pub fn summary(&self) -> String {
        let answered = self.tallies.iter().filter(|tally| tally.answers > 0);
        let wrong = self.tallies.iter().filter(|tally| tally.wrong > 0).count();
        let right = answered.count() - wrong;
        let broke = if self.interruption.is_some() { ", then the program broke off" } else { "" };
        let nothing = if self.holds() || wrong > 0 || self.interruption.is_some() {
            ""
        } else {
            ": no answer says anything"
        };
        format!(
            "{right} quantities right, {wrong} wrong{nothing}; {} cases, {}, seed {}, {:.1} s{broke}",
            self.cases,
            self.precision.name(),
            self.seed,
            self.seconds
        )
    }

    /// The table, what is wrong, and the summary.
    pub fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["quantity", "verdict", "answers", "undecided", "wrong", "worst error/tolerance"]);
        for tally in &self.tallies {
            let Tally { quantity, answers, undecided, wrong, worst } = tally;
            let verdict = verdict(tally);
            table.add_row([
                quantity.to_string(),
                verdict.to_string(),
                answers.to_string(),
                undecided.to_string(),
                wrong.to_string(),
                if answers > undecided { format!("{worst:.2}") } else { "-".to_string() },
            ]);
        }
        for column in 2..6 {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut text = format!("{}\n", self.name.as_deref().unwrap_or(&self.command));
        if !self.tallies.is_empty() {
            let _ = write!(text, "{table}\n\n");
        }
        for mismatch in &self.mismatches {
            let _ = writeln!(text, "{}", mismatch.describe());
        }
        if let Some(interruption) = &self.interruption {
            let _ = writeln!(text, "{}", interruption.describe());
        }
        text + &self.summary() + "\n"
    }

    /// The report as JSON.
    pub fn json(&self) -> String {
        let mut value = serde_json::json!(self);
        value["holds"] = self.holds().into();
        value["summary"] = self.summary().into();
        format!("{value:#}\n")
    }

    /// The report as JUnit XML: a test case a quantity, and one for the program itself.
    pub fn junit(&self) -> String {
        let quantity = |tally: &Tally| {
            let mismatch = self.mismatches.iter().find(|mismatch| mismatch.quantity == tally.quantity);
            let outcome = match mismatch {
                Some(mismatch) => {
                    let message = format!("wrong in {} of {} cases", tally.wrong, tally.answers);
                    JunitOutcome::Failed(message, mismatch.describe())
                }
                None if tally.answers == 0 => JunitOutcome::Skipped,
                None => JunitOutcome::Passed,
            };
            JunitCase { name: tally.quantity.to_string(), class: "hsr.conform".to_string(), outcome }
        };
        let outcome = match &self.interruption {
            None => JunitOutcome::Passed,
            Some(interruption) => JunitOutcome::Failed(interruption.reason.clone(), interruption.describe()),
        };
        let program = JunitCase { name: "program".to_string(), class: "hsr.conform".to_string(), outcome };
        junit("hsr conform", self.tallies.iter().map(quantity).chain([program]))
    }
}

fn verdict(tally: &Tally) -> &'static str {
    match tally {
        Tally { wrong: 1.., .. } => "WRONG",
        Tally { answers: 0, .. } => "not given",
        Tally { answers, undecided, .. } if answers == undecided => "undecided",
        _ => "right",
    }
}
