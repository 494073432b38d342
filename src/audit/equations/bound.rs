//! Chapter 5: the bounds.
//!
//! A bound is a function of `D`, `T` and `Q` alone: the extreme value over all spectra that have these three numbers.
//! So it is held against its own extremal spectrum: put the bound into that spectrum and its squared trace must be
//! that of the Hessian. Which of the two roots it is, its definition says, from mean and spread of the Hessian of the
//! loss; that it bounds the eigenvalues, the eigen witness.

use super::{contract, hidden_range, output_range, product};
use crate::audit::equation::{Axis, Equation, rows};
use crate::number::{Arithmetic, Matrix, Nilpotent, Number, Smooth};
use crate::terms::{bound::*, squared_trace::*};
use crate::witness::{Case, Part};

/// The equations of this chapter.
pub fn equations<A: Arithmetic>() -> Vec<Equation<A>> {
    [numbers(), spectrum_bounds(), support(), blocks()].into_iter().flatten().collect()
}

fn new<A: Arithmetic>(
    name: &'static str,
    axes: &'static [Axis],
    closed: fn(&Case<A>) -> Vec<A>,
) -> Equation<A> {
    Equation::new("bound", name, axes, closed)
}

const ASSEMBLED: &str = "the assembled Hessian";
const OF_LOSS: &str = "the Hessian of the loss";
const SPECTRUM: &str = "the squared trace of the assembled Hessian, through the extremal spectrum";
const SPECTRUM_OF_LOSS: &str = "the squared trace of the Hessian of the loss, through the extremal spectrum";

fn numbers<A: Arithmetic>() -> Vec<Equation<A>> {
    vec![
        new("moments", &[Axis::Item(5)], |c| {
            let m = moments(&c.points, c.v());
            m.into_values().collect()
        })
        .equals(ASSEMBLED, |c| moments_of(c, c.hessian()))
        .equals(OF_LOSS, |c| moments_of(c, c.hessian_from_loss()))
        .on_small_cases(),
        new("mean", &[], |c| vec![mean_and_spread(c).0])
            .equals(ASSEMBLED, |c| vec![average(c.hessian())])
            .equals(OF_LOSS, |c| vec![average(c.hessian_from_loss())])
            .on_small_cases(),
        new("spread", &[], |c| vec![mean_and_spread(c).1])
            .equals(ASSEMBLED, |c| vec![deviation(c.hessian())])
            .equals(OF_LOSS, |c| vec![deviation(c.hessian_from_loss())])
            .on_small_cases(),
        new("spread_centred", &[], |c| {
            let m = mean_and_spread(c).0;
            let diagonal = hidden_deviation(&c.points, m) + output_deviation(&c.points, m, false);
            let whole = diagonal + A::integer(2) * coupling_squared_by_parameters(&c.points);
            vec![spread_centred(whole, c.shape.parameters())]
        })
        .equals(ASSEMBLED, |c| vec![deviation(c.hessian())])
        .equals(OF_LOSS, |c| vec![deviation(c.hessian_from_loss())])
        .on_small_cases(),
    ]
}

fn spectrum_bounds<A: Arithmetic>() -> Vec<Equation<A>> {
    vec![
        new("ws_upper", &[Axis::Item(2)], |c| {
            let (m, s) = mean_and_spread(c);
            let x: A = ws_upper(m, s, c.shape.parameters());
            vec![one_apart(c, x), x]
        })
        .equals(SPECTRUM, |c| bound_from(c, c.hessian(), Root::FarAbove))
        .equals(SPECTRUM_OF_LOSS, |c| bound_from(c, c.hessian_from_loss(), Root::FarAbove))
        .on_small_cases(),
        new("ws_lower", &[Axis::Item(2)], |c| {
            let (m, s) = mean_and_spread(c);
            let x: A = ws_lower(m, s, c.shape.parameters());
            vec![all_but_one_at(c, x), x]
        })
        .equals(SPECTRUM, |c| bound_from(c, c.hessian(), Root::NearAbove))
        .equals(SPECTRUM_OF_LOSS, |c| bound_from(c, c.hessian_from_loss(), Root::NearAbove))
        .on_small_cases(),
        new("lambda_min_lower", &[Axis::Item(2)], |c| {
            let (m, s) = mean_and_spread(c);
            let x: A = lambda_min_lower(m, s, c.shape.parameters());
            vec![one_apart(c, x), x]
        })
        .equals(SPECTRUM, |c| bound_from(c, c.hessian(), Root::FarBelow))
        .equals(SPECTRUM_OF_LOSS, |c| bound_from(c, c.hessian_from_loss(), Root::FarBelow))
        .on_small_cases(),
        new("lambda_min_upper", &[Axis::Item(2)], |c| {
            let (m, s) = mean_and_spread(c);
            let x: A = lambda_min_upper(m, s, c.shape.parameters());
            vec![all_but_one_at(c, x), x]
        })
        .equals(SPECTRUM, |c| bound_from(c, c.hessian(), Root::NearBelow))
        .equals(SPECTRUM_OF_LOSS, |c| bound_from(c, c.hessian_from_loss(), Root::NearBelow))
        .on_small_cases(),
        new("range_upper", &[Axis::Item(2)], |c| {
            // Extremal: the two ends at equal distance from the mean, all others at the mean.
            let range: A = range_upper(mean_and_spread(c).1, c.shape.parameters());
            vec![range * range / A::integer(2), range]
        })
        .equals(SPECTRUM, |c| widest_range(c, c.hessian()))
        .equals(SPECTRUM_OF_LOSS, |c| widest_range(c, c.hessian_from_loss()))
        .on_small_cases(),
        new("range_lower", &[Axis::Item(2)], |c| {
            // Extremal: one half of the eigenvalues at either end.
            let size = c.shape.parameters();
            let range: A = range_lower(mean_and_spread(c).1, size);
            let spectrum: Vec<A> = (0..size).map(|i| if 2 * i < size { A::zero() } else { range }).collect();
            vec![centred(&Matrix::from_diagonal(&spectrum.into())), range]
        })
        .equals(SPECTRUM, |c| narrowest_range(c, c.hessian()))
        .equals(SPECTRUM_OF_LOSS, |c| narrowest_range(c, c.hessian_from_loss()))
        .on_small_cases(),
        new("ws_reduced", &[], |c| {
            let size = c.shape.reduced_parameters();
            let (t, q) = trace_and_square(c);
            vec![ws_reduced(mean(t, size), spread(t, q, size), &c.shape)]
        })
        .equals("the support form on the complement of the null space", |c| {
            vec![projected_support(c, c.hessian())]
        })
        .equals("the same from the loss", |c| vec![projected_support(c, c.hessian_from_loss())])
        .on_small_cases(),
    ]
}

fn support<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::{Item, Theta};
    vec![
        new("support_matrix", &[Theta, Theta], |c| rows(&support_of(c))).along(
            "the derivative of the bound by the entries of the Hessian",
            |c, direction| {
                let step = |index: usize, value: &A| A::First::lift(*value, &[direction[index]]);
                let entries: Vec<A::First> =
                    rows(c.hessian()).iter().enumerate().map(|(index, value)| step(index, value)).collect();
                let size = c.shape.parameters();
                let diagonal: Vec<A::First> = (0..size).map(|i| entries[i * size + i]).collect();
                let zero = || <A::First as Number>::integer(0);
                let trace = diagonal.into_iter().fold(zero(), |sum, entry| sum + entry);
                let square = entries.into_iter().fold(zero(), |sum, entry| sum + entry * entry);
                largest_of_spectra(&trace, &square, size).mixed()
            },
        ),
        new("support_form", &[Item(2)], |c| {
            let support = support_of(c);
            let identity = Matrix::identity(support.nrows(), support.nrows());
            vec![support_form(c.hessian(), &support), support_form(&identity, &support)]
        })
        .equals("the bound, and a trace of 1", |c| {
            let h = c.hessian();
            let bound = largest_of_spectra(&h.trace(), &product(h, h), c.shape.parameters());
            vec![bound, A::one()]
        })
        .equals("the bound from the loss, and a trace of 1", |c| {
            let h = c.hessian_from_loss();
            let bound = largest_of_spectra(&h.trace(), &product(h, h), c.shape.parameters());
            vec![bound, A::one()]
        })
        .on_small_cases(),
        new("null_space", &[Axis::Entry], |c| {
            let basis = null_space::<A>(&c.shape);
            let mut entries = rows(&(basis.transpose() * &basis));
            for column in basis.column_iter() {
                let direction: Vec<A> = column.iter().copied().collect();
                entries.push(c.loss_curvature(Part::Whole, &direction, &c.theta()));
                entries.push(c.loss_curvature(Part::Whole, &direction, &against(c)));
            }
            entries
        })
        .equals("independent columns on which second derivatives of the loss vanish", |c| {
            let size = c.shape.null_dimension();
            let gram: Matrix<A> = Matrix::identity(size, size) * A::integer(c.shape.classes as i64);
            let mut entries = rows(&gram);
            entries.resize(entries.len() + 2 * size, A::zero());
            entries
        }),
    ]
}

fn blocks<A: Arithmetic>() -> Vec<Equation<A>> {
    vec![
        new("hidden_upper", &[], |c| {
            let alpha = hidden_upper(&moments(&c.points, c.v()), &c.shape);
            let size = c.shape.hidden * (c.shape.inputs + bias(c));
            vec![one_apart_of(alpha, &block_trace(c.hessian(), hidden_range(c)), size)]
        })
        .equals("the squared trace of the assembled W, b block, through the extremal spectrum", |c| {
            vec![block_square(c.hessian(), hidden_range(c))]
        })
        .equals("the same from the loss", |c| vec![block_square(c.hessian_from_loss(), hidden_range(c))])
        .on_small_cases(),
        new("output_upper", &[], |c| {
            let beta = output_upper(&moments(&c.points, c.v()), &c.shape);
            let trace = block_trace(c.hessian(), output_range(c));
            let size = (c.shape.classes - 1) * (c.shape.hidden + bias(c));
            vec![one_apart_of(beta, &trace, size)]
        })
        .equals("the squared trace of the assembled V, c block, through the extremal spectrum", |c| {
            vec![block_square(c.hessian(), output_range(c))]
        })
        .equals("the same from the loss", |c| vec![block_square(c.hessian_from_loss(), output_range(c))])
        .on_small_cases(),
        new("ws_block", &[], |c| {
            // The largest eigenvalue x of [[alpha, gamma], [gamma, beta]]: (x - alpha)(x - beta) = gamma^2.
            let m = moments(&c.points, c.v());
            let (alpha, beta) = (hidden_upper(&m, &c.shape), output_upper(&m, &c.shape));
            let x: A = ws_block(alpha, beta, m.coupling_squared);
            vec![(x - alpha) * (x - beta)]
        })
        .equals("the squared norm of the assembled coupling, through the characteristic polynomial", |c| {
            vec![coupling(c, c.hessian())]
        })
        .equals("the same from the loss", |c| vec![coupling(c, c.hessian_from_loss())])
        .on_small_cases(),
    ]
}

/// 1 with biases, 0 without.
fn bias<A: Arithmetic>(c: &Case<A>) -> usize {
    usize::from(c.shape.biases)
}

fn trace_and_square<A: Arithmetic>(c: &Case<A>) -> (A, A) {
    let m = moments(&c.points, c.v());
    (m.trace(), m.squared())
}

/// `m` and `s` by the closed forms.
fn mean_and_spread<A: Arithmetic>(c: &Case<A>) -> (A, A) {
    let (t, q) = trace_and_square(c);
    let size = c.shape.parameters();
    (mean(t, size), spread(t, q, size))
}

fn support_of<A: Arithmetic>(c: &Case<A>) -> Matrix<A> {
    let (m, s) = mean_and_spread(c);
    support_matrix(c.hessian(), m, s)
}

/// A second direction for the null space: the first covectors, repeated over the parameters.
fn against<A: Arithmetic>(c: &Case<A>) -> Vec<A> {
    let pool: Vec<A> = c.covectors.iter().flat_map(|f| f.v.iter().chain(&f.z).copied()).collect();
    (0..c.shape.parameters()).map(|index| pool[index % pool.len()]).collect()
}

fn moments_of<A: Arithmetic>(c: &Case<A>, h: &Matrix<A>) -> Vec<A> {
    let moments = Moments {
        hidden_trace: block_trace(h, hidden_range(c)),
        hidden_squared: block_square(h, hidden_range(c)),
        output_trace: block_trace(h, output_range(c)),
        output_squared: block_square(h, output_range(c)),
        coupling_squared: coupling(c, h),
    };
    moments.into_values().collect()
}

fn block_trace<A: Arithmetic>(h: &Matrix<A>, range: std::ops::Range<usize>) -> A {
    range.fold(A::zero(), |sum, i| sum + h[(i, i)])
}

fn block_square<A: Arithmetic>(h: &Matrix<A>, range: std::ops::Range<usize>) -> A {
    let block = h.view_range(range.clone(), range).into_owned();
    product(&block, &block)
}

fn coupling<A: Arithmetic>(c: &Case<A>, h: &Matrix<A>) -> A {
    let block = h.view_range(hidden_range(c), output_range(c)).into_owned();
    product(&block, &block)
}

/// The mean of the diagonal.
fn average<A: Arithmetic>(h: &Matrix<A>) -> A {
    block_trace(h, 0..h.nrows()) / A::integer(h.nrows() as i64)
}

/// `|H - m I|^2` with `m` the mean of the diagonal.
fn centred<A: Arithmetic>(h: &Matrix<A>) -> A {
    let shifted = h - Matrix::identity(h.nrows(), h.nrows()) * average(h);
    product(&shifted, &shifted)
}

/// The standard deviation of the eigenvalues.
fn deviation<A: Arithmetic>(h: &Matrix<A>) -> A {
    (centred(h) / A::integer(h.nrows() as i64)).sqrt()
}

/// The centred squared trace, and the upper bound on the range by its definition.
fn widest_range<A: Arithmetic>(c: &Case<A>, h: &Matrix<A>) -> Vec<A> {
    vec![centred(h), deviation(h) * A::integer(2 * c.shape.parameters() as i64).sqrt()]
}

/// The centred squared trace, and the lower bound on the range by its definition.
fn narrowest_range<A: Arithmetic>(c: &Case<A>, h: &Matrix<A>) -> Vec<A> {
    let size = c.shape.parameters() as i64;
    let odd = if size % 2 == 0 { A::one() } else { A::integer(size) / A::integer(size * size - 1).sqrt() };
    vec![centred(h), A::integer(2) * deviation(h) * odd]
}

/// Which of the four bounds on an eigenvalue: how far from the mean, and on which side.
#[derive(Clone, Copy, PartialEq)]
enum Root {
    FarAbove,
    NearAbove,
    FarBelow,
    NearBelow,
}

/// The squared trace of the Hessian, and the bound by its definition, from the mean and the spread of its eigenvalues.
fn bound_from<A: Arithmetic>(c: &Case<A>, h: &Matrix<A>, which: Root) -> Vec<A> {
    let root = A::integer(c.shape.parameters() as i64 - 1).sqrt();
    let distance = match which {
        Root::FarAbove | Root::FarBelow => deviation(h) * root,
        Root::NearAbove | Root::NearBelow => deviation(h) / root,
    };
    let above = matches!(which, Root::FarAbove | Root::NearAbove);
    vec![product(h, h), if above { average(h) + distance } else { average(h) - distance }]
}

/// Squared trace of the spectrum `x, y, .., y` with the trace of the Hessian.
fn one_apart<A: Arithmetic>(c: &Case<A>, x: A) -> A {
    one_apart_of(x, &block_trace(c.hessian(), 0..c.shape.parameters()), c.shape.parameters())
}

fn one_apart_of<A: Arithmetic>(x: A, trace: &A, size: usize) -> A {
    let rest = *trace - x;
    let others = if size == 1 { A::zero() } else { rest * rest / A::integer(size as i64 - 1) };
    x * x + others
}

/// Squared trace of the spectrum `x, .., x, y` with the trace of the Hessian.
fn all_but_one_at<A: Arithmetic>(c: &Case<A>, x: A) -> A {
    let others = A::integer(c.shape.parameters() as i64 - 1);
    let trace = block_trace(c.hessian(), 0..c.shape.parameters());
    let last = trace - others * x;
    others * x * x + last * last
}

/// The largest first entry over all spectra of this size, trace and squared trace: the larger root of
/// `D x^2 - 2 T x + T^2 - (D-1) Q = 0`.
fn largest_of_spectra<T: Smooth>(trace: &T, square: &T, size: usize) -> T {
    let (d, t, q) = (T::integer(size as i64), *trace, *square);
    // The root of the discriminant as it enters `s sqrt(D-1)`: in the field a root of a product is that of one factor
    // times that of the other, up to a sign that the closed form fixes.
    let discriminant = (q / d - t * t / (d * d)).sqrt();
    t / d + discriminant * (d - T::integer(1)).sqrt()
}

/// `<H, P>` with `P = Pi/D' + sqrt(D'-1)/(D' s) (H - m Pi)`, where `Pi` projects off the null space and
/// `m, s, D'` belong to what it leaves; 0 where that is negative.
fn projected_support<A: Arithmetic>(c: &Case<A>, h: &Matrix<A>) -> A {
    let shifts = c.shape.hidden + bias(c);
    let size = h.nrows() - shifts;
    let share = A::one() / A::integer(c.shape.classes as i64);
    // The column of (V, c) that a parameter belongs to; those of W and b belong to none.
    let column = |index: usize| {
        let within = index.checked_sub(c.shape.hidden * (c.shape.inputs + bias(c)))?;
        let weights = c.shape.classes * c.shape.hidden;
        Some(if within < weights { within % c.shape.hidden } else { c.shape.hidden })
    };
    let projector = Matrix::from_fn(h.nrows(), h.nrows(), |i, j| {
        let unit = if i == j { A::one() } else { A::zero() };
        if column(i).is_some() && column(i) == column(j) { unit - share } else { unit }
    });
    let d = A::integer(size as i64);
    let m = block_trace(h, 0..h.nrows()) / d;
    if size == 1 {
        return m.positive_part();
    }
    let shifted = h - &projector * m;
    let s = (product(&shifted, &shifted) / d).sqrt();
    let factor = A::integer(size as i64 - 1).sqrt() / (d * s);
    let support = projector * (A::one() / d) + shifted * factor;
    contract(h.as_slice(), support.as_slice()).positive_part()
}
