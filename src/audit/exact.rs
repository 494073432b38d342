//! The exact witness: closed forms against derivatives of the loss in the prime field, with no tolerance.

use super::compare::{Compared, Incomparable, Probe, compare};
use super::equation::{Check, Equation, On};
use super::sizes::of_chapters;
use super::{AuditSettings, Size, Subject, equations, matching};
use crate::number::{Degree, Field, Gap, chance};

/// Square roots of radicands exist at every second point; an equation takes at most this many that are independent: bounds by
/// groups, which take a root for each group and each pair of groups, are decided where there are no more.
const ROOTS: usize = 6;

/// Points that are tried at a size before the equation counts as undecidable there, for want of the square root of a
/// size; of a radicand it would be found long before.
const ATTEMPTS: u64 = 32;

/// The same for bounds by groups, all of whose radicands, [`ROOTS`] at most, must have a root.
const ATTEMPTS_OF_GROUPS: u64 = 1 << (ROOTS + 5);

/// Points at a size, at most: a degree for which they are too few would not be decided by more.
const MOST_POINTS: usize = 64;

/// Logarithm to base 10 of the probability that no equation may exceed.
const TARGET: f64 = -18.0;

/// What the exact witness says of an equation.
#[derive(Clone, Debug, PartialEq)]
pub struct Exact {
    /// Whether the equation has components with these biases.
    pub applies: bool,
    /// Sizes at which it was decided.
    pub sizes: usize,
    /// Random points at which all components agreed, over all sizes.
    pub points: usize,
    /// The largest degree of the rational function that would have to vanish by chance.
    pub degree: u64,
    /// Logarithm to base 10 of the probability that an equation passes which is wrong at one of these sizes: the largest
    /// over the sizes.
    pub log10_probability: f64,
    /// The point at which it failed, if it did.
    pub failure: Option<ExactFailure>,
}

/// Where an equation failed exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactFailure {
    /// The size.
    pub size: Size,
    /// The seed of the case.
    pub seed: u64,
    /// Index of the truth that it was held against.
    pub check: usize,
    /// The first comparison that failed.
    pub compared: Compared<Field>,
}

/// Checks one equation, by name, at every size: every truth at `settings.points` random points, and at more where its degree is
/// so high that they would leave a wrong equation a chance above 1e-18.
pub fn exact(name: &str, settings: &AuditSettings) -> Exact {
    let mut result = Exact {
        applies: false,
        sizes: 0,
        points: 0,
        degree: 0,
        log10_probability: f64::NEG_INFINITY,
        failure: None,
    };
    let fields = equations::<Field>();
    let degrees = equations::<Degree>();
    let (Some(equation), Some(degree)) = (matching(&fields, name), matching(&degrees, name)) else {
        return result;
    };
    for (index, size) in of_chapters(equation.closed.is_of_any_depth(), settings).into_iter().enumerate() {
        let seed = settings.seed.wrapping_mul(0x9e37_79b9).wrapping_add((index as u64) << 32);
        at_size(&mut result, equation, degree, size, settings.points, seed);
        if result.failure.is_some() {
            break;
        }
    }
    result
}

fn at_size(
    result: &mut Exact,
    equation: &Equation<Field>,
    degree: &Equation<Degree>,
    size: Size,
    points: usize,
    seed: u64,
) {
    let roots = roots(equation.closed.name, &size);
    if roots > ROOTS {
        return;
    }
    let attempts = if equation.closed.chapter == "partition" { ATTEMPTS_OF_GROUPS } else { ATTEMPTS };
    let (mut passed, mut undefined, mut log10_probability, mut bound) = (0, 0, 0.0, None);
    for attempt in 0.. {
        if undefined >= attempts || passed >= MOST_POINTS || (passed >= points && log10_probability <= TARGET)
        {
            break;
        }
        let seed = seed.wrapping_add(attempt);
        match at_point(equation, &size.random(seed), seed) {
            Outcome::Holds => {
                let bound = *bound.get_or_insert_with(|| degree_bound(degree, &size));
                passed += 1;
                undefined = 0;
                result.degree = result.degree.max(bound);
                log10_probability += log10_probability_of(bound, roots as u32, &size);
            }
            Outcome::NotApplicable => return,
            Outcome::Undefined => undefined += 1,
            Outcome::Fails { check, compared } => {
                result.applies = true;
                result.failure = Some(ExactFailure { size, seed, check, compared });
                return;
            }
        }
    }
    result.applies = true;
    if passed > 0 {
        result.sizes += 1;
        result.points += passed;
        result.log10_probability = result.log10_probability.max(log10_probability);
    }
}

/// How many square roots an equation takes at a size, at most: by groups one for each group's spread and each pair's norm.
fn roots(name: &str, size: &Size) -> usize {
    let Size::AnyDepth { architecture, .. } = size else { return ROOTS };
    let groups = match name {
        "group_upper" | "group_coupling" | "ws_layers" | "ws_layers_gradient" => architecture.layers(),
        "ws_hidden_units" | "ws_hidden_units_gradient" => architecture.units() - architecture.outputs() + 1,
        "bound_matrix" | "ws_units" | "ws_units_gradient" => architecture.units(),
        "ws_entries" => architecture.parameters(),
        _ => return ROOTS,
    };
    groups * (groups + 1) / 2
}

/// What a single point says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// Both sides are equal in every truth.
    Holds,
    /// The equation has no components at this shape.
    NotApplicable,
    /// A division by zero or a root of a non-square: another point must be drawn.
    Undefined,
    /// The two sides differ.
    Fails {
        /// Index of the truth.
        check: usize,
        /// The two sides.
        compared: Compared<Field>,
    },
}

/// Holds an equation against each of its truths at one case.
pub(super) fn at_point(equation: &Equation<Field>, subject: &Subject<Field>, seed: u64) -> Outcome {
    let probe = Probe::Random { directions: 1, seed };
    for (check, truth) in equation.checks.iter().enumerate().filter(|(_, check)| check.on != On::Floats) {
        match compare(&equation.closed, truth, subject, probe) {
            Err(Incomparable::NotApplicable) => return Outcome::NotApplicable,
            // A unit that a kink has switched off may leave no gradient at this point.
            Err(Incomparable::WrongLength { found: 0, .. }) if subject.has_kink() => {
                return Outcome::Undefined;
            }
            Err(Incomparable::WrongLength { found, expected }) => {
                return Outcome::Fails { check, compared: wrong_length(found, expected) };
            }
            Ok(all) => {
                if let Some(outcome) = judge(check, all) {
                    return outcome;
                }
            }
        }
    }
    Outcome::Holds
}

/// Equal, undefined, or different.
fn judge(check: usize, all: Vec<Compared<Field>>) -> Option<Outcome> {
    // A closed form that divides by zero where the truth does not is wrong, whatever else is missing; a missing root only asks
    // for another point.
    let pole =
        |pair: &Compared<Field>| pair.closed.gap() == Some(Gap::Pole) && pair.truth.gap() != Some(Gap::Pole);
    let defined = |pair: &Compared<Field>| pair.closed.is_defined() && pair.truth.is_defined();
    if let Some(compared) = all.iter().find(|pair| pole(pair)) {
        return Some(Outcome::Fails { check, compared: compared.clone() });
    }
    if !all.iter().all(defined) {
        return Some(Outcome::Undefined);
    }
    let compared = all.into_iter().find(|pair| pair.closed != pair.truth)?;
    Some(Outcome::Fails { check, compared })
}

fn wrong_length(found: usize, expected: usize) -> Compared<Field> {
    Compared {
        component: "number of components".to_string(),
        closed: Field::new(found as u64),
        truth: Field::new(expected as u64),
    }
}

/// The greatest degree among the differences of the two sides, found by running both in the arithmetic of degrees.
fn degree_bound(equation: &Equation<Degree>, size: &Size) -> u64 {
    let subject = size.random(0);
    let probe = Probe::Random { directions: 1, seed: 0 };
    let of_check = |check: &Check<Degree>| {
        let all = compare(&equation.closed, check, &subject, probe).unwrap_or_default();
        all.iter().filter_map(|pair| (pair.closed - pair.truth).numerator).max().unwrap_or(0)
    };
    equation.checks.iter().filter(|check| check.on != On::Floats).map(of_check).max().unwrap_or(0)
}

/// Logarithm of the probability that a wrong equation passes one point.
fn log10_probability_of(degree: u64, roots: u32, size: &Size) -> f64 {
    let (symbols, argument_degree) = size.symbols();
    chance(degree, roots, symbols * symbols / 2.0 * argument_degree)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Axis, ClosedForm, Components, Forms};
    use crate::model::{Activation, Shape};
    use crate::number::{Number, Smooth};
    use crate::terms::model::loss_gradient;
    use crate::witness::{Case, Loss};

    fn closed(axes: &'static [Axis], components: fn(&Forms<Field>) -> Vec<Field>) -> ClosedForm<Field> {
        ClosedForm { name: "own", chapter: "model", axes, components: Components::ThreeLayer(components) }
    }

    /// A gradient with an error that is orthogonal to the parameters themselves.
    fn twisted(forms: &Forms<Field>) -> Vec<Field> {
        let mut gradient = loss_gradient(&forms.samples, forms.v()).flat();
        let theta = forms.case.network.parameters.flat();
        gradient[0] += Field::integer(5) * theta[1];
        gradient[1] -= Field::integer(5) * theta[0];
        gradient
    }

    #[test]
    fn an_error_orthogonal_to_the_parameters_is_seen() {
        let equation = Equation::new(closed(&[Axis::Theta], twisted), |checks| {
            checks.along("own", "the slope of the loss", |loss, direction| loss.slope(direction));
        });
        let shape = Shape { samples: 2, inputs: 2, hidden: 2, classes: 3, biases: true };
        for seed in 0..20 {
            let forms = Forms::new(Case::random(shape, Activation::Tanh, seed));
            assert!(matches!(at_point(&equation, &forms.into(), seed), Outcome::Fails { .. }));
        }
    }

    /// What the exact witness says where the closed form has these values and the truth those.
    fn outcome(
        closed_form: fn(&Forms<Field>) -> Vec<Field>,
        truth: fn(&Loss<Field>) -> Vec<Field>,
    ) -> Outcome {
        let equation = Equation::new(closed(&[Axis::Item(2)], closed_form), |checks| {
            checks.values("own", "numbers", truth);
        });
        let shape = Shape { samples: 1, inputs: 1, hidden: 1, classes: 2, biases: true };
        at_point(&equation, &Forms::new(Case::random(shape, Activation::Tanh, 0)).into(), 0)
    }

    fn one() -> Field {
        Field::integer(1)
    }

    fn pole() -> Field {
        one() / Field::integer(0)
    }

    fn no_root() -> Field {
        Field::integer(-1).sqrt()
    }

    #[test]
    fn a_pole_in_a_closed_form_fails_wherever_the_truth_has_none() {
        assert!(matches!(outcome(|_| vec![one(), pole()], |_| vec![one(), one()]), Outcome::Fails { .. }));
        // Also where the truth is undefined, there or in another component, for want of a root.
        assert!(matches!(
            outcome(|_| vec![one(), pole()], |_| vec![one(), no_root()]),
            Outcome::Fails { .. }
        ));
        assert!(matches!(
            outcome(|_| vec![one(), pole()], |_| vec![no_root(), one()]),
            Outcome::Fails { .. }
        ));
    }

    #[test]
    fn a_missing_root_asks_for_another_point() {
        assert_eq!(outcome(|_| vec![one(), no_root()], |_| vec![one(), one()]), Outcome::Undefined);
        assert_eq!(outcome(|_| vec![one(), pole()], |_| vec![one(), pole()]), Outcome::Undefined);
        assert_eq!(outcome(|_| vec![one(), one()], |_| vec![one(), one()]), Outcome::Holds);
    }
}
