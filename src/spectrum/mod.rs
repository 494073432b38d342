//! The spectrum of the loss Hessian of one network: both ends with their eigenvectors, and all eigenvalues where the
//! matrix fits.
//!
//! Up to [`MOST_DENSE`] parameters the Hessian is formed and decomposed; above that a Krylov method finds the two ends
//! from products with directions, each of as many operations as a few runs of the network forward and back. Every value comes with the norm of its residual.
//!
//! ```
//! use hsr::audit::random_network;
//! use hsr::data::DataSet;
//! use hsr::model::{Activation, Shape};
//! use hsr::spectrum::{SpectrumMethod, SpectrumSettings, extremes};
//!
//! let batch = DataSet::Iris.load().standardised().batch();
//! let shape = Shape { samples: 150, inputs: 4, hidden: 5, classes: 3, biases: true };
//! let network = random_network(&shape, Activation::Tanh, 0);
//! let dense = extremes(&network, &batch, &SpectrumSettings::default())?;
//! let settings = SpectrumSettings::default().with_method(SpectrumMethod::Krylov);
//! let krylov = extremes(&network, &batch, &settings)?;
//! assert!((dense.largest.value - krylov.largest.value).abs() < 1e-9);
//! assert!(krylov.largest.residual < 1e-7 * krylov.largest.value);
//! assert!(dense.all.is_some_and(|all| all.values.len() == shape.parameters()));
//! # Ok::<(), hsr::spectrum::SpectrumError>(())
//! ```

mod along;
mod dense;
mod lanczos;
mod orthogonal;
mod product;
mod rows;
mod tile;

pub use along::{loss_along, network_loss_along};
pub use dense::{MOST_DENSE, Spectrum, network_spectrum, spectrum};
pub use product::HessianProduct;

use crate::budget::{self, OverBudget};
use crate::model::{Batch, Loss, Misfit, Network, ThreeLayer};
use std::fmt;

/// How the ends of a spectrum are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpectrumMethod {
    /// The whole matrix, decomposed.
    Dense,
    /// Thick-restart Lanczos on products with directions.
    Krylov,
}

impl SpectrumMethod {
    /// Its name in tables and files.
    pub fn name(self) -> &'static str {
        match self {
            SpectrumMethod::Dense => "dense",
            SpectrumMethod::Krylov => "krylov",
        }
    }
}

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The smallest eigenvalue.
    Smallest,
    /// The largest eigenvalue.
    Largest,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(if *self == End::Smallest { "smallest" } else { "largest" })
    }
}

/// How [`extremes`] finds the ends of a spectrum.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SpectrumSettings {
    /// `None`: dense up to [`MOST_DENSE`] parameters, Krylov above.
    pub method: Option<SpectrumMethod>,
    /// Krylov: the largest residual, relative to the largest magnitude in the spectrum.
    pub tolerance: f64,
    /// Krylov: products with the Hessian after which it gives up.
    pub products: usize,
    /// Krylov: vectors in the basis before a restart; `D` numbers each.
    pub subspace: usize,
    /// Krylov: the seed of the first direction.
    pub seed: u64,
}

impl Default for SpectrumSettings {
    /// Residuals of `1e-8` of the largest magnitude: an eigenvalue apart from the others by `g` of it is then good to
    /// `1e-16/g` of it.
    fn default() -> Self {
        SpectrumSettings { method: None, tolerance: 1e-8, products: 20_000, subspace: 80, seed: 0 }
    }
}

impl SpectrumSettings {
    /// With this method.
    pub fn with_method(self, method: SpectrumMethod) -> Self {
        SpectrumSettings { method: Some(method), ..self }
    }

    /// With this tolerance of the Krylov method.
    pub fn with_tolerance(self, tolerance: f64) -> Self {
        SpectrumSettings { tolerance, ..self }
    }

    /// With at most so many products in the Krylov method.
    pub fn with_products(self, products: usize) -> Self {
        SpectrumSettings { products, ..self }
    }

    /// With so many vectors in the basis of the Krylov method.
    pub fn with_subspace(self, subspace: usize) -> Self {
        SpectrumSettings { subspace, ..self }
    }

    /// With this seed of the first direction of the Krylov method.
    pub fn with_seed(self, seed: u64) -> Self {
        SpectrumSettings { seed, ..self }
    }
}

/// An eigenvalue with its vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Eigenpair {
    /// The eigenvalue `l`.
    pub value: f64,
    /// The vector `v`, `|v| = 1`, in the order `W1, b1, W2, b2, ..`, each row-major.
    pub vector: Vec<f64>,
    /// `|H v - l v|`: an eigenvalue of the Hessian is within it of `l`.
    pub residual: f64,
}

/// Both ends of a spectrum.
#[derive(Clone, Debug, PartialEq)]
pub struct Extremes {
    /// The smallest eigenvalue. Found by Krylov it may be too large, never too small but for rounding.
    pub smallest: Eigenpair,
    /// The largest eigenvalue. Found by Krylov it may be too small, never too large but for rounding.
    pub largest: Eigenpair,
    /// All eigenvalues, where the method was dense.
    pub all: Option<Spectrum>,
    /// How they were found.
    pub method: SpectrumMethod,
    /// Products of the Hessian and a direction that it took.
    pub products: usize,
}

/// Why the eigenvalues could not be computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpectrumError {
    /// Network and data do not fit together.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// A product with the Hessian overflows.
    #[error(
        "the Hessian times a direction is not finite: products of inputs and weights overflow; scale them down"
    )]
    NotFinite,
    /// The computation would take more memory than may be taken.
    #[error("{0}; take fewer hidden units or samples")]
    OverBudget(#[source] OverBudget),
    /// The direction has another length.
    #[error("a direction has {found} entries: this network has {needed} parameters")]
    Length {
        /// The length.
        found: usize,
        /// `D`.
        needed: usize,
    },
    /// The tolerance is negative or NaN.
    #[error("the tolerance is {0}: give a number that is not negative, such as 1e-8")]
    Tolerance(f64),
    /// The Krylov method did not converge.
    #[error(
        "the {end} eigenvalue did not converge: after {products} products it is {value:e} with a residual of \
         {residual:e}, above the goal of {goal:e}; allow more products or a larger tolerance"
    )]
    NotConverged {
        /// Which end.
        end: End,
        /// The best value.
        value: f64,
        /// Its residual.
        residual: f64,
        /// The residual that was wanted.
        goal: f64,
        /// Products with the Hessian so far.
        products: usize,
    },
    /// The dense matrix would be too large.
    #[error(
        "all eigenvalues of {parameters} parameters: the dense method is for up to {most}; take the Krylov method"
    )]
    TooLarge {
        /// `D`.
        parameters: usize,
        /// The largest `D`.
        most: usize,
    },
    /// The dense decomposition did not converge.
    #[error("the eigensolver did not converge on a {size}x{size} matrix")]
    Decomposition {
        /// The size.
        size: usize,
    },
}

/// Computes the smallest and the largest eigenvalue of the Hessian, and their vectors.
///
/// By Krylov each end is looked for twice, the second time where the first vector is taken out: so of two eigenvalues that
/// are closer than the tolerance the end is found. Of three or more it may be one further in, by less than the tolerance
/// and more than the residual. Within a cluster at an end, such as the zeros of the null space, the vector is one of the
/// cluster. A first direction that is orthogonal to the vectors of an end, twice, has probability 0.
///
/// # Errors
/// [`SpectrumError`] where network and data do not fit, a product overflows or a method does not converge.
pub fn extremes(
    network: &ThreeLayer<f64>,
    batch: &Batch<f64>,
    settings: &SpectrumSettings,
) -> Result<Extremes, SpectrumError> {
    network.check_fit(batch)?;
    extremes_of(network.shape(batch.samples()).parameters(), settings, || HessianProduct::new(network, batch))
}

/// Same as [`extremes`], for a network of any depth and any loss.
///
/// ```
/// use hsr::audit::random_layers;
/// use hsr::data::RegressionSet;
/// use hsr::model::{Activation, Architecture, Loss};
/// use hsr::spectrum::{SpectrumSettings, network_extremes};
/// let batch = RegressionSet::Diabetes.batch(Loss::Squared)?.select(&(0..40).collect::<Vec<_>>());
/// let network = random_layers(&Architecture::new(10, &[4, 3, 1], true), &[Activation::Tanh; 2], 0);
/// let ends = network_extremes(&network, Loss::Squared, &batch, &SpectrumSettings::default())?;
/// assert!(ends.smallest.value < 0.0 && ends.largest.value > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`extremes`].
pub fn network_extremes(
    network: &Network<f64>,
    loss: Loss,
    batch: &Batch<f64>,
    settings: &SpectrumSettings,
) -> Result<Extremes, SpectrumError> {
    network.check_fit(batch, loss)?;
    let size = network.architecture().parameters();
    extremes_of(size, settings, || HessianProduct::of_network(network, loss, batch))
}

/// The ends of the spectrum of a Hessian of a size, whose buffers are allocated only where there is room for the vectors.
fn extremes_of<'a>(
    size: usize,
    settings: &SpectrumSettings,
    hessian: impl FnOnce() -> Result<HessianProduct<'a>, SpectrumError>,
) -> Result<Extremes, SpectrumError> {
    if settings.tolerance.is_nan() || settings.tolerance < 0.0 {
        return Err(SpectrumError::Tolerance(settings.tolerance));
    }
    ask(size, settings)?;
    let mut hessian = hessian()?;
    let by_size = if size <= MOST_DENSE { SpectrumMethod::Dense } else { SpectrumMethod::Krylov };
    let method = settings.method.unwrap_or(by_size);
    let (smallest, largest, all, products) = match method {
        SpectrumMethod::Dense => {
            let (all, ends) = dense::decompose(&mut hessian)?;
            (ends.smallest, ends.largest, Some(all), ends.products)
        }
        SpectrumMethod::Krylov => {
            let ends =
                lanczos::ends(&mut |direction, image| hessian.apply(direction, image), size, settings)?;
            (ends.smallest, ends.largest, None, ends.products)
        }
    };
    Ok(Extremes {
        smallest: eigenpair(&mut hessian, smallest)?,
        largest: eigenpair(&mut hessian, largest)?,
        all,
        method,
        products: products + 2,
    })
}

/// Whether there is room for a basis, twice at a restart; a dense matrix is bounded by [`MOST_DENSE`].
fn ask(size: usize, settings: &SpectrumSettings) -> Result<(), SpectrumError> {
    let vectors = match settings.method {
        Some(SpectrumMethod::Dense) => 0,
        _ => 2 * settings.subspace.min(size) + 8,
    };
    budget::ask(budget::numbers(&[vectors, size]), || format!("{vectors} vectors of {size} parameters"))
        .map_err(SpectrumError::OverBudget)
}

/// Up to so many parameters a dense matrix takes no longer than products.
const FEW: usize = 300;

/// The largest and the smallest eigenvalue, in this order, in as little time as they take, for a log or a picture: by
/// Krylov from a few hundred parameters on, to a residual of `1e-6` of the largest magnitude.
///
/// ```
/// use hsr::audit::random_network;
/// use hsr::data::DataSet;
/// use hsr::model::{Activation, Shape};
/// let batch = DataSet::Iris.load().standardised().batch();
/// let shape = Shape { samples: 150, inputs: 4, hidden: 3, classes: 3, biases: true };
/// let (largest, smallest) = hsr::spectrum::ends(&random_network(&shape, Activation::Tanh, 0), &batch)?;
/// assert!(smallest <= 0.0 && largest > 0.0);
/// # Ok::<(), hsr::spectrum::SpectrumError>(())
/// ```
///
/// # Errors
/// As [`extremes`].
pub fn ends(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> Result<(f64, f64), SpectrumError> {
    let found = extremes(network, batch, &quick(network.shape(batch.samples()).parameters()))?;
    Ok((found.largest.value, found.smallest.value))
}

/// Same as [`ends`], for a network of any depth and any loss.
///
/// # Errors
/// As [`extremes`].
pub fn network_ends(
    network: &Network<f64>,
    loss: Loss,
    batch: &Batch<f64>,
) -> Result<(f64, f64), SpectrumError> {
    let found = network_extremes(network, loss, batch, &quick(network.architecture().parameters()))?;
    Ok((found.largest.value, found.smallest.value))
}

/// The settings of [`ends`] for so many parameters.
fn quick(parameters: usize) -> SpectrumSettings {
    let method = if parameters <= FEW { SpectrumMethod::Dense } else { SpectrumMethod::Krylov };
    SpectrumSettings { method: Some(method), tolerance: 1e-6, ..SpectrumSettings::default() }
}

/// The two vectors of the ends of a spectrum, as a method finds them.
struct Ends {
    smallest: Vec<f64>,
    largest: Vec<f64>,
    /// Products of the Hessian and a direction that it took.
    products: usize,
}

/// The Rayleigh quotient of a unit vector and its residual, by one more product.
fn eigenpair(hessian: &mut HessianProduct, vector: Vec<f64>) -> Result<Eigenpair, SpectrumError> {
    let mut image = vec![0.0; vector.len()];
    hessian.apply(&vector, &mut image)?;
    let value: f64 = vector.iter().zip(&image).map(|(v, image)| v * image).sum();
    let squared: f64 = vector.iter().zip(&image).map(|(v, image)| (image - value * v).powi(2)).sum();
    Ok(Eigenpair { value, vector, residual: squared.sqrt() })
}
