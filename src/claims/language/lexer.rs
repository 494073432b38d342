//! Text to tokens, each with its place.

use super::error::{Place, SyntaxError};

/// A piece of text that the grammar is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::claims) enum Token {
    /// A name: letters, digits, underscores; not a digit first.
    Name(String),
    /// A whole number.
    Number(i64),
    /// An operator or bracket: one of `+ - * / ^ = ( ) [ ] , : |`, or `<=`, `>=`.
    Sign(&'static str),
    /// The end of the block.
    End,
}

impl Token {
    /// The token as an error message names it.
    pub fn describe(&self) -> String {
        match self {
            Token::Name(name) => format!("'{name}'"),
            Token::Number(number) => format!("'{number}'"),
            Token::Sign(sign) => format!("'{sign}'"),
            Token::End => "the end of the block".to_string(),
        }
    }
}

const SIGNS: [&str; 16] = ["<=", ">=", "+", "-", "*", "/", "^", "=", "(", ")", "[", "]", ",", ":", "|", ";"];

/// Splits a block that starts at `start` in its file. A `#` starts a comment that ends with its line.
pub(in crate::claims) fn tokens(text: &str, start: usize) -> Result<Vec<(Token, Place)>, SyntaxError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = match c {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            _ if c.is_whitespace() => c.len_utf8(),
            _ if c.is_ascii_digit() => {
                let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                let place = Place::new(start + at, digits);
                let number = rest[..digits].parse().map_err(|_| {
                    SyntaxError::new(place, "a whole number below 2^63", "a number with too many digits")
                })?;
                found.push((Token::Number(number), place));
                digits
            }
            _ if c.is_alphabetic() || c == '_' => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                found.push((Token::Name(rest[..length].to_string()), Place::new(start + at, length)));
                length
            }
            _ => {
                let place = Place::new(start + at, c.len_utf8());
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign)).ok_or_else(|| {
                    SyntaxError::new(place, "a name, a number, an operator or a bracket", &format!("'{c}'"))
                })?;
                found.push((Token::Sign(sign), Place::new(start + at, sign.len())));
                sign.len()
            }
        };
        at += length;
    }
    // Where the last token ended: on the line that lacks something.
    let end = found.last().map_or(start, |(_, place): &(Token, Place)| place.start + place.length);
    found.push((Token::End, Place::new(end, 0)));
    Ok(found)
}
