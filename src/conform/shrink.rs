//! From a case with a wrong answer to the smallest that still has one.
//!
//! A property-test library would draw the arrays anew for each smaller shape; here a layer, a sample, an input, a unit or an output
//! is taken out of the very case, so that what is wrong stays in it.

use super::cases::{Case, Form};
use super::layer_draws::NEAREST_KINK;
use crate::model::{Activation, Architecture, Batch, Layer, Layers, Loss, Targets};
use crate::number::{Matrix, Vector};

/// The most questions that a search asks.
const MOST_QUESTIONS: usize = 1500;

/// Takes away whatever can be taken away while `is_wrong` still says so; it says `None` where there is no answer any
/// more, which ends the search. Biases stay where only networks with biases can be asked about, and no number of layers comes but
/// these.
pub fn shrink(
    case: Case,
    with_biases_only: bool,
    layers: &[usize],
    mut is_wrong: impl FnMut(&Case) -> Option<bool>,
) -> Case {
    // At a kink programs differ for reasons of their own.
    let distance = |case: &Case| case.network.nearest_kink(&case.batch).map_or(f64::INFINITY, |(_, a)| a);
    let nearest = distance(&case).min(NEAREST_KINK);
    let mut smallest = case;
    let mut left = MOST_QUESTIONS;
    'again: loop {
        let candidates = candidates(smallest.clone(), with_biases_only, layers);
        for smaller in candidates.filter(|smaller| distance(smaller) >= nearest) {
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

/// Cases that are a step smaller: first of fewer layers, then of smaller shape, then of simpler numbers.
fn candidates(case: Case, with_biases_only: bool, layers: &[usize]) -> impl Iterator<Item = Case> {
    let Architecture { inputs, widths, .. } = case.architecture();
    let (samples, last) = (case.batch.samples(), widths.len() - 1);
    let mut smaller: Vec<Case> = (0..last).filter_map(|layer| without_layer(&case, layer, layers)).collect();
    smaller.extend((0..samples).filter(|_| samples > 1).map(|n| without_sample(&case, n)));
    for (layer, &width) in widths[..last].iter().enumerate() {
        smaller.extend((0..width).filter(|_| width > 1).map(|unit| without_unit(&case, layer, unit)));
    }
    smaller.extend((0..inputs).filter(|_| inputs > 1).map(|input| without_input(&case, input)));
    let fewest = if case.loss == Loss::Softmax { 2 } else { 1 };
    smaller.extend((0..widths[last]).filter(|_| widths[last] > fewest).map(|k| without_output(&case, k)));
    if !with_biases_only {
        smaller.extend(without_biases(&case));
    }
    smaller.extend(hard_targets(&case));
    smaller.into_iter().chain(simpler_numbers(case))
}

/// The next layer takes what this one takes, by the product of their weights; and so on with the one before the last, until there
/// are as many as there may be.
fn without_layer(case: &Case, layer: usize, allowed: &[usize]) -> Option<Case> {
    let mut smaller = case.clone();
    let mut layer = layer;
    loop {
        let all = &mut smaller.network.layers.0;
        if all.len() < 2 {
            return None;
        }
        let Layer { w, b } = all.remove(layer);
        smaller.network.activations.remove(layer);
        let next = &mut all[layer];
        if let (Some(b), Some(next_b)) = (b, &mut next.b) {
            *next_b += &next.w * b;
        }
        next.w = &next.w * w;
        if allowed.contains(&all.len()) {
            return Some(smaller);
        }
        layer = all.len().saturating_sub(2);
    }
}

fn without_sample(case: &Case, n: usize) -> Case {
    let batch =
        Batch { x: case.batch.x.clone().remove_row(n), y: case.batch.y.clone().remove_row(n), weights: None };
    Case { batch, ..case.clone() }
}

/// A layer without one of its outputs.
fn narrowed(layer: &Layer<f64>, unit: usize) -> Layer<f64> {
    let b = layer.b.clone().map(|b| b.remove_row(unit));
    Layer { w: layer.w.clone().remove_row(unit), b }
}

fn without_unit(case: &Case, layer: usize, unit: usize) -> Case {
    let mut smaller = case.clone();
    let layers = &mut smaller.network.layers.0;
    layers[layer] = narrowed(&layers[layer], unit);
    layers[layer + 1].w = layers[layer + 1].w.clone().remove_column(unit);
    smaller
}

fn without_input(case: &Case, input: usize) -> Case {
    let mut smaller = case.clone();
    let first = &mut smaller.network.layers.0[0].w;
    *first = first.clone().remove_column(input);
    smaller.batch.x = smaller.batch.x.remove_column(input);
    smaller
}

/// A class's share of the targets goes to the first that is left.
fn without_output(case: &Case, output: usize) -> Case {
    let mut smaller = case.clone();
    let layers = &mut smaller.network.layers.0;
    let last = layers.len() - 1;
    layers[last] = narrowed(&layers[last], output);
    let share: Vector<f64> = case.batch.y.column(output).clone_owned();
    smaller.batch.y = smaller.batch.y.remove_column(output);
    if case.loss.targets() == Targets::Probabilities {
        for (n, share) in share.iter().enumerate() {
            smaller.batch.y[(n, 0)] += share;
        }
    }
    smaller
}

/// Without all biases, and without those of one layer; in the form of one hidden layer both go together.
fn without_biases(case: &Case) -> Vec<Case> {
    let without = |which: &dyn Fn(usize) -> bool| {
        let mut smaller = case.clone();
        for (index, layer) in smaller.network.layers.0.iter_mut().enumerate() {
            layer.b = layer.b.take().filter(|_| !which(index));
        }
        smaller
    };
    let biases = case.architecture().biases;
    let mut all: Vec<Case> = Vec::new();
    if biases.contains(&true) {
        all.push(without(&|_| true));
    }
    if case.form == Form::Layers {
        all.extend((0..biases.len()).filter(|&layer| biases[layer]).map(|layer| without(&|l| l == layer)));
    }
    all
}

fn hard_targets(case: &Case) -> Option<Case> {
    let soft = case.batch.y.iter().any(|y| *y != 0.0 && *y != 1.0);
    (soft && case.loss.targets() == Targets::Probabilities).then(|| {
        let mut simpler = case.clone();
        simpler.batch.y = Matrix::from_fn(case.batch.y.nrows(), case.batch.y.ncols(), |n, k| {
            f64::from(case.batch.y.row(n).transpose().imax() == k)
        });
        simpler
    })
}

/// Each weight, input and target that is a number as 0, as 1, as the whole number next to it towards 0; and saturated weights of the
/// last layer an eighth as large.
fn simpler_numbers(case: Case) -> impl Iterator<Item = Case> {
    const SATURATED: f64 = 8.0;
    let last = case.network.layers.0.len() - 1;
    let large = case.network.layers.0[last].w.amax() > SATURATED;
    let weaker = large.then(|| {
        let mut weaker = case.clone();
        weaker.network.layers.0[last].w /= SATURATED;
        weaker
    });
    let architecture = case.architecture();
    let theta = case.network.layers.flat();
    let free_targets = matches!(case.loss.targets(), Targets::Numbers | Targets::Counts);
    let targets = if free_targets { case.batch.y.len() } else { 0 };
    let (parameters, inputs) = (theta.len(), case.batch.x.len());
    let change = move |index: usize, simpler: fn(f64) -> f64| {
        let mut changed = case.clone();
        let simplify = |entry: &mut f64| {
            let simple = simpler(*entry);
            let is_simpler = complexity(simple) < complexity(*entry);
            *entry = simple;
            is_simpler
        };
        let is_simpler = if index < parameters {
            let mut theta = theta.clone();
            let is_simpler = simplify(&mut theta[index]);
            changed.network.layers = Layers::from_fn(&architecture, |index| theta[index]);
            is_simpler
        } else if index < parameters + inputs {
            simplify(&mut changed.batch.x.as_mut_slice()[index - parameters])
        } else {
            simplify(&mut changed.batch.y.as_mut_slice()[index - parameters - inputs])
        };
        is_simpler.then_some(changed)
    };
    let ways: [fn(f64) -> f64; 4] = [|_| 0.0, |_| 1.0, f64::trunc, |entry| (entry * 2.0).trunc() / 2.0];
    let changes = (0..parameters + inputs + targets).flat_map(move |index| ways.map(|way| (index, way)));
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

/// The simplest activations with which it is still wrong, of those that the program has.
pub fn simpler_activation(
    case: Case,
    known: &[Activation],
    mut is_wrong: impl FnMut(&Case) -> Option<bool>,
) -> Case {
    const SIMPLEST_FIRST: [Activation; 3] = [Activation::Identity, Activation::Tanh, Activation::Sigmoid];
    let mut simplest = case;
    for layer in 0..simplest.network.activations.len() {
        for activation in SIMPLEST_FIRST {
            if simplest.network.activations[layer] == activation {
                break;
            }
            let mut changed = simplest.clone();
            changed.network.activations[layer] = activation;
            if known.contains(&activation) && is_wrong(&changed) == Some(true) {
                simplest = changed;
                break;
            }
        }
    }
    simplest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::Draws;

    fn large() -> Case {
        let draws = Draws {
            activations: vec![Activation::Gelu],
            biases: vec![true],
            max_size: 6,
            ..Draws::default()
        };
        Draws { cases: 10, seed: 1, ..draws }.case(9)
    }

    fn deep() -> Case {
        let draws = Draws { layers: vec![4], losses: vec![Loss::Squared], max_size: 4, ..Draws::default() };
        Draws { cases: 10, seed: 2, ..draws }.case(9)
    }

    #[test]
    fn what_is_always_wrong_shrinks_to_the_smallest_network_of_zeros() {
        let small = shrink(large(), false, &[], |_| Some(true));
        assert_eq!(small.to_string(), "N=1 d=1 h=1 C=2 without biases, gelu");
        assert!(small.network.layers.flat().iter().chain(&small.batch.x).all(|entry| *entry == 0.0));
        let small = shrink(deep(), false, &[1, 2, 3], |_| Some(true));
        assert_eq!(small.to_string(), "N=1 1-1 without biases, squared");
        assert!(small.batch.y.iter().all(|entry| *entry == 0.0));
    }

    #[test]
    fn what_makes_it_wrong_stays() {
        let wrong = |case: &Case| {
            let Architecture { widths, biases, .. } = case.architecture();
            Some(biases[0] && widths[0] >= 2 && case.network.layers.0[1].w.amax() > 0.7)
        };
        let small = shrink(large(), false, &[], wrong);
        assert_eq!(wrong(&small), Some(true));
        assert_eq!((small.batch.samples(), small.architecture().widths[0]), (1, 2));
        assert_eq!(small.network.layers.0[1].w.iter().filter(|entry| **entry != 0.0).count(), 1);
        let tanh = simpler_activation(small, &[Activation::Tanh, Activation::Gelu], wrong);
        assert_eq!(tanh.network.activations, [Activation::Tanh]);
    }

    #[test]
    fn layers_go_first_down_to_a_number_that_may_come() {
        let wrong = |case: &Case| Some(case.architecture().layers() >= 2);
        for (allowed, left) in [(&[1, 2, 3][..], 2), (&[1, 3], 3), (&[3], 3), (&[], 4), (&[2], 2)] {
            let small = shrink(deep(), false, allowed, wrong);
            assert_eq!(small.architecture().layers(), left, "{allowed:?}");
            assert_eq!(small.check(), Ok(()));
        }
    }

    #[test]
    fn no_smaller_case_comes_nearer_to_a_kink() {
        let draws = Draws { activations: vec![Activation::Relu], layers: vec![3], ..Draws::default() };
        let distance = |case: &Case| case.network.nearest_kink(&case.batch).unwrap().1;
        let case =
            (100..).map(|index| draws.case(index)).find(|case| distance(case) >= NEAREST_KINK).unwrap();
        let small = shrink(case, false, &[2], |_| Some(true));
        assert!(distance(&small) >= NEAREST_KINK, "{small}");
    }

    #[test]
    fn a_program_that_dies_meanwhile_ends_the_search() {
        assert_eq!(shrink(large(), false, &[], |_| None), large());
    }
}
