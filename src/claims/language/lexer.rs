//! Text to tokens, each with its place.

use super::error::{Place, SyntaxError};

/// A piece of text that the grammar is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::claims) enum Token {
    /// A name: letters, digits, underscores; not a digit first.
    Name(String),
    /// A whole number.
    Number(i64),
    /// A decimal number as it is written.
    Decimal(String),
    /// An operator or bracket: one of `+ - * / ^ @ ' ~ = < > ( ) [ ] , : |`, or `<=`, `>=`, `!=`.
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
            Token::Decimal(number) => format!("'{number}'"),
            Token::Sign(sign) => format!("'{sign}'"),
            Token::End => "the end of the block".to_string(),
        }
    }
}

const SIGNS: [&str; 21] = [
    "<=", ">=", "!=", "+", "-", "*", "/", "^", "@", "'", "~", "=", "<", ">", "(", ")", "[", "]", ",", ":",
    "|",
];

/// Signs of print that mean one thing only, and what they stand for.
const PRINTED: [(&str, &str); 21] = [
    ("≤", "<="),
    ("⩽", "<="),
    ("≥", ">="),
    ("⩾", ">="),
    ("≠", "!="),
    ("×", "*"),
    ("·", "*"),
    ("⋅", "*"),
    ("∗", "*"),
    ("÷", "/"),
    ("∕", "/"),
    ("−", "-"),
    ("–", "-"),
    ("′", "'"),
    ("’", "'"),
    ("∂", "d"),
    ("∑", "sum"),
    ("∼", "~"),
    ("²", "^2"),
    ("³", "^3"),
    ("ᵀ", "'"),
];

/// Bytes of a name: it is repeated in every edit of what it stands in.
const LONGEST_NAME: usize = 200;

/// Signs of other languages and of print, and what is written in their place.
const FOREIGN: [(&str, &str); 19] = [
    ("**", "'^' for a power"),
    ("==", "'=' once"),
    (":=", "'=' alone, as in let a = 1"),
    ("=<", "'<='"),
    ("=>", "'>='"),
    ("<>", "'!='"),
    ("⊙", "hadamard(A, B), or '*' between entries"),
    ("—", "'-' for a difference"),
    ("√", "a root as in sqrt(x)"),
    (";", "a new line for each statement"),
    ("{", "'(' or '['"),
    ("}", "')' or ']'"),
    ("\\", "names and signs as in d(L)/d V[k,i]: no LaTeX"),
    ("!", "'!=' or no sign: there are no factorials"),
    ("∈", "'in' and a size, as in sum[k in C]"),
    ("‖", "a norm as in sqrt(sum[i] x[i]^2)"),
    ("⟨", "an inner product as in sum[i] x[i]*y[i]"),
    ("∞", "a number, or a quantity"),
    ("≈", "'=', '<=' or '>='"),
];

/// Those for which something else can be put in their place.
const OTHERWISE: [(&str, &str); 7] =
    [("**", "^"), ("==", "="), (":=", "="), ("=<", "<="), ("=>", ">="), ("<>", "!="), ("≈", "=")];

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
    let mut found: Vec<(Token, Place)> = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let printed = PRINTED.into_iter().find(|(printed, _)| rest.starts_with(printed));
        let length = match c {
            _ if printed.is_some() => {
                let (sign, stands_for) = printed.unwrap_or_default();
                let place = Place::new(start + at, sign.len());
                found.extend(
                    tokens(stands_for, 0)?
                        .into_iter()
                        .filter_map(|(token, _)| (token != Token::End).then_some((token, place))),
                );
                sign.len()
            }
            '#' => rest.find('\n').unwrap_or(rest.len()),
            _ if c.is_whitespace() => c.len_utf8(),
            _ if c.is_ascii_digit() || (c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) => {
                let (number, length) = number(rest, start + at)?;
                found.push((number, Place::new(start + at, length)));
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
                let from = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
                let line = text[from..].lines().next().unwrap_or_default().trim();
                let sign = sign(rest, line, c, start + at)?;
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
fn number(text: &str, at: usize) -> Result<(Token, usize), SyntaxError> {
    let digits = |from: usize| {
        text[from..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |length| from + length)
    };
    let whole = digits(0);
    let mut end = whole;
    if text[end..].starts_with('.') && digits(end + 1) > end + 1 {
        end = digits(end + 1);
    }
    // The exponent of `1e-3`, where digits follow.
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['-', '+']));
        let last = digits(end + 1 + sign);
        if last > end + 1 + sign {
            end = last;
        }
    }
    let fail = |expected: &str, found: &str| Err(SyntaxError::new(Place::new(at, end), expected, found));
    if text[end..].starts_with(['_', '.']) {
        return fail("a number such as 1000, 0.5 or 1e-3", &format!("'{}'", &text[..end + 1]));
    }
    if end > whole {
        return match decimal(&text[..end]) {
            Some(_) => Ok((Token::Decimal(text[..end].to_string()), end)),
            None => fail("a decimal number with at most 18 digits", "one with more"),
        };
    }
    match text[..end].parse() {
        Ok(number) => Ok((Token::Number(number), end)),
        Err(_) => fail("a whole number below 2^63", "a number with too many digits"),
    }
}

/// Numerator and denominator of a decimal number.
pub(in crate::claims) fn decimal(text: &str) -> Option<(i64, i64)> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let digits: i64 = format!("0{whole}{fraction}").parse().ok()?;
    let power = exponent - i32::try_from(fraction.len()).ok()?;
    let ten = 10i64.checked_pow(power.unsigned_abs()).filter(|_| power.abs() <= 18)?;
    if power >= 0 { Some((digits.checked_mul(ten)?, 1)) } else { Some((digits, ten)) }
}

/// The sign that a text starts with.
fn sign(text: &str, line: &str, first: char, at: usize) -> Result<&'static str, SyntaxError> {
    let sign = SIGNS.into_iter().find(|sign| text.starts_with(sign));
    let foreign = FOREIGN.into_iter().find(|(foreign, _)| text.starts_with(foreign));
    match (foreign, sign) {
        // '!' alone is foreign, '!=' is not.
        (Some((foreign, expected)), sign) if sign.is_none_or(|sign| sign.len() < foreign.len()) => {
            let expected = match OTHERWISE.into_iter().find(|(own, _)| *own == foreign) {
                Some((_, right)) => format!("{expected}: {}", line.replace(foreign, right)),
                None => expected.to_string(),
            };
            Err(SyntaxError::new(Place::new(at, foreign.len()), &expected, &format!("'{foreign}'")))
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
    use super::{Token, decimal, tokens};

    #[test]
    fn signs_are_told_from_those_that_start_alike() {
        let signs: Vec<Token> =
            tokens("<= < >= > != = # x\n", 0).unwrap().into_iter().map(|(token, _)| token).collect();
        let expected = ["<=", "<", ">=", ">", "!=", "="].map(Token::Sign);
        assert_eq!(signs[..6], expected);
        assert_eq!(signs[6..], [Token::End]);
    }

    #[test]
    fn signs_of_print_are_read_as_what_they_stand_for() {
        let read = |text: &str| -> Vec<Token> {
            tokens(text, 0).unwrap().into_iter().map(|(token, _)| token).collect()
        };
        for (printed, plain) in
            [("a ≤ b", "a <= b"), ("a·b − c²", "a*b - c^2"), ("∂(L)/∂w", "d(L)/d w"), ("x′", "x'")]
        {
            assert_eq!(read(printed), read(plain));
        }
        assert_eq!(read("2x 0.5 1e-3 .5 2e")[..2], [Token::Number(2), Token::Name("x".into())]);
        assert_eq!(read("0.5")[0], Token::Decimal("0.5".into()));
    }

    #[test]
    fn decimals_are_exact_fractions() {
        for (text, fraction) in [
            ("0.5", (5, 10)),
            ("1e-3", (1, 1000)),
            (".25", (25, 100)),
            ("1.50e2", (150, 1)),
            ("2e3", (2000, 1)),
        ] {
            assert_eq!(decimal(text), Some(fraction), "{text}");
        }
        assert_eq!(decimal("1e30"), None);
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
            ("a = b;", "a new line for each statement"),
            ("{a}", "'(' or '['"),
            ("\\frac12", "no LaTeX"),
            ("n!", "no factorials"),
            ("1_000", "a number such as 1000"),
            ("1.2.3", "a number such as 1000"),
            ("1e-40", "at most 18 digits"),
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
