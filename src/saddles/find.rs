//! The search for a stationary point, of whatever kind, near a network.

use super::SaddlesError;
use crate::model::{Batch, Loss, Network};
use crate::number::{Matrix, Vector, norm};
use crate::spectrum::{HessianProduct, SpectrumError};
use crate::train::{Direction, Method};

/// A gradient below this share of that at the first point counts as none. Newton's method squares the rest of it at every step, so that what
/// gets this far has no more to gain than rounding.
pub const STATIONARY: f64 = 1e-8;
/// Each step decomposes the Hessian, in some `10 D^3` operations.
const MOST_PARAMETERS: usize = 600;
/// Steps after which the search gives up: from drawn points it takes some tens.
const MOST_STEPS: usize = 300;
/// The damping of the first step, relative to the square of the largest eigenvalue, and by what it changes.
const DAMPING: f64 = 1e-2;
const FACTOR: f64 = 4.0;
/// Beyond this damping a step is too short to lower anything, and the search stands.
const MOST_DAMPING: f64 = 1e8;

/// Where the search ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Stationary {
    /// The network.
    pub network: Network<f64>,
    /// The norm of the gradient there.
    pub gradient_norm: f64,
    /// The same, relative to that at the first point.
    pub relative: f64,
    /// Steps that were taken.
    pub steps: usize,
}

impl Stationary {
    /// Whether it is a stationary point: the gradient is at most [`STATIONARY`] of the first.
    pub fn is_reached(&self) -> bool {
        self.relative <= STATIONARY
    }
}

/// Searches for a stationary point of the loss from a network by lowering `|g|^2 / 2`, whose gradient is `H g`: by Levenberg and Marquardt's steps
/// `-(H^2 + mu I)^-1 H g`, which are Newton's where `mu` is small. It may end at a minimum, a saddle or a maximum, or at a point where only the norm
/// is stationary: [`Stationary::is_reached`] says so.
///
/// # Errors
/// [`SaddlesError::TooLarge`] above 600 parameters; [`SaddlesError::Train`] where network, loss and data do not go together.
pub fn stationary_point(
    network: &Network<f64>,
    loss: Loss,
    batch: &Batch<f64>,
) -> Result<Stationary, SaddlesError> {
    let parameters = network.architecture().parameters();
    if parameters > MOST_PARAMETERS {
        return Err(SaddlesError::TooLarge { parameters, most: MOST_PARAMETERS });
    }
    let mut direction = Direction::new(Method::Sgd, 1);
    let mut gradient_at = |network: &Network<f64>| -> Result<Vec<f64>, SaddlesError> {
        let mut gradient = vec![0.0; parameters];
        direction.at(network, loss, batch, 0.0, &mut gradient)?;
        Ok(gradient)
    };
    let mut gradient = gradient_at(network)?;
    let (first, mut here, mut steps) = (norm(&gradient), network.clone(), 0);
    let mut damping = DAMPING;
    while norm(&gradient) > STATIONARY * first && steps < MOST_STEPS && damping < MOST_DAMPING {
        let eigen = hessian(&here, loss, batch)?.symmetric_eigen();
        let along = eigen.eigenvectors.tr_mul(&Vector::from_column_slice(&gradient));
        let largest = eigen.eigenvalues.amax();
        // Larger steps first; one that does not lower the norm is damped until it does.
        while damping < MOST_DAMPING {
            let mu = damping * largest * largest;
            let of = |value: f64, slope: f64| -value * slope / (value * value + mu);
            let step = &eigen.eigenvectors * eigen.eigenvalues.zip_map(&along, of);
            let mut there = here.clone();
            there.set_moved(&here, 1.0, step.as_slice());
            let next = gradient_at(&there)?;
            if norm(&next) < norm(&gradient) {
                (here, gradient, damping) = (there, next, damping / FACTOR);
                break;
            }
            damping *= FACTOR;
        }
        steps += 1;
    }
    let gradient_norm = norm(&gradient);
    let relative = if first > 0.0 { gradient_norm / first } else { 0.0 };
    Ok(Stationary { network: here, gradient_norm, relative, steps })
}

/// The dense Hessian, a column for each product; its two triangles, which differ by rounding, are averaged.
fn hessian(network: &Network<f64>, loss: Loss, batch: &Batch<f64>) -> Result<Matrix<f64>, SpectrumError> {
    let mut product = HessianProduct::of_network(network, loss, batch)?;
    let size = product.size();
    let mut columns = Matrix::zeros(size, size);
    let mut unit = vec![0.0; size];
    for (index, mut column) in columns.column_iter_mut().enumerate() {
        unit[index] = 1.0;
        product.apply(&unit, column.as_mut_slice())?;
        unit[index] = 0.0;
    }
    Ok((&columns + columns.transpose()) / 2.0)
}
