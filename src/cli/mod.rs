//! The command line: parse arguments, call the library, print. Exit codes: 0 all hold, 1 an equation fails, 2 the input
//! is wrong, or training was stopped.

mod activations;
mod advice;
mod answer;
mod audit;
mod bench;
mod check;
mod compare;
mod completions;
mod conform;
mod files;
mod hints;
mod interrupt;
mod layers;
mod man;
mod named;
mod numbers;
mod oracle;
mod saddles;
mod spectrum;
mod start;
mod subject;
mod train;
mod vectors;

use clap::{Parser, Subcommand, ValueEnum};
use hsr::io::write_text;
use hsr::words::{printable, printable_json};
use std::error::Error;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Closed forms of the Wolkowicz-Styan bound on the loss Hessian, each proved from the loss.
#[derive(Parser)]
#[command(version, about, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Hold every equation of the derivation against every witness, on real data (the default)
    Audit(audit::AuditArguments),
    /// Check a derivation that is written as text: each claim exactly, in the prime field
    Check(check::CheckArguments),
    /// The bound and its gradient for a network and data of your own
    Oracle(oracle::OracleArguments),
    /// Hold a program in any language against the reference, and show the smallest network on which it is wrong
    Conform(conform::ConformArguments),
    /// Write test vectors: networks with data, and values that are right to the last digit
    Vectors(vectors::VectorsArguments),
    /// Answer questions as `hsr conform` asks them, a line of JSON each, from standard input
    #[command(after_help = answer::EXAMPLES)]
    Answer,
    /// Train along the gradient of the bound, or of one of its rivals
    Train(train::TrainArguments),
    /// Train by several methods, fairly, and tell where each ends: tables, pictures, a page
    Compare(compare::CompareArguments),
    /// Start beside saddles, and count the steps that each method takes to leave
    Saddles(saddles::SaddlesArguments),
    /// The smallest and the largest eigenvalue of the Hessian, with their vectors, or all of them
    Spectrum(spectrum::SpectrumArguments),
    /// How long value, gradient and steps of training take on this machine
    Bench(bench::BenchArguments),
    /// Print what a shell needs to complete the commands and options of hsr
    Completions(completions::CompletionsArguments),
    /// The manual pages
    Man(man::ManArguments),
}

const EXAMPLES: &str = "\
Examples:
  hsr                                       every equation, on Iris
  hsr audit --data digits --samples 200     on 200 samples of the 8x8 digits
  hsr audit --only t_gn --format json       one equation, as JSON
  hsr check                                 every claim of the derivation, exactly
  hsr check own.md                          a derivation of your own
  hsr check --html page.html                the same to read: formulas, and the verdict at each claim
  hsr oracle --network net.npz --data data.npz --activation tanh --out answer.npz
  hsr conform --cases 500 -- python3 mine.py
  hsr vectors --out vectors
  hsr train --data wine --method hsr --strength 0.02 --out run
  hsr compare --data iris --seeds 10 --out study
  hsr saddles --data iris --out saddles
  hsr spectrum --network net.npz --data data.npz --activation tanh
  hsr bench --shape small

hsr COMMAND --help has more.

Exit codes: 0 all hold, 1 an equation fails, 2 the input is wrong, or training was stopped.";

/// How a report is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// For CI systems.
    Junit,
}

const FAILED: u8 = 1;
const WRONG_INPUT: u8 = 2;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refused(&error),
    };
    let command = arguments.command.unwrap_or_else(|| Command::Audit(audit::AuditArguments::default()));
    let result = match command {
        Command::Audit(arguments) => audit::audit(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Oracle(arguments) => oracle::oracle(&arguments).map(|()| true),
        Command::Conform(arguments) => conform::conform(&arguments),
        Command::Vectors(arguments) => vectors::write_vectors(&arguments).map(|()| true),
        Command::Answer => answer::answer().map(|()| true),
        Command::Train(arguments) => train::train(&arguments).map(|()| true),
        Command::Compare(arguments) => compare::compare_methods(&arguments).map(|()| true),
        Command::Saddles(arguments) => saddles::saddles(&arguments).map(|()| true),
        Command::Spectrum(arguments) => spectrum::spectrum(&arguments).map(|()| true),
        Command::Bench(arguments) => bench::bench(&arguments).map(|()| true),
        Command::Completions(arguments) => completions::completions(&arguments).map(|()| true),
        Command::Man(arguments) => man::man(&arguments).map(|()| true),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(FAILED),
        Err(error) => {
            note(&advice::told(&*error));
            ExitCode::from(WRONG_INPUT)
        }
    }
}

/// Tells what is wrong with the arguments, or the help or version that they ask for. An argument may hold what writes to
/// the terminal, so that clap's own colours are kept only where none does.
fn refused(error: &clap::Error) -> ExitCode {
    let plain = error.render().to_string();
    let code = ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(WRONG_INPUT));
    if !error.use_stderr() {
        return match print(&plain) {
            Ok(()) => code,
            Err(error) => {
                note(&error.to_string());
                ExitCode::from(WRONG_INPUT)
            }
        };
    }
    let (shown, is_hostile) =
        (short_lines(&plain), |argument: OsString| argument.to_string_lossy().chars().any(char::is_control));
    // Where standard error is closed there is nobody to tell.
    let _ = if shown == plain && !std::env::args_os().any(is_hostile) {
        error.print()
    } else {
        std::io::stderr().lock().write_all(shown.as_bytes())
    };
    code
}

/// A text as a terminal may show it, in lines of a bounded length: foreign words in it may have any.
fn short_lines(text: &str) -> String {
    const LONGEST: usize = 2000;
    let mut short = String::new();
    for line in printable(text).lines() {
        match line.char_indices().nth(LONGEST) {
            Some((end, _)) => short += &format!("{}...\n", &line[..end]),
            None => short += &format!("{line}\n"),
        }
    }
    short
}

/// Says something beside the results, on standard error.
fn note(text: &str) {
    let mut error = std::io::stderr().lock();
    // Where standard error is closed there is nobody to tell.
    let _ = write!(error, "{}", short_lines(&format!("hsr: {text}")));
}

/// Tells a report, whose table, JSON and JUnit are `texts`: to the terminal, or to a file and only its summary to the
/// terminal.
fn tell(
    format: Format,
    out: Option<&Path>,
    summary: &str,
    [table, json, junit]: [&dyn Fn() -> String; 3],
) -> Result<(), Box<dyn Error>> {
    let text = match format {
        Format::Table => printable(&table()),
        Format::Json => printable_json(&json()),
        Format::Junit => junit(),
    };
    match out {
        None => write_out(&text),
        Some(file) => {
            write_text(file, &text)?;
            print(&format!("{summary}\n"))
        }
    }
}

/// Prints to standard output.
fn print(text: &str) -> Result<(), Box<dyn Error>> {
    write_out(&printable(text))
}

/// Prints JSON to standard output.
fn print_json(text: &str) -> Result<(), Box<dyn Error>> {
    write_out(&printable_json(text))
}

/// Writes to standard output. A reader that stops reading, such as `head`, is no error.
fn write_out(text: &str) -> Result<(), Box<dyn Error>> {
    let mut output = std::io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to standard output: {error}").into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    /// The commands among the examples of a help, without what is said beside them.
    fn examples(command: &clap::Command) -> Vec<Vec<String>> {
        let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let lines = text.lines().filter_map(|line| line.strip_prefix("  hsr"));
        let commands = lines.map(|line| line.split("  ").next().unwrap_or_default());
        let words = |line: &str| line.split_whitespace().map(str::to_string).collect();
        commands.map(words).collect()
    }

    #[test]
    fn every_help_has_examples_and_each_is_a_command() {
        let hsr = Arguments::command();
        for command in hsr.get_subcommands().chain([&hsr]) {
            let examples = examples(command);
            assert!(!examples.is_empty(), "{} has no examples", command.get_name());
            for example in examples {
                if command.get_name() != "hsr" {
                    assert_eq!(example[0], command.get_name(), "{example:?}");
                }
                let arguments = [&["hsr".to_string()], &example[..]].concat();
                if let Err(error) = Arguments::try_parse_from(arguments) {
                    panic!("{example:?}: {error}");
                }
            }
        }
    }

    #[test]
    fn the_definition_of_the_arguments_is_consistent() {
        Arguments::command().debug_assert();
    }
}
