//! The reference itself as a program that answers.

use super::cases::Case;
use super::files::nested;
use super::quantity::Quantity;
use crate::io::case_from_json;
use crate::model::Parameters;
use crate::oracle::{Answer, Path, Wanted, answer};
use serde_json::{Map, Value, json};

/// The answer to one line of the protocol, by the production path in `f64`. What is wrong with the question stands in the
/// answer as its `error`; where the oracle has no answer, as at a kink of the bound, it is left out.
///
/// ```
/// use hsr::conform::{Quantity, answer_line};
/// let question = r#"{"id": 1, "activation": "tanh", "W": [[1]], "V": [[1], [-1]], "X": [[0.5]], "y": [0],
///                    "quantities": ["loss"]}"#;
/// assert!(answer_line(question, &Quantity::ALL).starts_with(r#"{"id":1,"loss":0.33"#));
/// ```
pub fn answer_line(line: &str, known: &[Quantity]) -> String {
    let question: Map<String, Value> = match serde_json::from_str(line) {
        Ok(question) => question,
        Err(error) => return json!({"error": format!("the line is no JSON object: {error}")}).to_string(),
    };
    let mut reply = Map::new();
    reply.insert("id".to_string(), question.get("id").cloned().unwrap_or(Value::Null));
    if question.contains_key("hello") {
        reply.insert("name".to_string(), "hsr".into());
        return Value::Object(reply).to_string();
    }
    match values(&question, known) {
        Ok(values) => reply.extend(values),
        Err(error) => {
            reply.insert("error".to_string(), error.into());
        }
    }
    Value::Object(reply).to_string()
}

fn values(question: &Map<String, Value>, known: &[Quantity]) -> Result<Map<String, Value>, String> {
    let (network, batch) = case_from_json(question).map_err(|error| error.to_string())?;
    let case = Case { network, batch };
    let asked = |quantity: &Quantity| match question.get("quantities").and_then(Value::as_array) {
        Some(names) => names.iter().any(|name| name.as_str() == Some(quantity.name())),
        None => true,
    };
    let mut asked: Vec<Quantity> = known.iter().copied().filter(asked).collect();
    let wanted = Wanted {
        hessian: asked.contains(&Quantity::Hessian),
        spectrum: asked.contains(&Quantity::LambdaMax),
        path: Path::Fast { route: None, threads: 1 },
        ..Wanted::default()
    };
    // No digits here: then nothing is claimed; nor is a gradient that does not exist.
    let Ok(answer) = answer(&case.network, &case.batch, wanted) else { return Ok(Map::new()) };
    asked.retain(|quantity| *quantity != Quantity::Gradient || answer.gradient.is_ok());
    let shape = case.shape();
    let pairs = asked
        .into_iter()
        .map(|quantity| (quantity.to_string(), nested(quantity, &numbers(quantity, &answer), &shape)));
    Ok(pairs.collect())
}

fn numbers(quantity: Quantity, answer: &Answer) -> Vec<f64> {
    match quantity {
        Quantity::Loss => vec![answer.loss],
        Quantity::LossGradient => answer.loss_gradient.flat(),
        Quantity::Hessian => answer.hessian.iter().flat_map(|h| h.as_slice()).copied().collect(),
        Quantity::Trace => vec![answer.trace],
        Quantity::TraceSquared => vec![answer.trace_squared],
        Quantity::WsUpper => vec![answer.ws_upper],
        Quantity::TraceGradient => answer.trace_gradient.flat(),
        Quantity::TraceSquaredGradient => answer.trace_squared_gradient.flat(),
        Quantity::Gradient => answer.gradient.iter().flat_map(Parameters::flat).collect(),
        Quantity::LambdaMax => answer.eigenvalues.iter().flat_map(|all| all.last()).copied().collect(),
    }
}
