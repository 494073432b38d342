//! A network of any depth from the arrays of a file, of whatever format.

mod arrays;
mod layout;
mod order;
mod orientation;
mod roles;
mod unclear;

pub(super) use arrays::Arrays;
pub(super) use layout::number;

use super::activations::given_or_named;
use super::aside::{Read, beside_network, refuse_parameters};
use super::npz::Archive;
use super::{InputError, Names};
use crate::model::{Activation, Layer, Layers, Network, NetworkError, Parameters, ThreeLayer};
use arrays::list;
use std::path::Path;

/// What is said of a network that is read from a file.
///
/// ```
/// use hsr::io::NetworkReading;
/// use hsr::model::Activation;
/// let reading = NetworkReading::with(&[Activation::Tanh, Activation::Relu]);
/// assert_eq!(reading.transposed, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkReading {
    /// One activation for each hidden layer, or one for all; none where the file names them, or there is no hidden layer.
    pub activations: Vec<Activation>,
    /// Which array is which; found by their names where nothing is said.
    pub names: Option<Names>,
    /// Whether the weights stand as inputs x outputs; found by names and shapes where nothing is said.
    pub transposed: Option<bool>,
}

impl NetworkReading {
    /// With these activations, and all else found in the file.
    pub fn with(activations: &[Activation]) -> Self {
        NetworkReading { activations: activations.to_vec(), ..NetworkReading::default() }
    }
}

/// Reads a network with one hidden layer from an npz archive.
///
/// The archive has the parameters `W` (`h x d`), `V` (`C x h`) and, both or neither, `b` (`h`) and `c` (`C`), as
/// `numpy.savez` and `numpy.savez_compressed` write it, or those of [`open_network`](super::open_network) by other names. Arrays of
/// other names are not read, as long as none looks like a parameter.
///
/// Any float, integer or bool type, any byte order, and C or Fortran order will do.
///
/// # Errors
/// [`InputError`] says which file, array or entry is missing, damaged, of the wrong type or shape, or not finite, or
/// looks like a parameter and is not read.
///
/// [The module](super) has an example.
pub fn read_network(path: impl AsRef<Path>, activation: Activation) -> Result<ThreeLayer<f64>, InputError> {
    let mut archive = Archive::open(path.as_ref())?;
    three_layer(&mut archive, &NetworkReading::with(&[activation]), &[])
}

/// The network of a file's arrays, with the activations that are given or `named` in the file, and the names of those that were not
/// read.
pub(super) fn network(
    arrays: &mut impl Arrays,
    reading: &NetworkReading,
    named: &[Activation],
) -> Result<Read<Network<f64>>, InputError> {
    let Found { layers, aside, is_of_two } = found(arrays, reading)?;
    let (file, hidden) = (arrays.file().to_path_buf(), layers.0.len() - 1);
    if let Some(reason) = in_words_of_two(&layers).filter(|_| is_of_two) {
        return Err(InputError::Network { file, reason });
    }
    let activations = given_or_named(&file, &reading.activations, named, hidden)?;
    let network = Network::new(layers, activations);
    let finite = network.and_then(|network| network.check_finite().map(|()| network));
    let network = finite.map_err(|reason| InputError::Layers { file, reason })?;
    Ok(Read { value: network, aside })
}

/// The same with one hidden layer.
pub(super) fn three_layer(
    arrays: &mut impl Arrays,
    reading: &NetworkReading,
    named: &[Activation],
) -> Result<ThreeLayer<f64>, InputError> {
    let layers = found(arrays, reading)?.layers;
    let file = arrays.file().to_path_buf();
    let depth = layers.0.len();
    let Ok([first, last]) = <[Layer<f64>; 2]>::try_from(layers.0) else {
        return Err(InputError::Depth { file, layers: depth });
    };
    let activations = given_or_named(&file, &reading.activations, named, 1)?;
    let parameters = Parameters { w: first.w, b: first.b, v: last.w, c: last.b };
    let network = ThreeLayer::new(parameters, activations[0]);
    let finite = network.and_then(|network| network.check_finite().map(|()| network));
    finite.map_err(|reason| InputError::Network { file, reason })
}

/// What the arrays of a file hold.
struct Found {
    layers: Layers<f64>,
    aside: Vec<String>,
    /// Whether they are called `W` and `V`, in whose words errors speak then.
    is_of_two: bool,
}

/// The layers, not yet held against each other.
fn found(arrays: &mut impl Arrays, reading: &NetworkReading) -> Result<Found, InputError> {
    let there = list(arrays);
    let file = arrays.file().to_path_buf();
    let entries = layout::find(&file, &there, reading.names.as_ref())?;
    let transposed = orientation::transposed(&file, &entries, &there, reading.transposed)?;
    let mut layers = Vec::new();
    for (entry, transposed) in entries.iter().zip(transposed) {
        let w = arrays.matrix(&entry.weight, entry.shapes[0])?;
        let w = if transposed { w.transpose() } else { w };
        let b = entry.bias.as_ref().map(|bias| arrays.vector(bias, entry.shapes[1])).transpose()?;
        layers.push(Layer { w, b });
    }
    let used: Vec<&str> = entries
        .iter()
        .flat_map(|entry| [Some(&entry.weight), entry.bias.as_ref()])
        .flatten()
        .map(String::as_str)
        .collect();
    let aside = beside_network(there.iter().map(|array| array.name.clone()), &used);
    let says_none = reading.names.as_ref().is_some_and(|names| names.without_biases);
    let is_no_bias = |name: &String| {
        !says_none || there.iter().any(|array| array.name == *name && array.vector().is_none())
    };
    let suspects: Vec<String> = aside.iter().filter(|name| is_no_bias(name)).cloned().collect();
    let widths: Vec<usize> = layers.iter().map(|layer| layer.w.nrows()).collect();
    let has_biases = says_none || layers.iter().any(|layer| layer.b.is_some());
    refuse_parameters(&file, &suspects, |name| arrays.shape(name), &widths, has_biases)?;
    Ok(Found { layers: Layers(layers), aside, is_of_two: layout::is_of_two(&entries) && !says_none })
}

/// The error for two layers that do not fit together, in the words for `W`, `b`, `V` and `c`. That there is one output is none.
fn in_words_of_two(layers: &Layers<f64>) -> Option<NetworkError> {
    let [first, last] = &layers.0[..] else { return None };
    if last.w.nrows() == 1 {
        return None;
    }
    let parameters =
        Parameters { w: first.w.clone(), b: first.b.clone(), v: last.w.clone(), c: last.b.clone() };
    let network = ThreeLayer::new(parameters, Activation::Identity);
    network.and_then(|network| network.check_finite()).err()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{Array, open_network, write_npz};

    fn read(arrays: &[(&str, Array)]) -> Result<ThreeLayer<f64>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net.npz");
        write_npz(&path, arrays).unwrap();
        let shorten = |error: InputError| error.to_string().replace(&path.display().to_string(), "net.npz");
        read_network(&path, Activation::Tanh).map_err(shorten)
    }

    fn matrix(rows: usize, columns: usize) -> Array {
        Array { shape: vec![rows, columns], values: (1..=rows * columns).map(|value| value as f64).collect() }
    }

    #[test]
    fn biases_may_be_given_and_other_arrays_are_ignored() {
        let arrays = [
            ("W", matrix(2, 3)),
            ("V", matrix(4, 2)),
            ("b", Array::vector(&[5.0, 6.0])),
            ("c", Array::vector(&[1.0; 4])),
            ("note", Array::scalar(f64::NAN)),
        ];
        let Parameters { w, b, v, c } = read(&arrays).unwrap().parameters;
        assert_eq!(w, nalgebra::dmatrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0]);
        assert_eq!(b, Some(nalgebra::dvector![5.0, 6.0]));
        assert_eq!(v.shape(), (4, 2));
        assert_eq!(c.unwrap().len(), 4);
    }

    #[test]
    fn what_is_missing_is_told_with_its_shape_and_with_what_is_there() {
        assert_eq!(
            read(&[("w", matrix(2, 3)), ("V", matrix(4, 2))]).unwrap_err(),
            "net.npz has no array W: W of shape (h, d) is needed; it has V, w"
        );
        assert_eq!(
            read(&[]).unwrap_err(),
            "net.npz has no array W1: W1 of shape (outputs, inputs) is needed; it has no arrays"
        );
    }

    #[test]
    fn wrong_numbers_of_axes_are_errors() {
        assert_eq!(
            read(&[("W", Array::vector(&[1.0]))]).unwrap_err(),
            "net.npz: W has shape (1,): shape (h, d) is needed"
        );
        assert_eq!(
            read(&[("W", matrix(2, 3)), ("V", matrix(4, 2)), ("b", matrix(2, 1))]).unwrap_err(),
            "net.npz: b has shape (2, 1): shape (h,) is needed"
        );
    }

    #[test]
    fn arrays_of_other_names_are_read_and_what_is_left_aside_is_named() {
        let arrays = [
            ("in.weight", matrix(2, 3)),
            ("in.bias", Array::vector(&[5.0, 6.0])),
            ("note", matrix(1, 1)),
            ("out.weight", matrix(4, 2)),
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net.npz");
        write_npz(&path, &arrays).unwrap();
        let read = |names: &str| {
            let names = Some(names.parse().unwrap());
            let reading = NetworkReading { names, ..NetworkReading::with(&[Activation::Tanh]) };
            let network = open_network(&path, &reading);
            network.map_err(|error| error.to_string().replace(&path.display().to_string(), "net.npz"))
        };
        let Read { value, aside } = read("W=in.weight,V=out.weight,b=-,c=-").unwrap();
        assert_eq!(value.architecture().to_string(), "3-2-4 without biases");
        assert_eq!(aside, ["in.bias", "note"]);
        let error = read("W=in.weight,V=out.weight").unwrap_err();
        assert!(error.starts_with("net.npz holds in.bias beside what is read"), "{error}");
        assert_eq!(
            read("W=in.weight,V=out.weight,b=in.bias,c=out.bias").unwrap_err(),
            "net.npz has no array out.bias: out.bias of shape (C,) is needed; it has in.bias, in.weight, note, out.weight"
        );
    }

    #[test]
    fn a_bias_by_another_name_is_not_dropped() {
        let arrays = [("W", matrix(2, 3)), ("V", matrix(4, 2)), ("b1", Array::vector(&[5.0, 6.0]))];
        assert_eq!(
            read(&arrays).unwrap_err(),
            "net.npz holds b1 beside what is read, and it looks like a parameter, without which the answer would be \
             another network's: say which array is which, as in W1=W,b1=b1,W2=V,b2=c1 (b1=-,b2=- for no biases), or \
             take it out"
        );
    }

    #[test]
    fn errors_of_the_model_come_with_the_file() {
        assert_eq!(
            read(&[("W", matrix(2, 3)), ("V", matrix(4, 3))]).unwrap_err(),
            "net.npz: W is 2x3 but V is 4x3: V needs one column for each row (hidden unit) of W"
        );
        assert_eq!(
            read(&[("W", matrix(2, 3)), ("V", matrix(4, 2)), ("c", Array::vector(&[1.0; 4]))]).unwrap_err(),
            "net.npz: c is given but b is not: give both biases or neither"
        );
        assert_eq!(
            read(&[("W", matrix(0, 3)), ("V", matrix(4, 0))]).unwrap_err(),
            "net.npz: W is 0x3: a network needs at least one hidden unit and one input"
        );
        let infinite = Array { shape: vec![1, 2], values: vec![1.0, f64::INFINITY] };
        assert_eq!(
            read(&[("W", infinite), ("V", matrix(2, 1))]).unwrap_err(),
            "net.npz: W[0,1] is inf: every entry must be finite"
        );
    }
}
