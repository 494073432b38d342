//! The forward pass with bounds on its rounding errors, some samples at a time, and what these samples bring: sizes of
//! what their Hessians are made of, each with a bound on its own error.

use super::size::{Size, blurred, length, roundings, size};
use crate::fast::product::{Then, product, view};
use crate::model::{Batch, Derivatives, Shape, ThreeLayer};
use crate::number::{Matrix, Number, Rounded, Vector};
use crate::terms::model::{cross_entropy, others, softmax};
use std::ops::Range;

/// The parameters, as they enter sizes.
pub(super) struct Weights<'a> {
    pub network: &'a ThreeLayer<f64>,
    /// `|W|'` and `|V|'` as rows: `d x h` and `h x C`, with `W'` and `V'` beside them.
    w: [Vec<f64>; 2],
    v: [Vec<f64>; 2],
    /// What a product with `W`, and one with `V`, may lose by underflow: nothing where the matrix is 0.
    least: [f64; 2],
    /// For each hidden unit the length of its column of `V`, from which the mean over classes is taken: a shift of all
    /// logits counts nowhere.
    pub columns: Vec<Size>,
}

impl<'a> Weights<'a> {
    pub fn new(network: &'a ThreeLayer<f64>) -> Self {
        let (w, v) = (&network.parameters.w, &network.parameters.v);
        // The transpose of a column-major matrix lies as its rows.
        let both = |matrix: &Matrix<f64>| {
            [matrix.as_slice().to_vec(), matrix.iter().map(|entry| entry.abs()).collect()]
        };
        let column = |column: usize| {
            let column = v.column(column);
            let (mean, largest) = (column.mean(), column.amax());
            if column.iter().all(|entry| *entry == column[0]) {
                return Size::ZERO;
            }
            let error = roundings(v.nrows()) * largest;
            length(column.iter().map(|entry| Rounded { value: entry - mean, error }))
        };
        let least = |matrix: &Matrix<f64>| if matrix.amax() == 0.0 { 0.0 } else { f64::MIN_POSITIVE };
        Weights {
            network,
            w: both(w),
            v: both(v),
            least: [least(w), least(v)],
            columns: (0..v.ncols()).map(column).collect(),
        }
    }
}

/// What is known of one sample.
pub(super) struct Known {
    /// `|xt|^2` and `|zt|^2`, and the largest entry of `xt`.
    pub nx: Size,
    pub nz: Size,
    pub largest_input: f64,
    /// `tr S`, which is no smaller than `|S|`.
    pub impurity: Size,
    /// `|p|` and `|delta|`.
    pub p: Size,
    pub delta: Size,
    /// Cross entropy.
    pub loss: Rounded,
    /// `phi`, `phi1`, `phi2`, `phi3` of each hidden unit.
    pub units: Vec<Derivatives<Rounded>>,
}

/// Runs the samples of `range`.
pub(super) fn run(weights: &Weights, batch: &Batch<f64>, shape: &Shape, range: Range<usize>) -> Vec<Known> {
    let Shape { inputs: d, hidden: h, classes, .. } = *shape;
    let count = range.len();
    let parameters = &weights.network.parameters;
    let x = batch.x.rows(range.start, count).transpose();
    let sizes = x.abs();
    let times = |left: &[f64], width: usize, right: &[f64], columns: usize| {
        let mut out = vec![0.0; count * columns];
        product(&mut out, Then::Set, 1.0, view(left, count, width), view(right, width, columns));
        out
    };
    let a = times(x.as_slice(), d, &weights.w[0], h);
    let a_sizes = times(sizes.as_slice(), d, &weights.w[1], h);
    let bias = |bias: &Option<Vector<f64>>, index: usize| bias.as_ref().map_or(0.0, |bias| bias[index]);
    let unit = |index: usize| {
        let b = bias(&parameters.b, index % h);
        let error = (a_sizes[index] + b.abs()) * roundings(d + 1) + weights.least[0];
        weights.network.activation.derivatives(&Rounded { value: a[index] + b, error })
    };
    let mut units: Vec<_> = (0..count * h).map(unit).collect();
    let z: Vec<f64> = units.iter().map(|unit| unit.value.value).collect();
    let gamma = roundings(h + 1);
    let z_sizes: Vec<f64> =
        units.iter().map(|unit| unit.value.error + gamma * unit.value.value.abs()).collect();
    let o = times(&z, h, &weights.v[0], classes);
    let o_errors = times(&z_sizes, h, &weights.v[1], classes);
    (0..count)
        .map(|row| {
            let own: Vec<_> = units.drain(..h).collect();
            let logits = Vector::from_fn(classes, |k, _| {
                let (index, c) = (row * classes + k, bias(&parameters.c, k));
                let error = o_errors[index] + gamma * c.abs() + weights.least[1];
                Rounded { value: o[index] + c, error }
            });
            let y = batch.y.row(range.start + row).transpose();
            sample(&x.as_slice()[row * d..(row + 1) * d], own, &logits, &y, shape)
        })
        .collect()
}

fn sample(
    x: &[f64],
    units: Vec<Derivatives<Rounded>>,
    logits: &Vector<Rounded>,
    y: &Vector<f64>,
    shape: &Shape,
) -> Known {
    let bias = usize::from(shape.biases);
    let square = |length: Size, count: usize| blurred(length * length, count) + Size::exact(bias as f64);
    let p = probabilities(logits);
    let y: Vector<Rounded> = y.map(Rounded::exact);
    // Sums of positive numbers, none taken away.
    let (others, others_of_y) = (others(&p), others(&y));
    let impurity =
        p.iter().zip(others.iter()).fold(Rounded::integer(0), |sum, (p, others)| sum + *p * *others);
    let delta = (0..p.len()).map(|k| p[k] * others_of_y[k] - y[k] * others[k]);
    let largest = x.iter().fold(bias as f64, |largest, x| largest.max(x.abs()));
    Known {
        nx: square(length(x.iter().map(|x| Rounded::exact(*x))), x.len()),
        nz: square(length(units.iter().map(|unit| unit.value)), units.len()),
        largest_input: largest,
        p: length(p.iter().copied()),
        impurity: blurred(size(&impurity), p.len()),
        delta: blurred(length(delta), p.len()),
        loss: cross_entropy(logits, &y),
        units,
    }
}

/// `p`, of which each is between 0 and 1 whatever the error of the logits.
fn probabilities(logits: &Vector<Rounded>) -> Vector<Rounded> {
    softmax(logits).map(|p| Rounded { value: p.value, error: p.error.min(1.0) })
}
