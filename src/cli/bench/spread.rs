//! What runs of one thing are summarised by: the median, and how far they lie apart.

use serde::Serialize;

/// Runs that lie farther apart than this were disturbed: on a quiet machine they differ by some hundredths.
const QUIET: f64 = 1.25;

/// The median of some runs, their least and their most, and the runs themselves in the order in which they were taken.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Spread {
    median: f64,
    least: f64,
    most: f64,
    runs: Vec<f64>,
}

impl Spread {
    /// The spread of these runs; none of no run.
    pub fn of(runs: Vec<f64>) -> Option<Self> {
        let mut sorted = runs.clone();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        Some(Spread { median: (low + high) / 2.0, least, most, runs })
    }

    /// A function of each run.
    pub fn map(&self, of: impl Fn(f64) -> f64) -> Option<Self> {
        Spread::of(self.runs.iter().map(|run| of(*run)).collect())
    }

    /// The median.
    #[cfg(test)]
    pub fn median(&self) -> f64 {
        self.median
    }

    /// The ratio of each run to that of the other in the same round.
    pub fn over(&self, other: &Self) -> Option<Self> {
        Spread::of(self.runs.iter().zip(&other.runs).map(|(own, other)| own / other).collect())
    }

    /// By what factor the runs lie apart, if that is more than on a quiet machine.
    pub fn disturbed(&self) -> Option<f64> {
        let factor = self.most / self.least;
        (factor > QUIET).then_some(factor)
    }

    /// The median with the least and the most in parentheses; the median alone of one run.
    pub fn describe(&self) -> String {
        let [median, least, most] = [self.median, self.least, self.most].map(figures);
        if self.runs.len() < 2 { median } else { format!("{median} ({least}-{most})") }
    }
}

/// A number with three figures, two below 0.1.
fn figures(number: f64) -> String {
    match number {
        ..0.1 => format!("{number:.3}"),
        ..10.0 => format!("{number:.2}"),
        ..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(runs: &[f64]) -> Spread {
        Spread::of(runs.to_vec()).unwrap()
    }

    #[test]
    fn the_median_stands_between_least_and_most() {
        assert_eq!(spread(&[3.0, 1.0, 2.0]).describe(), "2.00 (1.00-3.00)");
        assert_eq!(spread(&[4.0, 1.0, 2.0, 3.0]).describe(), "2.50 (1.00-4.00)");
        assert_eq!(spread(&[0.0123]).describe(), "0.012");
        assert_eq!(spread(&[12.345, 1234.5]).describe(), "623 (12.3-1234)");
        assert_eq!(Spread::of(Vec::new()), None);
    }

    #[test]
    fn a_ratio_is_taken_within_each_round() {
        // The machine was half as fast in the second round, and the ratio does not show it.
        let (own, other) = (spread(&[2.0, 4.0, 2.2]), spread(&[1.0, 2.0, 1.0]));
        assert_eq!(own.over(&other).unwrap().describe(), "2.00 (2.00-2.20)");
    }

    #[test]
    fn runs_that_lie_apart_were_disturbed() {
        assert_eq!(spread(&[1.0, 1.2, 1.1]).disturbed(), None);
        assert_eq!(spread(&[1.0, 1.5, 1.1]).disturbed(), Some(1.5));
        assert_eq!(spread(&[1.0]).disturbed(), None);
    }
}
