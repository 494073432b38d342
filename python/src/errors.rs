//! Errors of the library as exceptions of Python, in its words.

use hsr::fast::FastError;
use hsr::oracle::OracleError;
use hsr::spectrum::SpectrumError;
use pyo3::exceptions::{PyKeyboardInterrupt, PyMemoryError, PyOverflowError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use std::fmt::Display;

/// Arguments that are wrong.
pub fn value(error: impl Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Why there is no answer.
pub fn of_oracle(error: OracleError) -> PyErr {
    let words = error.to_string();
    match error {
        OracleError::Misfit(_) | OracleError::SlowDigits { .. } => PyValueError::new_err(words),
        OracleError::Overflow { .. } => PyOverflowError::new_err(words),
        OracleError::OverBudget { .. } | OracleError::Plan(_) => PyMemoryError::new_err(words),
        OracleError::Fast(FastError::Stopped) => PyKeyboardInterrupt::new_err(words),
        OracleError::Fast(FastError::Misfit(_)) => PyValueError::new_err(words),
        OracleError::Fast(FastError::Plan(_)) => PyMemoryError::new_err(words),
        _ => PyRuntimeError::new_err(words),
    }
}

/// Why there are no eigenvalues.
pub fn of_spectrum(error: SpectrumError) -> PyErr {
    let words = error.to_string();
    match error {
        SpectrumError::Misfit(_)
        | SpectrumError::Length { .. }
        | SpectrumError::Tolerance(_)
        | SpectrumError::TooLarge { .. } => PyValueError::new_err(words),
        SpectrumError::NotFinite => PyOverflowError::new_err(words),
        SpectrumError::OverBudget(_) => PyMemoryError::new_err(words),
        _ => PyRuntimeError::new_err(words),
    }
}
