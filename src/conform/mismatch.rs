//! A wrong answer, or none where one was due, told in full.

use super::cases::Case;
use super::judge::Judged;
use super::program::{Broken, Program};
use super::quantity::Quantity;
use crate::io::case_json;
use serde::Serialize;
use std::fmt::Write;

/// A wrong answer at the smallest case that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mismatch {
    /// Of which quantity.
    pub quantity: Quantity,
    /// The case in which it was wrong first, and how it was drawn.
    pub first: String,
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
    /// The case that it was asked about, and how it was drawn; none where it was asked what it supports.
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

impl Mismatch {
    pub(super) fn new(
        quantity: Quantity,
        first: String,
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
            ("numbers", numbers(&self.case)),
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
            ("first seen", Some(format!("in {}", self.first))),
            ("case", Some(self.files.join(", ")).filter(|files| !files.is_empty())),
            ("replay", Some(self.replay.clone()).filter(|replay| !replay.is_empty())),
        ];
        write_lines(&mut text, lines);
        text
    }
}

impl Interruption {
    pub(super) fn new(reason: Broken, at: Option<(String, Case)>, program: &Program) -> Self {
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

    /// All of it, several lines.
    pub fn describe(&self) -> String {
        let asked = self.at.as_deref().unwrap_or("what it supports");
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

/// The arrays of a case that fits on a line.
fn numbers(case: &Case) -> Option<String> {
    const MOST: usize = 16;
    if case.shape().parameters() + case.batch.x.len() + case.batch.y.len() > MOST {
        return None;
    }
    let object = case_json(&case.network, &case.batch);
    let arrays = ["W", "b", "V", "c", "X", "Y"].into_iter().filter(|name| !object[*name].is_null());
    Some(arrays.map(|name| format!("{name}={}", object[name])).collect::<Vec<_>>().join(" "))
}

fn write_lines<const N: usize>(text: &mut String, lines: [(&str, Option<String>); N]) {
    for (label, value) in lines {
        if let Some(value) = value {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {label:<10} {value}");
        }
    }
}
