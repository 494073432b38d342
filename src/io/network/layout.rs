//! Which arrays of a file are the layers of a network, by their names.

use super::arrays::Listed;
use super::order::{Key, key, order};
use super::roles::{Role, Written, part};
use super::unclear::{shapes, suggestion};
use crate::io::npy::tuple;
use crate::io::{InputError, Names};
use crate::words::shown;
use std::collections::BTreeMap;
use std::path::Path;

/// The arrays of one layer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub weight: String,
    pub bias: Option<String>,
    pub written: Written,
    /// How messages call the shapes of both.
    pub shapes: [&'static str; 2],
}

const BY_OUTPUTS: [&str; 2] = ["(outputs, inputs)", "(outputs,)"];
const BY_INPUTS: [&str; 2] = ["(inputs, outputs)", "(outputs,)"];
const TWO_LAYERS: [[&str; 2]; 2] = [["(h, d)", "(h,)"], ["(C, h)", "(C,)"]];

impl Entry {
    fn new(weight: &str, bias: Option<&str>, written: Written) -> Self {
        let shapes = if written == Written::ByInputs { BY_INPUTS } else { BY_OUTPUTS };
        Entry { weight: weight.to_string(), bias: bias.map(str::to_string), written, shapes }
    }
}

/// The layers of a file, first to last: by the names that are given, or else those of this crate, `W`, `b`, `V`, `c` or `W1`, `b1`,
/// `W2` and so on, or else those of the modules of other libraries.
pub(super) fn find(file: &Path, there: &[Listed], names: Option<&Names>) -> Result<Vec<Entry>, InputError> {
    if let Some(names) = names {
        return Ok(named(names));
    }
    let has = |name: &str| there.iter().any(|array| array.name == name);
    let numbered = there.iter().any(|array| number(&array.name, 'W').is_some());
    if numbered {
        if let Some(other) = ["W", "V"].into_iter().find(|name| has(name)) {
            let one = there.iter().find(|array| number(&array.name, 'W').is_some());
            let one = one.map(|array| array.name.clone()).unwrap_or_default();
            return Err(InputError::Both { file: file.to_path_buf(), one, other: other.to_string() });
        }
        return Ok(of_numbers(there));
    }
    if has("W") || has("V") {
        let bias = |name| has(name).then_some(name);
        let [mut first, mut last] =
            [("W", "b"), ("V", "c")].map(|(w, b)| Entry::new(w, bias(b), Written::ByOutputs));
        [first.shapes, last.shapes] = TWO_LAYERS;
        return Ok(vec![first, last]);
    }
    of_modules(file, there)
}

/// Whether the layers are called `W` and `V`.
pub(super) fn is_of_two(entries: &[Entry]) -> bool {
    entries.len() == 2 && entries[1].shapes == TWO_LAYERS[1]
}

/// The entries that a caller names.
fn named(names: &Names) -> Vec<Entry> {
    let entry = |(index, (weight, bias)): (usize, &(String, Option<String>))| {
        let written = match part(weight) {
            Some((_, Role::Weight(written))) => written,
            _ if names.is_numbered => Written::Unsaid,
            _ => Written::ByOutputs,
        };
        let mut entry = Entry::new(weight, bias.as_deref(), written);
        if !names.is_numbered && written != Written::ByInputs {
            entry.shapes = TWO_LAYERS[index.min(1)];
        }
        entry
    };
    names.layers.iter().enumerate().map(entry).collect()
}

/// The number of `W3` or `b3`.
pub(in crate::io) fn number(name: &str, letter: char) -> Option<usize> {
    let digits = name.strip_prefix(letter)?;
    let is_plain =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if is_plain { digits.parse().ok() } else { None }
}

/// `W1`, `b1`, `W2` and so on, or the same from 0. Those that are missing in between are asked for later.
fn of_numbers(there: &[Listed]) -> Vec<Entry> {
    let of = |letter| there.iter().filter_map(move |array| number(&array.name, letter));
    let (weights, biases): (Vec<usize>, Vec<usize>) = (of('W').collect(), of('b').collect());
    let all = || weights.iter().chain(&biases);
    let (first, last) = (usize::from(!weights.contains(&0)), all().max().copied().unwrap_or(0));
    let mut entries = Vec::new();
    for layer in first..=last {
        let bias = biases.contains(&layer).then(|| format!("b{layer}"));
        entries.push(Entry::new(&format!("W{layer}"), bias.as_deref(), Written::ByOutputs));
        if !weights.contains(&layer) {
            // It is the one that is missing; there may be any number of others.
            break;
        }
    }
    entries
}

/// A layer of another library.
#[derive(Default)]
struct Module<'a> {
    weight: Option<(&'a Listed, Written)>,
    bias: Option<&'a str>,
}

fn of_modules(file: &Path, there: &[Listed]) -> Result<Vec<Entry>, InputError> {
    let unclear = || unclear(file, there);
    let mut modules: BTreeMap<String, Module> = BTreeMap::new();
    for array in there {
        let Some((name, role)) = part(&array.name) else { continue };
        match (role, array.shape.as_deref()) {
            (Role::Weight(written), Some([_, _])) => {
                let module = modules.entry(name).or_default();
                if module.weight.replace((array, written)).is_some() {
                    return Err(unclear());
                }
            }
            (Role::Weight(_), Some([_])) => {
                return Err(other(file, array, "is of one axis, as layers that normalise and PReLU have it"));
            }
            (Role::Weight(_), Some([_, _, _, ..])) => {
                return Err(other(file, array, "is of more than two axes, as convolutions have it"));
            }
            (Role::Normalisation, _) => return Err(other(file, array, "is that of a layer that normalises")),
            (Role::Bias, _) => modules.entry(name).or_default().bias = Some(&array.name),
            (Role::Weight(_), _) => {}
        }
    }
    modules.retain(|_, module| module.weight.is_some());
    let keys: Vec<Key> = modules.keys().map(|name| key(name)).collect();
    let modules: Vec<Module> = modules.into_values().collect();
    let sizes = |turned: bool| -> Vec<(usize, usize)> {
        let size = |module: &Module| {
            let (array, written) = module.weight?;
            let (rows, columns) = array.matrix()?;
            let by_inputs = written == Written::ByInputs || turned && written == Written::Unsaid;
            Some(if by_inputs { (rows, columns) } else { (columns, rows) })
        };
        modules.iter().filter_map(size).collect()
    };
    if modules.is_empty() {
        return Err(unclear());
    }
    let order = order(&keys, &sizes(false)).or_else(|| order(&keys, &sizes(true))).ok_or_else(unclear)?;
    let entry = |&index: &usize| {
        let (array, written) = modules[index].weight?;
        Some(Entry::new(&array.name, modules[index].bias, written))
    };
    let entries: Vec<Entry> = order.iter().filter_map(entry).collect();
    if let Some(index) = without_activation(&order, &keys) {
        let [first, second] = [index, index + 1].map(|index| shown(&entries[index].weight));
        let suggestion = suggestion(there).unwrap_or_default();
        return Err(InputError::NoActivationBetween { file: file.to_path_buf(), first, second, suggestion });
    }
    Ok(entries)
}

/// The place of the first of two layers that follow each other directly in a `torch.nn.Sequential`, where the numbers of activations
/// are left out: at the top of the file, or below a name where other layers are further apart.
fn without_activation(order: &[usize], keys: &[Key]) -> Option<usize> {
    let numbers = |index: usize| keys[order[index]].1.last();
    let is_series = keys.iter().all(|(template, _)| *template == keys[0].0 && template.ends_with('#'));
    if !is_series || order.len() < 2 {
        return None;
    }
    let follows = |index: &usize| match (numbers(*index), numbers(index + 1)) {
        (Some(one), Some(next)) => next.follows(one),
        _ => false,
    };
    let all: Vec<bool> = (0..order.len() - 1).map(|index| follows(&index)).collect();
    let is_top = keys[0].0 == "#";
    if is_top || all.contains(&false) { all.iter().position(|follows| *follows) } else { None }
}

fn other(file: &Path, array: &Listed, reason: &'static str) -> InputError {
    let shape = array.shape.as_deref().map(tuple).unwrap_or_default();
    InputError::OtherNetwork { file: file.to_path_buf(), array: shown(&array.name), shape, reason }
}

/// The error where the names do not say which array is which.
fn unclear(file: &Path, there: &[Listed]) -> InputError {
    let file = file.to_path_buf();
    match suggestion(there) {
        Some(suggestion) => InputError::Names { file, found: shapes(there), suggestion },
        None => {
            let found = crate::io::listed::listed(there.iter().map(|array| &array.name[..]), "arrays");
            InputError::NoArray { file, array: "W1".to_string(), shape: BY_OUTPUTS[0], found }
        }
    }
}
