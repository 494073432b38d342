//! The network that is asked for: its layers, its activations, and the loss.

use super::{activations, numbers};
use clap::Args;
use hsr::model::{Activation, Architecture, Batch, Loss};
use hsr::words;
use std::str::FromStr;

/// More than that are a slip of the keyboard, and would ask for all memory.
const MOST_PARAMETERS: usize = 10_000_000;

/// Likewise: what a bound is made of grows with the square of the number of layers.
const MOST_LAYERS: usize = 1_000;

/// Arguments that say which network is trained, and with which loss.
#[derive(Args)]
pub(super) struct NetworkArguments {
    /// Hidden units, of one hidden layer
    #[arg(
        long,
        default_value_t = 8,
        value_name = "H",
        allow_negative_numbers = true,
        value_parser = numbers::count,
        conflicts_with = "layers"
    )]
    hidden: usize,
    /// The width of each hidden layer, such as 32,32, or none for a network without one
    #[arg(long, value_name = "H,H,..|none", value_parser = Widths::from_str)]
    layers: Option<Widths>,
    /// softmax for classes; squared or pseudo-huber for numbers, which are standardised; multi-label for zeros and ones;
    /// poisson for counts. Classes are zeros and ones where the loss takes numbers. The score is R^2 for numbers, the share of
    /// outputs on the right side of 0.5 for multi-label, the deviance explained for poisson, and the accuracy for softmax
    #[arg(long, default_value = "softmax", value_name = "NAME")]
    pub loss: Loss,
    #[arg(long, default_value = "tanh", value_name = "NAME,..", value_delimiter = ',', help = activations::help_of_layers())]
    activation: Vec<Activation>,
    /// A network without biases
    #[arg(long)]
    pub no_bias: bool,
}

impl NetworkArguments {
    /// The widths of the hidden layers.
    pub fn hidden(&self) -> Vec<usize> {
        match &self.layers {
            Some(Widths(widths)) => widths.clone(),
            None => vec![self.hidden],
        }
    }

    /// An activation for each hidden layer.
    pub fn activations(&self) -> Result<Vec<Activation>, String> {
        one_a_layer(&self.activation, self.hidden().len())
    }

    /// The activations in words.
    pub fn activations_said(&self) -> String {
        if self.hidden().is_empty() { "no hidden layer".to_string() } else { joined(&self.activation) }
    }

    /// Whether it is the network of the first chapters, for which there is the block bound.
    pub fn is_of_one_hidden_layer(&self) -> bool {
        self.loss == Loss::Softmax && self.hidden().len() == 1
    }

    /// The sizes of a network for these data, if they are sensible.
    pub fn architecture(&self, batch: &Batch<f64>) -> Result<Architecture, String> {
        let mut widths = self.hidden();
        let given = match &self.layers {
            Some(widths) => format!("--layers is {}", words::shown(&widths.to_string())),
            None => {
                at_least_one(self.hidden)?;
                format!("--hidden is {}", self.hidden)
            }
        };
        if widths.len() > MOST_LAYERS {
            return Err(format!("--layers has {} widths: up to {MOST_LAYERS} are possible", widths.len()));
        }
        widths.push(batch.y.ncols());
        let architecture = Architecture::new(batch.x.ncols(), &widths, !self.no_bias);
        // The sizes of data are bounded by its file; only the hidden layers can be absurd.
        if widths.iter().any(|&width| width > MOST_PARAMETERS) || architecture.parameters() > MOST_PARAMETERS
        {
            return Err(format!("{given}: that makes more than {MOST_PARAMETERS} parameters; lower it"));
        }
        Ok(architecture)
    }

    /// The options that ask for the same network again, but for that without biases.
    pub fn options(&self) -> String {
        let layers = match &self.layers {
            Some(widths) => format!("--layers {widths}"),
            None => format!("--hidden {}", self.hidden),
        };
        let loss = if self.loss == Loss::Softmax { String::new() } else { format!(" --loss {}", self.loss) };
        format!("{layers}{loss} --activation {}", joined(&self.activation))
    }
}

/// The widths of the hidden layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Widths(pub Vec<usize>);

impl FromStr for Widths {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Widths(Vec::new()));
        }
        let width = |part: &str| numbers::at_least_one(part.trim()).ok();
        let widths: Option<Vec<usize>> = text.split(',').map(width).collect();
        widths.map(Widths).ok_or_else(|| {
            format!(
                "{} are no widths of layers, such as 16,8: each is 1 or more, or none",
                words::quoted(text)
            )
        })
    }
}

impl std::fmt::Display for Widths {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(&if self.0.is_empty() { "none".to_string() } else { joined(&self.0) })
    }
}

/// An activation for each of so many hidden layers, from as many or from one.
pub(super) fn one_a_layer(given: &[Activation], hidden: usize) -> Result<Vec<Activation>, String> {
    if given.len() != 1 && given.len() != hidden {
        return Err(format!(
            "--activation has {} names for {hidden} hidden layers: give one for all, or one for each",
            given.len()
        ));
    }
    Ok(given.iter().copied().cycle().take(hidden).collect())
}

/// Whether there are hidden units at all.
pub(super) fn at_least_one(hidden: usize) -> Result<(), String> {
    if hidden == 0 {
        return Err("--hidden is 0: a network needs at least one hidden unit".to_string());
    }
    Ok(())
}

/// Items with commas between.
pub(super) fn joined<T: ToString>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(",")
}
