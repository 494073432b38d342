//! The initial points of runs.

use crate::audit::random_layers;
use crate::model::{Activation, Architecture, Network};
use serde::{Serialize, Serializer};

/// The initial point of a run: drawn by the seed, or a network that is given, all parameters times a factor.
///
/// ```
/// use hsr::compare::InitialPoint;
/// use hsr::model::{Activation, Architecture};
/// let architecture = Architecture::new(4, &[8, 3], true);
/// let near_origin = InitialPoint { scale: 1e-3, ..InitialPoint::default() };
/// let network = near_origin.network(&architecture, &[Activation::Tanh], 0)?;
/// assert!(network.layers.flat().iter().all(|entry| entry.abs() < 2e-3));
/// # Ok::<(), hsr::compare::InitialPointError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InitialPoint {
    /// The network of every seed; without one each seed draws its own.
    #[serde(serialize_with = "parameters")]
    pub network: Option<Network<f64>>,
    /// The factor of all parameters, biases too.
    pub scale: f64,
}

/// The parameters as a flat list.
fn parameters<S: Serializer>(network: &Option<Network<f64>>, serializer: S) -> Result<S::Ok, S::Error> {
    network.as_ref().map(|network| network.layers.flat()).serialize(serializer)
}

impl Default for InitialPoint {
    fn default() -> Self {
        InitialPoint { network: None, scale: 1.0 }
    }
}

/// An initial point that is none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InitialPointError {
    /// A factor that is not above 0.
    #[error("the factor of the initial weights is {0}: a number above 0 is needed")]
    Scale(f64),
    /// A network of other sizes or activations.
    #[error(
        "the initial network is {found}, and {needed} is asked for: give the same layers, biases and activations"
    )]
    Other {
        /// What it is.
        found: String,
        /// What was asked for.
        needed: String,
    },
    /// A product that overflows.
    #[error("the initial weights times {0} are not finite: give a smaller factor")]
    NotFinite(f64),
}

impl InitialPoint {
    /// The network of a seed.
    ///
    /// # Errors
    /// [`InitialPointError`] for a factor that is not above 0, a network that is given with other sizes or activations, and a product that
    /// overflows.
    pub fn network(
        &self,
        architecture: &Architecture,
        activations: &[Activation],
        seed: u64,
    ) -> Result<Network<f64>, InitialPointError> {
        if !(self.scale > 0.0 && self.scale.is_finite()) {
            return Err(InitialPointError::Scale(self.scale));
        }
        let mut network = match &self.network {
            Some(network) => network.clone(),
            None => random_layers(architecture, activations, seed),
        };
        if network.architecture() != *architecture || network.activations != activations {
            let needed = said(architecture, activations);
            return Err(InitialPointError::Other {
                found: said(&network.architecture(), &network.activations),
                needed,
            });
        }
        network.layers = network.layers.scale(&self.scale);
        if network.is_finite() { Ok(network) } else { Err(InitialPointError::NotFinite(self.scale)) }
    }
}

fn said(architecture: &Architecture, activations: &[Activation]) -> String {
    let names: Vec<String> = activations.iter().map(Activation::to_string).collect();
    if names.is_empty() { architecture.to_string() } else { format!("{architecture}, {}", names.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_initial_point_is_told() {
        let architecture = Architecture::new(2, &[3, 2], true);
        let draw =
            |scale: f64| InitialPoint { scale, network: None }.network(&architecture, &[Activation::Tanh], 0);
        for scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let told = draw(scale).unwrap_err().to_string();
            assert!(told.ends_with("a number above 0 is needed"), "{told}");
        }
        let other = InitialPoint { network: Some(draw(1.0).unwrap()), scale: 1.0 };
        let told = other.network(&Architecture::new(2, &[4, 2], true), &[Activation::Tanh], 0).unwrap_err();
        assert!(
            told.to_string().contains("is 2-3-2 with biases, tanh, and 2-4-2 with biases, tanh is asked for"),
            "{told}"
        );
        assert!(other.network(&architecture, &[Activation::Sin], 0).is_err());
        let huge = InitialPoint { scale: f64::MAX, ..other };
        let huge = InitialPoint {
            network: huge.network.map(|it| Network { layers: it.layers.scale(&10.0), ..it }),
            ..huge
        };
        assert_eq!(
            huge.network(&architecture, &[Activation::Tanh], 0),
            Err(InitialPointError::NotFinite(f64::MAX))
        );
    }
}
