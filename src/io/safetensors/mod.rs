//! A network from a safetensors file, as PyTorch users write it.

mod float;
mod tensors;

use super::aside::Read;
use super::network::{NetworkReading, network, three_layer};
use super::{InputError, Names};
use crate::model::{Activation, Network, ThreeLayer};
use std::path::Path;
use tensors::Tensors;

/// Reads a network with one hidden layer from a safetensors file.
///
/// The file has the parameters `W` (`h x d`), `V` (`C x h`) and, both or neither, `b` (`h`) and `c` (`C`). The weight of PyTorch's
/// `Linear` has a row for each output, so it is `W`, or `V`, as it stands. The tensors may be called so, or as `names` says, or as
/// [`open_network`](super::open_network) finds them. Others are not read, as long as none looks like a parameter. The types `F64`,
/// `F32`, `F16` and `BF16` will do.
///
/// # Errors
/// [`InputError`] says which file or tensor is missing, damaged, of the wrong type or shape, or not finite, and which
/// tensors there are when their names do not say which is which.
///
/// ```
/// use hsr::io::read_safetensors;
/// use hsr::model::Activation;
/// use safetensors::{Dtype, serialize, tensor::TensorView};
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("net.safetensors");
/// let bytes: Vec<u8> = [1.0_f32, 2.0].iter().flat_map(|value| value.to_le_bytes()).collect();
/// let first = TensorView::new(Dtype::F32, vec![1, 2], &bytes)?;
/// let second = TensorView::new(Dtype::F32, vec![2, 1], &bytes)?;
/// std::fs::write(&path, serialize([("0.weight", first), ("2.weight", second)], None)?)?;
/// let network = read_safetensors(&path, Activation::Tanh, None)?;
/// assert_eq!(network.parameters.w, nalgebra::dmatrix![1.0, 2.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_safetensors(
    path: impl AsRef<Path>,
    activation: Activation,
    names: Option<&Names>,
) -> Result<ThreeLayer<f64>, InputError> {
    let reading = NetworkReading { names: names.cloned(), ..NetworkReading::with(&[activation]) };
    three_layer(&mut Tensors::open(path.as_ref())?, &reading, &[])
}

/// A network of any depth, with the names of the tensors that were not read.
pub(super) fn open(file: &Path, reading: &NetworkReading) -> Result<Read<Network<f64>>, InputError> {
    network(&mut Tensors::open(file)?, reading, &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::write_bytes;
    use crate::model::Parameters;

    const KNOWN: [[&str; 4]; 3] = [
        ["W", "b", "V", "c"],
        ["0.weight", "0.bias", "2.weight", "2.bias"],
        ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"],
    ];

    use ::safetensors::{Dtype, serialize, tensor::TensorView};

    /// A file with tensors of these names and shapes, whose values are 1, 2, 3 and so on.
    fn read(tensors: &[(&str, &[usize])], names: Option<&str>) -> Result<ThreeLayer<f64>, String> {
        let values: Vec<u8> = (1..100).flat_map(|value| (value as f32).to_le_bytes()).collect();
        let view = |shape: &[usize]| {
            let bytes = &values[..4 * shape.iter().product::<usize>()];
            TensorView::new(Dtype::F32, shape.to_vec(), bytes).unwrap()
        };
        let bytes = serialize(tensors.iter().map(|(name, shape)| (name, view(shape))), None).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net.safetensors");
        write_bytes(&path, &bytes).unwrap();
        let names: Option<Names> = names.map(|names| names.parse().unwrap());
        let shorten =
            |error: InputError| error.to_string().replace(&path.display().to_string(), "net.safetensors");
        read_safetensors(&path, Activation::Tanh, names.as_ref()).map_err(shorten)
    }

    /// The same for `W`, `b`, `V`, `c` of two inputs, three hidden units and four classes.
    fn named([w, b, v, c]: [&str; 4], names: Option<&str>) -> Result<ThreeLayer<f64>, String> {
        read(&[(w, &[3, 2]), (b, &[3]), (v, &[4, 3]), (c, &[4])], names)
    }

    #[test]
    fn the_names_of_sequential_of_two_layers_and_of_the_paper_are_found() {
        for names in KNOWN {
            let Parameters { w, b, v, c } = named(names, None).unwrap().parameters;
            assert_eq!(w, nalgebra::dmatrix![1.0, 2.0; 3.0, 4.0; 5.0, 6.0]);
            assert_eq!(b, Some(nalgebra::dvector![1.0, 2.0, 3.0]));
            assert_eq!(v.shape(), (4, 3));
            assert_eq!(c.map(|c| c.len()), Some(4));
            let [w, _, v, _] = names;
            let parameters = read(&[(w, &[3, 2]), (v, &[4, 3])], None).unwrap().parameters;
            assert_eq!((parameters.b, parameters.c), (None, None));
        }
    }

    #[test]
    fn other_names_are_told_and_other_tensors_left_aside() {
        let tensors: [(&str, &[usize]); 4] =
            [("head.weight", &[4, 3]), ("encoder.weight", &[3, 2]), ("encoder.bias", &[3]), ("steps", &[])];
        let parameters = read(&tensors, Some("W=encoder.weight,V=head.weight,b=-,c=-")).unwrap().parameters;
        assert_eq!((parameters.w.shape(), parameters.b, parameters.v.shape()), ((3, 2), None, (4, 3)));
        let all = "W=encoder.weight,b=encoder.bias,V=head.weight,c=head.bias";
        assert_eq!(
            read(&tensors, Some(all)).unwrap_err(),
            "net.safetensors has no array head.bias: head.bias of shape (C,) is needed; it has encoder.bias, \
             encoder.weight, head.weight, steps"
        );
    }

    #[test]
    fn names_that_do_not_say_which_is_which_are_listed_with_those_that_may_be_right() {
        assert_eq!(
            read(&[], None).unwrap_err(),
            "net.safetensors has no array W1: W1 of shape (outputs, inputs) is needed; it has no arrays"
        );
        assert_eq!(
            read(&[("a", &[3, 2]), ("b", &[3]), ("c", &[4, 3])], None).unwrap_err(),
            "net.safetensors holds a (3, 2), b (3,), c (4, 3): the names do not say which array is which: say it, as in \
             W1=a,b1=b,W2=c"
        );
        let third_layer: [(&str, &[usize]); 3] =
            [("0.weight", &[3, 2]), ("2.weight", &[3, 3]), ("4.weight", &[4, 3])];
        assert_eq!(
            read(&third_layer, None).unwrap_err(),
            "net.safetensors holds a network of 3 weight layers: one with a hidden layer, of two, is needed"
        );
        let two_networks: [(&str, &[usize]); 4] =
            [("W", &[3, 2]), ("V", &[4, 3]), ("fc1.weight", &[3, 2]), ("fc2.weight", &[4, 3])];
        assert!(
            read(&two_networks, None)
                .unwrap_err()
                .starts_with("net.safetensors holds fc1.weight beside what is read")
        );
    }

    #[test]
    fn one_bias_without_the_other_is_refused_for_one_hidden_layer() {
        assert_eq!(
            read(&[("0.weight", &[3, 2]), ("2.weight", &[4, 3]), ("2.bias", &[4])], None).unwrap_err(),
            "net.safetensors: c is given but b is not: give both biases or neither"
        );
    }

    #[test]
    fn shapes_that_do_not_fit_are_errors() {
        assert_eq!(
            read(&[("W", &[3, 2, 1]), ("V", &[4, 3])], None).unwrap_err(),
            "net.safetensors: W has shape (3, 2, 1): shape (h, d) is needed"
        );
        assert_eq!(
            read(&[("W", &[3, 2]), ("b", &[3, 1]), ("V", &[4, 3]), ("c", &[4])], None).unwrap_err(),
            "net.safetensors: b has shape (3, 1): shape (h,) is needed"
        );
        assert_eq!(
            read(&[("W", &[2, 3]), ("V", &[4, 3])], None).unwrap_err(),
            "net.safetensors: W is 2x3 but V is 4x3: V needs one column for each row (hidden unit) of W"
        );
    }
}
