//! A part of the claims, so that several machines can check a part each.

use crate::words::quoted;
use std::fmt;
use std::str::FromStr;

/// One of several equal parts of the claims: every `parts`-th claim, starting with the `part`-th, counted from 1.
///
/// ```
/// use hsr::claims::Shard;
/// let second: Shard = "2/3".parse()?;
/// assert_eq!(second.of(1..=7).collect::<Vec<_>>(), [2, 5]);
/// assert_eq!(Shard::new(3, 2).unwrap_err().to_string(), "'3/2' is not I/N with I from 1 to N, such as 2/4");
/// # Ok::<(), hsr::claims::ShardError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    part: usize,
    parts: usize,
}

/// Why a text or a pair of numbers does not name a part, such as `3/2`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not I/N with I from 1 to N, such as 2/4")]
pub struct ShardError(String);

impl Shard {
    /// All claims: the only part of one.
    pub const ALL: Shard = Shard { part: 1, parts: 1 };

    /// The `part`-th of `parts` parts.
    ///
    /// # Errors
    /// [`ShardError`] unless `part` is from 1 to `parts`.
    pub fn new(part: usize, parts: usize) -> Result<Self, ShardError> {
        let shard = Shard { part, parts };
        if (1..=parts).contains(&part) { Ok(shard) } else { Err(ShardError(quoted(&shard.to_string()))) }
    }

    /// The items of `all` that belong to this part.
    pub fn of<I: IntoIterator>(self, all: I) -> impl Iterator<Item = I::Item> {
        all.into_iter().skip(self.part - 1).step_by(self.parts)
    }
}

impl Default for Shard {
    fn default() -> Self {
        Shard::ALL
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.parts)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let numbers =
            text.split_once('/').and_then(|(part, parts)| Some((part.parse().ok()?, parts.parse().ok()?)));
        let (part, parts) = numbers.ok_or_else(|| ShardError(quoted(text)))?;
        Shard::new(part, parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_whole_numbers_and_each_claim_is_in_one_of_them() {
        for text in
            ["0/0", "0/1", "3/2", "1/0", "1", "/", "-1/2", "1/2/3", "99999999999999999999/2", "\x1b[31m"]
        {
            let error = text.parse::<Shard>().unwrap_err().to_string();
            assert!(error.ends_with("is not I/N with I from 1 to N, such as 2/4") && !error.contains('\x1b'));
        }
        let parts = (1..=3).map(|part| Shard::new(part, 3).unwrap());
        let mut all: Vec<i32> = parts.flat_map(|shard| shard.of(0..10)).collect();
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
        assert_eq!(Shard::new(usize::MAX, usize::MAX).unwrap().of(0..10).count(), 0);
        assert_eq!(Shard::ALL.to_string(), "1/1");
    }
}
