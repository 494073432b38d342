//! From a case with a wrong answer to the smallest that still has one.
//!
//! A property-test library would draw the arrays anew for each smaller shape; here a sample, an input, a unit or a class
//! is taken out of the very case, so that what is wrong stays in it.

use super::cases::Case;
use crate::model::{Activation, Batch, Parameters, ThreeLayer};
use crate::number::{Matrix, Vector};

/// The most questions that a search asks.
const MOST_QUESTIONS: usize = 1500;

/// Takes away whatever can be taken away while `is_wrong` still says so; it says `None` where there is no answer any
/// more, which ends the search. Biases stay where only networks with biases can be asked about.
pub fn shrink(case: Case, with_biases_only: bool, mut is_wrong: impl FnMut(&Case) -> Option<bool>) -> Case {
    let mut smallest = case;
    let mut left = MOST_QUESTIONS;
    'again: loop {
        for smaller in candidates(smallest.clone(), with_biases_only) {
            if left == 0 {
                return smallest;
            }
            left -= 1;
            match is_wrong(&smaller) {
                None => return smallest,
                Some(true) => {
                    smallest = smaller;
                    continue 'again;
                }
                Some(false) => {}
            }
        }
        return smallest;
    }
}

/// Cases that are a step smaller: first of smaller shape, then of simpler numbers.
fn candidates(case: Case, with_biases_only: bool) -> impl Iterator<Item = Case> {
    let shape = case.shape();
    let mut smaller: Vec<Case> = Vec::new();
    smaller.extend((0..shape.samples).filter(|_| shape.samples > 1).map(|n| without_sample(&case, n)));
    smaller.extend((0..shape.hidden).filter(|_| shape.hidden > 1).map(|i| without_unit(&case, i)));
    smaller.extend((0..shape.inputs).filter(|_| shape.inputs > 1).map(|l| without_input(&case, l)));
    smaller.extend((0..shape.classes).filter(|_| shape.classes > 2).map(|k| without_class(&case, k)));
    if shape.biases && !with_biases_only {
        smaller.push(without_biases(&case));
    }
    smaller.extend(hard_targets(&case));
    smaller.into_iter().chain(simpler_numbers(case))
}

fn without_sample(case: &Case, n: usize) -> Case {
    let batch =
        Batch { x: case.batch.x.clone().remove_row(n), y: case.batch.y.clone().remove_row(n), weights: None };
    Case { batch, network: case.network.clone() }
}

fn with(case: &Case, parameters: Parameters<f64>) -> Case {
    let network = ThreeLayer { parameters, activation: case.network.activation };
    Case { network, batch: case.batch.clone() }
}

fn without_unit(case: &Case, i: usize) -> Case {
    let Parameters { w, b, v, c } = case.network.parameters.clone();
    with(case, Parameters { w: w.remove_row(i), b: b.map(|b| b.remove_row(i)), v: v.remove_column(i), c })
}

fn without_input(case: &Case, l: usize) -> Case {
    let parameters = case.network.parameters.clone();
    let mut smaller = with(case, Parameters { w: parameters.w.clone().remove_column(l), ..parameters });
    smaller.batch.x = smaller.batch.x.remove_column(l);
    smaller
}

/// The class's share of the targets goes to the first that is left.
fn without_class(case: &Case, k: usize) -> Case {
    let Parameters { w, b, v, c } = case.network.parameters.clone();
    let mut smaller = with(case, Parameters { w, b, v: v.remove_row(k), c: c.map(|c| c.remove_row(k)) });
    let share: Vector<f64> = case.batch.y.column(k).clone_owned();
    smaller.batch.y = smaller.batch.y.remove_column(k);
    for (n, share) in share.iter().enumerate() {
        smaller.batch.y[(n, 0)] += share;
    }
    smaller
}

fn without_biases(case: &Case) -> Case {
    Case { network: case.network.without_biases(), batch: case.batch.clone() }
}

fn hard_targets(case: &Case) -> Option<Case> {
    let soft = case.batch.y.iter().any(|y| *y != 0.0 && *y != 1.0);
    soft.then(|| {
        let mut simpler = case.clone();
        simpler.batch.y = Matrix::from_fn(case.batch.y.nrows(), case.batch.y.ncols(), |n, k| {
            f64::from(case.batch.y.row(n).transpose().imax() == k)
        });
        simpler
    })
}

/// Each weight and input as 0, as 1, as the whole number next to it towards 0; and a saturated `V` an eighth as large.
fn simpler_numbers(case: Case) -> impl Iterator<Item = Case> {
    const SATURATED: f64 = 8.0;
    let large = case.network.parameters.v.amax() > SATURATED;
    let weaker = large.then(|| {
        let parameters = case.network.parameters.clone();
        with(&case, Parameters { v: &parameters.v / SATURATED, ..parameters })
    });
    let shape = case.shape();
    let theta = case.network.parameters.flat();
    let count = theta.len() + case.batch.x.len();
    let change = move |index: usize, simpler: fn(f64) -> f64| {
        let mut changed = case.clone();
        let entry = match index.checked_sub(theta.len()) {
            None => theta[index],
            Some(index) => case.batch.x.as_slice()[index],
        };
        let simple = simpler(entry);
        if complexity(simple) >= complexity(entry) {
            return None;
        }
        match index.checked_sub(theta.len()) {
            None => {
                let mut theta = theta.clone();
                theta[index] = simple;
                changed.network.parameters = Parameters::from_fn(&shape, |index| theta[index]);
            }
            Some(index) => changed.batch.x.as_mut_slice()[index] = simple,
        }
        Some(changed)
    };
    let ways: [fn(f64) -> f64; 4] = [|_| 0.0, |_| 1.0, f64::trunc, |entry| (entry * 2.0).trunc() / 2.0];
    let changes = (0..count).flat_map(move |index| ways.map(|way| (index, way)));
    weaker.into_iter().chain(changes.filter_map(move |(index, way)| change(index, way)))
}

/// 0, then 1, then whole numbers, then halves, then the rest.
fn complexity(entry: f64) -> u8 {
    match entry {
        0.0 => 0,
        1.0 => 1,
        whole if whole.fract() == 0.0 => 2,
        half if (half * 2.0).fract() == 0.0 => 3,
        _ => 4,
    }
}

/// The simplest activation with which it is still wrong, of those that the program has.
pub fn simpler_activation(
    case: Case,
    known: &[Activation],
    mut is_wrong: impl FnMut(&Case) -> Option<bool>,
) -> Case {
    const SIMPLEST_FIRST: [Activation; 3] = [Activation::Identity, Activation::Tanh, Activation::Sigmoid];
    for activation in SIMPLEST_FIRST {
        if case.network.activation == activation {
            break;
        }
        let network = ThreeLayer { activation, ..case.network.clone() };
        let changed = Case { network, batch: case.batch.clone() };
        if known.contains(&activation) && is_wrong(&changed) == Some(true) {
            return changed;
        }
    }
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::Draws;

    fn large() -> Case {
        Draws {
            activations: vec![Activation::Gelu],
            biases: vec![true],
            max_size: 6,
            cases: 10,
            saturation: 64.0,
            seed: 1,
        }
        .case(9)
    }

    #[test]
    fn what_is_always_wrong_shrinks_to_the_smallest_network_of_zeros() {
        let small = shrink(large(), false, |_| Some(true));
        let shape = small.shape();
        assert_eq!((shape.samples, shape.inputs, shape.hidden, shape.classes), (1, 1, 1, 2));
        assert!(!shape.biases);
        assert!(small.network.parameters.flat().iter().chain(&small.batch.x).all(|entry| *entry == 0.0));
    }

    #[test]
    fn what_makes_it_wrong_stays() {
        let wrong = |case: &Case| {
            let shape = case.shape();
            Some(shape.biases && shape.hidden >= 2 && case.network.parameters.v.amax() > 0.7)
        };
        let small = shrink(large(), false, wrong);
        assert_eq!(wrong(&small), Some(true));
        assert_eq!((small.shape().samples, small.shape().hidden), (1, 2));
        assert_eq!(small.network.parameters.v.iter().filter(|entry| **entry != 0.0).count(), 1);
        let tanh = simpler_activation(small, &[Activation::Tanh, Activation::Gelu], wrong);
        assert_eq!(tanh.network.activation, Activation::Tanh);
    }

    #[test]
    fn a_program_that_dies_meanwhile_ends_the_search() {
        assert_eq!(shrink(large(), false, |_| None), large());
    }
}
