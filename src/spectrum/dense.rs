//! The whole Hessian, column by column, and its decomposition.
//!
//! faer decomposes, in blocks; the audit keeps nalgebra's unblocked reduction as an independent witness. Tests hold the
//! two against each other.

use super::{Ends, HessianProduct, SpectrumError};
use crate::model::{Batch, Loss, Network, ThreeLayer};
use faer::{Mat, Side};

/// The most parameters for which the Hessian is formed: 72 MB, and as much for its vectors.
pub const MOST_DENSE: usize = 3000;

/// All eigenvalues of a Hessian.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// The eigenvalues, ascending.
    pub values: Vec<f64>,
    /// What rounding can have added to or taken from each: `10 D eps |H|_F`. Householder reduction and implicit QR are
    /// backward stable, so an eigenvalue is off by a modest multiple of `D eps |H|_F`.
    pub tolerance: f64,
}

impl Spectrum {
    /// Counts the eigenvalues that are negative beyond the tolerance: 0 at a minimum, more at a saddle.
    ///
    /// ```
    /// let spectrum = hsr::spectrum::Spectrum { values: vec![-0.5, -1e-16, 0.0, 2.0], tolerance: 1e-14 };
    /// assert_eq!(spectrum.negative(), 1);
    /// ```
    pub fn negative(&self) -> usize {
        self.values.iter().filter(|value| **value < -self.tolerance).count()
    }
}

/// Computes all eigenvalues of the Hessian.
///
/// ```
/// use hsr::audit::random_network;
/// use hsr::data::DataSet;
/// use hsr::model::{Activation, Shape};
/// let batch = DataSet::Iris.load().standardised().batch();
/// let shape = Shape { samples: 150, inputs: 4, hidden: 3, classes: 3, biases: true };
/// let spectrum = hsr::spectrum::spectrum(&random_network(&shape, Activation::Tanh, 0), &batch)?;
/// let zeros = spectrum.values.iter().filter(|value| value.abs() <= spectrum.tolerance).count();
/// assert!(zeros >= shape.null_dimension());
/// # Ok::<(), hsr::spectrum::SpectrumError>(())
/// ```
///
/// # Errors
/// [`SpectrumError`] where network and data do not fit, there are more than [`MOST_DENSE`] parameters, a product
/// overflows or the decomposition does not converge.
pub fn spectrum(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> Result<Spectrum, SpectrumError> {
    values(&mut HessianProduct::new(network, batch)?)
}

/// Same as [`spectrum`], for a network of any depth and any loss.
///
/// # Errors
/// As [`spectrum`].
pub fn network_spectrum(
    network: &Network<f64>,
    loss: Loss,
    batch: &Batch<f64>,
) -> Result<Spectrum, SpectrumError> {
    values(&mut HessianProduct::of_network(network, loss, batch)?)
}

fn values(hessian: &mut HessianProduct) -> Result<Spectrum, SpectrumError> {
    let matrix = matrix(hessian)?;
    let values = matrix.self_adjoint_eigenvalues(Side::Lower);
    let values = values.map_err(|_| SpectrumError::Decomposition { size: matrix.nrows() })?;
    Ok(with_tolerance(&matrix, values))
}

/// All eigenvalues, and the vectors of the ends.
pub(super) fn decompose(hessian: &mut HessianProduct) -> Result<(Spectrum, Ends), SpectrumError> {
    let matrix = matrix(hessian)?;
    let size = matrix.nrows();
    let eigen = matrix.self_adjoint_eigen(Side::Lower);
    let eigen = eigen.map_err(|_| SpectrumError::Decomposition { size })?;
    let vector = |index: usize| (0..size).map(|row| eigen.U()[(row, index)]).collect();
    let ends = Ends { smallest: vector(0), largest: vector(size - 1), products: size };
    let values = (0..size).map(|index| eigen.S()[index]).collect();
    Ok((with_tolerance(&matrix, values), ends))
}

/// The Hessian, one column for each product; its two triangles, which differ by rounding, are averaged.
fn matrix(hessian: &mut HessianProduct) -> Result<Mat<f64>, SpectrumError> {
    let size = hessian.size();
    if size > MOST_DENSE {
        return Err(SpectrumError::TooLarge { parameters: size, most: MOST_DENSE });
    }
    let mut columns = Mat::zeros(size, size);
    let (mut direction, mut image) = (vec![0.0; size], vec![0.0; size]);
    for column in 0..size {
        direction[column] = 1.0;
        hessian.apply(&direction, &mut image)?;
        direction[column] = 0.0;
        image.iter().enumerate().for_each(|(row, entry)| columns[(row, column)] = *entry);
    }
    Ok(Mat::from_fn(size, size, |i, j| 0.5 * (columns[(i, j)] + columns[(j, i)])))
}

/// The eigenvalues in ascending order, with what rounding may have done to them.
fn with_tolerance(matrix: &Mat<f64>, mut values: Vec<f64>) -> Spectrum {
    values.sort_by(f64::total_cmp);
    let tolerance = 10.0 * matrix.nrows() as f64 * f64::EPSILON * matrix.norm_l2();
    Spectrum { values, tolerance }
}
