//! Chapter 2, the Hessian: all ten blocks of one sample's Hessian, each split into its Gauss-Newton part (positive
//! semidefinite as a whole) and its residual part (what carries `delta`). See `derivations/02-hessian.md`.
//!
//! Rows and columns of a block run over the flat groups, row-major; `(x)` is the Kronecker product.

use super::algebra::{as_column, differences, outer, scale_columns, times};
use super::model::covariance_times;
use super::sample::{Curvature, Sample};
use crate::model::{Group, Parameters, Shape};
use crate::number::{Matrix, Number, Vector};

/// `K = V' S V`, `h x h`: the covariance of the rows of `V` under `p`. Takes `S V`, whose rows sum to 0: so what all rows of `V`
/// have in common is taken away first.
pub fn hidden_covariance<T: Number>(sv: &Matrix<T>, v: &Matrix<T>) -> Matrix<T> {
    differences(v).transpose() * sv
}

/// `A = S V diag(phi1)`, `C x h`. Takes `S V`.
pub fn output_coupling<T: Number>(sv: &Matrix<T>, phi1: &Vector<T>) -> Matrix<T> {
    scale_columns(sv, phi1)
}

/// `GN = diag(phi1) K diag(phi1)`, `h x h`.
pub fn gauss_newton<T: Number>(k: &Matrix<T>, phi1: &Vector<T>) -> Matrix<T> {
    k.component_mul(&outer(phi1, phi1))
}

/// `u = V' delta`, the residual carried back to the hidden layer; written `sum_k delta_k (V_ki - V_0i)`, since `delta` sums
/// to 0: what all rows of `V` have in common leaves no trace.
pub fn backpropagated_residual<T: Number>(v: &Matrix<T>, delta: &Vector<T>) -> Vector<T> {
    differences(v).transpose() * delta
}

/// `r = phi2 * u`, elementwise.
pub fn residual_curvature<T: Number>(phi2: &Vector<T>, u: &Vector<T>) -> Vector<T> {
    times(phi2, u)
}

/// `M = GN + diag(r)`, the Hessian of one sample's loss by its preactivations.
pub fn hidden_hessian<T: Number>(gn: &Matrix<T>, r: &Vector<T>) -> Matrix<T> {
    gn + Matrix::from_diagonal(r)
}

/// `GN (x) x x'`, `hd x hd`.
pub fn h_ww_gauss_newton<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    let x = n.sample.x();
    n.gn.kronecker(&outer(&x, &x))
}

/// `diag(r) (x) x x'`, `hd x hd`.
pub fn h_ww_residual<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    let x = n.sample.x();
    Matrix::from_diagonal(&n.r).kronecker(&outer(&x, &x))
}

/// `GN (x) x`, `hd x h`.
pub fn h_wb_gauss_newton<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    n.gn.kronecker(&n.sample.x())
}

/// `diag(r) (x) x`, `hd x h`.
pub fn h_wb_residual<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    Matrix::from_diagonal(&n.r).kronecker(&n.sample.x())
}

/// `GN`, `h x h`.
pub fn h_bb_gauss_newton<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    n.gn.clone()
}

/// `diag(r)`, `h x h`.
pub fn h_bb_residual<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    Matrix::from_diagonal(&n.r)
}

/// `A' (x) x z'`: row `(i,l)`, column `(k,j)` is `A_ki x_l z_j`; `hd x Ch`.
pub fn h_wv_gauss_newton<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    n.a.transpose().kronecker(&outer(&n.sample.x(), &n.sample.z))
}

/// Row `(i,l)`, column `(k,j)` is `delta_k phi1_i [i = j] x_l`: `delta' (x) diag(phi1) (x) x` with its rows in this
/// order; `hd x Ch`.
pub fn h_wv_residual<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    residual_coupling(n).kronecker(&n.sample.x())
}

/// `A' (x) x`: row `(i,l)`, column `k` is `A_ki x_l`; `hd x C`.
pub fn h_wc_gauss_newton<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    n.a.transpose().kronecker(&n.sample.x())
}

/// Zero: `c` enters no product with `W`.
pub fn h_wc_residual<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    zeros(n.sample.z.len() * n.sample.x().len(), n.sample.p.len())
}

/// `A' (x) z'`: row `i`, column `(k,j)` is `A_ki z_j`; `h x Ch`.
pub fn h_bv_gauss_newton<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    n.a.transpose().kronecker(&n.sample.z.transpose())
}

/// `delta' (x) diag(phi1)`: row `i`, column `(k,j)` is `delta_k phi1_i [i = j]`; `h x Ch`.
pub fn h_bv_residual<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    residual_coupling(n)
}

/// `A'`, `h x C`.
pub fn h_bc_gauss_newton<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    n.a.transpose()
}

/// Zero: `c` enters no product with `b`.
pub fn h_bc_residual<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    zeros(n.sample.z.len(), n.sample.p.len())
}

/// `S (x) z z'`, `Ch x Ch`.
pub fn h_vv_gauss_newton<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    n.s.kronecker(&outer(&n.sample.z, &n.sample.z))
}

/// Zero: the logits are linear in `V`.
pub fn h_vv_residual<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    let size = n.sample.p.len() * n.sample.z.len();
    zeros(size, size)
}

/// `S (x) z`, `Ch x C`.
pub fn h_vc_gauss_newton<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    n.s.kronecker(&n.sample.z)
}

/// Zero: the logits are linear in `V` and `c`.
pub fn h_vc_residual<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    zeros(n.sample.p.len() * n.sample.z.len(), n.sample.p.len())
}

/// `S`, `C x C`.
pub fn h_cc_gauss_newton<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    n.s.clone()
}

/// Zero: the logits are linear in `c`.
pub fn h_cc_residual<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    zeros(n.sample.p.len(), n.sample.p.len())
}

/// The Hessian of the loss, `D x D`: the mean over samples of all blocks, in the order `W, b, V, c`.
pub fn hessian<T: Number>(points: &[Curvature<T>]) -> Matrix<T> {
    let Some(shape) = shape_of(points) else { return zeros(0, 0) };
    let mut h = zeros(shape.parameters(), shape.parameters());
    for n in points {
        for (row, column, block) in upper_blocks(n) {
            let at = (shape.offset(row), shape.offset(column));
            let mut view = h.view_mut(at, block.shape());
            view += block;
        }
    }
    let count = T::integer(shape.samples as i64);
    // Written as the upper triangle, read as the symmetric matrix that it stands for.
    Matrix::from_fn(h.nrows(), h.ncols(), |i, j| h[(i.min(j), i.max(j))] / count)
}

/// `H t` for a direction `t = (dW, db, dV, dc)`, from `O(N ((d+C) h + C^2))` operations and without a matrix over
/// parameters: the derivative of the loss gradient along `t`, carried forward through `a, z, o` and `delta` and then
/// back (Pearlmutter 1994; derivations/02-hessian.md). Equals [`hessian`] times `t`.
///
/// `da = dW x + db`, `dz = phi1 * da`, `do = dV z + V dz + dc`, `ddelta = S do`, `du = dV' delta + V' ddelta`,
/// `dg = r * da + phi1 * du`; then `H t` is the mean of `dg x'`, `dg`, `ddelta z' + delta dz'`, `ddelta`.
pub fn hessian_times<T: Number>(
    samples: &[Sample<T>],
    v: &Matrix<T>,
    direction: &Parameters<T>,
) -> Parameters<T> {
    let biased = |product: Vector<T>, bias: &Option<Vector<T>>| match bias {
        Some(bias) => product + bias,
        None => product,
    };
    let shares = samples.iter().map(|n| {
        let da = biased(&direction.w * n.x(), &direction.b);
        let dz = times(&n.phi1, &da);
        let d_logits = biased(&direction.v * &n.z + v * &dz, &direction.c);
        let d_delta: Vector<T> = covariance_times(&n.p, &as_column(d_logits)).column(0).into_owned();
        let du = direction.v.transpose() * &n.delta + v.transpose() * &d_delta;
        let r = residual_curvature(&n.phi2, &backpropagated_residual(v, &n.delta));
        let dg = times(&r, &da) + times(&n.phi1, &du);
        Parameters {
            w: outer(&dg, &n.x()),
            b: direction.b.is_some().then_some(dg),
            v: outer(&d_delta, &n.z) + outer(&n.delta, &dz),
            c: direction.c.is_some().then_some(d_delta),
        }
    });
    let count = T::integer(samples.len() as i64);
    let nothing = direction.scale(&T::zero());
    shares.fold(nothing, |sum, share| sum.moved(&T::one(), &share)).map(|entry| entry / count)
}

/// The blocks on and above the diagonal that this network has, both parts added.
fn upper_blocks<T: Number>(n: &Curvature<T>) -> Vec<(Group, Group, Matrix<T>)> {
    use Group::{B, C, V, W};
    let mut blocks = vec![
        (W, W, h_ww_gauss_newton(n) + h_ww_residual(n)),
        (W, V, h_wv_gauss_newton(n) + h_wv_residual(n)),
        (V, V, h_vv_gauss_newton(n) + h_vv_residual(n)),
    ];
    if n.sample.biases {
        blocks.extend([
            (W, B, h_wb_gauss_newton(n) + h_wb_residual(n)),
            (W, C, h_wc_gauss_newton(n) + h_wc_residual(n)),
            (B, B, h_bb_gauss_newton(n) + h_bb_residual(n)),
            (B, V, h_bv_gauss_newton(n) + h_bv_residual(n)),
            (B, C, h_bc_gauss_newton(n) + h_bc_residual(n)),
            (V, C, h_vc_gauss_newton(n) + h_vc_residual(n)),
            (C, C, h_cc_gauss_newton(n) + h_cc_residual(n)),
        ]);
    }
    blocks
}

/// The sizes of the network that these points belong to, if there are any points.
pub(super) fn shape_of<T: Number>(points: &[Curvature<T>]) -> Option<Shape> {
    points.first().map(|n| Shape {
        samples: points.len(),
        inputs: n.sample.xt.len() - usize::from(n.sample.biases),
        hidden: n.sample.z.len(),
        classes: n.sample.p.len(),
        biases: n.sample.biases,
    })
}

/// Row `i`, column `(k,j)` is `delta_k phi1_i [i = j]`.
fn residual_coupling<T: Number>(n: &Curvature<T>) -> Matrix<T> {
    n.sample.delta.transpose().kronecker(&Matrix::from_diagonal(&n.sample.phi1))
}

fn zeros<T: Number>(rows: usize, columns: usize) -> Matrix<T> {
    Matrix::from_element(rows, columns, T::zero())
}
