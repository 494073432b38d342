//! A network of any depth: its weight layers, each with its own width, activation, and with or without a bias.

use super::{Activation, Architecture, Batch, ThreeLayer};
use crate::number::{Matrix, Number, Vector};

/// Why layers do not make a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayersError {
    /// There is no layer.
    #[error("a network needs at least one weight layer")]
    None,
    /// A layer has no entries.
    #[error("W{layer} is {rows}x{columns}: a layer needs at least one output (row) and one input (column)")]
    Empty {
        /// The layer, from 1.
        layer: usize,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// A layer does not take what the one before it gives.
    #[error(
        "W{layer} is {rows}x{columns} but W{before} has {outputs} rows: W{layer} needs one column for each row (output) of W{before}",
        before = .layer - 1
    )]
    Columns {
        /// The layer, from 1.
        layer: usize,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
        /// Rows of the layer before it.
        outputs: usize,
    },
    /// A bias has another length than its layer has outputs.
    #[error("b{layer} has {found} entries but W{layer} has {rows} rows: one entry for each row is needed")]
    Bias {
        /// The layer, from 1.
        layer: usize,
        /// Entries of the bias.
        found: usize,
        /// Rows of the weights.
        rows: usize,
    },
    /// There are more or fewer activations than hidden layers.
    #[error("{found} activations for {hidden} hidden layers: one for each of them is needed")]
    Activations {
        /// How many there are.
        found: usize,
        /// Hidden layers.
        hidden: usize,
    },
    /// An entry is NaN or infinite.
    #[error("{name} is {value}: every entry must be finite")]
    NotFinite {
        /// The parameter, such as `W1[0,2]`.
        name: String,
        /// `NaN`, `inf` or `-inf`.
        value: String,
    },
    /// A flat vector has another length than there are parameters.
    #[error("a flat vector of {found} entries for {expected} parameters: one entry for each is needed")]
    Length {
        /// `D`.
        expected: usize,
        /// The length that was given.
        found: usize,
    },
}

/// Weights and bias of one layer, `a = w z + b`.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer<T> {
    /// Weights, a row an output.
    pub w: Matrix<T>,
    /// Biases, one an output.
    pub b: Option<Vector<T>>,
}

/// One number for every parameter of a network of any depth: the parameters themselves, a gradient, or a direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Layers<T>(pub Vec<Layer<T>>);

/// A fully connected network of any depth.
///
/// `z^0 = x`; `a^l = W^l z^{l-1} + b^l` for `l = 1..L`, and `z^l = phi^l(a^l)` for `l < L`; `o = a^L` is the output.
/// [`ThreeLayer`], the network of chapters 1 to 8, is the case of two weight layers.
///
/// ```
/// use hsr::model::{Activation, Layer, Layers, Network};
/// use nalgebra::{dmatrix, dvector};
///
/// let layers = Layers(vec![
///     Layer { w: dmatrix![0.5, -1.0; 0.2, 0.3; 0.1, 0.4], b: Some(dvector![0.1, 0.0, -0.2]) },
///     Layer { w: dmatrix![1.0, 0.4, -0.3], b: None },
///     Layer { w: dmatrix![0.7; -0.6], b: Some(dvector![0.0, 0.1]) },
/// ]);
/// let network = Network::new(layers, vec![Activation::Tanh, Activation::Relu])?;
/// assert_eq!(network.architecture().to_string(), "2-3-1-2, without b2");
/// assert_eq!(network.architecture().parameters(), 16);
///
/// let one = vec![Activation::Tanh];
/// let error = Network::new(network.layers.clone(), one).unwrap_err().to_string();
/// assert_eq!(error, "1 activations for 2 hidden layers: one for each of them is needed");
/// # Ok::<(), hsr::model::LayersError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Network<T> {
    /// The parameters.
    pub layers: Layers<T>,
    /// The activation of each hidden layer.
    pub activations: Vec<Activation>,
}

impl<T: Number> Layers<T> {
    /// Makes parameters from a flat vector, order `W1, b1, W2, b2, ..`, each row-major.
    ///
    /// # Errors
    /// [`LayersError::Length`] unless there is one entry for each parameter.
    pub fn from_flat(architecture: &Architecture, flat: &[T]) -> Result<Self, LayersError> {
        let (expected, found) = (architecture.parameters(), flat.len());
        if found != expected {
            return Err(LayersError::Length { expected, found });
        }
        Ok(Layers::from_fn(architecture, |index| flat[index]))
    }

    /// Makes parameters from a function of the place in the flat vector, called in the order of the places.
    pub fn from_fn(architecture: &Architecture, mut entry: impl FnMut(usize) -> T) -> Self {
        let mut next = 0;
        let mut take = || {
            next += 1;
            entry(next - 1)
        };
        let layer = |l: usize| {
            let (rows, columns) = (architecture.outputs_of(l), architecture.inputs_of(l));
            let w = Matrix::from_row_iterator(rows, columns, (0..rows * columns).map(|_| take()));
            let b = architecture.biases[l].then(|| Vector::from_fn(rows, |_, _| take()));
            Layer { w, b }
        };
        Layers((0..architecture.layers()).map(layer).collect())
    }

    /// Zero for every parameter.
    pub fn zeros(architecture: &Architecture) -> Self {
        Layers::from_fn(architecture, |_| T::zero())
    }

    /// The flat vector of all entries, order `W1, b1, W2, b2, ..`, each row-major.
    pub fn flat(&self) -> Vec<T> {
        let mut flat = Vec::new();
        for Layer { w, b } in &self.0 {
            flat.extend(w.transpose().iter().copied());
            flat.extend(b.iter().flatten().copied());
        }
        flat
    }

    /// The sum of the products of corresponding entries of parameters of one architecture.
    pub(crate) fn along(&self, other: &Self) -> T {
        self.flat().into_iter().zip(other.flat()).fold(T::zero(), |sum, (a, b)| sum + a * b)
    }

    /// `self + factor * other` for parameters of one architecture.
    pub(crate) fn moved(&self, factor: &T, other: &Self) -> Self {
        let add = |a: T, b: T| a + *factor * b;
        let layer = |(one, two): (&Layer<T>, &Layer<T>)| Layer {
            w: one.w.zip_map(&two.w, add),
            b: one.b.as_ref().zip(two.b.as_ref()).map(|(a, b)| a.zip_map(b, add)),
        };
        Layers(self.0.iter().zip(&other.0).map(layer).collect())
    }

    /// All entries times `factor`.
    pub fn scale(&self, factor: &T) -> Self {
        self.map(|entry| entry * *factor)
    }

    /// A function of every entry.
    pub fn map<U: Number>(&self, f: impl Fn(T) -> U) -> Layers<U> {
        let layer = |Layer { w, b }: &Layer<T>| Layer { w: w.map(&f), b: b.as_ref().map(|b| b.map(&f)) };
        Layers(self.0.iter().map(layer).collect())
    }

    /// Number of parameters.
    pub(crate) fn count(&self) -> usize {
        self.0.iter().map(|Layer { w, b }| w.len() + b.as_ref().map_or(0, Vector::len)).sum()
    }

    /// Whether the other has the same sizes.
    fn is_like(&self, other: &Self) -> bool {
        let alike = |(one, two): (&Layer<T>, &Layer<T>)| {
            one.w.shape() == two.w.shape()
                && one.b.as_ref().map(Vector::len) == two.b.as_ref().map(Vector::len)
        };
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(alike)
    }

    /// The sizes.
    pub fn architecture(&self) -> Architecture {
        Architecture {
            inputs: self.0.first().map_or(0, |layer| layer.w.ncols()),
            widths: self.0.iter().map(|layer| layer.w.nrows()).collect(),
            biases: self.0.iter().map(|layer| layer.b.is_some()).collect(),
        }
    }

    /// Whether the layers fit together.
    pub(super) fn check(&self) -> Result<(), LayersError> {
        if self.0.is_empty() {
            return Err(LayersError::None);
        }
        let mut before = None;
        for (index, Layer { w, b }) in self.0.iter().enumerate() {
            let ((rows, columns), layer) = (w.shape(), index + 1);
            if w.is_empty() {
                return Err(LayersError::Empty { layer, rows, columns });
            }
            if let Some(outputs) = before.filter(|&outputs| outputs != columns) {
                return Err(LayersError::Columns { layer, rows, columns, outputs });
            }
            if let Some(found) = b.as_ref().map(Vector::len).filter(|&length| length != rows) {
                return Err(LayersError::Bias { layer, found, rows });
            }
            before = Some(rows);
        }
        Ok(())
    }
}

impl<T: Number> Network<T> {
    /// Makes a network, if the layers fit together and each hidden layer has an activation.
    ///
    /// # Errors
    /// [`LayersError`] names the layer, and what would be right.
    pub fn new(layers: Layers<T>, activations: Vec<Activation>) -> Result<Self, LayersError> {
        let network = Network { layers, activations };
        network.check()?;
        Ok(network)
    }

    /// The sizes.
    pub fn architecture(&self) -> Architecture {
        self.layers.architecture()
    }

    /// The network in another arithmetic.
    pub fn map<U: Number>(&self, f: impl Fn(T) -> U) -> Network<U> {
        Network { layers: self.layers.map(f), activations: self.activations.clone() }
    }

    /// The network of chapters 1 to 8 that this one is: with two weight layers, biases in both or in neither, and at least two
    /// classes.
    pub fn three_layer(&self) -> Option<ThreeLayer<T>> {
        let ([first, last], [activation]) = (&self.layers.0[..], &self.activations[..]) else { return None };
        let parameters = super::Parameters {
            w: first.w.clone(),
            b: first.b.clone(),
            v: last.w.clone(),
            c: last.b.clone(),
        };
        ThreeLayer::new(parameters, *activation).ok()
    }

    pub(super) fn check(&self) -> Result<(), LayersError> {
        self.layers.check()?;
        let (found, hidden) = (self.activations.len(), self.layers.0.len() - 1);
        if found != hidden {
            return Err(LayersError::Activations { found, hidden });
        }
        Ok(())
    }
}

impl Network<f64> {
    /// Of the preactivations of layers whose activation has a kink at 0, the one nearest to it: its layer, from 1, and its size.
    pub(crate) fn nearest_kink(&self, batch: &Batch<f64>) -> Option<(usize, f64)> {
        let mut nearest: Option<(usize, f64)> = None;
        for row in batch.x.row_iter() {
            let mut z = row.transpose();
            for (l, (layer, activation)) in self.layers.0.iter().zip(&self.activations).enumerate() {
                let mut a = &layer.w * &z;
                if let Some(b) = &layer.b {
                    a += b;
                }
                let least = a.amin();
                if activation.has_kink() && nearest.is_none_or(|(_, distance)| least < distance) {
                    nearest = Some((l + 1, least));
                }
                z = a.map(|a| activation.value(&a));
            }
        }
        nearest
    }

    /// Becomes another network, moved by a factor along a direction, order `W1, b1, W2, ..`, row-major. Between networks of the same
    /// sizes nothing is allocated.
    ///
    /// # Panics
    /// Where the direction is shorter than there are parameters.
    pub(crate) fn set_moved(&mut self, from: &Self, factor: f64, direction: &[f64]) {
        self.activations.clone_from(&from.activations);
        if !self.layers.is_like(&from.layers) {
            self.layers = from.layers.clone();
        }
        let mut rest = direction;
        for (to, from) in self.layers.0.iter_mut().zip(&from.layers.0) {
            let (rows, columns) = from.w.shape();
            let (by_w, behind) = rest.split_at(rows * columns);
            let (to_w, from_w) = (to.w.as_mut_slice(), from.w.as_slice());
            for column in 0..columns {
                let at = column * rows..(column + 1) * rows;
                let (to, from) = (&mut to_w[at.clone()], &from_w[at]);
                for row in 0..rows {
                    to[row] = from[row] + factor * by_w[row * columns + column];
                }
            }
            let biases = to.b.iter_mut().flatten().zip(from.b.iter().flatten());
            biases.zip(behind).for_each(|((to, from), by)| *to = from + factor * by);
            rest = &behind[from.b.as_ref().map_or(0, Vector::len)..];
        }
    }

    /// Whether every parameter is finite.
    pub(crate) fn is_finite(&self) -> bool {
        let finite = |entries: &[f64]| entries.iter().fold(true, |all, entry| all & entry.is_finite());
        self.layers
            .0
            .iter()
            .all(|Layer { w, b }| finite(w.as_slice()) && b.as_ref().is_none_or(|b| finite(b.as_slice())))
    }

    /// Checks that every parameter is finite.
    ///
    /// # Errors
    /// [`LayersError::NotFinite`] names the first entry that is not.
    pub fn check_finite(&self) -> Result<(), LayersError> {
        match self.layers.flat().iter().enumerate().find(|(_, value)| !value.is_finite()) {
            None => Ok(()),
            Some((index, value)) => {
                let name = self.architecture().parameter_name(index);
                Err(LayersError::NotFinite { name, value: value.to_string() })
            }
        }
    }
}

impl<T: Number> From<ThreeLayer<T>> for Network<T> {
    fn from(ThreeLayer { parameters, activation }: ThreeLayer<T>) -> Self {
        let layers =
            vec![Layer { w: parameters.w, b: parameters.b }, Layer { w: parameters.v, b: parameters.c }];
        Network { layers: Layers(layers), activations: vec![activation] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(rows: usize, columns: usize, bias: Option<usize>) -> Layer<f64> {
        Layer { w: Matrix::zeros(rows, columns), b: bias.map(Vector::zeros) }
    }

    fn refused(layers: Vec<Layer<f64>>) -> String {
        Network::new(Layers(layers), vec![Activation::Tanh]).unwrap_err().to_string()
    }

    #[test]
    fn layers_that_do_not_fit_are_named_with_what_would_be_right() {
        assert_eq!(refused(Vec::new()), "a network needs at least one weight layer");
        assert_eq!(
            refused(vec![layer(3, 2, None), layer(2, 4, None)]),
            "W2 is 2x4 but W1 has 3 rows: W2 needs one column for each row (output) of W1"
        );
        assert_eq!(
            refused(vec![layer(3, 2, Some(2)), layer(2, 3, None)]),
            "b1 has 2 entries but W1 has 3 rows: one entry for each row is needed"
        );
        assert!(refused(vec![layer(0, 2, None)]).starts_with("W1 is 0x2: a layer needs"));
        assert_eq!(
            refused(vec![layer(3, 2, None)]),
            "1 activations for 0 hidden layers: one for each of them is needed"
        );
    }

    #[test]
    fn flat_parameters_are_read_back_and_named() {
        let architecture = Architecture { inputs: 2, widths: vec![3, 1, 2], biases: vec![true, false, true] };
        let flat: Vec<f64> = (0..architecture.parameters()).map(|index| index as f64).collect();
        let layers = Layers::from_flat(&architecture, &flat).unwrap();
        assert_eq!(layers.flat(), flat);
        assert_eq!(layers.architecture(), architecture);
        assert_eq!(layers.0[0].w[(2, 1)], 5.0);
        let names = [0, 5, 6, 9, 12, 13, 15].map(|index| architecture.parameter_name(index));
        assert_eq!(names, ["W1[0,0]", "W1[2,1]", "b1[0]", "W2[0,0]", "W3[0,0]", "W3[1,0]", "b3[1]"]);
        assert!(Layers::from_flat(&architecture, &flat[1..]).is_err());
    }

    #[test]
    fn an_entry_that_is_not_finite_is_named() {
        let mut network = Network::new(Layers(vec![layer(2, 2, Some(2))]), Vec::new()).unwrap();
        assert_eq!(network.check_finite(), Ok(()));
        network.layers.0[0].w[(1, 0)] = f64::NAN;
        assert_eq!(
            network.check_finite().unwrap_err().to_string(),
            "W1[1,0] is NaN: every entry must be finite"
        );
    }

    #[test]
    fn two_weight_layers_are_the_network_of_the_first_chapters_and_back() {
        let network =
            Network::new(Layers(vec![layer(3, 2, Some(3)), layer(2, 3, Some(2))]), vec![Activation::Sin])
                .unwrap();
        let three = network.three_layer().unwrap();
        assert_eq!(Network::from(three), network);
        let mixed =
            Network::new(Layers(vec![layer(3, 2, None), layer(2, 3, Some(2))]), vec![Activation::Sin])
                .unwrap();
        assert_eq!(mixed.three_layer(), None);
    }
}
