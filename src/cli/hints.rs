//! The options that an error of the library is about. The library, which has callers of other kinds, names none.

use hsr::io::InputError;
use hsr::model::LayersError;
use hsr::oracle::{Need, OracleError};
use hsr::spectrum::SpectrumError;

/// An error, and the option that it is about.
#[derive(Debug, thiserror::Error)]
#[error("{error} ({option})")]
pub(super) struct Hinted<E: std::error::Error> {
    error: E,
    option: &'static str,
}

/// Why a network cannot be read.
pub(super) fn of_network(error: InputError) -> Box<dyn std::error::Error> {
    let option = match &error {
        InputError::NoActivation { .. } | InputError::TwoActivations { .. } => "--activation",
        InputError::Layers { reason: LayersError::Activations { .. }, .. } => "--activation",
        InputError::LooksLikeParameter { .. } | InputError::Names { .. } => "--names",
        InputError::NoActivationBetween { .. } => "--names, --activation",
        InputError::Orientation { .. } => "--transposed yes or --transposed no",
        InputError::TwoLosses { .. } => "--loss",
        _ => return error.into(),
    };
    Hinted { error, option }.into()
}

/// Why there is no answer.
pub(super) fn of_oracle(error: OracleError) -> Box<dyn std::error::Error> {
    let option = match &error {
        OracleError::SlowDigits { .. } => "--spectrum, --hessian, --digits",
        OracleError::OverBudget { needed_for: Need::DenseHessian, .. } => "--spectrum, --hessian",
        OracleError::OverBudget { needed_for: Need::Terms, .. } => "--terms",
        OracleError::OverBudget { needed_for: Need::Matrices, .. } => "--path, --spectrum, --hessian",
        OracleError::OverBudget { needed_for: Need::Digits, .. } => "--digits",
        _ => return error.into(),
    };
    Hinted { error, option }.into()
}

/// Why there are no eigenvalues.
pub(super) fn of_spectrum(error: SpectrumError) -> Box<dyn std::error::Error> {
    let option = match &error {
        SpectrumError::TooLarge { .. } => "--krylov",
        SpectrumError::NotConverged { .. } => "--products, --tolerance",
        SpectrumError::Tolerance(_) => "--tolerance",
        _ => return error.into(),
    };
    Hinted { error, option }.into()
}
