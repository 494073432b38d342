//! The result of checking a program, as a table, as JSON, as JUnit.

use super::mismatch::{ConformMismatch, Interruption};
use super::protocol::Hello;
use super::quantity::Quantity;
use super::reference::{Expected, Precision};
use super::settings::ConformSettings;
use crate::io::{JunitCase, JunitOutcome, json_report, junit};
use crate::words::{printable, shortened};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use std::fmt::Write;

/// The longest command that is shown in full, in characters.
const LONGEST_COMMAND: usize = 400;

/// The result of checking a program against the reference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConformReport {
    /// The command, shortened and escaped as messages are.
    pub command: String,
    /// The name that it gives itself, likewise.
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
    pub mismatches: Vec<ConformMismatch>,
    /// Where it broke off.
    pub interruption: Option<Interruption>,
    /// Where the user stopped: then the report is not the whole.
    pub stopped: Option<String>,
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

impl ConformReport {
    pub(super) fn new(settings: &ConformSettings) -> Self {
        ConformReport {
            command: shortened(&settings.command.join(" "), LONGEST_COMMAND),
            name: None,
            precision: settings.precision.unwrap_or(Precision::Float64),
            seed: settings.seed,
            cases: 0,
            seconds: 0.0,
            tallies: Vec::new(),
            mismatches: Vec::new(),
            interruption: None,
            stopped: None,
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

    /// Whether every answer was right, there was at least one that says something, and nothing was left unasked.
    pub fn holds(&self) -> bool {
        self.problem().is_none() && self.wrong() == 0
    }

    /// How many quantities were wrong.
    pub fn wrong(&self) -> usize {
        self.tallies.iter().filter(|tally| tally.wrong > 0).count()
    }

    /// Why the report proves nothing even where no answer was wrong.
    fn problem(&self) -> Option<String> {
        let answers = self.tallies.iter().map(|tally| tally.answers).sum::<usize>();
        if let Some(interruption) = &self.interruption {
            Some(interruption.reason.clone())
        } else if let Some(stopped) = &self.stopped {
            Some(format!("stopped {stopped}: the report is incomplete"))
        } else if answers == 0 {
            Some(format!("the program answered nothing in {} cases", self.cases))
        } else if self.tallies.iter().all(|tally| tally.answers == tally.undecided) {
            Some("no answer says anything: every case is too ill-conditioned".to_string())
        } else {
            None
        }
    }

    /// Summarises the report in one line.
    pub fn summary(&self) -> String {
        let count = |which: &dyn Fn(&Tally) -> bool| self.tallies.iter().filter(|tally| which(tally)).count();
        let counted =
            |count: usize, what: &str| if count > 0 { format!(", {count} {what}") } else { String::new() };
        let wrong = self.wrong();
        let right = count(&|tally| tally.answers > 0) - wrong;
        let silent = counted(count(&|tally| tally.answers == 0), "not given");
        let partly = counted(count(&Tally::is_partly_given), "given in part of the cases");
        let end = match (&self.interruption, &self.stopped) {
            (Some(_), _) => ", then the program broke off".to_string(),
            (None, Some(stopped)) => format!(", stopped {stopped}"),
            (None, None) => String::new(),
        };
        let nothing = self.problem().filter(|_| end.is_empty() && wrong == 0);
        let nothing = nothing.map_or_else(String::new, |problem| format!(": {problem}"));
        format!(
            "{right} quantities right, {wrong} wrong{silent}{partly}{nothing}; {} cases, {}, seed {}, {:.1} s{end}",
            self.cases,
            self.precision.name(),
            self.seed,
            self.seconds
        )
    }

    /// The report as text: the table, what is wrong, and the summary.
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
        if let Some(stopped) = &self.stopped {
            let _ = writeln!(text, "STOPPED {stopped}: this is what was found until then\n");
        }
        printable(&(text + &self.summary() + "\n"))
    }

    /// The report as JSON.
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct WithProblem<'a> {
            #[serde(flatten)]
            report: &'a ConformReport,
            problem: Option<String>,
        }
        let report = WithProblem { report: self, problem: self.problem() };
        json_report(&report, self.holds(), &self.summary())
    }

    /// The report as JUnit XML: a test case for each quantity, and one for the program itself.
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
        let outcome = match (&self.interruption, self.problem()) {
            (Some(interruption), _) => {
                JunitOutcome::Failed(interruption.reason.clone(), interruption.describe())
            }
            (None, Some(problem)) => JunitOutcome::Failed(problem, self.summary()),
            (None, None) => JunitOutcome::Passed,
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
