//! Answers questions of the conformance protocol with the reference itself.

use super::cases::Case;
use super::files::nested;
use super::forms::Forms;
use super::groups::{has_kink, numbers, partition};
use super::protocol::LAYERS;
use super::quantity::{Layout, Quantity};
use crate::io::network_case_from_json;
use crate::model::Loss;
use crate::names::UnknownName;
use crate::words::shown;
use serde_json::{Map, Value, json};

/// Answers one line of the conformance protocol, by the closed forms in `f64`.
///
/// An invalid question is answered with an object whose `error` says what is wrong. A quantity without a value, such as
/// the gradient at a kink of the bound, is left out.
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
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            let reason = format!("the line is not a JSON object: {reason} at byte {} of it", error.column());
            return json!({ "error": reason }).to_string();
        }
    };
    let mut reply = Map::new();
    reply.insert("id".to_string(), question.get("id").cloned().unwrap_or(Value::Null));
    if question.contains_key("hello") {
        reply.insert("name".to_string(), "hsr".into());
        reply.insert("layers".to_string(), LAYERS.as_slice().into());
        reply.insert("losses".to_string(), Loss::ALL.map(Loss::name).as_slice().into());
        let names: Vec<&str> = known.iter().copied().map(Quantity::name).collect();
        reply.insert("quantities".to_string(), names.into());
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
    let (network, batch, loss) = network_case_from_json(question).map_err(|error| error.to_string())?;
    let case = Case::new(network, batch, loss);
    case.check().map_err(|error| error.to_string())?;
    let asked = asked(question.get("quantities"), known)?;
    let sizes = case.architecture();
    let forms = Forms::at(case.network.clone(), case.loss, &case.batch);
    let pairs = asked.into_iter().filter_map(|quantity| {
        // At a kink, and where numbers overflow, nothing is claimed.
        let gradient = partition(quantity).filter(|_| quantity.layout() == Layout::Theta);
        let kink = gradient.is_some_and(|partition| has_kink(&case, partition));
        let numbers = numbers(quantity, &forms).filter(|_| !kink)?;
        let finite = numbers.iter().all(|number| number.is_finite());
        finite.then(|| (quantity.to_string(), nested(quantity, &numbers, &sizes)))
    });
    Ok(pairs.collect())
}

/// Those of the known quantities that a question names; all where it names none.
fn asked(names: Option<&Value>, known: &[Quantity]) -> Result<Vec<Quantity>, String> {
    let wrong =
        |found: &Value| format!("quantities holds {}: a list of names is needed", shown(&found.to_string()));
    let names = match names {
        None | Some(Value::Null) => return Ok(known.to_vec()),
        Some(Value::Array(names)) => names,
        Some(other) => return Err(wrong(other)),
    };
    let read = |name: &Value| -> Result<Quantity, String> {
        let name = name.as_str().ok_or_else(|| wrong(name))?;
        name.parse().map_err(|unknown: UnknownName| unknown.to_string())
    };
    let named: Vec<Quantity> = names.iter().map(read).collect::<Result<_, _>>()?;
    Ok(known.iter().copied().filter(|quantity| named.contains(quantity)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(quantities: &str) -> String {
        let case = r#""activation": "tanh", "W": [[1]], "V": [[1], [-1]], "X": [[0.5]], "y": [0]"#;
        answer_line(&format!("{{\"id\": 1, {case}, \"quantities\": {quantities}}}"), &Quantity::ALL)
    }

    #[test]
    fn what_is_asked_for_is_not_guessed() {
        for (quantities, error) in [
            (r#""loss""#, r#"quantities holds \"loss\": a list of names is needed"#),
            ("[1]", "quantities holds 1: a list of names is needed"),
            (r#"["los"]"#, &"los".parse::<Quantity>().unwrap_err().to_string()),
        ] {
            assert_eq!(answered(quantities), format!("{{\"error\":\"{error}\",\"id\":1}}"));
        }
        assert!(answered("null").contains("lambda_max") && !answered("[\"loss\"]").contains("trace"));
    }

    #[test]
    fn a_line_that_is_no_json_is_an_error_with_the_place() {
        let error = r#"{"error":"the line is not a JSON object: expected value at byte 7 of it"}"#;
        assert_eq!(answer_line("{\"id\":}", &Quantity::ALL), error);
    }
}
