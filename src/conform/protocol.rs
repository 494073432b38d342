//! The lines that go to and fro: one JSON object each.

use super::cases::Case;
use super::program::{Broken, Program, beginning, printable};
use super::quantity::{Layout, Quantity};
use super::reference::Precision;
use crate::io::case_json;
use crate::model::{Activation, Group, Shape};
use serde_json::{Map, Value, json};

/// What a program says of itself; what it does not say is taken as all.
#[derive(Clone, Debug, PartialEq)]
pub struct Hello {
    /// Its name.
    pub name: Option<String>,
    /// Activations that it has.
    pub activations: Vec<Activation>,
    /// Quantities that it has.
    pub quantities: Vec<Quantity>,
    /// Whether it takes networks with biases, and without.
    pub biases: Vec<bool>,
    /// The arithmetic that it works in.
    pub precision: Precision,
}

/// Letters of a name, and of a story, that are shown.
const LONGEST_NAME: usize = 80;
const LONGEST_STORY: usize = 400;

fn shortened(text: &str, most: usize) -> String {
    printable(&text.chars().take(most).collect::<String>())
}

/// What stands for a number that is none.
const NAN: &str = "\"NaN\"";

/// Numbers of an answer, or why they cannot be read.
pub type Answered = Result<Vec<f64>, String>;

/// Asks what the program supports.
///
/// # Errors
/// [`Broken`], also for a word that is not known.
pub fn hello(program: &mut Program, stop: &dyn Fn() -> bool) -> Result<Hello, Broken> {
    let question = json!({
        "id": 0,
        "hsr": 1,
        "hello": {
            "activations": Activation::ALL.map(Activation::name),
            "quantities": Quantity::ALL.map(Quantity::name),
        },
    });
    let answer = ask(program, 0, &question, stop)?;
    read_hello(&answer).map_err(|reason| Broken::Hello { reason })
}

fn read_hello(answer: &Map<String, Value>) -> Result<Hello, String> {
    let precision = match answer.get("precision").and_then(Value::as_str) {
        None | Some("float64") => Precision::Float64,
        Some("float32") => Precision::Float32,
        Some(other) => return Err(format!("precision is '{other}': float64 or float32 is needed")),
    };
    Ok(Hello {
        name: answer
            .get("name")
            .and_then(Value::as_str)
            .map(|name| shortened(name, LONGEST_NAME).replace('\n', " ")),
        activations: words(answer, "activations", &Activation::ALL, |word| {
            word.as_str().and_then(|name| name.parse().ok())
        })?,
        quantities: words(answer, "quantities", &Quantity::ALL, |word| {
            word.as_str().and_then(|name| name.parse().ok())
        })?,
        biases: words(answer, "biases", &[true, false], Value::as_bool)?,
        precision,
    })
}

fn words<T: Copy>(
    answer: &Map<String, Value>,
    key: &str,
    all: &[T],
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Vec<T>, String> {
    match answer.get(key) {
        None | Some(Value::Null) => Ok(all.to_vec()),
        Some(Value::Array(words)) if !words.is_empty() => {
            let known =
                |word: &Value| read(word).ok_or_else(|| format!("{key} has the unknown entry {word}"));
            words.iter().map(known).collect()
        }
        Some(other) => Err(format!("{key} is {other}: a list that is not empty is needed")),
    }
}

/// Asks for quantities of a case. What the program leaves out is left out.
///
/// # Errors
/// [`Broken`].
pub fn question(
    program: &mut Program,
    id: u64,
    case: &Case,
    quantities: &[Quantity],
    stop: &dyn Fn() -> bool,
) -> Result<Vec<(Quantity, Answered)>, Broken> {
    let mut question = case_json(&case.network, &case.batch);
    question.insert("id".to_string(), id.into());
    let names: Vec<&str> = quantities.iter().map(|quantity| quantity.name()).collect();
    question.insert("quantities".to_string(), names.into());
    let answer = ask(program, id, &Value::Object(question), stop)?;
    if let Some(error) = answer.get("error") {
        let story = shortened(error.as_str().unwrap_or(&error.to_string()), LONGEST_STORY);
        let refused = |quantity: &Quantity| (*quantity, Err(format!("the program says: {story}")));
        return Ok(quantities.iter().map(refused).collect());
    }
    let shape = case.shape();
    let read = |quantity: &Quantity| {
        answer.get(quantity.name()).map(|value| (*quantity, numbers(*quantity, value, &shape)))
    };
    Ok(quantities.iter().filter_map(read).collect())
}

fn ask(
    program: &mut Program,
    id: u64,
    question: &Value,
    stop: &dyn Fn() -> bool,
) -> Result<Map<String, Value>, Broken> {
    let line = program.ask(format!("{question}\n"), stop)?;
    let answer = object(&line)?;
    match answer.get("id") {
        Some(found) if found.as_u64() == Some(id) => Ok(answer),
        found => {
            let found = found.map_or_else(|| "none".to_string(), |found| beginning(&found.to_string()));
            Err(Broken::OutOfOrder { expected: id, found })
        }
    }
}

/// The object of a line. JSON has no NaN and no infinities, but programs print them: they are read as a word.
fn object(line: &str) -> Result<Map<String, Value>, Broken> {
    let parsed = serde_json::from_str(line).or_else(|error| {
        let plain = line.replace("-Infinity", "NaN").replace("Infinity", "NaN").replace("NaN", NAN);
        serde_json::from_str(&plain).map_err(|_| error)
    });
    parsed.map_err(|error| Broken::Rubbish { reason: error.to_string(), line: beginning(line) })
}

/// The numbers of a quantity; null, and null among them, is NaN.
fn numbers(quantity: Quantity, value: &Value, shape: &Shape) -> Answered {
    let size = shape.parameters();
    match (quantity.layout(), value) {
        // There is such a value, or it would not have been asked for.
        (Layout::Theta, Value::Null) => Ok(vec![f64::NAN; size]),
        (Layout::Matrix, Value::Null) => Ok(vec![f64::NAN; size * size]),
        (Layout::Scalar, value) => number(value)
            .map(|number| vec![number])
            .ok_or_else(|| format!("{quantity} is {}: a number is needed", beginning(&value.to_string()))),
        (Layout::Theta, Value::Object(groups)) => by_groups(quantity, groups, shape),
        (Layout::Theta, value) => row(value, size, || quantity.to_string()),
        (Layout::Matrix, Value::Array(rows)) if rows.len() == size => {
            let rows = rows.iter().enumerate();
            let rows: Result<Vec<_>, _> = rows
                .map(|(index, value)| row(value, size, || format!("row {index} of {quantity}")))
                .collect();
            Ok(rows?.concat())
        }
        (Layout::Matrix, Value::Array(rows)) => {
            Err(format!("{quantity} has {} rows: {size} are needed, one a parameter", rows.len()))
        }
        (Layout::Matrix, value) => {
            Err(format!("{quantity} is {}: a list of rows is needed", beginning(&value.to_string())))
        }
    }
}

fn number(value: &Value) -> Option<f64> {
    let is_none = value.is_null() || value.as_str() == Some("NaN");
    if is_none { Some(f64::NAN) } else { value.as_f64() }
}

fn row(value: &Value, size: usize, what: impl Fn() -> String) -> Answered {
    let Value::Array(entries) = value else {
        return Err(format!("{} is {}: a list of {size} is needed", what(), beginning(&value.to_string())));
    };
    if entries.len() != size {
        let found = entries.len();
        return Err(format!("{} has {found} entries: {size} are needed, order W, b, V, c", what()));
    }
    let entry = |value: &Value| {
        number(value).ok_or_else(|| format!("{} has the entry {}", what(), beginning(&value.to_string())))
    };
    entries.iter().map(entry).collect()
}

fn by_groups(quantity: Quantity, groups: &Map<String, Value>, shape: &Shape) -> Answered {
    let mut all = Vec::new();
    for group in Group::ALL {
        let (rows, columns) = shape.dimensions(group);
        if rows == 0 {
            continue;
        }
        let what = || format!("{} of {quantity}", group.name());
        let value = groups.get(group.name()).ok_or_else(|| format!("{} is missing", what()))?;
        match (group, value) {
            (Group::B | Group::C, value) => all.extend(row(value, rows, what)?),
            (_, Value::Array(lines)) if lines.len() == rows => {
                for line in lines {
                    all.extend(row(line, columns, what)?);
                }
            }
            _ => return Err(format!("{}: {rows} rows of {columns} are needed", what())),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { samples: 1, inputs: 1, hidden: 1, classes: 2, biases: true };

    fn read(quantity: Quantity, text: &str) -> Answered {
        let answer = object(&format!("{{\"value\": {text}}}")).unwrap();
        numbers(quantity, &answer["value"], &SHAPE)
    }

    #[test]
    fn gradients_are_flat_or_by_group() {
        let flat = read(Quantity::Gradient, "[1, 2, 3, 4, 5, 6]").unwrap();
        let grouped = read(Quantity::Gradient, r#"{"W": [[1]], "b": [2], "V": [[3], [4]], "c": [5, 6]}"#);
        assert_eq!(grouped.unwrap(), flat);
    }

    #[test]
    fn numbers_that_json_lacks_are_no_rubbish() {
        let numbers = read(Quantity::Gradient, "[NaN, Infinity, -Infinity, 4, null, 6]").unwrap();
        assert!(numbers[..3].iter().all(|number| number.is_nan()) && numbers[3] == 4.0);
    }

    #[test]
    fn what_has_the_wrong_form_is_told_with_the_right_one() {
        for (quantity, text, message) in [
            (Quantity::Loss, "[1]", "loss is \"[1]\": a number is needed"),
            (Quantity::Gradient, "[1]", "gradient has 1 entries: 6 are needed, order W, b, V, c"),
            (Quantity::Gradient, "3", "gradient is \"3\": a list of 6 is needed"),
            (Quantity::Gradient, "{\"W\": [[1]]}", "b of gradient is missing"),
            (Quantity::Gradient, "{\"W\": [1]}", "W of gradient is \"1\": a list of 1 is needed"),
            (Quantity::Hessian, "[[1]]", "hessian has 1 rows: 6 are needed, one a parameter"),
            (Quantity::Hessian, "[1,2,3,4,5,6]", "row 0 of hessian is \"1\": a list of 6 is needed"),
        ] {
            assert_eq!(read(quantity, text).unwrap_err(), message);
        }
    }

    #[test]
    fn a_program_that_says_nothing_supports_everything() {
        let hello = read_hello(&Map::new()).unwrap();
        assert_eq!((hello.activations.len(), hello.quantities.len(), hello.biases.len()), (8, 10, 2));
        let unknown = object(r#"{"activations": ["relu"]}"#).unwrap();
        assert_eq!(read_hello(&unknown).unwrap_err(), "activations has the unknown entry \"relu\"");
    }
}
