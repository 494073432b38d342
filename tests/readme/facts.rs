//! Numbers and lists in the text of the README, each counted where it comes from.

use super::blocks::README;
use hsr::claims::Derivation;
use hsr::data::DataSet;
use hsr::model::{Activation, Batch, Shape};
use hsr::number::Matrix;
use hsr::oracle::{Wanted, answer};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The README as one line, so that a phrase is found wherever a line ends.
fn text() -> String {
    README.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
pub fn states(phrase: &str) {
    let phrase = phrase.trim();
    assert!(text().contains(phrase), "the README does not say '{phrase}'");
}

/// The text between two phrases of the README.
fn between(from: &str, to: &str) -> String {
    let text = text();
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("the README does not say '{from}'"));
    rest.split(to).next().unwrap().to_string()
}

/// How many claims there are, and of which kind, by the report of `hsr check`.
pub fn of_the_claims(report: &str) {
    let (mut chapters, mut variants, mut in_variants) = (0, 0, false);
    for line in report.lines().take_while(|line| !line.is_empty()) {
        match line.strip_prefix("-- ") {
            Some(file) => in_variants = file.contains("/variants/"),
            None if in_variants => variants += 1,
            None => chapters += 1,
        }
    }
    let last = report.lines().last().unwrap();
    let before = |word: &str| -> usize {
        let (start, _) = last.split_once(word).unwrap_or_else(|| panic!("no '{word}' in {last}"));
        start.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
    };
    let (proved, every, searched) =
        (before(" proved"), before(" of them at every size"), before(" not refuted"));
    assert_eq!(chapters + variants, proved + searched, "{last}");
    states(&format!(
        "{chapters} claims in the chapters and {variants} in the variants: {proved} equalities proved"
    ));
    states(&format!("{every} of them at every size"));
    states(&format!("and {searched} inequalities that a search did not refute"));
}

/// The arrays of an answer, but for the single terms.
pub fn of_the_answer() {
    let shape = Shape { samples: 4, inputs: 2, hidden: 3, classes: 2, biases: true };
    let x = Matrix::from_fn(4, 2, |n, l| ((2 * n + l) as f64).sin());
    let batch = Batch::from_labels(x, &[0, 1, 0, 1], 2).unwrap();
    let network = hsr::audit::random_network(&shape, Activation::Tanh, 1);
    let wanted = Wanted::default().with_spectrum().with_hessian();
    let arrays = answer(&network, &batch, wanted).unwrap().arrays();
    let arrays: BTreeSet<&str> = arrays.iter().map(|(name, _)| &name[..]).collect();
    let told = between("`answer.npz` holds, as float64,", "the single terms and their gradients");
    let names = told.split('`').skip(1).step_by(2).filter(|name| !name.starts_with("--"));
    assert_eq!(names.collect::<BTreeSet<&str>>(), arrays);
}

pub fn of_the_variants() {
    const NUMBERS: [&str; 13] = [
        "No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven",
        "Twelve",
    ];
    // The first derivation is that of the chapters.
    let variants = Derivation::embedded().unwrap().len() - 1;
    states(&format!("[{} variants](derivations/README.md#variants)", NUMBERS[variants]));
}

/// The README gives round numbers, which hold while claims are added.
pub fn of_the_labelled_claims() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/soundness");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = files.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let texts: String = texts.map(|path| fs::read_to_string(path).unwrap()).collect();
    let labels: Vec<&str> = texts.lines().filter_map(|line| line.strip_prefix("# expect: ")).collect();
    let wrong = labels.iter().filter(|label| label.trim() == "false").count();
    states(
        "[More than 1,000 labelled claims](tests/soundness) from many fields, more than half of them false",
    );
    assert!(labels.len() > 1000 && 2 * wrong > labels.len(), "{wrong} of {} are false", labels.len());
}

pub fn of_activations_and_data() {
    let told = between("Activations: ", "- The production path");
    for activation in Activation::ALL {
        let name = activation.name();
        assert!(told.split([' ', ',', ')', '.']).any(|word| word == name), "the README does not name {name}");
    }
    let told = between("`audit` reads ", "(embedded");
    for data in DataSet::ALL {
        assert!(told.contains(&format!("`{data}`")), "the README does not name {data}");
    }
    assert_eq!(told.matches('`').count(), 2 * DataSet::ALL.len());
}
