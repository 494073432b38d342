//! A network from an npz archive.

use super::aside::{Read, refuse_parameters, unread};
use super::npz::Archive;
use super::{InputError, Names};
use crate::model::{Activation, Parameters, ThreeLayer};
use std::path::Path;

/// Reads a network from an npz archive.
///
/// The archive has the parameters `W` (`h x d`), `V` (`C x h`) and, both or neither, `b` (`h`) and `c` (`C`), as
/// `numpy.savez` and `numpy.savez_compressed` write it. Arrays of other names are not read, as long as none looks like a
/// parameter.
///
/// Any float, integer or bool type, any byte order, and C or Fortran order will do.
///
/// # Errors
/// [`InputError`] says which file, array or entry is missing, damaged, of the wrong type or shape, or not finite, or
/// looks like a parameter and is not read.
///
/// [The module](super) has an example.
pub fn read_network(path: impl AsRef<Path>, activation: Activation) -> Result<ThreeLayer<f64>, InputError> {
    Ok(from_npz(path.as_ref(), activation, None)?.value)
}

/// [`read_network`] of arrays that may have other names, with the names of the arrays that were not read. Both biases
/// must be there if they are named.
pub(super) fn from_npz(
    file: &Path,
    activation: Activation,
    names: Option<&Names>,
) -> Result<Read<ThreeLayer<f64>>, InputError> {
    let mut archive = Archive::open(file)?;
    let parameters = match names {
        None => Parameters {
            w: archive.needed_matrix("W", "(h, d)")?,
            b: archive.vector("b", "(h,)")?,
            v: archive.needed_matrix("V", "(C, h)")?,
            c: archive.vector("c", "(C,)")?,
        },
        Some(names) => {
            let mut bias = |bias: usize, shape| {
                names.biases.as_ref().map(|biases| archive.needed_vector(&biases[bias], shape)).transpose()
            };
            let (b, c) = (bias(0, "(h,)")?, bias(1, "(C,)")?);
            let (w, v) =
                (archive.needed_matrix(&names.w, "(h, d)")?, archive.needed_matrix(&names.v, "(C, h)")?);
            Parameters { w, b, v, c }
        }
    };
    let network = network(file, parameters, activation)?;
    let there = archive.names();
    aside(file, there, names, &network, |array| archive.shape(array))
        .map(|aside| Read { value: network, aside })
}

/// What a file holds beside a network that was read, if nothing of it looks like a parameter.
pub(super) fn aside(
    file: &Path,
    there: Vec<String>,
    names: Option<&Names>,
    network: &ThreeLayer<f64>,
    shape: impl FnMut(&str) -> Option<Vec<usize>>,
) -> Result<Vec<String>, InputError> {
    let mut used: Vec<&str> = Vec::new();
    if let Some(names) = names {
        used.extend([&names.w[..], &names.v]);
        used.extend(names.biases.iter().flatten().map(String::as_str));
    }
    let mut aside = unread(there.iter().cloned(), &used);
    // The usual names are no matter of course where others are said.
    let own = ["W", "V", "b", "c"].map(str::to_string);
    if names.is_some() {
        aside.extend(there.into_iter().filter(|name| own.contains(name) && !used.contains(&name.as_str())));
    }
    if !names.is_some_and(|names| names.without_biases) {
        let [hidden, classes] = [network.parameters.w.nrows(), network.parameters.v.nrows()];
        refuse_parameters(file, &aside, shape, [hidden, classes], network.parameters.b.is_some())?;
    }
    Ok(aside)
}

/// A network of finite parameters that fit together.
pub(super) fn network(
    file: &Path,
    parameters: Parameters<f64>,
    activation: Activation,
) -> Result<ThreeLayer<f64>, InputError> {
    let network = ThreeLayer::new(parameters, activation);
    let finite = network.and_then(|network| network.check_finite().map(|()| network));
    finite.map_err(|reason| InputError::Network { file: file.to_path_buf(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{Array, write_npz};

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
            "net.npz has no array W: W of shape (h, d) is needed; it has no arrays"
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
            let network = from_npz(&path, Activation::Tanh, Some(&names.parse().unwrap()));
            network.map_err(|error| error.to_string().replace(&path.display().to_string(), "net.npz"))
        };
        let Read { value, aside } = read("W=in.weight,V=out.weight,b=-,c=-").unwrap();
        let Parameters { w, b, v, c } = value.parameters;
        assert_eq!((w.shape(), b, v.shape(), c), ((2, 3), None, (4, 2), None));
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
             another network's: say which array is which, as in W=W,b=b1,V=V,c=c1 (b=-,c=- for no biases), or \
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
