//! The result of checking a program as a table, as JSON, as JUnit.

use super::report::{ConformReport, Tally};
use crate::reports::{JunitCase, JunitOutcome, json_report, junit};
use crate::words::printable;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use std::fmt::Write;

impl ConformReport {
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
