//! Numbers among the arguments, refused with what would be right.

use hsr::words::quoted;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// The reader of a whole number in a range.
pub(super) fn whole<T>(
    range: RangeInclusive<T>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static
where
    T: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static,
{
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            format!("{} is no whole number from {} to {}", quoted(text), range.start(), range.end())
        })
    }
}

/// A whole number that is 0 or more.
pub(super) fn count(text: &str) -> Result<usize, String> {
    whole(0..=usize::MAX)(text)
}

/// A whole number that is 1 or more.
pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    whole(1..=usize::MAX)(text)
}

/// A seed.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    whole(0..=u64::MAX)(text)
}

/// A number; whether it must be finite, and above 0, is said where it is used.
pub(super) fn number(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| format!("{} is no number, such as 0.05 or 1e-3", quoted(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_such_number_is_told_with_what_would_be_right() {
        assert_eq!(count("500"), Ok(500));
        assert_eq!(count("-1").unwrap_err(), format!("'-1' is no whole number from 0 to {}", usize::MAX));
        assert_eq!(
            at_least_one("0").unwrap_err(),
            format!("'0' is no whole number from 1 to {}", usize::MAX)
        );
        assert_eq!(
            count("99999999999999999999999").unwrap_err(),
            format!("'99999999999999999999999' is no whole number from 0 to {}", usize::MAX)
        );
        assert_eq!(seed("1e3").unwrap_err(), "'1e3' is no whole number from 0 to 18446744073709551615");
        assert_eq!(whole(1..=40_u8)("41").unwrap_err(), "'41' is no whole number from 1 to 40");
        assert_eq!(number("1e-3"), Ok(1e-3));
        for text in ["", "1,5", "0.1x"] {
            assert!(number(text).unwrap_err().ends_with(" is no number, such as 0.05 or 1e-3"));
        }
    }
}
