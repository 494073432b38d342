//! What an audit found.

use super::eigen::EigenSummary;
use super::settings::AuditSettings;
use serde::Serialize;
use std::fmt::Write;

/// The outcome of an audit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditReport {
    /// The command that repeats it.
    pub replay: String,
    /// The seed of everything random.
    pub seed: u64,
    /// How long it took.
    pub seconds: f64,
    /// A row an equation.
    pub equations: Vec<Row>,
    /// Extreme eigenvalues and bounds at each point.
    pub spectra: Vec<EigenSummary>,
}

/// What the witnesses say of one equation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its chapter.
    pub chapter: String,
    /// The exact witness, where the equation has components.
    pub exact: Option<ExactSummary>,
    /// The worst relative error against dual numbers on real data, where any comparison applies.
    pub relative_error: Option<f64>,
    /// Comparisons on real data that say nothing, for want of digits or of a value there.
    pub undecided: usize,
    /// Statements about eigenvalues that were checked.
    pub eigen_checks: usize,
    /// The worst difference from the production path, over its routes, relative to the size of what is added up; where
    /// it gives this quantity.
    pub fast: Option<f64>,
    /// The decimal digits of its values in `f64` that are right on real data, at the worst point.
    pub digits: Option<f64>,
    /// Exact points and float points at which it was compared.
    pub cases: usize,
    /// Everything that contradicts it.
    pub failures: Vec<Failure>,
}

/// How strong the exact evidence is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExactSummary {
    /// Sizes of networks at which it was decided.
    pub sizes: usize,
    /// Random points at which both sides agreed, over all sizes.
    pub points: usize,
    /// Largest degree of the rational function that would have to vanish by chance.
    pub degree: u64,
    /// Logarithm to base 10 of the probability that an equation passes which is wrong at one of these sizes.
    pub log10_probability: f64,
}

/// A witness that contradicts an equation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failure {
    /// The equation.
    pub equation: String,
    /// Which witness.
    pub witness: String,
    /// What the closed form was held against.
    pub against: String,
    /// Which component; empty for a scalar.
    pub component: String,
    /// The sizes of the network and data.
    pub shape: String,
    /// The closed form's value (for eigenvalues, the side that must not be larger).
    pub closed: String,
    /// The truth (for eigenvalues, the side that must not be smaller).
    pub truth: String,
    /// Both in `f64`, where the values above are elements of the prime field.
    pub in_f64: Option<(f64, f64)>,
    /// How far apart the two may be; none where the comparison is exact.
    pub tolerance: Option<f64>,
    /// The seed.
    pub seed: u64,
    /// The command that replays it.
    pub replay: String,
}

impl Failure {
    pub(super) fn without_values(name: &str, witness: &str, message: &str, settings: &AuditSettings) -> Self {
        Failure {
            equation: name.to_string(),
            witness: witness.to_string(),
            against: message.to_string(),
            component: String::new(),
            shape: String::new(),
            closed: String::new(),
            truth: String::new(),
            in_f64: None,
            tolerance: None,
            seed: settings.seed,
            replay: settings.replay_of(name),
        }
    }

    /// The failure in full, several lines.
    pub fn describe(&self) -> String {
        let mut text = format!("{} FAILS against {} ({})\n", self.equation, self.against, self.witness);
        let mut line = |label: &str, value: &str| {
            if !value.is_empty() {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "  {label:<10} {value}");
            }
        };
        line("component", &self.component);
        line("network", &self.shape);
        line("closed", &self.closed);
        line("truth", &self.truth);
        if let Some((closed, truth)) = self.in_f64 {
            line("in f64", &format!("closed {closed:.6e}, truth {truth:.6e} (random case of that shape)"));
        }
        if let Some(tolerance) = self.tolerance {
            line("tolerance", &format!("{tolerance:.3e}"));
        }
        line("seed", &self.seed.to_string());
        line("replay", &self.replay);
        text
    }
}

impl Row {
    pub(super) fn new(name: &str, chapter: &str) -> Self {
        Row {
            name: name.to_string(),
            chapter: chapter.to_string(),
            exact: None,
            relative_error: None,
            undecided: 0,
            eigen_checks: 0,
            fast: None,
            digits: None,
            cases: 0,
            failures: Vec::new(),
        }
    }

    /// Whether any witness applied.
    pub fn applies(&self) -> bool {
        self.cases > 0 || !self.failures.is_empty()
    }

    /// `holds`, `FAILS`, or `n/a` where the equation has no components.
    pub fn verdict(&self) -> &'static str {
        match (self.applies(), self.failures.is_empty()) {
            (false, _) => "n/a",
            (true, true) => "holds",
            (true, false) => "FAILS",
        }
    }
}

impl AuditReport {
    /// Whether every equation holds that applies, and at least one does.
    pub fn holds(&self) -> bool {
        let failures = self.equations.iter().any(|row| !row.failures.is_empty());
        !failures && self.equations.iter().any(Row::applies)
    }

    /// One line that counts.
    pub fn summary(&self) -> String {
        let count = |verdict: &str| self.equations.iter().filter(|row| row.verdict() == verdict).count();
        let exact: usize = self.equations.iter().filter_map(|row| row.exact.as_ref()).map(|e| e.points).sum();
        let eigen: usize = self.equations.iter().map(|row| row.eigen_checks).sum();
        let mut text = format!("{} equations hold, {} fail", count("holds"), count("FAILS"));
        if count("n/a") > 0 {
            let _ = write!(text, ", {} do not apply to this network", count("n/a"));
        }
        let undecided: usize = self.equations.iter().map(|row| row.undecided).sum();
        if undecided > 0 {
            let _ = write!(text, ", {undecided} comparisons on the data have no digits to decide them");
        }
        let _ = write!(
            text,
            "; {exact} exact points, {eigen} eigenvalue statements, seed {}, {:.1} s",
            self.seed, self.seconds
        );
        text
    }
}
