//! `hsr check`.

use crate::claims::{Derivation, Outcome, check};
use clap::Args;
use std::error::Error;
use std::path::PathBuf;

/// Arguments of `hsr check`.
#[derive(Args)]
pub(super) struct CheckArguments {
    /// Markdown files with blocks of claims
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Random points of the prime field for each claim, at least
    #[arg(long, default_value_t = 3, value_name = "P", value_parser = clap::value_parser!(u16).range(1..))]
    points: u16,
    /// Seed of everything random
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// Whether every claim holds.
pub(super) fn check_files(arguments: &CheckArguments) -> Result<bool, Box<dyn Error>> {
    let mut all = true;
    for file in &arguments.files {
        let derivation = Derivation::open(file)?;
        for claim in &derivation.program.claims[derivation.first..] {
            let outcome = check(&derivation.program, claim, arguments.points.into(), arguments.seed);
            all &= matches!(outcome, Outcome::Holds(_));
            super::print(&format!("{:<32} {outcome:?}\n", claim.name))?;
        }
    }
    Ok(all)
}
