//! Chapter 5, the bound: what trace and squared trace say of the spectrum. See `derivations/05-bound.md`.
//!
//! H. Wolkowicz and G. P. H. Styan, *Bounds for eigenvalues using traces*, Linear Algebra Appl. 29 (1980) 471-506.
//! A symmetric matrix of size `D` with mean eigenvalue `m` and spread (standard deviation of the eigenvalues) `s`.

use super::sample::{Curvature, Sample};
use super::squared_trace::{pair_mean, q_cross, q_hid, q_out};
use super::trace::{t_gn, t_out, t_res};
use crate::model::{Group, Shape};
use crate::number::{Matrix, Number, Smooth};

pub use super::moment::{Moment, Moments};

/// The five numbers: means of `t_gn + t_res` and `t_out` over samples, of `q_hid`, `q_out` and `q_cross` over pairs.
pub fn moments<T: Number>(points: &[Curvature<T>], v: &Matrix<T>) -> Moments<T> {
    let count = T::integer(points.len() as i64);
    let mean = |term: &dyn Fn(&Sample<T>) -> T| {
        points.iter().fold(T::zero(), |sum, n| sum + term(&n.sample)) / count
    };
    Moments {
        hidden_trace: mean(&|n| t_gn(n, v) + t_res(n, v)),
        hidden_squared: pair_mean(points, &q_hid),
        output_trace: mean(&|n| t_out(n)),
        output_squared: pair_mean(points, &q_out),
        coupling_squared: pair_mean(points, &q_cross),
    }
}

/// `m = T/D`.
pub fn mean<T: Number>(trace: T, size: usize) -> T {
    trace / integer(size)
}

/// `s = sqrt(Q/D - m^2)`; exactly 0 for `D = 1`.
///
/// For the whole Hessian the subtraction loses little: `H` has rank at most `D - (h+1)` (`D - h` without biases), hence
/// `T^2 <= (D - (h+1)) Q` and `Q/D - m^2 >= (h+1)/D * Q/D`, so that no more than a factor `D/(h+1) <= d + C + 1` of
/// accuracy is lost. A block, or a reduced size, can be a multiple of the identity: there rounding may even turn the
/// difference negative, which counts as 0, and [`spread_centred`] gives the digits that this form loses.
pub fn spread<T: Smooth>(trace: T, squared: T, size: usize) -> T {
    if size == 1 {
        return T::zero();
    }
    let m = mean(trace, size);
    (squared / integer(size) - m * m).positive_part().sqrt()
}

/// `s = sqrt(|H - m I|_F^2 / D)`, from the sum of squares itself: no cancellation, however close `H` is to `m I`.
pub fn spread_centred<T: Smooth>(deviation: T, size: usize) -> T {
    if size == 1 { T::zero() } else { (deviation / integer(size)).sqrt() }
}

/// `WS = m + s sqrt(D-1)`, an upper bound on the largest eigenvalue, attained exactly when all eigenvalues but the
/// largest coincide.
pub fn ws_upper<T: Smooth>(m: T, s: T, size: usize) -> T {
    m + far(s, size)
}

/// `m + s/sqrt(D-1)`, a lower bound on the largest eigenvalue.
pub fn ws_lower<T: Smooth>(m: T, s: T, size: usize) -> T {
    m + near(s, size)
}

/// `m - s sqrt(D-1)`, a lower bound on the smallest eigenvalue.
pub fn lambda_min_lower<T: Smooth>(m: T, s: T, size: usize) -> T {
    m - far(s, size)
}

/// `m - s/sqrt(D-1)`, an upper bound on the smallest eigenvalue.
pub fn lambda_min_upper<T: Smooth>(m: T, s: T, size: usize) -> T {
    m - near(s, size)
}

/// `s sqrt(2 D)`, an upper bound on the spectral range `lambda_max - lambda_min`.
pub fn range_upper<T: Smooth>(s: T, size: usize) -> T {
    s * integer::<T>(2 * size).sqrt()
}

/// A lower bound on the spectral range: `2 s` for even `D`, `2 s D/sqrt(D^2 - 1)` for odd `D > 1`.
pub fn range_lower<T: Smooth>(s: T, size: usize) -> T {
    let twice = T::integer(2) * s;
    if size.is_multiple_of(2) || size == 1 {
        return twice;
    }
    twice * integer(size) / integer::<T>(size * size - 1).sqrt()
}

/// `P = I/D + sqrt(D-1)/(D s) (H - m I)`, the matrix with `tr P = 1` and `WS = <H, P>`: the derivative of `WS` by `H`.
/// Undefined (a division by zero) at `s = 0`.
pub fn support_matrix<T: Smooth>(hessian: &Matrix<T>, m: T, s: T) -> Matrix<T> {
    let size = hessian.nrows();
    let identity = Matrix::<T>::identity(size, size);
    let factor = integer::<T>(size - 1).sqrt() / (integer::<T>(size) * s);
    let centred = hessian - &identity * m;
    identity * (T::one() / integer(size)) + centred * factor
}

/// `<H, P> = sum_ij H_ij P_ij`.
pub fn support_form<T: Number>(hessian: &Matrix<T>, support: &Matrix<T>) -> T {
    hessian.dot(support)
}

/// A basis of the shifts of all logits, on which `H` vanishes for every `theta`: column `j` adds one number to column
/// `j` of `V` (to `c` for the last one, where there are biases). `D x (h+1)`, or `D x h` without biases.
pub fn null_space<T: Number>(shape: &Shape) -> Matrix<T> {
    let mut basis = Matrix::from_element(shape.parameters(), shape.null_dimension(), T::zero());
    for k in 0..shape.classes {
        for j in 0..shape.hidden {
            basis[(shape.offset(Group::V) + k * shape.hidden + j, j)] = T::one();
        }
        if shape.biases {
            basis[(shape.offset(Group::C) + k, shape.hidden)] = T::one();
        }
    }
    basis
}

/// `WS` with [`Shape::reduced_parameters`] in the place of `D`: never larger than `WS`, and still a bound on the largest
/// eigenvalue. Never negative, since the output block is positive semidefinite; what rounding takes below 0 counts
/// as 0. `m` and `s` are those of the reduced size.
pub fn ws_reduced<T: Smooth>(m: T, s: T, shape: &Shape) -> T {
    ws_upper(m, s, shape.reduced_parameters()).positive_part()
}

/// `alpha`: `WS` of the hidden block from its own trace and squared trace.
pub fn hidden_upper<T: Smooth>(moments: &Moments<T>, shape: &Shape) -> T {
    let size = shape.hidden_parameters();
    let s = spread(moments.hidden_trace, moments.hidden_squared, size);
    ws_upper(mean(moments.hidden_trace, size), s, size)
}

/// `beta`: reduced `WS` of the output block.
pub fn output_upper<T: Smooth>(moments: &Moments<T>, shape: &Shape) -> T {
    let size = shape.reduced_output_parameters();
    let s = spread(moments.output_trace, moments.output_squared, size);
    ws_upper(mean(moments.output_trace, size), s, size)
}

/// Block bound `(alpha + beta)/2 + sqrt(((alpha - beta)/2)^2 + gamma^2)`: an upper bound on the largest eigenvalue,
/// never larger than [`ws_reduced`], which is never larger than `WS`, and the best possible from the five [`Moments`]
/// and the sizes of the blocks.
pub fn ws_block<T: Smooth>(alpha: T, beta: T, coupling_squared: T) -> T {
    let two = T::integer(2);
    let half_sum = (alpha + beta) / two;
    let half_gap = (alpha - beta) / two;
    half_sum + (half_gap * half_gap + coupling_squared).sqrt()
}

/// `s sqrt(D-1)`.
fn far<T: Smooth>(s: T, size: usize) -> T {
    if size == 1 { T::zero() } else { s * integer::<T>(size - 1).sqrt() }
}

/// `s/sqrt(D-1)`; 0 for `D = 1`, where `s = 0`.
fn near<T: Smooth>(s: T, size: usize) -> T {
    if size == 1 { T::zero() } else { s / integer::<T>(size - 1).sqrt() }
}

/// A size as a number.
pub(super) fn integer<T: Number>(size: usize) -> T {
    T::integer(size as i64)
}
