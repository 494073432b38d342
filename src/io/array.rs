//! Arrays to be written: numbers with a shape.

use crate::number::{Matrix, Vector};

/// An array of numbers with a shape, in C order: the last index runs fastest.
///
/// ```
/// use hsr::io::Array;
/// use nalgebra::{dmatrix, dvector};
/// assert!(Array::scalar(0.5).shape.is_empty());
/// assert_eq!(Array::vector(&[1.0, 2.0]), Array::from(&dvector![1.0, 2.0]));
/// let matrix = Array::from(&dmatrix![1.0, 2.0; 3.0, 4.0]);
/// assert_eq!(matrix, Array { shape: vec![2, 2], values: vec![1.0, 2.0, 3.0, 4.0] });
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The length of each axis; none for a scalar.
    pub shape: Vec<usize>,
    /// As many values as the product of the shape.
    pub values: Vec<f64>,
}

impl Array {
    /// An array of one number, without axes.
    pub fn scalar(value: f64) -> Self {
        Array { shape: Vec::new(), values: vec![value] }
    }

    /// An array with one axis.
    pub fn vector(values: &[f64]) -> Self {
        Array { shape: vec![values.len()], values: values.to_vec() }
    }
}

impl From<&Vector<f64>> for Array {
    fn from(vector: &Vector<f64>) -> Self {
        Array::vector(vector.as_slice())
    }
}

impl From<&Matrix<f64>> for Array {
    fn from(matrix: &Matrix<f64>) -> Self {
        let shape = vec![matrix.nrows(), matrix.ncols()];
        Array { shape, values: matrix.transpose().as_slice().to_vec() }
    }
}
