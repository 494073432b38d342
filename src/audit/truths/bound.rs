//! Chapter 5: the bounds.
//!
//! A bound is a function of `D`, `T` and `Q` alone: the extreme value over all spectra that have these three numbers.
//! So it is held against its own extremal spectrum: put the bound into that spectrum and its squared trace must be
//! that of the Hessian. Which of the two roots it is, its definition says, from mean and spread of the Hessian; that it bounds
//! the eigenvalues, the eigen witness.

use super::product;
use super::spectrum::*;
use crate::audit::Dense;
use crate::audit::checks::Checks;
use crate::audit::compare::dot;
use crate::audit::equation::Sides;
use crate::number::{Arithmetic, Matrix, Nilpotent};
use crate::witness::{Loss, Part};

pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    numbers(all);
    bounds_of_eigenvalues(all);
    bounds_of_ranges(all);
    support(all);
    blocks(all);
    all.solves("null_space", "independent columns along which second derivatives of the loss vanish", vanish);
}

fn numbers<A: Arithmetic>(all: &mut Checks<A>) {
    all.of_hessian("moments", "the traces and squared entries of the blocks", |d| {
        let (h, hidden, output) = (d.whole(), d.hidden(), d.output());
        vec![
            block_trace(h, hidden.clone()),
            block_square(h, hidden.clone(), hidden.clone()),
            block_trace(h, output.clone()),
            block_square(h, output.clone(), output.clone()),
            block_square(h, hidden, output),
        ]
    });
    all.of_hessian("mean", "the mean of the diagonal", |d| vec![average(d.whole())]);
    all.of_hessian("spread", "the standard deviation of the eigenvalues", |d| vec![deviation(d.whole())]);
    all.of_hessian("spread_centred", "the standard deviation of the eigenvalues", |d| {
        vec![deviation(d.whole())]
    });
}

fn bounds_of_eigenvalues<A: Arithmetic>(all: &mut Checks<A>) {
    const SPECTRUM: &str = "the extremal spectrum with trace and squared trace";
    all.solves_hessian("ws_upper", SPECTRUM, |d, x| bound(d, x, one_apart, |m, s, root| m + s * root));
    all.solves_hessian("ws_lower", SPECTRUM, |d, x| bound(d, x, all_but_one, |m, s, root| m + s / root));
    all.solves_hessian("lambda_min_lower", SPECTRUM, |d, x| {
        bound(d, x, one_apart, |m, s, root| m - s * root)
    });
    all.solves_hessian("lambda_min_upper", SPECTRUM, |d, x| {
        bound(d, x, all_but_one, |m, s, root| m - s / root)
    });
}

/// What a bound on an eigenvalue solves: its extremal spectrum has the squared trace of the Hessian, and it is at its distance
/// from the mean, on its side.
fn bound<A: Arithmetic>(
    d: &Dense<A>,
    bound: &[A],
    extremal: fn(A, A, usize) -> A,
    definition: fn(A, A, A) -> A,
) -> Sides<A> {
    let (h, size) = (d.whole(), d.shape().parameters());
    let squared = extremal(bound[0], block_trace(h, 0..size), size);
    let root = A::integer(size as i64 - 1).sqrt();
    vec![(squared, product(h, h)), (bound[0], definition(average(h), deviation(h), root))]
}

fn bounds_of_ranges<A: Arithmetic>(all: &mut Checks<A>) {
    const SPECTRUM: &str = "the extremal spectrum with the centred squared trace";
    all.solves_hessian("range_upper", SPECTRUM, |d, range| {
        // Extremal: the two ends at equal distance from the mean, all others at the mean.
        let (h, size, range) = (d.whole(), d.shape().parameters() as i64, range[0]);
        let widest = deviation(h) * A::integer(2 * size).sqrt();
        vec![(range * range / A::integer(2), centred(h)), (range, widest)]
    });
    all.solves_hessian("range_lower", SPECTRUM, |d, range| {
        // Extremal: one half of the eigenvalues at either end.
        let (h, size, range) = (d.whole(), d.shape().parameters(), range[0]);
        let half = |i| if 2 * i < size { A::zero() } else { range };
        let spectrum: Vec<A> = (0..size).map(half).collect();
        let count = size as i64;
        let odd =
            if size % 2 == 0 { A::one() } else { A::integer(count) / A::integer(count * count - 1).sqrt() };
        let narrowest = A::integer(2) * deviation(h) * odd;
        vec![(centred(&Matrix::from_diagonal(&spectrum.into())), centred(h)), (range, narrowest)]
    });
    all.of_hessian("ws_reduced", "the support form on the complement of the null space", |d| {
        vec![projected_support(d)]
    });
}

fn support<A: Arithmetic>(all: &mut Checks<A>) {
    all.along_hessian("support_matrix", "the derivative of the bound by the entries", |d, direction| {
        let size = d.shape().parameters();
        let entry = |i: usize, j: usize| A::First::lift(d.whole()[(i, j)], &[direction[i * size + j]]);
        let (mut trace, mut square) = (A::First::lift(A::zero(), &[]), A::First::lift(A::zero(), &[]));
        for i in 0..size {
            trace += entry(i, i);
            for j in 0..size {
                square += entry(i, j) * entry(i, j);
            }
        }
        largest_of(&trace, &square, size).mixed(1)
    });
    all.of_hessian("support_form", "the bound, and a trace of 1,", |d| {
        let h = d.whole();
        vec![largest_of(&h.trace(), &product(h, h), h.nrows()), A::one()]
    });
}

fn blocks<A: Arithmetic>(all: &mut Checks<A>) {
    const SPECTRUM: &str = "the extremal spectrum with trace and squared trace of the block";
    all.solves_hessian("hidden_upper", SPECTRUM, |d, x| {
        let (trace, square, size) = hidden_block(d);
        vec![(one_apart(x[0], trace, size), square), (x[0], largest_of(&trace, &square, size))]
    });
    all.solves_hessian("output_upper", SPECTRUM, |d, x| {
        let (trace, square, size) = output_block(d);
        vec![(one_apart(x[0], trace, size), square), (x[0], largest_of(&trace, &square, size))]
    });
    all.solves_hessian("ws_block", "the characteristic polynomial with the coupling", |d, x| {
        // The larger eigenvalue x of [[alpha, gamma], [gamma, beta]]: (x - alpha)(x - beta) = gamma^2.
        let [alpha, beta] =
            [hidden_block(d), output_block(d)].map(|(trace, square, size)| largest_of(&trace, &square, size));
        let coupling = block_square(d.whole(), d.hidden(), d.output());
        let two = A::integer(2);
        let gap = (alpha - beta) / two;
        let larger = (alpha + beta) / two + (gap * gap + coupling).sqrt();
        vec![((x[0] - alpha) * (x[0] - beta), coupling), (x[0], larger)]
    });
}

/// Trace, squared trace and size of the block of `W, b`.
fn hidden_block<A: Arithmetic>(d: &Dense<A>) -> (A, A, usize) {
    let range = d.hidden();
    let square = block_square(d.whole(), range.clone(), range.clone());
    (block_trace(d.whole(), range), square, d.shape().hidden * (d.shape().inputs + bias(d)))
}

/// Trace and squared trace of the block of `V, c`, and its size without the shifts of all logits.
fn output_block<A: Arithmetic>(d: &Dense<A>) -> (A, A, usize) {
    let range = d.output();
    let square = block_square(d.whole(), range.clone(), range.clone());
    (block_trace(d.whole(), range), square, (d.shape().classes - 1) * (d.shape().hidden + bias(d)))
}

/// 1 with biases, 0 without.
fn bias<A: Arithmetic>(d: &Dense<A>) -> usize {
    usize::from(d.shape().biases)
}

/// `<H, P>` with `P = Pi/D' + sqrt(D'-1)/(D' s) (H - m Pi)`, where `Pi` projects off the null space and
/// `m, s, D'` belong to what it leaves; 0 where that is negative.
fn projected_support<A: Arithmetic>(d: &Dense<A>) -> A {
    let (h, shape) = (d.whole(), d.shape());
    let size = h.nrows() - shape.hidden - bias(d);
    let share = A::one() / A::integer(shape.classes as i64);
    // The column of (V, c) that a parameter belongs to; those of W and b belong to none.
    let column = |index: usize| {
        let within = index.checked_sub(shape.hidden * (shape.inputs + bias(d)))?;
        let weights = shape.classes * shape.hidden;
        Some(if within < weights { within % shape.hidden } else { shape.hidden })
    };
    let projector = Matrix::from_fn(h.nrows(), h.nrows(), |i, j| {
        let identity = if i == j { A::one() } else { A::zero() };
        if column(i).is_some() && column(i) == column(j) { identity - share } else { identity }
    });
    let count = A::integer(size as i64);
    let m = block_trace(h, 0..h.nrows()) / count;
    if size == 1 {
        return m.positive_part();
    }
    let shifted = h - &projector * m;
    let s = (product(&shifted, &shifted) / count).sqrt();
    let factor = A::integer(size as i64 - 1).sqrt() / (count * s);
    let support = projector * (A::one() / count) + shifted * factor;
    product(h, &support).positive_part()
}

/// The columns are orthogonal, of squared length `C`, and the loss is flat along each, in every direction.
fn vanish<A: Arithmetic>(l: &Loss<A>, columns: &[A]) -> Sides<A> {
    let columns: Vec<&[A]> = columns.chunks(l.shape().parameters()).collect();
    let mut sides = Vec::new();
    for (i, column) in columns.iter().enumerate() {
        for (j, other) in columns.iter().enumerate() {
            let squared = if i == j { A::integer(l.shape().classes as i64) } else { A::zero() };
            sides.push((dot(column, other), squared));
        }
        for direction in [l.theta(), &l.direction().flat()] {
            sides.push((l.curvature(Part::Whole, column, direction), A::zero()));
        }
    }
    // As many columns as logits can be shifted.
    sides.push((A::integer(columns.len() as i64), A::integer(l.shape().null_dimension() as i64)));
    sides
}
