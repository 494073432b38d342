//! Chapter 9, layers: the recursions of a network of any depth, and the Hessian's blocks. See `derivations/09-layers.md`.
//!
//! Layers are counted from 0: `w` of layer `l` takes the outputs of layer `l - 1`.

use super::algebra::{outer, scale_columns, scale_rows, times};
use super::layer_sample::{LayerSample, Lower, pairs_of_layers};
use super::losses::OutputLoss;
use crate::model::{Activation, Batch, Layer, Layers, Network};
use crate::number::{Matrix, Number, Smooth, Vector};

/// `delta = d ell/d o`, one entry an output.
pub fn loss_delta<T: Smooth, L: OutputLoss>(loss: &L, o: &Vector<T>, y: &Vector<T>) -> Vector<T> {
    loss.delta(o, y)
}

/// `S = d^2 ell/d o^2`, a row and a column an output.
pub fn loss_curvature<T: Smooth, L: OutputLoss>(loss: &L, o: &Vector<T>, y: &Vector<T>) -> Matrix<T> {
    loss.curvature(o, y)
}

/// `R[F]_j = sum_kl F_kl d^3 ell/(do_k do_l do_j)`.
pub fn loss_third<T: Smooth, L: OutputLoss>(
    loss: &L,
    o: &Vector<T>,
    y: &Vector<T>,
    f: &Matrix<T>,
) -> Vector<T> {
    loss.third(o, y, f)
}

/// `a^l = W^l z^{l-1} + b^l`.
pub fn layer_preactivation<T: Number>(layer: &Layer<T>, z: &Vector<T>) -> Vector<T> {
    let a = &layer.w * z;
    match &layer.b {
        Some(b) => a + b,
        None => a,
    }
}

/// `z^l = phi^l(a^l)`, elementwise.
pub fn layer_output<T: Smooth>(activation: Activation, a: &Vector<T>) -> Vector<T> {
    a.map(|a| activation.value(&a))
}

/// `L = sum_n omega_n ell(o_n, y_n)` with `omega_n` the share of each sample, `1/N` where all count alike.
pub fn layer_loss<T: Smooth, L: OutputLoss>(network: &Network<T>, loss: &L, batch: &Batch<T>) -> T {
    let mut sum = T::zero();
    for (n, share) in batch.shares().into_iter().enumerate() {
        let mut z = batch.x.row(n).transpose();
        for (layer, activation) in network.layers.0.iter().zip(&network.activations) {
            z = layer_output(*activation, &layer_preactivation(layer, &z));
        }
        let o = layer_preactivation(&network.layers.0[network.activations.len()], &z);
        sum += share * loss.value(&o, &batch.y.row(n).transpose());
    }
    sum
}

/// `v^l = W^{l+1}' g^{l+1}`, the derivative of the loss by `z^l`. Takes the next layer and its `g`.
pub fn layer_output_adjoint<T: Number>(next: &Layer<T>, g: &Vector<T>) -> Vector<T> {
    next.w.transpose() * g
}

/// `g^l = phi1^l * v^l`, the derivative of the loss by `a^l`.
pub fn layer_adjoint<T: Number>(phi1: &Vector<T>, v: &Vector<T>) -> Vector<T> {
    times(phi1, v)
}

/// Gauss-Newton part of `K^{ml}`: `S` in the last layer, from there `phi1 W' K W phi1` on the diagonal and `K W phi1` off it. Equals
/// `B^m' S B^l`.
pub fn layer_gauss_newton<T: Number>(layers: &[Layer<T>], phi1: &[Vector<T>], s: &Matrix<T>) -> Lower<T> {
    recursion(layers, phi1, s.clone(), &|_| None)
}

/// Residual part of `K^{ml}`: nothing in the last layer, and each hidden layer adds `diag(phi2^l * v^l)`.
pub fn layer_residual<T: Number>(
    layers: &[Layer<T>],
    phi1: &[Vector<T>],
    phi2: &[Vector<T>],
    v: &[Vector<T>],
) -> Lower<T> {
    let outputs = layers.last().map_or(0, |layer| layer.w.nrows());
    let nothing = Matrix::from_element(outputs, outputs, T::zero());
    recursion(layers, phi1, nothing, &|l| Some(times(&phi2[l], &v[l])))
}

/// `K^{ml}`, the sum of both parts: the derivative of `g^m` by `a^l`, `m >= l`.
pub fn layer_curvature<T: Number>(gauss_newton: &Lower<T>, residual: &Lower<T>) -> Lower<T> {
    let row =
        |(one, two): (&Vec<Matrix<T>>, &Vec<Matrix<T>>)| one.iter().zip(two).map(|(a, b)| a + b).collect();
    gauss_newton.iter().zip(residual).map(row).collect()
}

fn recursion<T: Number>(
    layers: &[Layer<T>],
    phi1: &[Vector<T>],
    top: Matrix<T>,
    bend: &dyn Fn(usize) -> Option<Vector<T>>,
) -> Lower<T> {
    let last = phi1.len();
    let mut k: Lower<T> = (0..=last).map(|m| vec![Matrix::from_element(0, 0, T::zero()); m + 1]).collect();
    k[last][last] = top;
    for l in (0..last).rev() {
        for row in k.iter_mut().skip(l + 1) {
            row[l] = coupling_step(&row[l + 1], &layers[l + 1].w, &phi1[l]);
        }
        k[l][l] = curvature_step(&k[l + 1][l + 1], &layers[l + 1].w, &phi1[l]);
        if let Some(bend) = bend(l) {
            k[l][l] += Matrix::from_diagonal(&bend);
        }
    }
    k
}

/// `K^{ml} = K^{m,l+1} W^{l+1} phi1^l`.
pub(crate) fn coupling_step<T: Number>(k: &Matrix<T>, w: &Matrix<T>, phi1: &Vector<T>) -> Matrix<T> {
    scale_columns(&(k * w), phi1)
}

/// `phi1^l W^{l+1}' K^{l+1,l+1} W^{l+1} phi1^l`.
pub(crate) fn curvature_step<T: Number>(k: &Matrix<T>, w: &Matrix<T>, phi1: &Vector<T>) -> Matrix<T> {
    scale_rows(&scale_columns(&(w.transpose() * (k * w)), phi1), phi1)
}

/// `J^{kl} = phi1^k W^k J^{k-1,l}`.
pub(crate) fn jacobian_step<T: Number>(phi1: &Vector<T>, w: &Matrix<T>, j: &Matrix<T>) -> Matrix<T> {
    scale_rows(&(w * j), phi1)
}

/// `J^{ll} = diag(phi1^l)` and `J^{kl} = phi1^k W^k J^{k-1,l}`: the derivative of `z^k` by `a^l`, for hidden layers `k >= l`.
pub fn layer_jacobian<T: Number>(layers: &[Layer<T>], phi1: &[Vector<T>]) -> Lower<T> {
    let mut j: Lower<T> = Vec::new();
    for k in 0..phi1.len() {
        let mut row: Vec<_> = (0..k).map(|l| jacobian_step(&phi1[k], &layers[k].w, &j[k - 1][l])).collect();
        row.push(Matrix::from_diagonal(&phi1[k]));
        j.push(row);
    }
    j
}

/// `B^l = B^{l+1} W^{l+1} phi1^l`, the identity in the last layer: the derivative of the outputs by `a^l`.
pub fn logits_jacobian<T: Number>(layers: &[Layer<T>], phi1: &[Vector<T>]) -> Vec<Matrix<T>> {
    let outputs = layers.last().map_or(0, |layer| layer.w.nrows());
    let mut b = vec![Matrix::identity(outputs, outputs)];
    for l in (0..phi1.len()).rev() {
        b.push(coupling_step(&b[b.len() - 1], &layers[l + 1].w, &phi1[l]));
    }
    b.reverse();
    b
}

/// `grad_{W^l} L = sum_n omega_n g^l z^{l-1}'` and `grad_{b^l} L = sum_n omega_n g^l`. No layers for no samples.
pub fn layer_loss_gradient<T: Number>(samples: &[LayerSample<T>]) -> Layers<T> {
    let Some(first) = samples.first() else { return Layers(Vec::new()) };
    let total = |term: &dyn Fn(&LayerSample<T>) -> Matrix<T>| {
        let mut terms = samples.iter().map(|n| term(n) * n.share);
        let first = terms.next().unwrap_or_else(|| Matrix::from_element(0, 0, T::zero()));
        terms.fold(first, |sum, next| sum + next)
    };
    let layer = |l: usize| from_augmented(&total(&|n| outer(&n.g[l], &n.zt(l))), first.biases[l]);
    Layers((0..first.layers()).map(layer).collect())
}

/// A layer from its weights with the bias as a last column.
pub(super) fn from_augmented<T: Number>(matrix: &Matrix<T>, bias: bool) -> Layer<T> {
    let inputs = matrix.ncols() - usize::from(bias);
    Layer { w: matrix.columns(0, inputs).into_owned(), b: bias.then(|| matrix.column(inputs).into_owned()) }
}

/// Gauss-Newton part of one sample's block of layers `m >= l`: `K^{ml}_ip zt^{m-1}_j zt^{l-1}_q` for the weights `ij` and `pq`.
pub fn layer_block_gauss_newton<T: Number>(n: &LayerSample<T>, m: usize, l: usize) -> Matrix<T> {
    let (left, right) = (n.zt(m), n.zt(l));
    let k = &n.gauss_newton[m][l];
    block(n, m, l, &|i, j, p, q| k[(i, p)] * left[j] * right[q])
}

/// Residual part of one sample's block of layers `m >= l`:
/// `(K^{ml}_ip zt^{m-1}_j + [m > l] g^m_i J^{m-1,l}_jp) zt^{l-1}_q` with the residual part of `K`; `J` is 0 at the bias.
pub fn layer_block_residual<T: Number>(n: &LayerSample<T>, m: usize, l: usize) -> Matrix<T> {
    let (left, right) = (n.zt(m), n.zt(l));
    let k = &n.residual[m][l];
    block(n, m, l, &|i, j, p, q| {
        let inner = k[(i, p)] * left[j];
        // The input of the layer moves with the earlier layer; the 1 of the bias does not.
        let through_input =
            if m > l && j < n.z[m].len() { n.g[m][i] * n.j[m - 1][l][(j, p)] } else { T::zero() };
        (inner + through_input) * right[q]
    })
}

/// The block of two layers from its entry for unit `i`, input `j` of the one and unit `p`, input `q` of the other, in the order of
/// the parameters.
fn block<T: Number>(
    n: &LayerSample<T>,
    m: usize,
    l: usize,
    entry: &dyn Fn(usize, usize, usize, usize) -> T,
) -> Matrix<T> {
    let (rows, columns) = (places(n, m), places(n, l));
    Matrix::from_fn(rows.len(), columns.len(), |row, column| {
        let ((i, j), (p, q)) = (rows[row], columns[column]);
        entry(i, j, p, q)
    })
}

/// Unit and input of each parameter of a layer: the weights row-major, then the biases, whose input is the last.
pub(super) fn places<T: Number>(n: &LayerSample<T>, layer: usize) -> Vec<(usize, usize)> {
    let (units, inputs) = (n.g[layer].len(), n.z[layer].len());
    let weights = (0..units * inputs).map(|index| (index / inputs, index % inputs));
    let biases = (0..if n.biases[layer] { units } else { 0 }).map(|unit| (unit, inputs));
    weights.chain(biases).collect()
}

/// The Hessian of the loss by all parameters, `sum_n omega_n` of the samples' blocks, in the order `W1, b1, W2, b2, ..`. An empty
/// matrix for no samples.
pub fn layer_hessian<T: Number>(samples: &[LayerSample<T>]) -> Matrix<T> {
    let Some(first) = samples.first() else { return Matrix::from_element(0, 0, T::zero()) };
    let sizes: Vec<usize> = (0..first.layers()).map(|layer| places(first, layer).len()).collect();
    let start = |layer: usize| sizes[..layer].iter().sum::<usize>();
    let size = start(first.layers());
    let mut h = Matrix::from_element(size, size, T::zero());
    for (m, l) in pairs_of_layers(first.layers()) {
        let block = summed_block(samples, m, l);
        h.view_mut((start(m), start(l)), block.shape()).copy_from(&block);
        if m > l {
            let transposed = block.transpose();
            h.view_mut((start(l), start(m)), transposed.shape()).copy_from(&transposed);
        }
    }
    h
}

/// The block of two layers, both parts, over all samples.
pub(super) fn summed_block<T: Number>(samples: &[LayerSample<T>], m: usize, l: usize) -> Matrix<T> {
    let of =
        |n: &LayerSample<T>| (layer_block_gauss_newton(n, m, l) + layer_block_residual(n, m, l)) * n.share;
    let blocks = samples.iter().map(of).reduce(|sum, next| sum + next);
    blocks.unwrap_or_else(|| Matrix::from_element(0, 0, T::zero()))
}
