//! `hsr completions`.

use super::Arguments;
use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};
use std::error::Error;

const EXAMPLES: &str = "\
Examples:
  hsr completions bash
  hsr completions zsh
  hsr completions fish

Where a shell looks for the text differs; bash reads it in ~/.local/share/bash-completion/completions/hsr.";

/// Arguments of `hsr completions`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

pub(super) fn completions(arguments: &CompletionsArguments) -> Result<(), Box<dyn Error>> {
    let mut text = Vec::new();
    generate(arguments.shell, &mut Arguments::command(), "hsr", &mut text);
    super::print(&String::from_utf8(text)?)
}
