//! The result of checking a program.

use super::mismatch::{ConformMismatch, Interruption};
use super::protocol::Hello;
use super::quantity::Quantity;
use super::reference::{Expected, Precision};
use super::settings::ConformSettings;
use crate::words::shortened;
use serde::Serialize;

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
    pub(super) fn problem(&self) -> Option<String> {
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
}
