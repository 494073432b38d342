//! The questions and answers of the protocol: lines with one JSON object each.

use super::broken::{Broken, beginning};
use super::cases::{Case, Form};
use super::files::object as case_object;
use super::judge::Answered;
use super::partner::Partner;
use super::quantity::{Layout, Quantity};
use super::reference::Precision;
use super::spoken::{Fields, Kind, Spoken, object};
use crate::model::{Activation, Loss};
use crate::words::{quoted, shortened, shown};
use serde_json::{Value, json};
use std::fmt::Display;
use std::str::FromStr;

/// What a program supports. Whatever it does not mention it supports in full, as far as it was there from the first version of the
/// protocol on: networks of one hidden layer under the softmax, and the basic quantities.
#[derive(Clone, Debug, PartialEq)]
pub struct Hello {
    /// Its name.
    pub name: Option<String>,
    /// Activations that it has.
    pub activations: Vec<Activation>,
    /// Quantities that it has.
    pub quantities: Vec<Quantity>,
    /// Numbers of weight layers that it takes, or none where it names none: then it takes one hidden layer under the softmax, in the
    /// form of such networks.
    pub layers: Vec<usize>,
    /// Losses that it has.
    pub losses: Vec<Loss>,
    /// Whether it takes networks with biases, and without.
    pub biases: Vec<bool>,
    /// The arithmetic that it works in.
    pub precision: Precision,
}

impl Hello {
    /// How cases are written for it.
    pub fn form(&self) -> Form {
        if self.layers.is_empty() { Form::ThreeLayer } else { Form::Layers }
    }
}

/// Numbers of weight layers that may come.
pub const LAYERS: [usize; 5] = [1, 2, 3, 4, 5];

/// Letters of a story that are shown.
const LONGEST_STORY: usize = 400;

/// Asks what the program supports.
///
/// # Errors
/// [`Broken`], also for a word that is not known.
pub fn hello(program: &mut dyn Partner, stop: &dyn Fn() -> bool) -> Result<Hello, Broken> {
    let question = json!({
        "id": 0,
        "hsr": 1,
        "hello": {
            "activations": Activation::ALL.map(Activation::name),
            "quantities": Quantity::ALL.map(Quantity::name),
            "layers": LAYERS,
            "losses": Loss::ALL.map(Loss::name),
        },
    });
    let line = program.ask(format!("{question}\n"), 0, stop)?;
    let answer = fields(&line, 0)?;
    read_hello(&answer).map_err(|reason| Broken::Hello { reason })
}

fn read_hello(answer: &Fields) -> Result<Hello, String> {
    if let Some(story) = complaint(answer) {
        return Err(story);
    }
    let precision = match said(answer, "precision")? {
        None => Precision::Float64,
        Some(Spoken { kind: Kind::Text(name), .. }) if name == "float64" => Precision::Float64,
        Some(Spoken { kind: Kind::Text(name), .. }) if name == "float32" => Precision::Float32,
        Some(Spoken { kind: Kind::Text(name), .. }) => {
            return Err(format!("precision is {}: float64 or float32 is needed", quoted(name)));
        }
        Some(other) => {
            return Err(format!("precision is {}: \"float64\" or \"float32\" is needed", shown(other.text)));
        }
    };
    let name = match said(answer, "name")? {
        None => None,
        Some(Spoken { kind: Kind::Text(name), .. }) => Some(shown(&name.replace(['\n', '\r'], " "))),
        Some(other) => return Err(format!("name is {}: a text is needed", shown(other.text))),
    };
    let flag = |word: &Spoken| match word.kind {
        Kind::Flag(flag) => Some(flag),
        _ => None,
    };
    let count = |word: &Spoken| match word.kind {
        Kind::Number(number) => LAYERS.into_iter().find(|layers| *layers as f64 == number),
        _ => None,
    };
    let activations = words(answer, "activations", &Activation::ALL, named)?;
    let layers = words(answer, "layers", &LAYERS, count)?.unwrap_or_default();
    let losses = words(answer, "losses", &Loss::ALL, named)?.unwrap_or_else(|| vec![Loss::Softmax]);
    if layers.is_empty() && losses != [Loss::Softmax] {
        return Err("losses are named, and layers are not: name both, as in \"layers\": [2]".to_string());
    }
    Ok(Hello {
        name,
        // Kinks come to those alone that ask for them.
        activations: activations.unwrap_or_else(|| Activation::SMOOTH.to_vec()),
        quantities: words(answer, "quantities", &Quantity::ALL, named)?
            .unwrap_or_else(|| Quantity::BASIC.to_vec()),
        layers,
        losses,
        biases: words(answer, "biases", &[true, false], flag)?.unwrap_or_else(|| vec![true, false]),
        precision,
    })
}

fn named<T: FromStr>(word: &Spoken) -> Option<T> {
    match &word.kind {
        Kind::Text(name) => name.parse().ok(),
        _ => None,
    }
}

/// A field that says something.
fn said<'a, 'b>(answer: &'b Fields<'a>, name: &str) -> Result<Option<&'b Spoken<'a>>, String> {
    Ok(answer.get(name)?.filter(|value| value.kind != Kind::Null))
}

/// What the program says instead of an answer.
fn complaint(answer: &Fields) -> Option<String> {
    let story = match said(answer, "error") {
        Ok(None) => return None,
        Ok(Some(Spoken { kind: Kind::Text(story), .. })) => story.clone(),
        Ok(Some(other)) => other.text.to_string(),
        Err(twice) => twice,
    };
    Some(format!("the program says: {}", shortened(&story, LONGEST_STORY)))
}

/// The words of a list, each once; nothing where there is no list.
fn words<T: Copy + PartialEq + Display>(
    answer: &Fields,
    key: &str,
    all: &[T],
    read: impl Fn(&Spoken) -> Option<T>,
) -> Result<Option<Vec<T>>, String> {
    let list = match said(answer, key)? {
        None => return Ok(None),
        Some(Spoken { kind: Kind::List(list), .. }) if !list.is_empty() => list,
        Some(other) => {
            return Err(format!("{key} is {}: a list that is not empty is needed", shown(other.text)));
        }
    };
    let mut found = Vec::new();
    for word in list {
        let known = read(word).ok_or_else(|| {
            let all: Vec<String> = all.iter().map(T::to_string).collect();
            format!("{key} has the unknown entry {}: known are {}", shown(word.text), all.join(", "))
        })?;
        if !found.contains(&known) {
            found.push(known);
        }
    }
    Ok(Some(found))
}

/// Asks for quantities of a case. What the program leaves out is left out.
///
/// # Errors
/// [`Broken`].
pub fn question(
    program: &mut dyn Partner,
    id: u64,
    case: &Case,
    quantities: &[Quantity],
    stop: &dyn Fn() -> bool,
) -> Result<Vec<(Quantity, Answered)>, Broken> {
    let mut question = case_object(case);
    question.insert("id".to_string(), id.into());
    let names: Vec<&str> = quantities.iter().map(|quantity| quantity.name()).collect();
    question.insert("quantities".to_string(), names.into());
    let sizes = case.architecture();
    let wanted = quantities.iter().fold(0, |sum: usize, quantity| sum.saturating_add(quantity.count(&sizes)));
    let line = program.ask(format!("{}\n", Value::Object(question)), wanted, stop)?;
    Ok(answers(&fields(&line, id)?, quantities, case))
}

fn answers(answer: &Fields, quantities: &[Quantity], case: &Case) -> Vec<(Quantity, Answered)> {
    if let Some(story) = complaint(answer) {
        return quantities.iter().map(|quantity| (*quantity, Err(story.clone()))).collect();
    }
    let read = |quantity: &Quantity| match answer.get(quantity.name()) {
        Ok(None) => None,
        Ok(Some(value)) => Some((*quantity, numbers(*quantity, value, case))),
        Err(twice) => Some((*quantity, Err(twice))),
    };
    quantities.iter().filter_map(read).collect()
}

/// The fields of an answer, if it has the id that was asked.
fn fields(line: &str, id: u64) -> Result<Fields<'_>, Broken> {
    let rubbish = |reason| Broken::Rubbish { reason, line: beginning(line) };
    let answer = object(line).map_err(rubbish)?;
    let found = match answer.get("id").map_err(rubbish)? {
        Some(Spoken { kind: Kind::Number(found), .. }) if *found == id as f64 => return Ok(answer),
        Some(found) => beginning(found.text),
        None => "none".to_string(),
    };
    Err(Broken::OutOfOrder { expected: id, found })
}

/// The numbers of a quantity; null, and null among them, is NaN.
fn numbers(quantity: Quantity, value: &Spoken, case: &Case) -> Answered {
    let sizes = case.architecture();
    let (size, layers) = (sizes.parameters(), sizes.layers());
    match (quantity.layout(), &value.kind) {
        // There is such a value, or it would not have been asked for.
        (Layout::Theta | Layout::Matrix | Layout::Layers, Kind::Null) => {
            Ok(vec![f64::NAN; quantity.count(&sizes)])
        }
        (Layout::Scalar, _) => {
            number(value).map(|number| vec![number]).map_err(|needed| format!("{quantity} is {needed}"))
        }
        (Layout::Layers, _) => row(value, layers, ", one a layer", || quantity.to_string()),
        (Layout::Theta, Kind::Object(groups)) => by_groups(quantity, groups, case),
        (Layout::Theta, _) => row(value, size, &order(case), || quantity.to_string()),
        (Layout::Matrix, Kind::List(rows)) if rows.len() == size => {
            let rows = rows.iter().enumerate();
            let rows: Result<Vec<_>, _> = rows
                .map(|(index, value)| row(value, size, &order(case), || format!("row {index} of {quantity}")))
                .collect();
            Ok(rows?.concat())
        }
        (Layout::Matrix, Kind::List(rows)) => {
            Err(format!("{quantity} has {} rows: {size} are needed, one a parameter", rows.len()))
        }
        (Layout::Matrix, _) => {
            Err(format!("{quantity} is {}: a list of rows is needed", beginning(value.text)))
        }
    }
}

/// The order of the parameters, in words.
fn order(case: &Case) -> String {
    let names = (0..case.architecture().layers()).flat_map(|layer| case.array_names(layer));
    format!(", order {}", names.collect::<Vec<_>>().join(", "))
}

/// A number, or what stands in its place and what is needed. Some languages print NaN and infinities as texts.
fn number(value: &Spoken) -> Result<f64, String> {
    let needed = match &value.kind {
        Kind::Null => return Ok(f64::NAN),
        Kind::Number(number) => return Ok(*number),
        Kind::Text(word) if word == "NaN" => return Ok(f64::NAN),
        Kind::Text(word) if word == "Infinity" => return Ok(f64::INFINITY),
        Kind::Text(word) if word == "-Infinity" => return Ok(f64::NEG_INFINITY),
        Kind::Odd if value.text.parse().is_ok_and(f64::is_infinite) => "it is beyond the range of float64",
        _ => "a number is needed",
    };
    Err(format!("{}: {needed}", beginning(value.text)))
}

fn row(value: &Spoken, size: usize, order: &str, what: impl Fn() -> String) -> Answered {
    let Kind::List(entries) = &value.kind else {
        return Err(format!("{} is {}: a list of {size} is needed", what(), beginning(value.text)));
    };
    if entries.len() != size {
        return Err(format!("{} has {} entries: {size} are needed{order}", what(), entries.len()));
    }
    let entry = |value| number(value).map_err(|needed| format!("{} has the entry {needed}", what()));
    entries.iter().map(entry).collect()
}

fn by_groups(quantity: Quantity, groups: &Fields, case: &Case) -> Answered {
    let sizes = case.architecture();
    let mut all = Vec::new();
    for layer in 0..sizes.layers() {
        let (rows, columns) = (sizes.outputs_of(layer), sizes.inputs_of(layer));
        let [w, b] = case.array_names(layer);
        let of = |name: &str| format!("{name} of {quantity}");
        match &group(groups, quantity, &w)?.kind {
            Kind::List(lines) if lines.len() == rows => {
                for line in lines {
                    all.extend(row(line, columns, "", || of(&w))?);
                }
            }
            _ => return Err(format!("{}: {rows} rows of {columns} are needed", of(&w))),
        }
        if sizes.biases[layer] {
            all.extend(row(group(groups, quantity, &b)?, rows, "", || of(&b))?);
        }
    }
    Ok(all)
}

/// The array of a gradient that has this name.
fn group<'a, 'b>(groups: &'b Fields<'a>, quantity: Quantity, name: &str) -> Result<&'b Spoken<'a>, String> {
    let value = groups.get(name).map_err(|twice| format!("in {quantity} {twice}"))?;
    value.ok_or_else(|| format!("{name} of {quantity} is missing"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::Draws;

    /// One of everything, and two classes.
    fn case() -> Case {
        Draws { biases: vec![true], max_size: 1, ..Draws::default() }.case(0)
    }

    fn read_of(case: &Case, quantity: Quantity, text: &str) -> Answered {
        let line = format!("{{\"id\": 1, \"{quantity}\": {text}}}");
        answers(&fields(&line, 1).unwrap(), &[quantity], case).pop().unwrap().1
    }

    fn read(quantity: Quantity, text: &str) -> Answered {
        read_of(&case(), quantity, text)
    }

    #[test]
    fn gradients_are_flat_or_by_group() {
        let flat = read(Quantity::Gradient, "[1, 2, 3, 4, 5, 6]").unwrap();
        let grouped = read(Quantity::Gradient, r#"{"W": [[1]], "b": [2], "V": [[3], [4]], "c": [5, 6]}"#);
        assert_eq!(grouped.unwrap(), flat);
    }

    #[test]
    fn numbers_that_json_lacks_are_what_they_say() {
        let numbers = read(Quantity::Gradient, r#"[NaN, Infinity, -Infinity, 4, null, "Infinity"]"#).unwrap();
        assert!(numbers[0].is_nan() && numbers[4].is_nan());
        assert_eq!(numbers[1..4], [f64::INFINITY, f64::NEG_INFINITY, 4.0]);
        assert_eq!(numbers[5], f64::INFINITY);
    }

    #[test]
    fn one_number_that_cannot_be_read_falsifies_its_quantity_alone() {
        let line = r#"{"id": 1, "note": "the trace is NaN", "loss": 1e400, "trace": 2, "hessian": one, "ws_upper": 3,
                       "ws_upper": 4}"#;
        let asked = [Quantity::Loss, Quantity::Trace, Quantity::Hessian, Quantity::WsUpper];
        let found = answers(&fields(line, 1).unwrap(), &asked, &case());
        let read = |index: usize| found[index].1.clone();
        assert_eq!(read(0).unwrap_err(), "loss is \"1e400\": it is beyond the range of float64");
        assert_eq!(read(1), Ok(vec![2.0]));
        assert_eq!(read(2).unwrap_err(), "hessian is \"one\": a list of rows is needed");
        assert_eq!(read(3).unwrap_err(), "ws_upper is given 2 times");
    }

    #[test]
    fn what_has_the_wrong_form_is_an_error_with_the_right_one() {
        for (quantity, text, message) in [
            (Quantity::Loss, "[1]", "loss is \"[1]\": a number is needed"),
            (Quantity::Gradient, "[1]", "gradient has 1 entries: 6 are needed, order W, b, V, c"),
            (Quantity::Gradient, "[1,2,3,4,5,x]", "gradient has the entry \"x\": a number is needed"),
            (Quantity::Gradient, "3", "gradient is \"3\": a list of 6 is needed"),
            (Quantity::Gradient, "{\"W\": [[1]]}", "b of gradient is missing"),
            (Quantity::Gradient, "{\"W\": [1]}", "W of gradient is \"1\": a list of 1 is needed"),
            (Quantity::Gradient, "{\"W\": 1, \"W\": 2}", "in gradient W is given 2 times"),
            (Quantity::Hessian, "[[1]]", "hessian has 1 rows: 6 are needed, one a parameter"),
            (Quantity::Hessian, "[1,2,3,4,5,6]", "row 0 of hessian is \"1\": a list of 6 is needed"),
        ] {
            assert_eq!(read(quantity, text).unwrap_err(), message);
        }
    }

    #[test]
    fn a_program_that_says_nothing_supports_everything() {
        let hello = read_hello(&Fields::default()).unwrap();
        assert_eq!(
            (hello.activations.len(), hello.quantities.len(), hello.biases.len()),
            (Activation::SMOOTH.len(), 10, 2)
        );
        assert_eq!((hello.form(), hello.losses), (Form::ThreeLayer, vec![Loss::Softmax]));
        let hello = object(r#"{"layers": [3, 1], "losses": ["squared"]}"#).unwrap();
        let hello = read_hello(&hello).unwrap();
        assert_eq!((hello.form(), hello.layers), (Form::Layers, vec![3, 1]));
        assert_eq!((hello.losses, hello.quantities.len()), (vec![Loss::Squared], 10));
        let hello = object(r#"{"quantities": ["loss", "loss"], "biases": [true], "name": null}"#).unwrap();
        let hello = read_hello(&hello).unwrap();
        assert_eq!((hello.quantities, hello.biases, hello.name), (vec![Quantity::Loss], vec![true], None));
    }

    #[test]
    fn what_a_program_says_of_itself_is_not_guessed() {
        for (text, message) in [
            (
                r#"{"activations": ["swish"]}"#,
                "activations has the unknown entry \"swish\": known are sigmoid, tanh",
            ),
            (r#"{"biases": [1]}"#, "biases has the unknown entry 1: known are true, false"),
            (r#"{"layers": [2, 6]}"#, "layers has the unknown entry 6: known are 1, 2, 3, 4, 5"),
            (
                r#"{"layers": [2], "losses": ["huber"]}"#,
                "losses has the unknown entry \"huber\": known are softmax",
            ),
            (r#"{"losses": ["squared"]}"#, "losses are named, and layers are not"),
            (r#"{"quantities": []}"#, "quantities is []: a list that is not empty is needed"),
            (r#"{"quantities": "loss"}"#, "quantities is \"loss\": a list that is not empty is needed"),
            (r#"{"precision": 32}"#, "precision is 32: \"float64\" or \"float32\" is needed"),
            (r#"{"precision": "\u001b[31m"}"#, "precision is '\\u{1b}[31m': float64 or float32 is needed"),
            (r#"{"name": [1]}"#, "name is [1]: a text is needed"),
            (r#"{"name": "a", "name": "b"}"#, "name is given 2 times"),
            (r#"{"error": "no license\u0007"}"#, "the program says: no license\\u{7}"),
        ] {
            let error = read_hello(&object(text).unwrap()).unwrap_err();
            assert!(error.starts_with(message), "{error}");
        }
    }

    #[test]
    fn an_answer_to_something_else_is_an_error() {
        assert!(fields(r#"{"id": 1.0}"#, 1).is_ok());
        for (line, found) in [("{}", "none"), (r#"{"id": 2}"#, "\"2\""), (r#"{"id": "1"}"#, "\"\\\"1\\\"\"")]
        {
            let found = found.to_string();
            assert_eq!(fields(line, 1), Err(Broken::OutOfOrder { expected: 1, found }));
        }
        let twice = fields(r#"{"id": 1, "id": 1}"#, 1).unwrap_err().to_string();
        assert!(twice.starts_with("its answer is not a JSON object (id is given 2 times)"), "{twice}");
    }
}
