//! Chapter 10: traces of a network of any depth, against sums of entries of its Hessian.

use super::layers::few;
use super::{entries, product};
use crate::audit::LayerDense;
use crate::audit::checks::Checks;
use crate::model::Architecture;
use crate::number::{Arithmetic, Matrix, Nilpotent};
use crate::witness::{LayerLoss, Part, lift, unit};

pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    traces(all);
    pairs(all);
    kernels(all);
}

/// The unit of a layer that each of its parameters belongs to.
pub(super) fn unit_of(sizes: &Architecture, layer: usize) -> Vec<usize> {
    let weights = sizes.outputs_of(layer) * sizes.inputs_of(layer);
    let of = |index: usize| if index < weights { index / sizes.inputs_of(layer) } else { index - weights };
    (0..sizes.parameters_of(layer)).map(of).collect()
}

fn traces<A: Arithmetic>(all: &mut Checks<A>) {
    all.of_layer_hessian("unit_trace", "the diagonal by units", |d| {
        let l = d.loss();
        let sizes = l.architecture();
        let mut sums = Vec::new();
        for layer in 0..sizes.layers() {
            let mut of_layer = vec![A::zero(); sizes.outputs_of(layer)];
            for (index, unit) in l.layer(layer).zip(unit_of(sizes, layer)) {
                of_layer[unit] += d.whole()[(index, index)];
            }
            sums.extend(of_layer);
        }
        sums
    });
    const BY_PARAMETERS: &str = "second derivatives of the loss by each parameter twice";
    all.layer_values("layer_trace_gauss_newton", BY_PARAMETERS, |l| diagonals(l, Part::GaussNewton));
    all.layer_values("layer_trace_residual", BY_PARAMETERS, |l| diagonals(l, Part::Residual));
    all.of_layer_hessian("network_trace", "the diagonal", |d| vec![d.whole().trace()]);
    const ENTRIES: &str = "the squared entries";
    all.of_layer_hessian("unit_squared", "the squared entries by units", |d| squares_by_units(d));
    all.of_layer_hessian("unit_squared_by_parameters", "the squared entries by units", |d| {
        squares_by_units(d)
    });
    all.of_layer_hessian("network_squared", ENTRIES, |d| vec![product(d.whole(), d.whole())]);
}

/// A layer's second derivatives by each of its parameters twice, at the first samples.
fn diagonals<A: Arithmetic>(l: &LayerLoss<A>, part: Part) -> Vec<A> {
    let of_layer = |layer: usize| {
        l.layer(layer).fold(A::zero(), |sum, index| {
            let unit = l.unit(index);
            (0..few(l)).fold(sum, |sum, n| sum + l.share(n) * l.sample_curvature(n, part, &unit, &unit))
        })
    };
    (0..l.architecture().layers()).map(of_layer).collect()
}

/// Entries times entries of two matrices over the same parameters, summed by units.
fn by_units<A: Arithmetic>(
    sizes: &Architecture,
    (m, l): (usize, usize),
    one: &Matrix<A>,
    two: &Matrix<A>,
) -> Vec<A> {
    let (rows, columns) = (unit_of(sizes, m), unit_of(sizes, l));
    let mut sums = Matrix::from_element(sizes.outputs_of(m), sizes.outputs_of(l), A::zero());
    for (i, unit) in rows.iter().enumerate() {
        for (j, other) in columns.iter().enumerate() {
            sums[(*unit, *other)] += one[(i, j)] * two[(i, j)];
        }
    }
    entries(sums.nrows(), sums.ncols(), &|i, j| sums[(i, j)])
}

fn squares_by_units<A: Arithmetic>(d: &LayerDense<A>) -> Vec<A> {
    let l = d.loss();
    let mut all = Vec::new();
    for m in 0..l.architecture().layers() {
        for early in 0..=m {
            let block = d.whole().view_range(l.layer(m), l.layer(early)).into_owned();
            all.extend(by_units(l.architecture(), (m, early), &block, &block));
        }
    }
    all
}

fn pairs<A: Arithmetic>(all: &mut Checks<A>) {
    const BLOCKS: &str = "the product of the blocks of two samples, by units,";
    all.of_layer_hessian("pair_diagonal", BLOCKS, |d| {
        of_pairs(d, &|n, other| {
            (0..d.loss().architecture().layers()).flat_map(|m| products(d, n, other, m, m)).collect()
        })
    });
    all.of_layer_hessian("pair_coupling", BLOCKS, |d| {
        of_pairs(d, &|n, other| {
            let pairs = (0..d.loss().architecture().layers()).flat_map(|m| (0..m).map(move |l| (m, l)));
            pairs.flat_map(|(m, l)| products(d, n, other, m, l)).collect()
        })
    });
}

fn of_pairs<A: Arithmetic>(d: &LayerDense<A>, of: &dyn Fn(usize, usize) -> Vec<A>) -> Vec<A> {
    d.loss().pairs().iter().flat_map(|&(n, other)| of(n, other)).collect()
}

fn products<A: Arithmetic>(d: &LayerDense<A>, n: usize, other: usize, m: usize, l: usize) -> Vec<A> {
    let [one, two] = [n, other].map(|sample| d.sample_block(sample, Part::Whole, m, l));
    by_units(d.loss().architecture(), (m, l), &one, &two)
}

fn kernels<A: Arithmetic>(all: &mut Checks<A>) {
    all.layer_values("tangent_kernel", "the product of the slopes of the outputs by all parameters", |l| {
        let outputs = l.architecture().outputs();
        l.pairs()
            .iter()
            .flat_map(|&(n, other)| {
                let (one, two) = (slopes_of_outputs(l, n), slopes_of_outputs(l, other));
                entries(outputs, outputs, &|k, j| {
                    one[k].iter().zip(&two[j]).fold(A::zero(), |sum, (a, b)| sum + *a * *b)
                })
            })
            .collect()
    });
    all.of_layer_hessian(
        "gauss_newton_squared_by_kernel",
        "the product of the Gauss-Newton matrices of two samples, entry by entry,",
        |d| {
            of_pairs(d, &|n, other| {
                let layers = d.loss().architecture().layers();
                let mut sum = A::zero();
                for m in 0..layers {
                    for l in 0..=m {
                        let [one, two] =
                            [n, other].map(|sample| d.sample_block(sample, Part::GaussNewton, m, l));
                        let twice = if m == l { A::one() } else { A::integer(2) };
                        sum += twice * product(&one, &two);
                    }
                }
                vec![sum]
            })
        },
    );
}

/// Slopes of each output of a sample by all parameters.
fn slopes_of_outputs<A: Arithmetic>(l: &LayerLoss<A>, n: usize) -> Vec<Vec<A>> {
    let size = l.theta().len();
    let mut slopes = vec![Vec::with_capacity(size); l.architecture().outputs()];
    for index in 0..size {
        let theta: Vec<A::First> = lift(l.theta(), &[&unit(size, index)]);
        for (k, output) in l.at::<A::First>(n, &theta).outputs().iter().enumerate() {
            slopes[k].push(output.mixed(1));
        }
    }
    slopes
}
