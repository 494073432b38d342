//! JSON as programs print it: with `NaN` and infinities, numbers beyond `f64`, half characters.
//!
//! A parser of JSON refuses such a line as a whole, and with it every number on it that is right. Here each value
//! stands for itself: what is no number is no number there, and the rest is read.

use serde_json::from_str;

/// Lists within lists, at most: an answer needs three.
const DEEPEST: usize = 64;

/// A value, and how it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken<'a> {
    /// The very text.
    pub text: &'a str,
    /// What it is.
    pub kind: Kind<'a>,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number, also NaN and the infinities.
    Number(f64),
    /// A word that is none of these, such as `1e400`.
    Odd,
    /// A text in quotes.
    Text(String),
    /// A list.
    List(Vec<Spoken<'a>>),
    /// An object.
    Object(Fields<'a>),
}

/// The fields of an object, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields<'a>(Vec<(String, Spoken<'a>)>);

impl<'a> Fields<'a> {
    /// The value of a field, if there is one.
    ///
    /// # Errors
    /// A sentence where there are several: which of them is meant, nobody knows.
    pub fn get(&self, name: &str) -> Result<Option<&Spoken<'a>>, String> {
        let mut found = self.0.iter().filter(|(other, _)| other == name).map(|(_, value)| value);
        let first = found.next();
        match found.count() {
            0 => Ok(first),
            more => Err(format!("{name} is given {} times", more + 1)),
        }
    }
}

/// The object that is written on a line.
///
/// # Errors
/// What is wrong, and where.
pub fn object(line: &str) -> Result<Fields<'_>, String> {
    // Some systems begin what they print with a byte-order mark.
    let line = line.trim_start_matches('\u{feff}');
    let mut reader = Reader { line, at: 0 };
    let spoken = reader.value(0)?;
    if reader.next().is_some() {
        return Err(reader.error("there is more than one value"));
    }
    match spoken.kind {
        Kind::Object(fields) => Ok(fields),
        _ => Err("an object in braces is needed".to_string()),
    }
}

struct Reader<'a> {
    line: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn error(&self, what: &str) -> String {
        format!("{what} at byte {} of the line", self.at + 1)
    }

    /// The next byte that is no blank.
    fn next(&mut self) -> Option<u8> {
        let rest = &self.line.as_bytes()[self.at..];
        let blanks = rest.iter().take_while(|byte| matches!(**byte, b' ' | b'\t' | b'\r' | b'\n')).count();
        self.at += blanks;
        rest.get(blanks).copied()
    }

    /// Whether this comes next; then it is behind.
    fn takes(&mut self, wanted: u8) -> bool {
        let found = self.next() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<Spoken<'a>, String> {
        if depth > DEEPEST {
            return Err(self.error(&format!("more than {DEEPEST} brackets within one another")));
        }
        let first = self.next();
        let start = self.at;
        let kind = match first {
            Some(b'{') => Kind::Object(self.fields(depth)?),
            Some(b'[') => Kind::List(self.list(depth)?),
            Some(b'"') => Kind::Text(self.quoted()?),
            _ => self.word()?,
        };
        Ok(Spoken { text: &self.line[start..self.at], kind })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Spoken<'a>>, String> {
        self.at += 1;
        let mut values = Vec::new();
        if self.takes(b']') {
            return Ok(values);
        }
        loop {
            values.push(self.value(depth + 1)?);
            if self.takes(b']') {
                return Ok(values);
            }
            if !self.takes(b',') {
                return Err(self.error("no comma and no ]"));
            }
        }
    }

    fn fields(&mut self, depth: usize) -> Result<Fields<'a>, String> {
        self.at += 1;
        let mut fields = Fields::default();
        if self.takes(b'}') {
            return Ok(fields);
        }
        loop {
            if self.next() != Some(b'"') {
                return Err(self.error("no name of a field in quotes"));
            }
            let name = self.quoted()?;
            if !self.takes(b':') {
                return Err(self.error("no colon"));
            }
            fields.0.push((name, self.value(depth + 1)?));
            if self.takes(b'}') {
                return Ok(fields);
            }
            if !self.takes(b',') {
                return Err(self.error("no comma and no }"));
            }
        }
    }

    fn quoted(&mut self) -> Result<String, String> {
        let bytes = self.line.as_bytes();
        let start = self.at;
        let mut end = start + 1;
        while bytes.get(end).is_some_and(|byte| *byte != b'"') {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let Some(text) = self.line.get(start..=end) else {
            return Err(self.error("a quote that is never closed"));
        };
        let read =
            from_str(text).or_else(|error| from_str(&without_half_characters(text)).map_err(|_| error));
        match read {
            Ok(read) => {
                self.at = end + 1;
                Ok(read)
            }
            Err(error) => {
                let reason = error.to_string();
                Err(self.error(reason.split(" at line ").next().unwrap_or_default()))
            }
        }
    }

    /// Whatever stands there without quotes.
    fn word(&mut self) -> Result<Kind<'a>, String> {
        let rest = &self.line[self.at..];
        let ends = |c: char| c.is_ascii_whitespace() || r#",:[]{}""#.contains(c);
        let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
        if word.is_empty() {
            return Err(self.error("no value"));
        }
        self.at += word.len();
        Ok(match word {
            "null" => Kind::Null,
            "true" => Kind::Flag(true),
            "false" => Kind::Flag(false),
            _ => number(word).map_or(Kind::Odd, Kind::Number),
        })
    }
}

/// A number of JSON within the range of `f64`, or one of the words that languages have for NaN and the infinities.
fn number(word: &str) -> Option<f64> {
    let named = || {
        let letters = word.trim_start_matches(['+', '-']);
        let is_named = ["nan", "inf", "infinity"].contains(&letters.to_ascii_lowercase().as_str());
        is_named.then(|| word.parse().ok()).flatten()
    };
    from_str(word).ok().or_else(named)
}

/// The text in quotes with every half of a surrogate pair replaced, as Python prints them for bytes that are no UTF-8.
fn without_half_characters(text: &str) -> String {
    let half = |at: usize| {
        let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut whole = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let length = match (half(at), half(at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => 0,
            _ if c == '\\' => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            _ => c.len_utf8(),
        };
        if length == 0 {
            whole += "\\ufffd";
            at += 6;
        } else {
            whole += &text[at..at + length];
            at += length;
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Kind<'_> {
        let line = format!("{{\"value\": {text}}}").leak();
        object(line).unwrap().get("value").unwrap().unwrap().kind.clone()
    }

    #[test]
    fn what_is_json_is_read_as_json() {
        let line =
            r#" {"a": [1, -2.5e-3, true, null], "b": {"c": "x\n\u00e9\ud83d\ude00"}, "d": [], "e": {}} "#;
        let fields = object(line).unwrap();
        let Kind::List(list) = &fields.get("a").unwrap().unwrap().kind else { panic!() };
        let kinds: Vec<&Kind> = list.iter().map(|value| &value.kind).collect();
        assert_eq!(kinds, [&Kind::Number(1.0), &Kind::Number(-2.5e-3), &Kind::Flag(true), &Kind::Null]);
        let Kind::Object(inner) = &fields.get("b").unwrap().unwrap().kind else { panic!() };
        assert_eq!(inner.get("c").unwrap().unwrap().kind, Kind::Text("x\né😀".to_string()));
        assert_eq!(fields.get("d").unwrap().unwrap().text, "[]");
        assert_eq!(fields.get("f"), Ok(None));
    }

    #[test]
    fn words_for_no_number_are_read_where_a_value_stands_and_texts_are_left_alone() {
        for (word, number) in
            [("Infinity", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY), ("-inf", f64::NEG_INFINITY)]
        {
            assert_eq!(value(word), Kind::Number(number));
        }
        assert!(matches!(value("NaN"), Kind::Number(number) if number.is_nan()));
        for text in ["the trace is NaN", "-Infinity \\\" NaN", "\\\\"] {
            assert!(matches!(value(&format!("\"{text}\"")), Kind::Text(_)), "{text}");
        }
        assert_eq!(value("\"the trace is NaN\""), Kind::Text("the trace is NaN".to_string()));
    }

    #[test]
    fn what_is_no_number_is_odd_there_alone() {
        for word in ["1e400", "-1e999", "01", "+1", ".5", "0x10", "1_000", "1.0D+00", "one", "True"] {
            assert_eq!(value(word), Kind::Odd, "{word}");
        }
        assert_eq!(value("1e-400"), Kind::Number(0.0));
    }

    #[test]
    fn half_characters_are_replaced_and_whole_ones_stay() {
        for (text, read) in [
            ("\\ud800", "\u{fffd}"),
            ("a\\udcffb\\ud83d\\ude00", "a\u{fffd}b😀"),
            ("\\ud800\\ud800\\\\ud800", "\u{fffd}\u{fffd}\\ud800"),
        ] {
            assert_eq!(value(&format!("\"{text}\"")), Kind::Text(read.to_string()), "{text}");
        }
    }

    #[test]
    fn what_is_no_object_is_an_error_with_the_place() {
        for (line, message) in [
            ("", "no value at byte 1 of the line"),
            ("loading the model", "there is more than one value at byte 9 of the line"),
            ("[1]", "an object in braces is needed"),
            ("{\"a\": 1", "no comma and no } at byte 8 of the line"),
            ("{\"a\": [1,]}", "no value at byte 10 of the line"),
            ("{a: 1}", "no name of a field in quotes at byte 2 of the line"),
            ("{\"a\": \"x}", "a quote that is never closed at byte 7 of the line"),
            ("{\"a\\", "a quote that is never closed at byte 2 of the line"),
            ("{\"a\": \"\\q\"}", "invalid escape at byte 7 of the line"),
            ("{\"é\" 1}", "no colon at byte 7 of the line"),
        ] {
            assert_eq!(object(line).unwrap_err(), message, "{line}");
        }
        let deep = format!("{{\"a\": {}1", "[".repeat(100_000));
        assert_eq!(
            object(&deep).unwrap_err(),
            "more than 64 brackets within one another at byte 71 of the line"
        );
    }

    #[test]
    fn a_field_that_is_given_twice_has_no_value() {
        let fields = object("{\"a\": 1, \"b\": 2, \"a\": 1}").unwrap();
        assert_eq!(fields.get("a").unwrap_err(), "a is given 2 times");
        assert_eq!(fields.get("b").unwrap().unwrap().kind, Kind::Number(2.0));
    }
}
