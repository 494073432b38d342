//! The answer's numbers, and how they are printed and written.

use super::layers::rounded_down;
use super::reduced::Reduced;
use super::{ClosedForms, Digits, Item, LayerAnswer, LayerItem, NoBoundGradient, Scalar, Scalars, Terms};
use crate::model::{Parameters, Shape};
use crate::number::Matrix;
use crate::terms::bound::Moment;

/// The oracle's answer for one network: its scalars, gradients, and what else was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The sizes.
    pub shape: Shape,
    /// Loss, traces and bounds.
    pub scalars: Scalars<f64>,
    /// Gradient of `ws_upper`, or why there is none: all else is there without it.
    pub gradient: Result<Parameters<f64>, NoBoundGradient>,
    /// Gradient of `T`.
    pub trace_gradient: Parameters<f64>,
    /// Gradient of `Q`.
    pub trace_squared_gradient: Parameters<f64>,
    /// Gradient of the loss.
    pub loss_gradient: Parameters<f64>,
    /// Eigenvalues of the Hessian, ascending, if asked for.
    pub eigenvalues: Option<Vec<f64>>,
    /// The Hessian, if asked for.
    pub hessian: Option<Matrix<f64>>,
    /// The single terms, if asked for.
    pub terms: Option<Terms>,
    /// The traces of the layers and the bounds by groups, if asked for and not too long to wait for.
    pub layers: Option<LayerAnswer>,
    /// How many digits of each of these numbers are right.
    pub digits: Digits,
}

/// The single terms of the trace, a number a sample.
pub(super) struct PerSample {
    pub t_out: Vec<f64>,
    pub t_gn: Vec<f64>,
    pub t_res: Vec<f64>,
}

/// What comes from a dense matrix.
pub(super) struct Dense {
    pub eigenvalues: Option<Vec<f64>>,
    pub hessian: Option<Matrix<f64>>,
}

impl Answer {
    /// From the closed forms; its digits are not known yet.
    pub(super) fn of(
        forms: &ClosedForms<f64>,
        gradient: Result<Parameters<f64>, NoBoundGradient>,
        spreads: Reduced<f64>,
        dense: Dense,
        terms: Option<PerSample>,
    ) -> Self {
        let vector = |values: Vec<f64>| values.into_iter().map(unsigned).collect::<Vec<_>>();
        let entries = |gradient: &Parameters<f64>| gradient.map(unsigned);
        let gradients = &forms.gradients;
        Answer {
            shape: forms.shape,
            scalars: forms.scalars_with(spreads).map(unsigned),
            gradient: gradient.map(|gradient| entries(&gradient)),
            trace_gradient: entries(&gradients.trace()),
            trace_squared_gradient: entries(&gradients.squared()),
            loss_gradient: entries(&forms.loss_gradient),
            eigenvalues: dense.eigenvalues.map(vector),
            hessian: dense.hessian.map(|hessian| hessian.map(unsigned)),
            terms: terms.map(|PerSample { t_out, t_gn, t_res }| Terms {
                t_out: vector(t_out),
                t_gn: vector(t_gn),
                t_res: vector(t_res),
                gradients: gradients.each_ref().map(entries),
            }),
            layers: None,
            digits: Digits::unknown(),
        }
    }

    /// The scalars that are printed and written, in the order of the file: those of single blocks only with the single
    /// terms.
    pub fn printed_scalars(&self) -> impl Iterator<Item = (Scalar, f64)> {
        let with_blocks = self.terms.is_some();
        let printed = self.scalars.iter().filter(move |(scalar, _)| with_blocks || !scalar.is_of_a_block());
        printed.map(|(scalar, value)| (scalar, *value))
    }

    /// The arrays that it holds, in the order of the file. The gradient is left out where the bound has none.
    pub fn printed_arrays(&self) -> Vec<Item> {
        let mut items = Vec::new();
        items.extend(self.gradient.iter().map(|_| Item::Gradient));
        items.extend([Item::TraceGradient, Item::TraceSquaredGradient, Item::LossGradient]);
        items.extend(self.eigenvalues.iter().map(|_| Item::Eigenvalues));
        items.extend(self.hessian.iter().map(|_| Item::Hessian));
        if self.terms.is_some() {
            items.extend([Item::TOut, Item::TGn, Item::TRes]);
            items.extend(Moment::ALL.map(Item::MomentGradient));
        }
        items
    }

    /// The numbers of an item, gradients and the Hessian flat; none where it is not there.
    pub fn numbers(&self, item: Item) -> Option<Vec<f64>> {
        let terms = self.terms.as_ref();
        match item {
            Item::Scalar(scalar) => Some(vec![self.scalars[scalar]]),
            Item::Gradient => self.gradient.as_ref().ok().map(Parameters::flat),
            Item::TraceGradient => Some(self.trace_gradient.flat()),
            Item::TraceSquaredGradient => Some(self.trace_squared_gradient.flat()),
            Item::LossGradient => Some(self.loss_gradient.flat()),
            Item::Eigenvalues => self.eigenvalues.clone(),
            Item::Hessian => self.hessian.as_ref().map(|hessian| hessian.as_slice().to_vec()),
            Item::TOut => terms.map(|terms| terms.t_out.clone()),
            Item::TGn => terms.map(|terms| terms.t_gn.clone()),
            Item::TRes => terms.map(|terms| terms.t_res.clone()),
            Item::MomentGradient(moment) => terms.map(|terms| terms.gradients[moment].flat()),
        }
    }

    /// The right digits of everything that is printed and written. An item of which nothing is known is left out.
    pub fn printed_digits(&self) -> impl Iterator<Item = (Item, f64)> {
        let scalars = self.printed_scalars().map(|(scalar, _)| Item::Scalar(scalar));
        scalars.chain(self.printed_arrays()).filter_map(|item| Some((item, self.digits.of(item)?)))
    }

    /// The scalars as aligned lines with their right digits, then a line for each array whose digits are known.
    pub fn table(&self) -> String {
        let head = if self.digits.counted { "right digits" } else { "right digits, at least" };
        let mut text = format!("{}\n{:<22} {:<26} {head}\n", self.shape, "", "");
        for (scalar, value) in self.printed_scalars() {
            let digits = self.digits.of(scalar).map(rounded_down).unwrap_or_default();
            text += format!("{scalar:<22} {value:<26.17e} {digits}").trim_end();
            text.push('\n');
        }
        for (item, digits) in self.printed_digits() {
            if !matches!(item, Item::Scalar(_)) {
                text += &format!("{item:<22} {:<26} {}\n", "(of its largest entry)", rounded_down(digits));
            }
        }
        if let Err(reason) = &self.gradient {
            text += &format!("{:<22} none: {reason}\n", Item::Gradient);
        }
        if let Some(layers) = &self.layers {
            text += &layers.lines(LayerItem::is_of_groups);
        }
        text
    }
}

/// Zero has no sign: `-0.0` says nothing that `0.0` does not.
fn unsigned(value: f64) -> f64 {
    value + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_printed_to_a_tenth_and_never_one_that_is_not_there() {
        assert_eq!([15.96, 6.0, 0.0].map(rounded_down), ["15.9", "6.0", "0.0"]);
        assert_eq!(rounded_down(f64::NAN), "-");
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(format!("{}", unsigned(-0.0)), "0");
        assert_eq!(unsigned(-1.5), -1.5);
    }
}
