//! The words of the language: they mean something already, so nothing else can have their name.

use super::error::{Place, SyntaxError};
use super::syntax::Function;
use crate::names::nearest;

/// The words that a statement starts with.
pub(super) const STATEMENTS: [&str; 5] = ["data", "parameter", "let", "assume", "claim"];

/// Words that start a statement where a name follows, and may be names elsewhere.
pub(super) const DECLARATIONS: [&str; 2] = ["size", "function"];

/// Functions that quantities may not be called like: nobody should read them where a quantity stands.
const NO_QUANTITY: [&str; 9] = ["exp", "ln", "log", "sqrt", "tanh", "sigmoid", "softplus", "sin", "cos"];

/// Operations on matrices, with the number of their arguments.
pub(super) const OPERATIONS: [(&str, usize); 12] = [
    ("inv", 1),
    ("det", 1),
    ("solve", 2),
    ("tr", 1),
    ("diag", 1),
    ("hadamard", 2),
    ("kron", 2),
    ("vec", 1),
    ("eye", 1),
    ("ones", 1),
    ("norm2", 1),
    ("grad", 2),
];

/// What a word of the language means, other than a function.
pub(super) fn keyword(name: &str) -> Option<&'static str> {
    Some(match name {
        _ if STATEMENTS.contains(&name) => "the start of a statement",
        "for" => "the start of a claim's condition",
        "sum" => "a sum",
        "d" => "the number of inputs, and a derivative",
        "N" => "the number of samples",
        "h" => "the number of hidden units",
        "C" => "the number of classes",
        "D" => "the number of parameters",
        "lambda_max" => "the largest eigenvalue of the Hessian",
        "lambda_min" => "the smallest eigenvalue of the Hessian",
        _ => return None,
    })
}

/// What a name means that no quantity can have: those of some functions too.
pub(super) fn reserved(name: &str) -> Option<String> {
    if let Some(meaning) = keyword(name) {
        return Some(format!("already means {meaning}"));
    }
    NO_QUANTITY.contains(&name).then(|| format!("already means the function {name}(x)"))
}

/// The function with this name.
pub(super) fn function(name: &str) -> Option<Function> {
    let name = if name == "log" { "ln" } else { name };
    Function::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, function)| function)
}

/// # Errors
/// A word of the language where a new quantity gets its name.
pub(super) fn check_quantity(name: &str, place: Place) -> Result<(), SyntaxError> {
    let refuse =
        |meaning: String| SyntaxError::new(place, "a new name", &format!("'{name}', which {meaning}"));
    reserved(name).map_or(Ok(()), |meaning| Err(refuse(meaning)))
}

/// # Errors
/// A word that statements are made of where a claim gets its name. A claim may have the name of a function, of a size
/// or of a quantity: it is only ever named where claims are.
pub(super) fn check_claim(name: &str, place: Place) -> Result<(), SyntaxError> {
    match keyword(name) {
        Some(meaning) if STATEMENTS.contains(&name) || ["for", "sum"].contains(&name) => {
            let found = format!("'{name}', which already means {meaning}");
            Err(SyntaxError::new(place, "a new name for the claim", &found))
        }
        _ => Ok(()),
    }
}

/// # Errors
/// A word of the language where an index stands.
pub(super) fn check_index(name: &str, place: Place) -> Result<(), SyntaxError> {
    let function = || {
        let known = function(name).filter(|function| matches!(function, Function::Phi(_)));
        known.map(|_| format!("already means the function {name}(x)"))
    };
    let refuse = |meaning: String| {
        SyntaxError::new(place, "an index, such as n, k, i or l", &format!("'{name}', which {meaning}"))
    };
    reserved(name).or_else(function).map_or(Ok(()), |meaning| Err(refuse(meaning)))
}

/// What is right where a bracket follows a name that is no function's.
pub(super) fn instead_of_call(name: &str) -> String {
    let known = Function::ALL.map(|(known, _)| known);
    let all = format!("a function: {}, or '*' before the bracket", known.join(", "));
    match name.to_lowercase().as_str() {
        "log2" | "log10" => "ln(x)/ln(2), and the like".to_string(),
        "logistic" | "sigma" => format!("sigmoid(x), which is 1/(1 + exp(-x)), or {all}"),
        _ => match nearest(name, known) {
            Some(near) if near.eq_ignore_ascii_case(name) => format!("{near}(x), in small letters"),
            _ => all,
        },
    }
}
