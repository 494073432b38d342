//! A check as a table, as JSON, as JUnit.

use super::check::{CheckReport, ClaimFailure};
use super::words;
use crate::claims::explanation::mutants::{MutantScore, MutantVerdict};
use crate::claims::verdict::outcome::{Reach, Verdict};
use crate::reports::{JunitCase, JunitOutcome, json_report, junit};
use crate::words::shown;
use std::fmt::Write;

impl ClaimFailure {
    /// Everything known besides the place: labels with their values.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let one = |label, value: &Option<String>| value.clone().map(|value| (label, value));
        let known = [
            one("network", &self.sizes),
            one("component", &self.component),
            one("numbers", &self.numbers),
            one("left", &self.left),
            one("right", &self.right),
            one("no value", &self.undefined),
            one("wrong part", &self.wrong),
            one("relation", &self.relation),
        ];
        let mut facts: Vec<_> = known.into_iter().flatten().collect();
        facts.extend(self.repairs.iter().map(|repair| ("true line", repair.clone())));
        facts.extend(self.helpful.iter().map(|assumption| ("would hold", format!("with '{assumption}'"))));
        facts.extend(one("search", &self.search));
        facts.extend([("seed", self.seed.to_string()), ("replay", self.replay.clone())]);
        facts
    }

    /// The failure in full, in several lines.
    pub fn describe(&self) -> String {
        let mut text = self.place.clone();
        for (label, value) in self.facts() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "   {label:<10} {value}");
        }
        text
    }
}

/// The number of claims with each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Counts {
    /// Equalities that hold.
    pub proved: usize,
    /// Those of them that are proved at every size.
    pub every_size: usize,
    /// Inequalities and claims about eigenvalues of which no violation was found.
    pub not_refuted: usize,
    /// Claims on which the witnesses do not agree.
    pub undecided: usize,
    /// Claims that are false.
    pub falsified: usize,
    /// Claims without a real value.
    pub undefined: usize,
    /// Logarithm to base 10 of the largest probability with which two sides that differ pass the exact check of a proof.
    pub worst_log10: Option<f64>,
}

impl Counts {
    /// Claims that do not pass.
    pub fn failed(&self) -> usize {
        self.undecided + self.falsified + self.undefined
    }
}

impl CheckReport {
    /// Whether every claim is proved or not refuted, and no edit of a true claim survived.
    pub fn holds(&self) -> bool {
        let survived = self.mutants.as_ref().is_some_and(|score| score.count(MutantVerdict::Survived) > 0);
        self.claims.iter().all(|claim| claim.verdict.passes()) && !survived
    }

    /// The number of claims with each verdict.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for claim in &self.claims {
            let count = match claim.verdict {
                Verdict::Proved => &mut counts.proved,
                Verdict::NotRefuted => &mut counts.not_refuted,
                Verdict::Undecided => &mut counts.undecided,
                Verdict::False => &mut counts.falsified,
                Verdict::Undefined => &mut counts.undefined,
            };
            *count += 1;
            if let Some(proof) = &claim.proof {
                counts.every_size += usize::from(proof.sizes == Reach::Every);
                let found = proof.log10_probability;
                counts.worst_log10 = Some(counts.worst_log10.map_or(found, |worst| worst.max(found)));
            }
        }
        counts
    }

    /// The number of claims with each verdict, the seed and the time, in one line.
    pub fn summary(&self) -> String {
        let counts = self.counts();
        let mut text = format!(
            "{} proved ({} of them at every size), {} not refuted, {} undecided, {} false, {} undefined",
            counts.proved,
            counts.every_size,
            counts.not_refuted,
            counts.undecided,
            counts.falsified,
            counts.undefined
        );
        if let Some(worst) = counts.worst_log10 {
            let _ = write!(text, "; P(fooled) of a proof at most 1e{:.0}", worst.ceil());
        }
        let _ = write!(text, "; seed {}, {:.1} s", self.seed, self.seconds);
        text
    }

    /// The report as a table: a line for each claim, then the failures, the edits and the summary.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let mut file = "";
        for claim in &self.claims {
            if claim.file != file {
                file = &claim.file;
                let _ = writeln!(text, "-- {}", words::file(file));
            }
            let _ =
                writeln!(text, "{:<34} {:<11} {}", shown(&claim.name), claim.verdict.word(), claim.evidence);
        }
        text.push('\n');
        for failure in self.claims.iter().filter_map(|claim| claim.failure.as_ref()) {
            let _ = writeln!(text, "{}", failure.describe());
        }
        if let Some(score) = &self.mutants {
            text += &edits(score);
        }
        text + &self.summary() + "\n"
    }

    /// The report as JSON.
    pub fn json(&self) -> String {
        json_report(self, self.holds(), &self.summary())
    }

    /// The report as JUnit XML, a test case for each claim.
    pub fn junit(&self) -> String {
        let cases = self.claims.iter().map(|claim| JunitCase {
            name: shown(&claim.name),
            class: words::file(&claim.file),
            outcome: match &claim.failure {
                None => JunitOutcome::PassedWith(format!("{}: {}", claim.verdict.word(), claim.evidence)),
                Some(failure) => JunitOutcome::Failed(
                    format!("{} is {}", shown(&claim.name), claim.verdict.word()),
                    failure.describe(),
                ),
            },
        });
        junit("hsr check", cases)
    }
}

/// The edits that were not rejected, and how many have which verdict.
fn edits(score: &MutantScore) -> String {
    let mut text = String::new();
    for (verdict, label) in [(MutantVerdict::Survived, "survivor"), (MutantVerdict::AlsoTrue, "also true")] {
        for line in score.lines(verdict) {
            let _ = writeln!(text, "{label}: {line}");
        }
    }
    let _ = writeln!(text, "{}", score.summary());
    text
}

impl MutantScore {
    /// The number of edits with each verdict, in one line.
    pub fn summary(&self) -> String {
        let cut = match self.cut {
            0 => String::new(),
            1 => "; of 1 claim, which is very long, only the first edits were made".to_string(),
            many => format!("; of {many} claims, which are very long, only the first edits were made"),
        };
        format!(
            "{} edits of true claims: {} false, {} undecided, {} undefined, {} proved equal to the claim, {} of inequalities \
             that are not refuted either, {} survivors{cut}",
            self.edits.len(),
            self.count(MutantVerdict::False),
            self.count(MutantVerdict::Undecided),
            self.count(MutantVerdict::Undefined),
            self.count(MutantVerdict::Equal),
            self.count(MutantVerdict::AlsoTrue),
            self.count(MutantVerdict::Survived)
        )
    }
}
