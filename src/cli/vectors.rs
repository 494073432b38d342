//! `hsr vectors`.

use crate::conform::{SCHEMA, VERSION, vectors, write_case};
use crate::io::write_text;
use clap::Args;
use std::error::Error;
use std::path::PathBuf;

/// Arguments of `hsr vectors`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hsr vectors --out vectors                 all of them: NAME.json, NAME.npz, and schema.json")]
pub(super) struct VectorsArguments {
    /// The folder to write them to; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn write_vectors(arguments: &VectorsArguments) -> Result<(), Box<dyn Error>> {
    let vectors = vectors()?;
    let folder = &arguments.out;
    for vector in &vectors {
        write_case(folder, &vector.name, vector.about, &vector.case, &vector.right)?;
    }
    write_text(folder.join("schema.json"), SCHEMA)?;
    super::print(&format!(
        "{} vectors of version {VERSION} in {}, each as JSON and as npz\n",
        vectors.len(),
        folder.display()
    ))
}
