//! What the name of an array says: the layer that it belongs to, and what it is there.

/// How a matrix of weights is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// A row an output, as PyTorch has it, and as it is needed here.
    ByOutputs,
    /// A row an input, as Keras, Flax and scikit-learn have it.
    ByInputs,
    /// The name does not say it.
    Unsaid,
}

/// What an array is in its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The weights.
    Weight(Written),
    /// The biases.
    Bias,
    /// Something that only a layer that normalises has.
    Normalisation,
}

/// Leaves that only a layer that normalises has.
const NORMALISATIONS: [&str; 9] = [
    "scale",
    "gamma",
    "beta",
    "running_mean",
    "running_var",
    "num_batches_tracked",
    "moving_mean",
    "moving_var",
    "moving_variance",
];

/// The layer's own name, and the role in it: `net.0.weight` is the weight of `net.0`, `dense_1/kernel:0` and
/// `layers/dense_1/vars/0` are kernels, `coefs_0` is one of scikit-learn.
pub(super) fn part(name: &str) -> Option<(String, Role)> {
    let name = name.strip_suffix(":0").unwrap_or(name);
    if let Some(index) = numbered(name, &["coefs", "coef"]) {
        return Some((format!("layer_{index}"), Role::Weight(Written::ByInputs)));
    }
    if let Some(index) = numbered(name, &["intercepts", "intercept"]) {
        return Some((format!("layer_{index}"), Role::Bias));
    }
    let (module, leaf) = name.rsplit_once(['.', '/']).unwrap_or(("", name));
    let role = match leaf {
        "weight" => Role::Weight(Written::ByOutputs),
        "kernel" => Role::Weight(Written::ByInputs),
        "w" if !module.is_empty() => Role::Weight(Written::Unsaid),
        "bias" => Role::Bias,
        "b" if !module.is_empty() => Role::Bias,
        "0" | "1" => {
            // Variables of Keras; those of an optimiser are no layer's.
            let module = module.strip_suffix("vars").filter(|module| !module.starts_with("optimizer"))?;
            let role = if leaf == "0" { Role::Weight(Written::ByInputs) } else { Role::Bias };
            return Some((module.trim_end_matches(['.', '/']).to_string(), role));
        }
        _ if NORMALISATIONS.contains(&leaf) => Role::Normalisation,
        _ => return None,
    };
    Some((module.to_string(), role))
}

/// The number after one of these words, as in `coefs_0`, `coefs.0` and `coefs_[0]`.
fn numbered<'a>(name: &'a str, words: &[&str]) -> Option<&'a str> {
    let rest = words.iter().find_map(|word| name.strip_prefix(word))?;
    let number = rest.trim_start_matches(['_', '.', '[']).trim_end_matches([']', '_']);
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_and_roles_are_found_in_the_names_of_all_who_write_them() {
        use Role::{Bias, Normalisation, Weight};
        use Written::{ByInputs, ByOutputs, Unsaid};
        for (name, module, role) in [
            ("0.weight", "0", Weight(ByOutputs)),
            ("net.0.bias", "net.0", Bias),
            ("model.layers.10.weight", "model.layers.10", Weight(ByOutputs)),
            ("dense_1/kernel:0", "dense_1", Weight(ByInputs)),
            ("layers/dense/vars/1", "layers/dense", Bias),
            ("params/Dense_0/kernel", "params/Dense_0", Weight(ByInputs)),
            ("params.Dense_0.bias", "params.Dense_0", Bias),
            ("linear/w", "linear", Weight(Unsaid)),
            ("coefs_0", "layer_0", Weight(ByInputs)),
            ("coefs_[1]", "layer_1", Weight(ByInputs)),
            ("intercepts_1", "layer_1", Bias),
            ("weight", "", Weight(ByOutputs)),
            ("bn.running_mean", "bn", Normalisation),
        ] {
            assert_eq!(part(name), Some((module.to_string(), role)), "{name}");
        }
        for name in ["W1", "b", "note", "coefs_", "optimizer/vars/0", "a/vars/2", "weight_ih_l0"] {
            assert_eq!(part(name), None, "{name}");
        }
    }
}
