//! Chapter 12, gradients at any depth: of `T`, `Q`, the bound and the reduced bound by all parameters. See
//! `derivations/12-layer-gradient.md`.

use super::bound::{integer, mean, spread, ws_upper};
use super::bound_gradient::NoGradient;
use super::layer_sample::LayerSample;
use super::losses::OutputLoss;
use super::sweep::{Objective, partials, sweep};
use crate::model::{Architecture, Layers, Network};
use crate::number::{Matrix, Number, Smooth};
use crate::parallel::sum;

/// The gradient of an [`Objective`]: the sweep of every sample's partial derivatives, summed.
pub(crate) fn objective_gradient_of<T: Smooth, L: OutputLoss>(
    network: &Network<T>,
    loss: &L,
    samples: &[LayerSample<T>],
    objective: &Objective<T>,
) -> Layers<T> {
    let of = |index: usize| {
        let n = &samples[index];
        sweep(&network.layers.0, loss, n, partials(n, samples, objective))
    };
    let all = sum(samples.len(), &of, &|sum, next| sum.moved(&T::one(), &next));
    all.unwrap_or_else(|| Layers::zeros(&network.architecture()))
}

/// Gradient of the trace `T`.
pub fn network_trace_gradient<T: Smooth, L: OutputLoss>(
    network: &Network<T>,
    loss: &L,
    samples: &[LayerSample<T>],
) -> Layers<T> {
    let objective = Objective::of_totals(&network.architecture().widths, T::one(), T::zero());
    objective_gradient_of(network, loss, samples, &objective)
}

/// Gradient of the squared trace `Q`.
pub fn network_squared_gradient<T: Smooth, L: OutputLoss>(
    network: &Network<T>,
    loss: &L,
    samples: &[LayerSample<T>],
) -> Layers<T> {
    let objective = Objective::of_totals(&network.architecture().widths, T::zero(), T::one());
    objective_gradient_of(network, loss, samples, &objective)
}

/// `WS = m + s sqrt(D-1)` with `m = T/D` and `s = sqrt(Q/D - m^2)`.
pub fn network_ws_upper<T: Smooth>(trace: T, squared: T, architecture: &Architecture) -> T {
    let size = architecture.parameters();
    ws_upper(mean(trace, size), spread(trace, squared, size), size)
}

/// `WS` with `D - (n_{L-1} + 1)` in the place of `D` (`D - n_{L-1}` without a last bias) where the loss ignores shifts of the outputs,
/// and `WS` itself for other losses: a bound on the largest eigenvalue, never above `WS`. Where directions are left out it is never
/// negative.
pub fn network_ws_reduced<T: Smooth, L: OutputLoss>(
    trace: T,
    squared: T,
    architecture: &Architecture,
    loss: &L,
) -> T {
    let size = reduced_parameters(architecture, loss);
    let bound = ws_upper(mean(trace, size), spread(trace, squared, size), size);
    // Where no direction is left out it is WS itself, of either sign.
    if size == architecture.parameters() { bound } else { bound.positive_part() }
}

/// The size of the Hessian without the directions on which it vanishes: the shifts of all outputs, where the loss ignores them.
pub(super) fn reduced_parameters<L: OutputLoss>(architecture: &Architecture, loss: &L) -> usize {
    let shifts = if loss.ignores_shifts() { architecture.shift_dimension() } else { 0 };
    architecture.parameters() - shifts
}

/// `(dWS/dT, dWS/dQ)` at a size: `1/D - r m/(s D)` and `r/(2 s D)` with `r = sqrt(D-1)`. `None` at `s = 0`, where the bound has a
/// kink.
pub(crate) fn slopes<T: Smooth>(trace: T, squared: T, size: usize) -> Option<(T, T)> {
    let count: T = integer(size);
    if size == 1 {
        return Some((T::one(), T::zero()));
    }
    let (m, s) = (mean(trace, size), spread(trace, squared, size));
    if s.is_zero() {
        return None;
    }
    let r = integer::<T>(size - 1).sqrt();
    Some(((T::one() - r * m / s) / count, r / (T::integer(2) * s * count)))
}

/// `grad WS = grad T/D + sqrt(D-1)/(2 s) (grad Q/D - 2 m grad T/D)`. Takes `T`, `Q` and their gradients.
///
/// # Errors
/// [`NoGradient::ZeroSpread`] at `s = 0`.
pub fn network_ws_upper_gradient<T: Smooth>(
    (trace, squared): (T, T),
    (trace_gradient, squared_gradient): (&Layers<T>, &Layers<T>),
    architecture: &Architecture,
) -> Result<Layers<T>, NoGradient> {
    let (by_t, by_q) =
        slopes(trace, squared, architecture.parameters()).ok_or(NoGradient::ZeroSpread { of: "Hessian" })?;
    Ok(trace_gradient.scale(&by_t).moved(&by_q, squared_gradient))
}

/// The same for the reduced bound.
///
/// # Errors
/// [`NoGradient::ZeroSpread`] at `s = 0`, [`NoGradient::Clamped`] where the bound is 0.
pub fn network_ws_reduced_gradient<T: Smooth, L: OutputLoss>(
    (trace, squared): (T, T),
    (trace_gradient, squared_gradient): (&Layers<T>, &Layers<T>),
    architecture: &Architecture,
    loss: &L,
) -> Result<Layers<T>, NoGradient> {
    let size = reduced_parameters(architecture, loss);
    let (by_t, by_q) = slopes(trace, squared, size).ok_or(NoGradient::ZeroSpread { of: "Hessian" })?;
    if network_ws_reduced(trace, squared, architecture, loss).is_zero() {
        return Err(NoGradient::Clamped);
    }
    Ok(trace_gradient.scale(&by_t).moved(&by_q, squared_gradient))
}

/// Steepest descent `-g/|g|` of a bound with gradient `g`.
///
/// # Errors
/// [`NoGradient::Stationary`] where `g = 0`.
pub fn network_descent_direction<T: Smooth>(gradient: &Layers<T>) -> Result<Layers<T>, NoGradient> {
    let length = gradient.along(gradient).sqrt();
    if length.is_zero() {
        return Err(NoGradient::Stationary);
    }
    Ok(gradient.scale(&(-T::one() / length)))
}

/// The shifts of all outputs, a column for each parameter of an output unit: 1 at that weight, or bias, of every output. The Hessian
/// vanishes on them where the loss ignores shifts.
pub fn network_null_space<T: Number>(architecture: &Architecture) -> Matrix<T> {
    let last = architecture.layers() - 1;
    let mut basis =
        Matrix::from_element(architecture.parameters(), architecture.shift_dimension(), T::zero());
    for unit in 0..architecture.outputs() {
        for input in 0..architecture.parameters_of_unit(last) {
            basis[(architecture.index(last, unit, input), input)] = T::one();
        }
    }
    basis
}
