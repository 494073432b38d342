//! The activations in the help of a command.

use hsr::model::Activation;

/// Their names, and which GELU is which.
pub(super) fn help() -> String {
    let names = Activation::names();
    format!(
        "{names}. gelu is the exact one, by erf (PyTorch's default); gelu-tanh is its tanh form (JAX's default, \
         approximate='tanh' in PyTorch); logistic is another name of sigmoid; with relu and leaky-relu the closed forms hold \
         where no preactivation is 0"
    )
}

/// Same as [`help`], but for all hidden layers or each.
pub(super) fn help_of_layers() -> String {
    format!("One for all hidden layers, or one for each, separated by commas, such as tanh,relu: {}", help())
}

/// Same as [`help_of_layers`], but where a JSON file may name them.
pub(super) fn help_of_network() -> String {
    format!("{} [default: those that a .json network names]", help_of_layers())
}

/// How close the nearest preactivation is to a kink of its activation.
pub(super) fn kink(distance: f64) -> String {
    format!(
        "the preactivation nearest to a kink is {distance:.1e} from it: the closed forms hold where none is at 0"
    )
}
