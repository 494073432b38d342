//! `hsr man`.

use super::Arguments;
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use hsr::io::{make_folder, write_text};
use std::error::Error;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  hsr man                  the page of hsr itself
  hsr man --out man1       hsr.1, and hsr-oracle.1 and so on for the commands";

/// Arguments of `hsr man`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ManArguments {
    /// Write all pages to this folder, made if it is not there, instead of the first to standard output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn man(arguments: &ManArguments) -> Result<(), Box<dyn Error>> {
    // The command `help` is not one to write a page about.
    let mut hsr = Arguments::command().disable_help_subcommand(true);
    // It gives the commands the names that their pages have.
    hsr.build();
    let Some(folder) = &arguments.out else {
        return super::print(&page(&hsr)?.1);
    };
    make_folder(folder)?;
    for command in hsr.get_subcommands().chain([&hsr]) {
        let (name, text) = page(command)?;
        write_text(folder.join(name), &text)?;
    }
    Ok(())
}

/// The name of a command's page, and its text.
fn page(command: &Command) -> Result<(String, String), Box<dyn Error>> {
    let without_examples = command.clone().after_help(None::<&str>);
    let man = Man::new(without_examples).source(concat!("hsr ", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    man.render(&mut text)?;
    // The page would fill the lines of the examples, and hyphenate them.
    let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let mut roff = Roff::new();
    roff.control("SH", ["EXAMPLES"]).control("nf", []);
    for line in examples.lines().skip_while(|line| *line == "Examples:") {
        roff.text([roman(line)]);
    }
    roff.control("fi", []).to_writer(&mut text)?;
    Ok((man.get_filename(), String::from_utf8(text)?))
}
