//! Chapter 4: the squared trace and its terms, against products of the blocks that they stand for.

use super::{each_pair, hidden_range, output_range, product};
use crate::audit::equation::{Axis, Equation, rows};
use crate::number::{Arithmetic, Matrix, Nilpotent};
use crate::terms::{Curvature, hessian::*, squared_trace::*};
use crate::witness::{Case, Part, curvature_of_logits, definition, lift, unit};

/// The equations of this chapter.
pub fn equations<A: Arithmetic>() -> Vec<Equation<A>> {
    [pair_terms(), cross_terms(), totals()].into_iter().flatten().collect()
}

fn new<A: Arithmetic>(
    name: &'static str,
    axes: &'static [Axis],
    closed: fn(&Case<A>) -> Vec<A>,
) -> Equation<A> {
    Equation::new("squared_trace", name, axes, closed)
}

const BLOCKS: &str = "the product of the closed blocks";
const LOSS: &str = "the product of second derivatives of the loss";

fn pair_terms<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::{Class, Pair};
    vec![
        new("covariance_product", &[Pair], |c| each_pair(c, covariance_product))
            .equals(LOSS, |c| per_pair(c, |n, m| product(&by_logits(c, n), &by_logits(c, m)))),
        new("q_out", &[Pair], |c| each_pair(c, q_out))
            .equals(BLOCKS, |c| {
                let range = output_range(c);
                each_pair(c, |n, m| product(&diagonal_block(n, &range), &diagonal_block(m, &range)))
            })
            .equals(LOSS, |c| {
                let block = |n| c.sample_block(n, Part::Whole, output_range(c), output_range(c));
                per_pair(c, |n, m| product(&block(n), &block(m)))
            })
            .on_small_cases(),
        new("gn_gn", &[Pair], |c| each_pair(c, gn_gn))
            .equals(LOSS, |c| parts(c, Part::GaussNewton, Part::GaussNewton)),
        new("class_gram", &[Pair, Class, Class], |c| {
            let of_pair = |&(n, m): &(usize, usize)| rows(&class_gram(&c.points[n], &c.points[m], c.v()));
            c.pairs.iter().flat_map(of_pair).collect()
        })
        .equals("the product of the slopes of the logits by the preactivations", |c| {
            let of_pair = |&(n, m): &(usize, usize)| rows(&(jacobian(c, n) * jacobian(c, m).transpose()));
            c.pairs.iter().flat_map(of_pair).collect()
        }),
        new("gn_gn_by_classes", &[Pair], |c| each_pair(c, |n, m| gn_gn_by_classes(n, m, c.v())))
            .equals(LOSS, |c| parts(c, Part::GaussNewton, Part::GaussNewton)),
        new("gn_res", &[Pair], |c| each_pair(c, gn_res))
            .equals(LOSS, |c| parts(c, Part::GaussNewton, Part::Residual)),
        new("res_res", &[Pair], |c| each_pair(c, res_res))
            .equals(LOSS, |c| parts(c, Part::Residual, Part::Residual)),
        new("q_hid", &[Pair], |c| each_pair(c, q_hid))
            .equals(BLOCKS, |c| {
                let range = hidden_range(c);
                each_pair(c, |n, m| product(&diagonal_block(n, &range), &diagonal_block(m, &range)))
            })
            .equals(LOSS, |c| {
                let block = |n| c.sample_block(n, Part::Whole, hidden_range(c), hidden_range(c));
                per_pair(c, |n, m| product(&block(n), &block(m)))
            })
            .on_small_cases(),
    ]
}

fn cross_terms<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::Pair;
    use Part::{GaussNewton, Residual, Whole};
    vec![
        new("q_cross_gauss_newton", &[Pair], |c| each_pair(c, q_cross_gauss_newton))
            .equals(BLOCKS, |c| {
                each_pair(c, |n, m| product(&coupling(n, GaussNewton), &coupling(m, GaussNewton)))
            })
            .equals(LOSS, |c| {
                per_pair(c, |n, m| {
                    product(&loss_coupling(c, n, GaussNewton), &loss_coupling(c, m, GaussNewton))
                })
            })
            .on_small_cases(),
        new("q_cross_mixed", &[Pair], |c| each_pair(c, q_cross_mixed))
            .equals(BLOCKS, |c| {
                let one_way = |n: &Curvature<A>, m: &Curvature<A>| {
                    product(&coupling(n, GaussNewton), &coupling(m, Residual))
                };
                each_pair(c, |n, m| one_way(n, m) + one_way(m, n))
            })
            .equals(LOSS, |c| {
                let one_way =
                    |n, m| product(&loss_coupling(c, n, GaussNewton), &loss_coupling(c, m, Residual));
                per_pair(c, |n, m| one_way(n, m) + one_way(m, n))
            })
            .on_small_cases(),
        new("q_cross_residual", &[Pair], |c| each_pair(c, q_cross_residual))
            .equals(BLOCKS, |c| each_pair(c, |n, m| product(&coupling(n, Residual), &coupling(m, Residual))))
            .equals(LOSS, |c| {
                per_pair(c, |n, m| product(&loss_coupling(c, n, Residual), &loss_coupling(c, m, Residual)))
            })
            .on_small_cases(),
        new("q_cross", &[Pair], |c| each_pair(c, q_cross))
            .equals(BLOCKS, |c| each_pair(c, |n, m| product(&coupling(n, Whole), &coupling(m, Whole))))
            .equals(LOSS, |c| {
                per_pair(c, |n, m| product(&loss_coupling(c, n, Whole), &loss_coupling(c, m, Whole)))
            })
            .on_small_cases(),
    ]
}

const ASSEMBLED: &str = "the entries of the assembled Hessian";
const HESSIAN_OF_LOSS: &str = "the entries of the Hessian of the loss";

fn totals<A: Arithmetic>() -> Vec<Equation<A>> {
    vec![
        new("trace_squared", &[], |c| vec![trace_squared(&c.points)])
            .equals(ASSEMBLED, |c| vec![product(c.hessian(), c.hessian())])
            .equals(HESSIAN_OF_LOSS, |c| vec![product(c.hessian_from_loss(), c.hessian_from_loss())])
            .on_small_cases(),
        new("trace_squared_by_parameters", &[], |c| vec![trace_squared_by_parameters(&c.points)])
            .equals(ASSEMBLED, |c| vec![product(c.hessian(), c.hessian())])
            .equals(HESSIAN_OF_LOSS, |c| vec![product(c.hessian_from_loss(), c.hessian_from_loss())])
            .on_small_cases(),
        new("hidden_deviation", &[], |c| vec![hidden_deviation(&c.points, shift(c))])
            .equals(ASSEMBLED, |c| vec![deviation(c, c.hessian(), hidden_range(c), A::zero())])
            .equals(HESSIAN_OF_LOSS, |c| {
                vec![deviation(c, c.hessian_from_loss(), hidden_range(c), A::zero())]
            })
            .on_small_cases(),
        new("output_deviation", &[Axis::Item(2)], |c| {
            [false, true].map(|projected| output_deviation(&c.points, shift(c), projected)).to_vec()
        })
        .equals(ASSEMBLED, |c| output_deviations(c, c.hessian()))
        .equals(HESSIAN_OF_LOSS, |c| output_deviations(c, c.hessian_from_loss()))
        .on_small_cases(),
        new("coupling_squared_by_parameters", &[], |c| vec![coupling_squared_by_parameters(&c.points)])
            .equals(ASSEMBLED, |c| vec![coupling_norm(c, c.hessian())])
            .equals(HESSIAN_OF_LOSS, |c| vec![coupling_norm(c, c.hessian_from_loss())])
            .on_small_cases(),
    ]
}

/// A number to shift the diagonal by: the first parameter, as good as any other.
fn shift<A: Arithmetic>(c: &Case<A>) -> A {
    c.network.parameters.w[(0, 0)]
}

fn output_deviations<A: Arithmetic>(c: &Case<A>, h: &Matrix<A>) -> Vec<A> {
    let share = A::one() / A::integer(c.shape.classes as i64);
    vec![deviation(c, h, output_range(c), A::zero()), deviation(c, h, output_range(c), share)]
}

/// `|H - m (I - share 11')|^2` over a diagonal block, where `11'` links the entries of one column of `(V, c)`.
fn deviation<A: Arithmetic>(c: &Case<A>, h: &Matrix<A>, range: std::ops::Range<usize>, share: A) -> A {
    let column = |index: usize| {
        let within = index - c.shape.hidden_parameters().min(index);
        let weights = c.shape.classes * c.shape.hidden;
        if within < weights { within % c.shape.hidden } else { c.shape.hidden }
    };
    let mut sum = A::zero();
    for i in range.clone() {
        for j in range.clone() {
            let mut unit = if i == j { A::one() } else { A::zero() };
            if column(i) == column(j) {
                unit -= share;
            }
            let entry = h[(i, j)] - shift(c) * unit;
            sum += entry * entry;
        }
    }
    sum
}

fn coupling_norm<A: Arithmetic>(c: &Case<A>, h: &Matrix<A>) -> A {
    let block = h.view_range(hidden_range(c), output_range(c)).into_owned();
    product(&block, &block)
}

fn per_pair<A: Arithmetic>(c: &Case<A>, term: impl Fn(usize, usize) -> A) -> Vec<A> {
    c.pairs.iter().map(|&(n, m)| term(n, m)).collect()
}

/// One sample's second derivative by the logits.
fn by_logits<A: Arithmetic>(c: &Case<A>, n: usize) -> Matrix<A> {
    let classes = c.shape.classes;
    let o = definition::logits(&c.shape, c.network.activation, &c.theta(), &c.x(n));
    Matrix::from_fn(classes, classes, |k, l| {
        let moving = lift::<A, A::Second>(&o, &[&unit(classes, k), &unit(classes, l)]);
        curvature_of_logits(Part::Whole, moving, &c.y(n))
    })
}

/// One sample's second derivative by the preactivations, or a part of it.
fn by_preactivations<A: Arithmetic>(c: &Case<A>, n: usize, part: Part) -> Matrix<A> {
    let hidden = c.shape.hidden;
    let a = definition::preactivation(&c.shape, &c.theta(), &c.x(n));
    let theta: Vec<A::Second> = lift(&c.theta(), &[]);
    Matrix::from_fn(hidden, hidden, |i, j| {
        let moving: Vec<A::Second> = lift(&a, &[&unit(hidden, i), &unit(hidden, j)]);
        let z = definition::hidden(c.network.activation, &moving);
        curvature_of_logits(part, definition::output(&c.shape, &theta, &z), &c.y(n))
    })
}

fn parts<A: Arithmetic>(c: &Case<A>, left: Part, right: Part) -> Vec<A> {
    per_pair(c, |n, m| product(&by_preactivations(c, n, left), &by_preactivations(c, m, right)))
}

/// Slopes of one sample's logits by its preactivations, `C x h`.
fn jacobian<A: Arithmetic>(c: &Case<A>, n: usize) -> Matrix<A> {
    let (classes, hidden) = (c.shape.classes, c.shape.hidden);
    let a = definition::preactivation(&c.shape, &c.theta(), &c.x(n));
    let theta: Vec<A::First> = lift(&c.theta(), &[]);
    let column = |i: usize| -> Vec<A> {
        let moving: Vec<A::First> = lift(&a, &[&unit(hidden, i)]);
        let z = definition::hidden(c.network.activation, &moving);
        definition::output(&c.shape, &theta, &z).iter().map(Nilpotent::mixed).collect()
    };
    Matrix::from_iterator(classes, hidden, (0..hidden).flat_map(column))
}

/// A diagonal block of one sample's closed Hessian.
fn diagonal_block<A: Arithmetic>(n: &Curvature<A>, range: &std::ops::Range<usize>) -> Matrix<A> {
    hessian(std::slice::from_ref(n)).view_range(range.clone(), range.clone()).into_owned()
}

/// One sample's closed block that couples `W, b` (rows) to `V, c` (columns), or a part of it.
fn coupling<A: Arithmetic>(n: &Curvature<A>, part: Part) -> Matrix<A> {
    let pick = |gauss_newton: Matrix<A>, residual: Matrix<A>| match part {
        Part::Whole => gauss_newton + residual,
        Part::GaussNewton => gauss_newton,
        Part::Residual => residual,
    };
    let mut entries = rows(&pick(h_wv_gauss_newton(n), h_wv_residual(n)));
    if n.sample.biases {
        entries.extend(rows(&pick(h_wc_gauss_newton(n), h_wc_residual(n))));
        entries.extend(rows(&pick(h_bv_gauss_newton(n), h_bv_residual(n))));
        entries.extend(rows(&pick(h_bc_gauss_newton(n), h_bc_residual(n))));
    }
    // Only products of two such matrices are formed, so any fixed order of the entries serves.
    Matrix::from_vec(entries.len(), 1, entries)
}

fn loss_coupling<A: Arithmetic>(c: &Case<A>, n: usize, part: Part) -> Matrix<A> {
    c.sample_block(n, part, hidden_range(c), output_range(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Shape};

    #[test]
    fn the_coupling_of_the_samples_adds_up_to_that_of_the_batch() {
        let shape = Shape { samples: 1, inputs: 2, hidden: 2, classes: 3, biases: true };
        let case = Case::<f64>::random(shape, Activation::Tanh, 3);
        let block = rows(&coupling(&case.points[0], Part::Whole));
        let norm = coupling_norm(&case, case.hessian());
        let square: f64 = block.iter().map(|entry| entry * entry).sum();
        approx::assert_relative_eq!(square, norm, max_relative = 1e-14);
    }
}
