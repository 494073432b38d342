//! Text to tokens, each with its place.

use super::error::{Place, SyntaxError};

/// A piece of text that the grammar is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::claims) enum Token {
    /// A name: letters, digits, underscores; not a digit first.
    Name(String),
    /// A whole number.
    Number(i64),
    /// An operator or bracket: one of `+ - * / ^ = < > ( ) [ ] , : |`, or `<=`, `>=`, `!=`.
    Sign(&'static str),
    /// The end of the block.
    End,
}

impl Token {
    /// The token as an error message names it.
    pub(super) fn describe(&self) -> String {
        match self {
            Token::Name(name) => format!("'{name}'"),
            Token::Number(number) => format!("'{number}'"),
            Token::Sign(sign) => format!("'{sign}'"),
            Token::End => "the end of the block".to_string(),
        }
    }
}

const SIGNS: [&str; 18] =
    ["<=", ">=", "!=", "+", "-", "*", "/", "^", "=", "<", ">", "(", ")", "[", "]", ",", ":", "|"];

/// Bytes of a name: it is repeated in every edit of what it stands in.
const LONGEST_NAME: usize = 200;

/// Signs of other languages and of print, and what is written in their place.
const FOREIGN: [(&str, &str); 42] = [
    ("**", "'^' for a power"),
    ("==", "'=' once"),
    (":=", "'=' alone, as in let a = 1"),
    ("=<", "'<='"),
    ("=>", "'>='"),
    ("<>", "'!='"),
    ("≤", "'<='"),
    ("⩽", "'<='"),
    ("≥", "'>='"),
    ("⩾", "'>='"),
    ("≠", "'!='"),
    ("×", "'*' for a product"),
    ("·", "'*' for a product"),
    ("⋅", "'*' for a product"),
    ("∗", "'*' for a product"),
    ("⊙", "'*' for a product"),
    ("÷", "'/' for a quotient"),
    ("∕", "'/' for a quotient"),
    ("−", "'-' for a difference"),
    ("–", "'-' for a difference"),
    ("—", "'-' for a difference"),
    ("²", "'^2' for a square"),
    ("³", "'^3' for a cube"),
    ("∑", "sum and its indices, as in sum[k] x[k]"),
    ("√", "a root as in sqrt(x)"),
    ("∂", "a derivative as in d(L)/d V[k,i]"),
    ("'", "a name of letters, digits and underscores, such as x_new: it can have no prime"),
    ("′", "a name of letters, digits and underscores, such as x_new: it can have no prime"),
    ("’", "a name of letters, digits and underscores, such as x_new: it can have no prime"),
    (".", "a whole number or a fraction, such as 3/2: there are no decimals"),
    (";", "a new line for each statement"),
    ("{", "'(' or '['"),
    ("}", "')' or ']'"),
    ("\\", "names and signs as in d(L)/d V[k,i]: no LaTeX"),
    ("!", "'!=' or no sign: there are no factorials"),
    ("@", "a product as in sum[j] A[i,j]*b[j]"),
    ("∈", "indices in brackets: their ranges follow from the quantities"),
    ("‖", "a norm as in sqrt(sum[i] x[i]^2)"),
    ("⟨", "an inner product as in sum[i] x[i]*y[i]"),
    ("∞", "a number, or a quantity"),
    ("≈", "'=', '<=' or '>='"),
    ("≡", "'='"),
];

/// Whether a character moves or hides the text around it, so that a reader would see another text than is read.
fn misleads(c: char) -> bool {
    let breaks = matches!(c, '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let turns =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hides = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    breaks || turns || hides || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

/// Splits a block that starts at `start` in its file. A `#` starts a comment that ends with its line.
pub(in crate::claims) fn tokens(text: &str, start: usize) -> Result<Vec<(Token, Place)>, SyntaxError> {
    if let Some((at, c)) = text.char_indices().find(|(_, c)| misleads(*c)) {
        let found = format!("the character U+{:04X}, which cannot be seen", u32::from(c));
        return Err(SyntaxError::new(
            Place::new(start + at, c.len_utf8()),
            "characters that can be seen",
            &found,
        ));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = match c {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            _ if c.is_whitespace() => c.len_utf8(),
            _ if c.is_ascii_digit() => {
                let (number, length) = number(rest, start + at)?;
                found.push((Token::Number(number), Place::new(start + at, length)));
                length
            }
            _ if c.is_alphabetic() || c == '_' => {
                let length = name(rest);
                if length > LONGEST_NAME {
                    let expected = format!("a name of at most {LONGEST_NAME} bytes");
                    let place = Place::new(start + at, length);
                    return Err(SyntaxError::new(place, &expected, &format!("one of {length}")));
                }
                found.push((Token::Name(rest[..length].to_string()), Place::new(start + at, length)));
                length
            }
            _ => {
                let sign = sign(rest, c, start + at)?;
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

/// How long the name is that a text starts with.
fn name(text: &str) -> usize {
    text.find(|c: char| !c.is_alphabetic() && !c.is_ascii_digit() && c != '_').unwrap_or(text.len())
}

/// The number that a text starts with, and its length.
fn number(text: &str, at: usize) -> Result<(i64, usize), SyntaxError> {
    let length = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let place = Place::new(at, length);
    let (digits, rest) = text.split_at(length);
    let letters = &rest[..name(rest)];
    if !letters.is_empty() {
        let expected = format!("an operator between '{digits}' and '{letters}', as in {digits}*{letters}");
        let place = Place::new(at, length + letters.len());
        return Err(SyntaxError::new(place, &expected, &format!("'{digits}{letters}'")));
    }
    match digits.parse() {
        Ok(number) => Ok((number, length)),
        Err(_) => Err(SyntaxError::new(place, "a whole number below 2^63", "a number with too many digits")),
    }
}

/// The sign that a text starts with.
fn sign(text: &str, first: char, at: usize) -> Result<&'static str, SyntaxError> {
    let sign = SIGNS.into_iter().find(|sign| text.starts_with(sign));
    let foreign = FOREIGN.into_iter().find(|(foreign, _)| text.starts_with(foreign));
    match (foreign, sign) {
        // '!' alone is foreign, '!=' is not.
        (Some((foreign, expected)), sign) if sign.is_none_or(|sign| sign.len() < foreign.len()) => {
            Err(SyntaxError::new(Place::new(at, foreign.len()), expected, &format!("'{foreign}'")))
        }
        (_, Some(sign)) => Ok(sign),
        (_, None) => {
            let place = Place::new(at, first.len_utf8());
            let expected = "a name, a number, an operator or a bracket";
            Err(SyntaxError::new(place, expected, &format!("'{first}'")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Token, tokens};

    #[test]
    fn signs_are_told_from_those_that_start_alike() {
        let signs: Vec<Token> =
            tokens("<= < >= > != = # x\n", 0).unwrap().into_iter().map(|(token, _)| token).collect();
        let expected = ["<=", "<", ">=", ">", "!=", "="].map(Token::Sign);
        assert_eq!(signs[..6], expected);
        assert_eq!(signs[6..], [Token::End]);
    }

    #[test]
    fn what_other_languages_write_is_refused_with_what_is_right() {
        for (text, expected) in [
            ("a**2", "'^' for a power"),
            ("a == b", "'=' once"),
            ("a := b", "'=' alone"),
            ("a =< b", "'<='"),
            ("a => b", "'>='"),
            ("a <> b", "'!='"),
            ("a ≤ b", "'<='"),
            ("a·b", "'*'"),
            ("a − b", "'-'"),
            ("a²", "'^2'"),
            ("x' + 1", "no prime"),
            ("1.5*x", "3/2"),
            (".5", "3/2"),
            ("a = b;", "a new line for each statement"),
            ("{a}", "'(' or '['"),
            ("\\frac12", "no LaTeX"),
            ("n!", "no factorials"),
            ("A @ b", "sum[j] A[i,j]*b[j]"),
            ("2x", "an operator between '2' and 'x', as in 2*x"),
            ("1e5", "as in 1*e5"),
            ("1_000", "as in 1*_000"),
            ("9223372036854775808", "below 2^63"),
            ("a $ b", "an operator or a bracket"),
            ("a # \u{2028} b", "U+2028"),
            ("a\u{200b}b", "characters that can be seen"),
            ("a # \u{202e}b", "characters that can be seen"),
        ] {
            let error = tokens(text, 0).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
