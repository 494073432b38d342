//! The arrays of a file, whatever its format.

use crate::io::InputError;
use crate::number::{Matrix, Vector};
use std::path::Path;

/// What a file of any format that holds arrays gives: their names, shapes and values.
pub(in crate::io) trait Arrays {
    /// The file, for messages.
    fn file(&self) -> &Path;
    /// The names of all arrays.
    fn names(&self) -> Vec<String>;
    /// The shape of an array, if it is one of numbers or of anything else.
    fn shape(&mut self, array: &str) -> Option<Vec<usize>>;
    /// A matrix that must be there; `needed` is how messages call its shape.
    fn matrix(&mut self, array: &str, needed: &'static str) -> Result<Matrix<f64>, InputError>;
    /// A vector that must be there.
    fn vector(&mut self, array: &str, needed: &'static str) -> Result<Vector<f64>, InputError>;
}

/// An array by its name and shape.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub name: String,
    pub shape: Option<Vec<usize>>,
}

impl Listed {
    /// Rows and columns of a matrix.
    pub fn matrix(&self) -> Option<(usize, usize)> {
        match self.shape.as_deref() {
            Some(&[rows, columns]) => Some((rows, columns)),
            _ => None,
        }
    }

    /// The length of a vector.
    pub fn vector(&self) -> Option<usize> {
        match self.shape.as_deref() {
            Some(&[length]) => Some(length),
            _ => None,
        }
    }
}

/// All arrays of a file.
pub(super) fn list(arrays: &mut impl Arrays) -> Vec<Listed> {
    let names = arrays.names();
    names.into_iter().map(|name| Listed { shape: arrays.shape(&name), name }).collect()
}
