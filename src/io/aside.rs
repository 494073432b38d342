//! Arrays of a file that are not read.

use super::InputError;
use super::network::number;
use crate::words::shown;
use std::path::Path;

/// What was read from a file, and the names of the arrays that were not read.
#[derive(Clone, Debug, PartialEq)]
pub struct Read<T> {
    /// What was read.
    pub value: T,
    /// The names of the other arrays of the file, in order.
    pub aside: Vec<String>,
}

impl<T> Read<T> {
    /// A file that was read in full.
    pub(super) fn whole(value: T) -> Self {
        Read { value, aside: Vec::new() }
    }

    /// A function of the value; the names stay.
    pub(super) fn map<U>(self, f: impl FnOnce(T) -> U) -> Read<U> {
        Read { value: f(self.value), aside: self.aside }
    }
}

/// Names that belong to the files of this crate, beside parameters, and are no surprise: data beside a network, a checkpoint's
/// velocity, what a case says about itself.
const KNOWN: [&str; 13] = [
    "X",
    "Y",
    "y",
    "activation",
    "activations",
    "loss",
    "shape",
    "velocity",
    "hsr",
    "id",
    "name",
    "about",
    "quantities",
];

/// The names beside a network that nobody reads: those that are not `used` and not those of this crate's own files.
pub(super) fn beside_network(names: impl IntoIterator<Item = String>, used: &[&str]) -> Vec<String> {
    let is_known = |name: &str| KNOWN.contains(&name) || name.starts_with("expected");
    names.into_iter().filter(|name| !used.contains(&name.as_str()) && !is_known(name)).collect()
}

/// The names beside data that nobody reads: a network beside them is no surprise.
pub(super) fn beside_data(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let is_parameter = |name: &str| {
        ["W", "b", "V", "c"].contains(&name) || number(name, 'W').is_some() || number(name, 'b').is_some()
    };
    beside_network(names, &[]).into_iter().filter(|name| !is_parameter(name)).collect()
}

/// Refuses a file of a network that holds something else that the network may need: a bias by another name, a further
/// layer. `shape` says the shape of an array, `widths` how long biases would be, and `has_biases` whether the network has any.
pub(super) fn refuse_parameters(
    file: &Path,
    aside: &[String],
    mut shape: impl FnMut(&str) -> Option<Vec<usize>>,
    widths: &[usize],
    has_biases: bool,
) -> Result<(), InputError> {
    let lengths: Vec<Option<Vec<usize>>> = aside.iter().map(|name| shape(name)).collect();
    let is_long = |index: usize, length: usize| lengths[index].as_deref() == Some(&[length]);
    let is_bias = |index: usize| widths.iter().any(|width| is_long(index, *width));
    let unread = if has_biases { Vec::new() } else { as_long_as_all(&lengths, widths) };
    let suspect = (0..aside.len()).find(|&index| {
        names_parameter(&aside[index])
            || begins_as_bias(&aside[index]) && is_bias(index)
            || unread.contains(&index)
    });
    match suspect.map(|index| &aside[index]) {
        Some(name) => Err(InputError::LooksLikeParameter { file: file.to_path_buf(), array: shown(name) }),
        None => Ok(()),
    }
}

/// Arrays that are as long as the biases of all layers of a network of two layers or more, whatever they are called; none where one
/// is missing.
fn as_long_as_all(lengths: &[Option<Vec<usize>>], widths: &[usize]) -> Vec<usize> {
    let mut found = Vec::new();
    for width in widths {
        let is_free = |index: &usize| !found.contains(index) && lengths[*index].as_deref() == Some(&[*width]);
        match (0..lengths.len()).find(is_free) {
            Some(index) if widths.len() > 1 => found.push(index),
            _ => return Vec::new(),
        }
    }
    found
}

/// Whether a name is that of a parameter in most programs: `b1`, `W_2`, `fc1.weight`, `hidden_bias`, `kernel`.
fn names_parameter(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_part = |part: &str| name.contains(part) && !name.contains("sample");
    let numbered = name.strip_prefix(['w', 'v', 'u', 'b', 'c']).is_some_and(|rest| {
        let digits = rest.trim_start_matches('_');
        digits.chars().all(|digit| digit.is_ascii_digit())
    });
    numbered
        || ["bias", "weight", "kernel", "intercept", "coef", "embedding", "running_"].into_iter().any(is_part)
}

/// Whether a name may be that of a bias: `bh`, `b_out`, `c_`.
fn begins_as_bias(name: &str) -> bool {
    name.starts_with(['b', 'B', 'c', 'C'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(names: &[&str], lengths: &[usize]) -> Option<String> {
        let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
        let shape = |_: &str| Some(lengths.to_vec());
        let result = refuse_parameters(Path::new("net.npz"), &names, shape, &[8, 3], false);
        result.err().map(|error| error.to_string())
    }

    #[test]
    fn what_looks_like_a_parameter_is_refused_by_its_name() {
        for name in
            ["b1", "c1", "B", "w2", "V_2", "fc3.weight", "hidden_bias", "kernel", "intercepts_", "coefs"]
        {
            let error = refused(&["note", name], &[5]).unwrap();
            assert!(error.starts_with(&format!("net.npz holds {name} beside what is read")), "{error}");
        }
        assert!(refused(&["b_out"], &[3]).is_some());
        for (name, length) in
            [("b_out", 5), ("count", 9), ("note", 8), ("sample_weight", 8), ("sample_weights", 3)]
        {
            assert_eq!(refused(&[name], &[length]), None, "{name}");
        }
    }

    #[test]
    fn two_arrays_as_long_as_the_biases_are_refused_whatever_they_are_called() {
        let names = ["hidden_offset", "out_offset"].map(str::to_string);
        let shape = |name: &str| Some(vec![if name == "out_offset" { 3 } else { 8 }]);
        let refused =
            |has_biases| refuse_parameters(Path::new("net.npz"), &names, shape, &[8, 3], has_biases).is_err();
        assert!(refused(false) && !refused(true));
    }

    #[test]
    fn what_is_used_and_what_is_known_is_not_left_aside() {
        let names = ["W", "V", "in.bias", "note", "velocity", "expected_loss", "X"].map(str::to_string);
        assert_eq!(beside_network(names.clone(), &["W", "in.bias"]), ["V", "note"]);
        assert_eq!(beside_data(names), ["in.bias", "note"]);
        assert_eq!(beside_data(["W2", "b13", "b02", "loss"].map(str::to_string)), ["b02"]);
    }
}
