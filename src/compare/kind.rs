//! The kind of an end point: whether it is stationary, for what, and what it is then.

use serde::Serialize;
use std::fmt;

/// The kind of an end point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// Stationary for the loss, and no eigenvalue of its Hessian is negative beyond the threshold.
    Minimum,
    /// Stationary for the loss, and an eigenvalue is negative.
    Saddle,
    /// Stationary for what the method descends, and not for the loss: the gradient of the penalty balances that of the loss.
    OfObjective,
    /// Every training sample has a margin, so that the loss falls towards its infimum, 0, as the output layer grows.
    NoFiniteMinimum,
    /// None of these: the run has not arrived anywhere.
    NotConverged,
}

impl Kind {
    /// All kinds, in the order of the tables.
    pub const ALL: [Kind; 5] =
        [Kind::Minimum, Kind::Saddle, Kind::OfObjective, Kind::NoFiniteMinimum, Kind::NotConverged];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(match self {
            Kind::Minimum => "minimum",
            Kind::Saddle => "saddle",
            Kind::OfObjective => "of the objective only",
            Kind::NoFiniteMinimum => "no finite minimum",
            Kind::NotConverged => "not converged",
        })
    }
}

/// The thresholds between kinds. None of them follows from the mathematics, so the counts are shown at a tenth and at ten times each
/// as well: see [`MethodResult::sensitivity`](super::MethodResult::sensitivity).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Thresholds {
    /// A gradient up to this share of the loss's at the initial point counts as none.
    pub gradient: f64,
    /// A decrease of the loss up to this share of it, as a step of gradient descent still promises it, counts as none.
    pub decrease: f64,
    /// An eigenvalue counts as negative below this share of the largest, with the sign changed, if it is beyond rounding, too.
    pub negative: f64,
    /// The penalty balances the loss where the sum of their gradients is below this share of the loss's.
    pub balance: f64,
}

impl Thresholds {
    /// Two orders of magnitude below the initial gradient. At lambda_max of order 1 the loss is then within some `1e-4` of its least
    /// along each direction of that curvature, which no table here shows.
    const GRADIENT: f64 = 1e-2;
    /// A step of length `1/lambda_max` along `-g` lowers the loss by about `|g|^2/(2 lambda_max)`. At a thousandth of the loss for
    /// `|g|^2/lambda_max`, a step changes no digit that a table shows. It is this that tells a small loss from a small gradient.
    const DECREASE: f64 = 1e-3;
    /// Along an eigenvector of `-lambda_max/100` descent takes a hundred times as many steps to leave as it takes to settle along the
    /// top one. What is flatter than that cannot be told from a valley by running on, and there every end point of finite training has
    /// some eigenvalues below 0 beyond rounding: their number is a measure of its own, `negative`.
    const NEGATIVE: f64 = 1e-2;
    /// Nine tenths of the loss's gradient are cancelled by the penalty's. A method without a penalty is at 1, and a penalty that is only
    /// small beside the loss is near 1, so that a run that is still falling is not taken for a balance.
    const BALANCE: f64 = 1e-1;

    /// The thresholds, each by name with one in which it alone is multiplied by a factor.
    pub fn with_each_times(&self, factor: f64) -> [(&'static str, Thresholds); 4] {
        [
            ("gradient", Thresholds { gradient: factor * self.gradient, ..*self }),
            ("decrease", Thresholds { decrease: factor * self.decrease, ..*self }),
            ("negative", Thresholds { negative: factor * self.negative, ..*self }),
            ("balance", Thresholds { balance: factor * self.balance, ..*self }),
        ]
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds {
            gradient: Thresholds::GRADIENT,
            decrease: Thresholds::DECREASE,
            negative: Thresholds::NEGATIVE,
            balance: Thresholds::BALANCE,
        }
    }
}

/// What the kind of a point follows from. The loss's own gradient counts, wherever the method takes the one that it descends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Evidence {
    /// `|grad L|`, relative to the initial point's.
    pub gradient: f64,
    /// `|grad L|^2 / (lambda_max L)`, with `L` above its infimum: twice the share of the loss that a step of length `1/lambda_max` takes
    /// away where the curvature along the gradient is the largest.
    pub decrease: f64,
    /// The norm of the gradient that the method descends, relative to that at the initial point or to the loss's there, the smaller.
    pub descended: f64,
    /// The same norm, relative to `|grad L|` here.
    pub balance: f64,
    /// The smallest eigenvalue, relative to the largest.
    pub smallest: f64,
    /// What rounding, or a Krylov method that stops, may have done to the smallest eigenvalue, relative to the largest.
    pub rounding: f64,
    /// The least margin of the training samples, where they have hard labels.
    pub margin: Option<f64>,
}

impl Evidence {
    /// The kind of the point at these thresholds.
    ///
    /// Where all margins are positive, the derivative of the loss along the output layer's own weights is below 0 at every growth of
    /// them, and the loss tends to 0: that is proved by the margins, needs no threshold, and goes before every comparison with one. Only
    /// a balance with a penalty does not mind it.
    pub fn kind(&self, thresholds: &Thresholds) -> Kind {
        let is_fitted = self.margin.is_some_and(|margin| margin > 0.0);
        let is_stationary = self.gradient <= thresholds.gradient && self.decrease <= thresholds.decrease;
        // Strictly, so that no threshold up to 1 takes plain descent, whose own gradient it is, for a balance.
        let is_balanced = self.descended <= thresholds.gradient && self.balance < thresholds.balance;
        match (is_fitted, is_stationary, is_balanced) {
            (false, true, _) if self.smallest < -self.rounding.max(thresholds.negative) => Kind::Saddle,
            (false, true, _) => Kind::Minimum,
            (_, _, true) => Kind::OfObjective,
            (true, _, false) => Kind::NoFiniteMinimum,
            (false, false, false) => Kind::NotConverged,
        }
    }
}

/// How many end points of a method are of each kind where one threshold is moved.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Sensitivity {
    /// The threshold that is moved.
    pub threshold: &'static str,
    /// By what it is multiplied.
    pub factor: f64,
    /// The counts, in the order of [`Kind::ALL`].
    pub counts: [usize; 5],
}

/// A decade to either side.
const FACTORS: [f64; 2] = [0.1, 10.0];

/// The counts with each threshold a decade to either side.
pub(super) fn sensitivity(points: &[Evidence]) -> Vec<Sensitivity> {
    let at = |factor: f64| {
        let moved = Thresholds::default().with_each_times(factor);
        moved.map(|(threshold, moved)| Sensitivity { threshold, factor, counts: counts(points, &moved) })
    };
    let [below, above] = FACTORS.map(at);
    below.into_iter().zip(above).flat_map(|(below, above)| [below, above]).collect()
}

/// How many points are of each kind.
pub(super) fn counts(points: &[Evidence], thresholds: &Thresholds) -> [usize; 5] {
    Kind::ALL.map(|kind| points.iter().filter(|point| point.kind(thresholds) == kind).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A minimum of noisy data, reached by plain descent.
    const MINIMUM: Evidence = Evidence {
        gradient: 1e-4,
        decrease: 1e-6,
        descended: 1e-4,
        balance: 1.0,
        smallest: -1e-5,
        rounding: 1e-13,
        margin: Some(-0.3),
    };

    fn kind(evidence: Evidence) -> Kind {
        evidence.kind(&Thresholds::default())
    }

    #[test]
    fn a_stationary_point_of_the_loss_is_a_minimum_or_a_saddle() {
        assert_eq!(kind(MINIMUM), Kind::Minimum);
        assert_eq!(kind(Evidence { smallest: -0.02, ..MINIMUM }), Kind::Saddle);
        // An eigenvalue that rounding may have made.
        assert_eq!(kind(Evidence { smallest: -0.02, rounding: 0.03, ..MINIMUM }), Kind::Minimum);
        // Targets that are no hard labels have no margin.
        assert_eq!(kind(Evidence { margin: None, ..MINIMUM }), Kind::Minimum);
    }

    #[test]
    fn a_point_that_is_stationary_for_the_objective_only_is_no_saddle_of_the_loss() {
        let balanced = Evidence { gradient: 0.1, balance: 0.02, smallest: -0.3, descended: 2e-3, ..MINIMUM };
        assert_eq!(kind(balanced), Kind::OfObjective);
        assert_eq!(kind(Evidence { margin: Some(0.2), ..balanced }), Kind::OfObjective);
        assert_eq!(kind(Evidence { balance: 0.5, ..balanced }), Kind::NotConverged);
    }

    #[test]
    fn sharpness_aware_minimization_is_judged_by_the_gradient_of_the_loss() {
        // Its own gradient is that at a distance rho, where a minimum has one.
        assert_eq!(kind(Evidence { descended: 0.3, balance: 3e3, ..MINIMUM }), Kind::Minimum);
    }

    #[test]
    fn a_small_gradient_beside_a_small_loss_is_not_stationary() {
        assert_eq!(kind(Evidence { decrease: 0.2, ..MINIMUM }), Kind::NotConverged);
    }

    #[test]
    fn where_every_sample_has_a_margin_there_is_no_finite_minimum() {
        assert_eq!(kind(Evidence { margin: Some(1e-3), ..MINIMUM }), Kind::NoFiniteMinimum);
        assert_eq!(kind(Evidence { margin: Some(0.0), ..MINIMUM }), Kind::Minimum);
    }

    #[test]
    fn each_threshold_is_moved_alone_and_by_a_decade_to_either_side() {
        let points =
            [MINIMUM, Evidence { smallest: -0.02, ..MINIMUM }, Evidence { gradient: 0.05, ..MINIMUM }];
        let all = sensitivity(&points);
        assert_eq!(all.len(), 8);
        let at = |threshold: &str, factor: f64| {
            all.iter().find(|it| it.threshold == threshold && it.factor == factor).unwrap().counts
        };
        assert_eq!(counts(&points, &Thresholds::default()), [1, 1, 0, 0, 1]);
        assert_eq!(at("gradient", 10.0), [2, 1, 0, 0, 0]);
        assert_eq!(at("negative", 10.0), [2, 0, 0, 0, 1]);
        assert_eq!(at("decrease", 0.1), [1, 1, 0, 0, 1]);
        assert_eq!(at("balance", 10.0), [1, 1, 0, 0, 1], "plain descent balances nothing");
    }
}
