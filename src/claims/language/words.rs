//! The words of the language: they mean something already, so nothing else can have their name.

use super::error::{Place, SyntaxError};
use super::syntax::{Function, Range};
use crate::names::nearest;

/// The words that a statement starts with.
pub(super) const STATEMENTS: [&str; 5] = ["data", "parameter", "let", "assume", "claim"];

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

/// What a name means that no quantity can have: those of functions too, but for `phi` and its derivatives, and of two
/// functions that the language does not have, so that nobody reads them where a quantity stands.
pub(super) fn reserved(name: &str) -> Option<String> {
    if let Some(meaning) = keyword(name) {
        return Some(format!("already means {meaning}"));
    }
    match (name, function(name)) {
        ("log", _) => {
            Some("is the name of a function elsewhere (here the natural logarithm is ln)".to_string())
        }
        ("relu", _) => Some("is the name of a function elsewhere (here it would be phi)".to_string()),
        (_, None | Some(Function::Phi(_))) => None,
        (_, Some(_)) => Some(format!("already means the function {name}(x)")),
    }
}

/// The function with this name.
pub(super) fn function(name: &str) -> Option<Function> {
    Function::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, function)| function)
}

/// The range whose size is written so.
pub(super) fn range(name: &str) -> Option<Range> {
    Range::ALL.into_iter().find(|range| range.symbol() == name)
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
    let function = || function(name).map(|_| format!("already means the function {name}(x)"));
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
        "log" => "ln(x), which is the natural logarithm".to_string(),
        "abs" => "sqrt(x^2), which is the absolute value".to_string(),
        "logistic" | "sigma" => format!("sigmoid(x), which is 1/(1 + exp(-x)), or {all}"),
        _ => match nearest(name, known) {
            Some(near) if near.eq_ignore_ascii_case(name) => format!("{near}(x), in small letters"),
            _ => all,
        },
    }
}
