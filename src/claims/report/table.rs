//! A check as a table, as JSON, as JUnit.

use super::run::{CheckReport, ClaimFailure, ClaimReport};
use crate::claims::verdict::outcome::Evidence;
use crate::io::{JunitCase, JunitOutcome, json_report, junit};
use std::fmt::Write;

impl ClaimFailure {
    /// All that is known besides the place: what it is, and its value.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let one = |label, value: &str| (label, value.to_string());
        let mut facts = vec![
            one("network", &self.sizes),
            one("component", &self.component),
            one("left", &self.left),
            one("right", &self.right),
            one("in numbers", self.integers.as_deref().unwrap_or_default()),
            one("wrong part", self.wrong.as_deref().unwrap_or_default()),
            one("relation", self.relation.as_deref().unwrap_or_default()),
        ];
        facts.extend(self.repairs.iter().map(|repair| one("true line", repair)));
        facts.extend([
            one("search", self.search.as_deref().unwrap_or_default()),
            one("seed", &self.seed.to_string()),
            one("replay", &self.replay),
        ]);
        facts.retain(|(_, value)| !value.is_empty());
        facts
    }

    /// The failure in full, several lines.
    pub fn describe(&self) -> String {
        let mut text = self.place.clone();
        for (label, value) in self.facts() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "   {label:<10} {value}");
        }
        text
    }
}

/// How many claims became what.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Claims that hold exactly.
    pub exact: usize,
    /// Claims that hold in floats.
    pub float: usize,
    /// Claims that fail.
    pub failed: usize,
    /// Logarithm to base 10 of the largest probability with which a false claim passes the exact check.
    pub worst_log10: Option<f64>,
}

impl CheckReport {
    /// Whether every claim holds, and no edit of one survived.
    pub fn holds(&self) -> bool {
        let survivors = self.mutants.as_ref().is_some_and(|score| !score.survivors.is_empty());
        self.claims.iter().all(|claim| claim.failure.is_none()) && !survivors
    }

    /// How many claims became what.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for claim in &self.claims {
            match claim.evidence {
                None => counts.failed += 1,
                Some(Evidence::Float { .. }) => counts.float += 1,
                Some(Evidence::Exact { log10_probability: found, .. }) => {
                    counts.exact += 1;
                    counts.worst_log10 = Some(counts.worst_log10.map_or(found, |worst| worst.max(found)));
                }
            }
        }
        counts
    }

    /// One line that counts.
    pub fn summary(&self) -> String {
        let Counts { exact, float, failed, worst_log10 } = self.counts();
        let mut text =
            format!("{} claims hold ({exact} exactly, {float} in floats), {failed} fail", exact + float);
        if let Some(worst) = worst_log10 {
            let _ = write!(text, "; a false one passes with probability below 1e{:.0}", worst.ceil());
        }
        let _ = write!(text, "; seed {}, {:.1} s", self.seed, self.seconds);
        text
    }

    /// A line a claim, then the failures, the edits and the summary.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let mut file = "";
        for claim in &self.claims {
            if claim.file != file {
                file = &claim.file;
                let _ = writeln!(text, "-- {file}");
            }
            let _ = writeln!(text, "{:<34} {}", claim.name, verdict(claim));
        }
        text.push('\n');
        for failure in self.claims.iter().filter_map(|claim| claim.failure.as_ref()) {
            let _ = writeln!(text, "{}", failure.describe());
        }
        if let Some(score) = &self.mutants {
            for survivor in &score.survivors {
                let _ = writeln!(text, "survivor: {survivor}");
            }
            for inequality in &score.also_true {
                let _ = writeln!(text, "also true: {inequality}");
            }
            let _ = writeln!(
                text,
                "{} edits of true claims: {} rejected, {} proved equal to the claim, {} of inequalities that hold \
                 too, {} survivors",
                score.edits,
                score.rejected,
                score.equivalent,
                score.also_true.len(),
                score.survivors.len()
            );
        }
        text + &self.summary() + "\n"
    }

    /// The report as JSON.
    pub fn json(&self) -> String {
        json_report(self, self.holds(), &self.summary())
    }

    /// The report as JUnit XML, a test case a claim.
    pub fn junit(&self) -> String {
        let cases = self.claims.iter().map(|claim| JunitCase {
            name: claim.name.clone(),
            class: claim.file.clone(),
            outcome: match &claim.failure {
                None => JunitOutcome::Passed,
                Some(failure) => {
                    JunitOutcome::Failed(format!("{} does not hold", claim.name), failure.describe())
                }
            },
        });
        junit("hsr check", cases)
    }
}

fn verdict(claim: &ClaimReport) -> String {
    match &claim.evidence {
        None => "FAILS".to_string(),
        Some(Evidence::Exact { sizes, points, degree, log10_probability }) => format!(
            "holds  exact, {sizes} sizes, {points} points, degree {degree}, P(fooled) 1e{:.0}",
            log10_probability.ceil()
        ),
        Some(Evidence::Float { points }) => format!("holds  in floats, {points} points"),
    }
}
