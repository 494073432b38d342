//! The activations of the hidden layers: one a layer, or one that stands for all.

use super::InputError;
use crate::model::{Activation, LayersError};
use std::path::Path;

/// One activation for each of so many hidden layers, from as many or from one. Where none is given and there are hidden layers,
/// the file names none either.
pub(super) fn one_a_layer(
    file: &Path,
    given: &[Activation],
    hidden: usize,
) -> Result<Vec<Activation>, InputError> {
    match given {
        [] if hidden > 0 => Err(InputError::NoActivation { file: file.to_path_buf() }),
        [one] => Ok(vec![*one; hidden]),
        many if many.len() == hidden => Ok(many.to_vec()),
        many => {
            let reason = LayersError::Activations { found: many.len(), hidden };
            Err(InputError::Layers { file: file.to_path_buf(), reason })
        }
    }
}

/// Same as [`one_a_layer`], but for a file that may name activations: what is given must not contradict it.
pub(super) fn given_or_named(
    file: &Path,
    given: &[Activation],
    named: &[Activation],
    hidden: usize,
) -> Result<Vec<Activation>, InputError> {
    if given.is_empty() || named.is_empty() {
        return one_a_layer(file, if given.is_empty() { named } else { given }, hidden);
    }
    let (as_given, as_named) = (one_a_layer(file, given, hidden)?, one_a_layer(file, named, hidden)?);
    if as_given == as_named {
        return Ok(as_given);
    }
    let listed = |all: &[Activation]| all.iter().map(|one| one.name()).collect::<Vec<_>>().join(",");
    Err(InputError::TwoActivations { file: file.to_path_buf(), given: listed(given), found: listed(named) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Activation::{Relu, Silu, Tanh};

    fn chosen(given: &[Activation], named: &[Activation], hidden: usize) -> Result<Vec<Activation>, String> {
        given_or_named(Path::new("net.npz"), given, named, hidden).map_err(|error| error.to_string())
    }

    #[test]
    fn one_stands_for_all_and_otherwise_there_is_one_a_layer() {
        assert_eq!(chosen(&[Tanh], &[], 2), Ok(vec![Tanh, Tanh]));
        assert_eq!(chosen(&[Tanh], &[], 0), Ok(Vec::new()));
        assert_eq!(chosen(&[], &[], 0), Ok(Vec::new()));
        assert_eq!(chosen(&[], &[Relu, Silu], 2), Ok(vec![Relu, Silu]));
        assert_eq!(chosen(&[Tanh], &[Tanh, Tanh], 2), Ok(vec![Tanh, Tanh]));
        assert_eq!(
            chosen(&[Tanh, Relu], &[], 3).unwrap_err(),
            "net.npz: 2 activations for 3 hidden layers: one for each of them is needed"
        );
        assert!(chosen(&[], &[], 1).unwrap_err().starts_with("net.npz names no activation: give one of "));
        assert_eq!(
            chosen(&[Tanh], &[Tanh, Relu], 2).unwrap_err(),
            "the activation is to be tanh but net.npz says tanh,relu: leave it to the file, or correct one of the two"
        );
    }
}
