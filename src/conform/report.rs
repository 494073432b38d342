//! What became of a program, told as a table, as JSON, as JUnit.

use super::mismatch::{Interruption, Mismatch};
use super::protocol::Hello;
use super::quantity::Quantity;
use super::reference::{Expected, Precision};
use super::settings::Settings;
use crate::io::{JunitCase, JunitOutcome, json_report, junit};
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
    /// Cases in which it was asked for and an answer says something.
    pub asked: usize,
    /// Cases in which the program gave it.
    pub answers: usize,
    /// Cases so ill-conditioned that the answer says nothing.
    pub undecided: usize,
    /// Cases in which it was wrong.
    pub wrong: usize,
    /// The largest error of the right answers, in units of the tolerance.
    pub worst: f64,
}

impl Tally {
    /// Whether the program answered some of the questions that an answer says something to, and left others out.
    pub fn is_partly_given(&self) -> bool {
        self.answers > 0 && self.answers - self.undecided < self.asked
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
        let tally = |&quantity| Tally { quantity, asked: 0, answers: 0, undecided: 0, wrong: 0, worst: 0.0 };
        self.tallies = quantities.iter().map(tally).collect();
    }

    /// Counts what was asked for.
    pub(super) fn asked(&mut self, right: &[Expected]) {
        for tally in &mut self.tallies {
            let decided = |one: &&Expected| one.quantity == tally.quantity && !one.says_nothing();
            tally.asked += right.iter().filter(decided).count();
        }
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
        let silent = self.tallies.iter().filter(|tally| tally.answers == 0).count();
        let partly = self.tallies.iter().filter(|tally| tally.is_partly_given()).count();
        let partly =
            if partly > 0 { format!(", {partly} given in part of the cases") } else { String::new() };
        let silent = if silent > 0 { format!(", {silent} not given") } else { String::new() };
        let broke = if self.interruption.is_some() { ", then the program broke off" } else { "" };
        let nothing = if self.holds() || wrong > 0 || self.interruption.is_some() {
            ""
        } else {
            ": no answer says anything"
        };
        format!(
            "{right} quantities right, {wrong} wrong{silent}{partly}{nothing}; {} cases, {}, seed {}, {:.1} s{broke}",
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
        table.set_header(["quantity", "verdict", "answers", "undecided", "wrong", "worst of the right"]);
        for tally in &self.tallies {
            let Tally { quantity, answers, undecided, wrong, worst, .. } = tally;
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
        json_report(self, self.holds(), &self.summary())
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
        tally if tally.is_partly_given() => "in part",
        _ => "right",
    }
}
