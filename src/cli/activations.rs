//! The activations in the help of a command.

use hsr::model::Activation;

/// Their names, and which GELU is which.
pub(super) fn help() -> String {
    let names = Activation::names();
    format!(
        "{names}. gelu is the exact one, by erf (PyTorch's default); gelu-tanh is its tanh form (JAX's default, \
         approximate='tanh' in PyTorch)"
    )
}

/// The same, where a JSON file may name one.
pub(super) fn help_of_network() -> String {
    format!("{} [default: the one that a .json network names]", help())
}
