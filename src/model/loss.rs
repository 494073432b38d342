//! The losses of an output, and the targets that each takes.

use crate::names::{UnknownName, find};
use std::fmt;
use std::str::FromStr;

/// A loss `ell(o, y)` of the outputs `o` of one sample and its targets `y`, summed over outputs.
///
/// Its derivatives are in [`terms::OutputLoss`](crate::terms::OutputLoss), the trait for losses of one's own.
///
/// ```
/// use hsr::model::{Loss, Targets};
/// let loss: Loss = "poisson".parse()?;
/// assert_eq!(loss.targets(), Targets::Counts);
/// # Ok::<(), hsr::names::UnknownName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// Softmax cross entropy, `-sum_k y_k ln p_k` with `p = softmax(o)`.
    Softmax,
    /// Half the squared distance, `|o - y|^2/2`.
    Squared,
    /// Sigmoid cross entropy of each output, `sum_k ln(1 + e^(o_k)) - y_k o_k`. With one output it is binary classification by
    /// one logit, as scikit-learn has it, whose Hessian is not that of two classes.
    MultiLabel,
    /// Poisson with the logarithm as link, `sum_k e^(o_k) - y_k o_k`, without the constant `ln y_k!`.
    Poisson,
    /// `sum_k sqrt(1 + (o_k - y_k)^2) - 1`.
    PseudoHuber,
    /// A cubic polynomial of all outputs with pseudo-random coefficients, for checks: closed forms see a loss by its first three
    /// derivatives at a point, and those of a cubic are any numbers. It is no loss to train with and has no place in
    /// [`Loss::ALL`].
    Cubic,
}

/// What the targets of a loss are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targets {
    /// A probability vector a sample.
    Probabilities,
    /// Any finite numbers.
    Numbers,
    /// Zeros and ones.
    ZerosAndOnes,
    /// Whole numbers, 0 or more.
    Counts,
}

impl Loss {
    /// Every loss that a command offers.
    pub const ALL: [Loss; 5] =
        [Loss::Softmax, Loss::Squared, Loss::MultiLabel, Loss::Poisson, Loss::PseudoHuber];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Loss::Softmax => "softmax",
            Loss::Squared => "squared",
            Loss::MultiLabel => "multi-label",
            Loss::Poisson => "poisson",
            Loss::PseudoHuber => "pseudo-huber",
            Loss::Cubic => "cubic",
        }
    }

    /// What its targets are.
    pub fn targets(self) -> Targets {
        match self {
            Loss::Softmax => Targets::Probabilities,
            Loss::Squared | Loss::PseudoHuber | Loss::Cubic => Targets::Numbers,
            Loss::MultiLabel => Targets::ZerosAndOnes,
            Loss::Poisson => Targets::Counts,
        }
    }
}

impl Targets {
    /// Whether a number may be one of the targets; that probabilities sum to 1 is a matter of the whole sample.
    pub fn admit(self, value: f64) -> bool {
        match self {
            Targets::Probabilities => (0.0..=f64::INFINITY).contains(&value),
            Targets::Numbers => true,
            Targets::ZerosAndOnes => value == 0.0 || value == 1.0,
            Targets::Counts => value >= 0.0 && value.fract() == 0.0,
        }
    }

    /// What a target has to be, for messages.
    pub fn described(self) -> &'static str {
        match self {
            Targets::Probabilities => "a probability is never negative",
            Targets::Numbers => "a target is a finite number",
            Targets::ZerosAndOnes => "a target is 0 or 1",
            Targets::Counts => "a count is a whole number, 0 or more",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Loss {
    type Err = UnknownName;
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        find("loss", name, &Loss::ALL, Loss::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_in_words_and_in_files_and_is_read_back() {
        for loss in Loss::ALL {
            assert_eq!(loss.name().parse(), Ok(loss));
            assert_eq!(serde_json::to_value(loss).unwrap(), loss.name());
        }
        assert_eq!(
            "huber".parse::<Loss>().unwrap_err().to_string(),
            "unknown loss 'huber': choose softmax, squared, multi-label, poisson or pseudo-huber"
        );
    }

    #[test]
    fn targets_are_what_the_loss_needs() {
        for (loss, right, wrong) in [
            (Loss::Softmax, 0.25, -0.1),
            (Loss::Squared, -1.5, f64::NAN),
            (Loss::MultiLabel, 1.0, 0.5),
            (Loss::Poisson, 7.0, -1.0),
            (Loss::Poisson, 0.0, 1.5),
        ] {
            assert!(loss.targets().admit(right), "{loss}");
            assert!(!loss.targets().admit(wrong) || wrong.is_nan(), "{loss}");
        }
    }
}
