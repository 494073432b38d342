//! The three-layer network: its parameters `theta = (W, b, V, c)` and its activation.

use super::{Activation, Group, Shape};
use crate::names::UnknownName;
use crate::number::{Matrix, Number, Vector};

/// Why parameters do not make a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// Two arrays do not fit together.
    #[error("{left} is {left_shape} but {right} is {right_shape}: {should}")]
    Shapes {
        /// The first array's name.
        left: &'static str,
        /// Its shape.
        left_shape: String,
        /// The second array's name.
        right: &'static str,
        /// Its shape.
        right_shape: String,
        /// What would be right.
        should: &'static str,
    },
    /// An array has no entries.
    #[error("{name} is {shape}: a network needs {needs}")]
    Empty {
        /// The array's name.
        name: &'static str,
        /// Its shape.
        shape: String,
        /// What would be right.
        needs: &'static str,
    },
    /// One of `b` and `c` is there without the other.
    #[error("{present} is given but {missing} is not: give both biases or neither")]
    HalfBiases {
        /// The one that is there.
        present: &'static str,
        /// The one that is not.
        missing: &'static str,
    },
    /// An entry is NaN or infinite.
    #[error("{name}[{position}] is {value}: every entry must be finite")]
    NotFinite {
        /// The array's name.
        name: &'static str,
        /// Where, as `row,column`.
        position: String,
        /// `NaN`, `inf` or `-inf`.
        value: String,
    },
    /// No activation has this name.
    #[error(transparent)]
    UnknownActivation(#[from] UnknownName),
}

/// Why numbers do not make parameters, or parameters do not go together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParametersError {
    /// The flat vector has another length.
    #[error("a flat vector of {found} entries for {expected} parameters: one entry for each is needed")]
    Length {
        /// `D`.
        expected: usize,
        /// The length that was given.
        found: usize,
    },
    /// The parameters have other sizes than the others.
    #[error("parameters of different sizes: {left} and {right}")]
    Shapes {
        /// The sizes of the one.
        left: String,
        /// The sizes of the other.
        right: String,
    },
}

/// One number for every parameter: the parameters themselves, a gradient, or a direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters<T> {
    /// Hidden weights, `h x d`.
    pub w: Matrix<T>,
    /// Hidden biases, `h`.
    pub b: Option<Vector<T>>,
    /// Output weights, `C x h`.
    pub v: Matrix<T>,
    /// Output biases, `C`.
    pub c: Option<Vector<T>>,
}

/// The network of chapters 1 to 8: one hidden layer between inputs and softmax output. [`Network`](super::Network) has any number of
/// layers.
///
/// ```
/// use hsr::model::{Activation, ThreeLayer, Parameters};
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![1.0, 2.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = ThreeLayer::new(parameters, Activation::Tanh)?;
/// assert_eq!(network.shape(10).parameters(), 4);
/// # Ok::<(), hsr::model::NetworkError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ThreeLayer<T> {
    /// The parameters `W, b, V, c`.
    pub parameters: Parameters<T>,
    /// The activation of the hidden layer.
    pub activation: Activation,
}

impl<T: Number> Parameters<T> {
    /// Makes parameters from a flat vector, order `W, b, V, c`, each row-major.
    ///
    /// ```
    /// use hsr::model::{Parameters, Shape};
    /// let shape = Shape { samples: 1, inputs: 1, hidden: 1, classes: 2, biases: false };
    /// assert_eq!(Parameters::from_flat(&shape, &[1.0, 2.0, 3.0])?.v, nalgebra::dmatrix![2.0; 3.0]);
    /// let error = Parameters::from_flat(&shape, &[1.0]).unwrap_err().to_string();
    /// assert!(error.starts_with("a flat vector of 1 entries for 3 parameters"));
    /// # Ok::<(), hsr::model::ParametersError>(())
    /// ```
    ///
    /// # Errors
    /// [`ParametersError::Length`] unless there is one entry for each parameter.
    pub fn from_flat(shape: &Shape, flat: &[T]) -> Result<Self, ParametersError> {
        let (expected, found) = (shape.parameters(), flat.len());
        if found != expected {
            return Err(ParametersError::Length { expected, found });
        }
        Ok(Parameters::from_fn(shape, |index| flat[index]))
    }

    /// Makes parameters from a function of the place in the flat vector, called in the order of the places.
    pub fn from_fn(shape: &Shape, mut entry: impl FnMut(usize) -> T) -> Self {
        let mut group = |group: Group| {
            let (rows, columns) = shape.dimensions(group);
            let start = shape.offset(group);
            Matrix::from_row_iterator(rows, columns, (start..start + rows * columns).map(&mut entry))
        };
        let (w, b, v, c) = (group(Group::W), group(Group::B), group(Group::V), group(Group::C));
        let bias = |column: Matrix<T>| shape.biases.then(|| column.column(0).into_owned());
        Parameters { w, b: bias(b), v, c: bias(c) }
    }

    /// The flat vector of all entries, order `W, b, V, c`, each row-major.
    pub fn flat(&self) -> Vec<T> {
        let rows = |matrix: &Matrix<T>| matrix.transpose().iter().copied().collect::<Vec<T>>();
        let bias = |bias: &Option<Vector<T>>| bias.iter().flatten().copied().collect::<Vec<T>>();
        [rows(&self.w), bias(&self.b), rows(&self.v), bias(&self.c)].concat()
    }

    /// The sum of the products of corresponding entries.
    ///
    /// # Errors
    /// [`ParametersError::Shapes`] where the sizes are not the same.
    pub fn dot(&self, other: &Self) -> Result<T, ParametersError> {
        self.check_alike(other)?;
        Ok(self.along(other))
    }

    /// [`dot`](Parameters::dot) for parameters of one network.
    pub(crate) fn along(&self, other: &Self) -> T {
        let pairs = self.flat().into_iter().zip(other.flat());
        pairs.fold(T::zero(), |sum, (a, b)| sum + a * b)
    }

    /// `self + factor * other`.
    ///
    /// # Errors
    /// [`ParametersError::Shapes`] where the sizes are not the same.
    pub fn plus(&self, factor: &T, other: &Self) -> Result<Self, ParametersError> {
        self.check_alike(other)?;
        Ok(self.moved(factor, other))
    }

    fn check_alike(&self, other: &Self) -> Result<(), ParametersError> {
        let sizes = |of: &Self| {
            let length = |bias: &Option<Vector<T>>| bias.as_ref().map(Vector::len);
            (of.w.shape(), length(&of.b), of.v.shape(), length(&of.c))
        };
        if sizes(self) == sizes(other) {
            return Ok(());
        }
        let described = |of: &Self| {
            let (w, b, v, c) = sizes(of);
            let bias = |name, length: Option<usize>| length.map_or(String::new(), |l| format!(" {name} {l}"));
            format!("W {}x{}{} V {}x{}{}", w.0, w.1, bias("b", b), v.0, v.1, bias("c", c))
        };
        Err(ParametersError::Shapes { left: described(self), right: described(other) })
    }

    /// `self + factor * other` for parameters of one network.
    pub(crate) fn moved(&self, factor: &T, other: &Self) -> Self {
        let add = |a: T, b: T| a + *factor * b;
        let bias = |a: &Option<Vector<T>>, b: &Option<Vector<T>>| {
            a.as_ref().zip(b.as_ref()).map(|(a, b)| a.zip_map(b, add))
        };
        Parameters {
            w: self.w.zip_map(&other.w, add),
            b: bias(&self.b, &other.b),
            v: self.v.zip_map(&other.v, add),
            c: bias(&self.c, &other.c),
        }
    }

    /// All entries times `factor`.
    pub fn scale(&self, factor: &T) -> Self {
        self.map(|entry| entry * *factor)
    }

    /// A function of every entry.
    pub fn map<U: Number>(&self, f: impl Fn(T) -> U) -> Parameters<U> {
        Parameters {
            w: self.w.map(&f),
            b: self.b.as_ref().map(|b| b.map(&f)),
            v: self.v.map(&f),
            c: self.c.as_ref().map(|c| c.map(&f)),
        }
    }

    /// Zero for every parameter.
    pub fn zeros(shape: &Shape) -> Self {
        Parameters::from_fn(shape, |_| T::zero())
    }

    /// The sizes, with the number of samples of the data that goes with the parameters.
    pub fn shape(&self, samples: usize) -> Shape {
        Shape {
            samples,
            inputs: self.w.ncols(),
            hidden: self.w.nrows(),
            classes: self.v.nrows(),
            biases: self.b.is_some(),
        }
    }
}

impl<T: Number> ThreeLayer<T> {
    /// Makes a network, if the parameters fit together.
    ///
    /// # Errors
    /// [`NetworkError`] when shapes do not fit, an array is empty, there are fewer than two classes, or only one of
    /// the biases is given.
    pub fn new(parameters: Parameters<T>, activation: Activation) -> Result<Self, NetworkError> {
        check_shapes(&parameters)?;
        Ok(ThreeLayer { parameters, activation })
    }

    /// The sizes, with the number of samples of the data that goes with the network.
    pub fn shape(&self, samples: usize) -> Shape {
        self.parameters.shape(samples)
    }

    /// The network without its biases.
    pub fn without_biases(&self) -> Self {
        let parameters = Parameters { b: None, c: None, ..self.parameters.clone() };
        ThreeLayer { parameters, activation: self.activation }
    }

    /// The network in another arithmetic.
    pub fn map<U: Number>(&self, f: impl Fn(T) -> U) -> ThreeLayer<U> {
        ThreeLayer { parameters: self.parameters.map(f), activation: self.activation }
    }
}

impl ThreeLayer<f64> {
    /// Checks that every parameter is finite.
    ///
    /// # Errors
    /// [`NetworkError::NotFinite`] names the first entry that is not.
    pub fn check_finite(&self) -> Result<(), NetworkError> {
        let Parameters { w, b, v, c } = &self.parameters;
        for (name, matrix) in [("W", w), ("V", v)] {
            for row in 0..matrix.nrows() {
                for column in 0..matrix.ncols() {
                    finite(name, format!("{row},{column}"), matrix[(row, column)])?;
                }
            }
        }
        for (name, bias) in [("b", b), ("c", c)] {
            for (index, &value) in bias.iter().flatten().enumerate() {
                finite(name, index.to_string(), value)?;
            }
        }
        Ok(())
    }
}

fn finite(name: &'static str, position: String, value: f64) -> Result<(), NetworkError> {
    if value.is_finite() {
        return Ok(());
    }
    let value = value.to_string();
    Err(NetworkError::NotFinite { name, position, value })
}

pub(super) fn check_shapes<T: Number>(parameters: &Parameters<T>) -> Result<(), NetworkError> {
    let Parameters { w, b, v, c } = parameters;
    let matrix = |m: &Matrix<T>| format!("{}x{}", m.nrows(), m.ncols());
    let empty = |name, m: &Matrix<T>, needs| NetworkError::Empty { name, shape: matrix(m), needs };
    if w.is_empty() {
        return Err(empty("W", w, "at least one hidden unit and one input"));
    }
    if v.is_empty() {
        return Err(empty("V", v, "at least two classes (rows) and one hidden unit"));
    }
    let mismatch = |left, left_shape, right, right_shape, should| NetworkError::Shapes {
        left,
        left_shape,
        right,
        right_shape,
        should,
    };
    if v.ncols() != w.nrows() {
        // Transposed both, they fit, where they do: d x h and h x C.
        let should = if w.ncols() == v.nrows() {
            "V needs one column for each row (hidden unit) of W; if both are stored transposed, as scikit-learn stores \
             coefs_, transpose both"
        } else {
            "V needs one column for each row (hidden unit) of W"
        };
        return Err(mismatch("W", matrix(w), "V", matrix(v), should));
    }
    if v.nrows() < 2 {
        let needs = "at least two classes (rows); one logit o is the two logits [0, o]: put a row of zeros above V, and a \
                     0 above c";
        return Err(empty("V", v, needs));
    }
    match (b, c) {
        (Some(_), None) => Err(NetworkError::HalfBiases { present: "b", missing: "c" }),
        (None, Some(_)) => Err(NetworkError::HalfBiases { present: "c", missing: "b" }),
        (Some(b), _) if b.len() != w.nrows() => {
            let should = "b needs one entry for each row (hidden unit) of W";
            let length = format!("of length {}", b.len());
            Err(mismatch("W", matrix(w), "b", length, should))
        }
        (_, Some(c)) if c.len() != v.nrows() => {
            let should = "c needs one entry for each row (class) of V";
            let length = format!("of length {}", c.len());
            Err(mismatch("V", matrix(v), "c", length, should))
        }
        _ => Ok(()),
    }
}
