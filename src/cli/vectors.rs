//! `hsr vectors`.

use clap::Args;
use hsr::conform::{SCHEMA, VERSION, test_vectors, write_case};
use hsr::io::{OutputFolder, check_writable, write_text};
use hsr::words::path;
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

const SCHEMA_FILE: &str = "schema.json";

pub(super) fn write_vectors(arguments: &VectorsArguments) -> Result<(), Box<dyn Error>> {
    let folder = OutputFolder::open(&arguments.out)?;
    check_writable(folder.file(SCHEMA_FILE))?;
    let vectors = test_vectors()?;
    // Vectors of an earlier version are replaced; files that only have their names are not.
    if !folder.file(SCHEMA_FILE).exists() {
        let files: Vec<String> = vectors
            .iter()
            .flat_map(|vector| ["json", "npz"].map(|kind| format!("{}.{kind}", vector.name)))
            .collect();
        let names: Vec<&str> = files.iter().map(String::as_str).collect();
        folder.refuse_others(&names, "give another folder")?;
    }
    for vector in &vectors {
        write_case(folder.path(), &vector.name, vector.about, &vector.case, &vector.right)?;
    }
    write_text(folder.file(SCHEMA_FILE), SCHEMA)?;
    super::print(&format!(
        "{} vectors of version {VERSION} in {}, each as JSON and as npz\n",
        vectors.len(),
        path(folder.path())
    ))
}
