//! Chapter 8, the gradient of the bound and the descent direction. See `derivations/08-bound-gradient.md`.

use super::bound::{Moments, hidden_upper, integer, mean, output_upper, spread};
use super::sample::{Curvature, Partials};
use super::squared_trace_gradient::{
    coupling_phi1, covariance_pullback, q_cross_gradient, q_cross_p, q_cross_v, q_hid_gradient,
    q_out_gradient, through_hidden_hessian,
};
use super::trace_gradient::{parameter_gradient, t_gn_gradient, t_out_gradient, t_res_gradient};
use crate::model::{Group, Parameters, Shape};
use crate::number::{Matrix, Number, Smooth, Vector};

pub use super::moment::MomentGradients;

/// Why a bound has no gradient at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoGradient {
    /// All eigenvalues coincide.
    #[error("the spread s of the {of} is 0: it is a multiple of the identity, where the bound has a kink")]
    ZeroSpread {
        /// Which matrix.
        of: &'static str,
    },
    /// The block bound's two arguments meet without coupling.
    #[error("the two blocks have the same bound and no coupling, where the block bound has a kink")]
    EqualBlocks,
    /// The reduced bound is zero.
    #[error("the reduced bound is 0, its least value, where it has a kink")]
    Clamped,
    /// A gradient that vanishes points nowhere.
    #[error("the gradient is 0: a stationary point of the bound has no descent direction")]
    Stationary,
    /// Nothing to differentiate.
    #[error("there are no samples")]
    Empty,
}

/// Gradients of the five moments, from those of the `t_` and `q_` terms.
///
/// # Errors
/// [`NoGradient::Empty`] for no samples.
pub fn moment_gradients<T: Number>(
    points: &[Curvature<T>],
    v: &Matrix<T>,
) -> Result<MomentGradients<T>, NoGradient> {
    let samples: Vec<_> = points.iter().map(|n| n.sample.clone()).collect();
    let of = |gradient: Option<Parameters<T>>| gradient.ok_or(NoGradient::Empty);
    Ok(MomentGradients {
        hidden_trace: of(t_gn_gradient(&samples, v))?.moved(&T::one(), &of(t_res_gradient(&samples, v))?),
        hidden_squared: of(q_hid_gradient(points, v))?,
        output_trace: of(t_out_gradient(&samples, v))?,
        output_squared: of(q_out_gradient(points, v))?,
        coupling_squared: of(q_cross_gradient(points, v))?,
    })
}

/// `grad m = grad T / D`.
pub fn mean_gradient<T: Number>(trace: &Parameters<T>, size: usize) -> Parameters<T> {
    trace.scale(&(T::one() / integer(size)))
}

/// `grad s = (grad Q / D - 2 m grad T / D) / (2 s)`; zero for `D = 1`. Takes the gradients of `T` and `Q`.
///
/// # Errors
/// [`NoGradient::ZeroSpread`] at `s = 0`.
pub fn spread_gradient<T: Number>(
    trace: &Parameters<T>,
    squared: &Parameters<T>,
    m: T,
    s: T,
    size: usize,
) -> Result<Parameters<T>, NoGradient> {
    if size == 1 {
        return Ok(trace.scale(&T::zero()));
    }
    if s.is_zero() {
        return Err(NoGradient::ZeroSpread { of: "Hessian" });
    }
    let centred = squared.moved(&(-T::integer(2) * m), trace);
    Ok(centred.scale(&(T::one() / (T::integer(2) * s * integer(size)))))
}

/// `grad WS = grad T / D + sqrt(D-1)/(2 s) (grad Q / D - 2 m grad T / D)`.
///
/// # Errors
/// [`NoGradient::ZeroSpread`] at `s = 0`.
pub fn ws_upper_gradient<T: Smooth>(
    trace: &Parameters<T>,
    squared: &Parameters<T>,
    m: T,
    s: T,
    size: usize,
) -> Result<Parameters<T>, NoGradient> {
    let mean = mean_gradient(trace, size);
    if size == 1 {
        return Ok(mean);
    }
    let spread = spread_gradient(trace, squared, m, s, size)?;
    Ok(mean.moved(&integer::<T>(size - 1).sqrt(), &spread))
}

/// Gradient of the reduced bound: that of `WS` with `D - (h+1)` in the place of `D`. `m` and `s` are those of the
/// reduced size.
///
/// # Errors
/// [`NoGradient::ZeroSpread`] at `s = 0`, [`NoGradient::Clamped`] where the bound is 0.
pub fn ws_reduced_gradient<T: Smooth>(
    trace: &Parameters<T>,
    squared: &Parameters<T>,
    m: T,
    s: T,
    shape: &Shape,
) -> Result<Parameters<T>, NoGradient> {
    if super::bound::ws_reduced(m, s, shape).is_zero() {
        return Err(NoGradient::Clamped);
    }
    ws_upper_gradient(trace, squared, m, s, shape.reduced_parameters())
}

/// Gradient of the block bound `(alpha + beta)/2 + f`, `f = sqrt(((alpha - beta)/2)^2 + gamma^2)`:
/// `(grad alpha + grad beta)/2 + ((alpha - beta)/2 (grad alpha - grad beta) + grad gamma^2) / (2 f)`.
///
/// # Errors
/// [`NoGradient`] where a block is a multiple of the identity, or `f = 0`.
pub fn ws_block_gradient<T: Smooth>(
    moments: &Moments<T>,
    gradients: &MomentGradients<T>,
    shape: &Shape,
) -> Result<Parameters<T>, NoGradient> {
    let (alpha, beta) = (hidden_upper(moments, shape), output_upper(moments, shape));
    let block = |of, t: T, q: T, dt, dq, size| {
        ws_upper_gradient(dt, dq, mean(t, size), spread(t, q, size), size)
            .map_err(|_| NoGradient::ZeroSpread { of })
    };
    let alpha_gradient = block(
        "hidden block of the Hessian",
        moments.hidden_trace,
        moments.hidden_squared,
        &gradients.hidden_trace,
        &gradients.hidden_squared,
        shape.hidden_parameters(),
    )?;
    let beta_gradient = block(
        "output block of the Hessian",
        moments.output_trace,
        moments.output_squared,
        &gradients.output_trace,
        &gradients.output_squared,
        shape.reduced_output_parameters(),
    )?;
    let half = T::one() / T::integer(2);
    let half_gap = (alpha - beta) * half;
    let f = (half_gap * half_gap + moments.coupling_squared).sqrt();
    if f.is_zero() {
        return Err(NoGradient::EqualBlocks);
    }
    let sum = alpha_gradient.moved(&T::one(), &beta_gradient).scale(&half);
    let gap = alpha_gradient.moved(&-T::one(), &beta_gradient).scale(&half_gap);
    Ok(sum.moved(&(half / f), &gap.moved(&T::one(), &gradients.coupling_squared)))
}

/// Gradient of `<H(theta), P>` at a fixed symmetric `P`, `D x D`. With `P` the support matrix of the bound this is the
/// envelope form of `grad WS`. `None` for no samples.
///
/// Per sample `<H, P> = <M, R> + <S, U> + 2 <A, X> + 2 delta' Y phi1` with `R_ij = sum_lm P[il,jm] xt_l xt_m`,
/// `U_kl = sum_ij P[ki,lj] zt_i zt_j`, `G_kji = sum_l P[il,kj] xt_l`, `X_ki = sum_j G_kji zt_j`, `Y_ki = G_kii`.
pub fn ws_envelope_gradient<T: Number>(
    points: &[Curvature<T>],
    v: &Matrix<T>,
    support: &Matrix<T>,
) -> Option<Parameters<T>> {
    let shape = super::hessian::shape_of(points)?;
    let terms = points.iter().map(|n| (&n.sample, envelope_partials(n, v, support, &shape)));
    Some(parameter_gradient(terms, v)?.scale(&(T::one() / integer(points.len()))))
}

fn envelope_partials<T: Number>(
    n: &Curvature<T>,
    v: &Matrix<T>,
    p: &Matrix<T>,
    shape: &Shape,
) -> Partials<T> {
    let (hidden, classes) = (shape.hidden, shape.classes);
    let (xt, zt) = (&n.sample.xt, n.sample.zt());
    let (two, zero) = (T::integer(2), T::zero());
    // Where parameter (i, l) of W, b and parameter (k, j) of V, c stand in the flat vector.
    let w_at = |i: usize, l: usize| {
        if l < shape.inputs { i * shape.inputs + l } else { shape.offset(Group::B) + i }
    };
    let v_at = |k: usize, j: usize| {
        if j < hidden { shape.offset(Group::V) + k * hidden + j } else { shape.offset(Group::C) + k }
    };
    let r = Matrix::from_fn(hidden, hidden, |i, j| {
        let mut sum = zero;
        for l in 0..xt.len() {
            for m in 0..xt.len() {
                sum += p[(w_at(i, l), w_at(j, m))] * xt[l] * xt[m];
            }
        }
        sum
    });
    // Row of P against zt: sum_j P[ki,lj] zt_j.
    let against_zt = |k: usize, i: usize, l: usize| {
        (0..zt.len()).fold(zero, |sum, j| sum + p[(v_at(k, i), v_at(l, j))] * zt[j])
    };
    let u = Matrix::from_fn(classes, classes, |k, l| {
        (0..zt.len()).fold(zero, |sum, i| sum + zt[i] * against_zt(k, i, l))
    });
    let g = |k: usize, j: usize, i: usize| {
        (0..xt.len()).fold(zero, |sum, l| sum + p[(w_at(i, l), v_at(k, j))] * xt[l])
    };
    let x =
        Matrix::from_fn(classes, hidden, |k, i| (0..zt.len()).fold(zero, |sum, j| sum + g(k, j, i) * zt[j]));
    let y = Matrix::from_fn(classes, hidden, |k, i| g(k, i, i));
    let f_a = x * two;
    let f_z = Vector::from_fn(hidden, |j, _| {
        let mut sum = zero;
        for k in 0..classes {
            for l in 0..classes {
                sum += n.s[(k, l)] * against_zt(k, j, l);
            }
            for i in 0..hidden {
                sum += n.a[(k, i)] * g(k, j, i);
            }
        }
        sum * two
    });
    let through_m = through_hidden_hessian(n, v, &r);
    Partials {
        p: through_m.p + covariance_pullback(&n.sample.p, &u) + q_cross_p(n, v, &f_a),
        delta: through_m.delta + &y * &n.sample.phi1 * two,
        z: f_z,
        phi1: through_m.phi1 + coupling_phi1(n, &f_a) + y.transpose() * &n.sample.delta * two,
        phi2: through_m.phi2,
        v: through_m.v + q_cross_v(n, &f_a),
    }
}

/// Steepest descent `-g/|g|` of a bound with gradient `g`.
///
/// # Errors
/// [`NoGradient::Stationary`] where `g = 0`.
pub fn descent_direction<T: Smooth>(gradient: &Parameters<T>) -> Result<Parameters<T>, NoGradient> {
    let length = gradient.along(gradient).sqrt();
    if length.is_zero() {
        return Err(NoGradient::Stationary);
    }
    Ok(gradient.scale(&(-T::one() / length)))
}
