//! Arrays of NumPy as matrices of the library, and back.

use hsr::io::Array;
use nalgebra::{DMatrix, DVector};
use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// A matrix of NumPy, of any order, in the order of the library.
pub fn matrix(array: &PyReadonlyArray2<f64>) -> DMatrix<f64> {
    let (rows, columns) = (array.shape()[0], array.shape()[1]);
    match array.as_slice() {
        // Contiguous, in the one order or in the other.
        Ok(slice) if array.is_c_contiguous() => DMatrix::from_row_slice(rows, columns, slice),
        Ok(slice) => DMatrix::from_column_slice(rows, columns, slice),
        Err(_) => {
            let view = array.as_array();
            DMatrix::from_fn(rows, columns, |row, column| view[(row, column)])
        }
    }
}

/// A vector of NumPy.
pub fn vector(array: &PyReadonlyArray1<f64>) -> DVector<f64> {
    DVector::from_iterator(array.len(), array.as_array().iter().copied())
}

/// A matrix as an array with two axes.
pub fn array<'py>(py: Python<'py>, matrix: &DMatrix<f64>) -> PyResult<Bound<'py, PyAny>> {
    shaped(py, &[matrix.nrows(), matrix.ncols()], matrix.transpose().as_slice())
}

/// An array of the library: a number where it has no axes.
pub fn answer<'py>(py: Python<'py>, array: &Array) -> PyResult<Bound<'py, PyAny>> {
    match array.shape.as_slice() {
        [] => Ok(array.values[0].into_pyobject(py)?.into_any()),
        shape => shaped(py, shape, &array.values),
    }
}

/// Numbers, row-major, as an array of a shape.
pub fn shaped<'py>(py: Python<'py>, shape: &[usize], values: &[f64]) -> PyResult<Bound<'py, PyAny>> {
    let flat = PyArray1::from_slice(py, values);
    Ok(match shape {
        [_] => flat.into_any(),
        shape => flat.reshape(shape)?.into_any(),
    })
}
