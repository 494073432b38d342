//! Chapters 12 and 13: bounds of a network of any depth as functions of the dense Hessian, and their gradients from its derivative,
//! which consists of third derivatives of the loss.
//!
//! Each bound stands here once, as its definition, for any numbers: at the Hessian it is the truth of the bound, at a Hessian that
//! moves along a direction that of the gradient.

use super::layer_trace::unit_of;
use super::product;
use super::spectrum::{block_trace, largest_of, one_apart};
use crate::audit::LayerDense;
use crate::audit::checks::Checks;
use crate::audit::compare::dot;
use crate::audit::equation::On;
use crate::model::{Architecture, Loss};
use crate::number::{Arithmetic, Matrix, Nilpotent, Number, Smooth, Vector};
use crate::witness::{LayerLoss, Part};

pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    bounds(all);
    gradients(all);
    partitions(all);
    partition_gradients(all);
}

/// Size of the Hessian without the shifts of all outputs, where the loss ignores them.
fn reduced<A: Arithmetic>(l: &LayerLoss<A>) -> usize {
    l.architecture().parameters() - shifts(l)
}

/// Directions in which all outputs shift alike and the loss stays the same.
fn shifts<A: Arithmetic>(l: &LayerLoss<A>) -> usize {
    let last = l.architecture().layers() - 1;
    let bias = usize::from(l.architecture().biases[last]);
    if l.kind() == Loss::Softmax { l.architecture().inputs_of(last) + bias } else { 0 }
}

fn bounds<A: Arithmetic>(all: &mut Checks<A>) {
    const SPECTRUM: &str = "the extremal spectrum with trace and squared trace";
    all.solves_layer_hessian("network_ws_upper", SPECTRUM, |d, x| {
        let (h, size) = (d.whole(), d.whole().nrows());
        let (trace, square) = (block_trace(h, 0..size), product(h, h));
        vec![(one_apart(x[0], trace, size), square), (x[0], largest_of(&trace, &square, size))]
    });
    all.solves_layer_hessian("network_ws_reduced", SPECTRUM, |d, x| {
        let (h, size) = (d.whole(), reduced(d.loss()));
        let (trace, square) = (h.trace(), product(h, h));
        let bound = largest_of(&trace, &square, size);
        let bound = if shifts(d.loss()) > 0 { bound.positive_part() } else { bound };
        vec![(x[0], bound)]
    });
    all.layer_solves(
        "network_null_space",
        "independent columns along which second derivatives vanish",
        |l, x| {
            let columns: Vec<&[A]> = x.chunks(l.theta().len()).collect();
            let mut sides = vec![(A::integer(columns.len() as i64), A::integer(shifts(l) as i64))];
            for (i, column) in columns.iter().enumerate() {
                for (j, other) in columns.iter().enumerate() {
                    let squared =
                        if i == j { A::integer(l.architecture().outputs() as i64) } else { A::zero() };
                    sides.push((dot(column, other), squared));
                }
                for direction in [l.theta(), &l.direction().flat()] {
                    sides.push((l.curvature(Part::Whole, column, direction), A::zero()));
                }
            }
            sides
        },
    );
}

/// The Hessian as it moves along a direction: third derivatives of the loss.
fn moving<A: Arithmetic>(l: &LayerLoss<A>, direction: &[A]) -> Matrix<A::First> {
    let h = l.hessian();
    let mut moved = Matrix::from_element(h.nrows(), h.nrows(), A::First::integer(0));
    for i in 0..h.nrows() {
        for j in 0..=i {
            let step = l.third([&l.unit(i), &l.unit(j), direction]);
            let entry = A::First::lift(h[(i, j)], &[step]);
            moved[(i, j)] = entry;
            moved[(j, i)] = entry;
        }
    }
    moved
}

/// Trace and squared trace.
fn sums<T: Smooth>(h: &Matrix<T>) -> (T, T) {
    (h.trace(), h.iter().fold(T::zero(), |sum, entry| sum + *entry * *entry))
}

fn gradients<A: Arithmetic>(all: &mut Checks<A>) {
    const THIRD: &str = "third derivatives of the loss";
    let mut small = |name, truth: fn(&LayerLoss<A>, &[A]) -> A| {
        all.layer_along(name, THIRD, truth);
        all.only(On::Small);
    };
    small("network_trace_gradient", |l, d| {
        let size = l.theta().len();
        (0..size).fold(A::zero(), |sum, i| sum + l.third([&l.unit(i), &l.unit(i), d]))
    });
    small("network_squared_gradient", |l, d| l.third_against(&(l.hessian() * A::integer(2)), d));
    small("network_ws_upper_gradient", |l, d| {
        let (trace, square) = sums(&moving(l, d));
        largest_of(&trace, &square, l.theta().len()).mixed(1)
    });
    small("network_ws_reduced_gradient", |l, d| {
        let (trace, square) = sums(&moving(l, d));
        largest_of(&trace, &square, reduced(l)).mixed(1)
    });
    all.layer_solves(
        "network_descent_direction",
        "of length 1, downhill along the gradient of the bound",
        |l, x| {
            let along = |d: &[A]| {
                let (trace, square) = sums(&moving(l, d));
                largest_of(&trace, &square, l.theta().len()).mixed(1)
            };
            // The gradient is along the direction: its own length is the slope uphill, and what is across has none of it.
            let (slope, direction) = (along(x), l.direction().flat());
            vec![
                (dot(x, x), A::one()),
                (along(&direction), slope * dot(x, &direction)),
                (slope, -(slope * slope).sqrt()),
            ]
        },
    );
    all.only(On::Small);
}

/// A group of parameters, as the numbers of its rows in the Hessian, and how many directions it has but for shifts.
struct Group {
    rows: Vec<usize>,
    size: usize,
}

/// A group for each layer; that of the output without the shifts.
fn layers<A: Arithmetic>(l: &LayerLoss<A>) -> Vec<Group> {
    let last = l.architecture().layers() - 1;
    let group = |layer: usize| {
        let rows: Vec<usize> = l.layer(layer).collect();
        let size = rows.len() - if layer == last { shifts(l) } else { 0 };
        Group { rows, size }
    };
    (0..=last).map(group).collect()
}

/// A group for each unit of a layer.
fn units_of<A: Arithmetic>(l: &LayerLoss<A>, sizes: &Architecture, layer: usize) -> Vec<Group> {
    let of = unit_of(sizes, layer);
    let group = |unit: usize| {
        let rows: Vec<usize> =
            l.layer(layer).zip(&of).filter(|(_, other)| **other == unit).map(|(row, _)| row).collect();
        Group { size: rows.len(), rows }
    };
    (0..sizes.outputs_of(layer)).map(group).collect()
}

fn units<A: Arithmetic>(l: &LayerLoss<A>) -> Vec<Group> {
    (0..l.architecture().layers()).flat_map(|layer| units_of(l, l.architecture(), layer)).collect()
}

fn hidden_units<A: Arithmetic>(l: &LayerLoss<A>) -> Vec<Group> {
    let last = l.architecture().layers() - 1;
    let hidden = (0..last).flat_map(|layer| units_of(l, l.architecture(), layer));
    hidden.chain(layers(l).pop()).collect()
}

/// The largest that an eigenvalue of a group's diagonal block can be, and the norm of the block between two groups.
fn matrix_of<T: Smooth>(h: &Matrix<T>, groups: &[Group]) -> Matrix<T> {
    let square = |one: &Group, two: &Group| {
        let mut sum = T::zero();
        for &i in &one.rows {
            for &j in &two.rows {
                sum += h[(i, j)] * h[(i, j)];
            }
        }
        sum
    };
    Matrix::from_fn(groups.len(), groups.len(), |g, other| {
        let (one, two) = (&groups[g], &groups[other]);
        let square = square(one, two);
        if g != other {
            // A block of zeros that stays one has a norm of 0 that stays 0, though the root has no slope there.
            return if square.is_zero() { square } else { square.sqrt() };
        }
        let trace = one.rows.iter().fold(T::zero(), |sum, &i| sum + h[(i, i)]);
        if square.is_zero() {
            trace / T::integer(one.size as i64)
        } else {
            largest_of(&trace, &square, one.size)
        }
    })
}

/// `v' C v / v' v`.
fn quotient<T: Smooth>(matrix: &Matrix<T>, v: &Vector<T>) -> T {
    let (mut above, mut below) = (T::zero(), T::zero());
    for i in 0..v.len() {
        below += v[i] * v[i];
        for j in 0..v.len() {
            above += v[i] * matrix[(i, j)] * v[j];
        }
    }
    above / below
}

fn partitions<A: Arithmetic>(all: &mut Checks<A>) {
    const DEFINITION: &str = "the definition from blocks";
    all.of_layer_hessian("group_upper", DEFINITION, |d| {
        let matrix = matrix_of(d.whole(), &layers(d.loss()));
        (0..matrix.nrows()).map(|g| matrix[(g, g)]).collect()
    });
    all.of_layer_hessian("group_coupling", DEFINITION, |d| {
        let matrix = matrix_of(d.whole(), &layers(d.loss()));
        (0..matrix.nrows()).flat_map(|g| (0..g).map(move |h| (g, h))).map(|(g, h)| matrix[(g, h)]).collect()
    });
    all.of_layer_hessian("bound_matrix", DEFINITION, |d| {
        let rows = |groups: Vec<Group>| {
            let matrix = matrix_of(d.whole(), &groups);
            super::entries(matrix.nrows(), matrix.ncols(), &|i, j| matrix[(i, j)])
        };
        [rows(layers(d.loss())), rows(units(d.loss()))].concat()
    });
    all.of_layer_hessian("ws_layers", DEFINITION, |d| {
        of_groups(d, &layers(d.loss()), &d.loss().vectors().layers)
    });
    all.of_layer_hessian("ws_units", DEFINITION, |d| {
        of_groups(d, &units(d.loss()), &d.loss().vectors().units)
    });
    all.of_layer_hessian("ws_hidden_units", DEFINITION, |d| {
        of_groups(d, &hidden_units(d.loss()), &d.loss().vectors().hidden_units)
    });
    all.of_layer_hessian("ws_entries", DEFINITION, |d| {
        let h = d.whole();
        let each: Vec<Group> = (0..h.nrows()).map(|row| Group { rows: vec![row], size: 1 }).collect();
        of_groups(d, &each, &d.loss().vectors().entries)
    });
}

fn of_groups<A: Arithmetic>(d: &LayerDense<A>, groups: &[Group], v: &Vector<A>) -> Vec<A> {
    vec![quotient(&matrix_of(d.whole(), groups), v)]
}

fn partition_gradients<A: Arithmetic>(all: &mut Checks<A>) {
    const THIRD: &str = "third derivatives of the loss, at fixed weights of the groups";
    let mut small = |name, truth: fn(&LayerLoss<A>, &[A]) -> A| {
        all.layer_along(name, THIRD, truth);
        all.only(On::Small);
    };
    small("ws_layers_gradient", |l, d| slope(l, d, &layers(l), &l.vectors().layers));
    small("ws_units_gradient", |l, d| slope(l, d, &units(l), &l.vectors().units));
    small("ws_hidden_units_gradient", |l, d| slope(l, d, &hidden_units(l), &l.vectors().hidden_units));
}

fn slope<A: Arithmetic>(l: &LayerLoss<A>, direction: &[A], groups: &[Group], v: &Vector<A>) -> A {
    let v = v.map(|weight| A::First::lift(weight, &[]));
    quotient(&matrix_of(&moving(l, direction), groups), &v).mixed(1)
}
