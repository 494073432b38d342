//! What an assumption says. There are three forms, and every other one is refused: what is assumed must be what the
//! points are drawn by.

use super::error::{Place, SyntaxError};
use super::program::{Assumed, Claim, Form, Program, Value};
use super::syntax::{Bound, Expr, Kind, Range};
use super::words;

/// The forms of an assumption, for messages.
pub(super) const FORMS: &str = "an assumption of the form sum[k] y[n,k] = 1 (over the last index), s[n,k] > 0 \
                                (all entries of s), or d >= 2 (a size)";
/// The largest number that a size may be assumed to reach.
const LARGEST: i64 = 6;

impl Program {
    /// What is assumed by `left bound right`.
    ///
    /// # Errors
    /// [`SyntaxError`] for another form, for a quantity that is not free, for what was assumed before, and for a claim
    /// before it that would have needed it.
    pub(super) fn assumption(&self, left: &Expr, bound: Bound, right: &Expr) -> Result<Assumed, SyntaxError> {
        let place = left.place.to(right.place);
        let sign = match bound {
            Bound::Equal => "=",
            Bound::Above => ">",
            Bound::AtLeast => ">=",
        };
        let wrong = |expected: &str| SyntaxError::new(place, expected, &format!("'{left} {sign} {right}'"));
        let kind = match (&left.kind, bound, &right.kind) {
            (Kind::Symbol(name, _), _, right) if words::range(name).is_some() => {
                let range = words::range(name).ok_or_else(|| wrong(FORMS))?;
                at_least(range, bound, right, place)?
            }
            (Kind::Symbol(name, _), ..) if words::keyword(name).is_some() => {
                return Err(wrong("a bound of N, d, h or C, from which the number of parameters follows"));
            }
            (Kind::Symbol(name, indices), Bound::Above, Kind::Number(0)) => {
                Assumed::Positive { symbol: self.free(name, indices, left.place)? }
            }
            (Kind::Symbol(..), Bound::Above | Bound::AtLeast, Kind::Number(_)) => {
                let more = "(for more, write the quantity as a number plus a positive one)";
                return Err(wrong(&format!("'assume {left} > 0' {more}")));
            }
            (Kind::Sum(over, body), Bound::Equal, right) => {
                let Kind::Symbol(name, indices) = &body.kind else { return Err(wrong(FORMS)) };
                let symbol = self.free(name, indices, body.place)?;
                if over.len() != 1 || over.last() != indices.last() {
                    let last = indices.last().map_or("none", String::as_str);
                    return Err(wrong(&format!("a sum over the last index alone, which is {last}")));
                }
                if *right != Kind::Number(1) {
                    return Err(wrong("1 on the right side of the assumption"));
                }
                Assumed::SumsToOne { symbol }
            }
            (Kind::Number(1), Bound::Equal, Kind::Sum(..)) => {
                return Err(wrong(&format!("'assume {right} = 1', the sum on the left")));
            }
            _ => return Err(wrong(FORMS)),
        };
        self.once(kind, place)?;
        self.in_time(kind, place)?;
        Ok(kind)
    }

    /// A free quantity with different indices.
    fn free(&self, name: &str, indices: &[String], place: Place) -> Result<usize, SyntaxError> {
        let Some(id) = self.find(name) else {
            let expected = "a quantity that is declared before the assumption";
            return Err(SyntaxError::new(place, expected, &format!("'{name}'")));
        };
        let symbol = &self.symbols[id];
        if matches!(symbol.value, Value::Defined(..)) {
            let expected = "an assumption about a free quantity (of a defined one it must be claimed)";
            return Err(SyntaxError::new(place, expected, &format!("'{name}', which let defines")));
        }
        if symbol.ranges.len() != indices.len() {
            let sizes: Vec<&str> = symbol.ranges.iter().map(|range| range.symbol()).collect();
            let expected = format!("{} indices for {name}[{}]", sizes.len(), sizes.join(","));
            return Err(SyntaxError::new(place, &expected, &format!("{}", indices.len())));
        }
        if let Some(twice) = (1..indices.len()).find(|at| indices[..*at].contains(&indices[*at])) {
            let expected = format!("different indices: the assumption is about all entries of {name}");
            return Err(SyntaxError::new(place, &expected, &format!("'{}' twice", indices[twice])));
        }
        Ok(id)
    }

    fn once(&self, kind: Assumed, place: Place) -> Result<(), SyntaxError> {
        let same = |other: Assumed| match (kind, other) {
            (Assumed::SizeAtLeast { range, .. }, Assumed::SizeAtLeast { range: other, .. }) => range == other,
            _ => kind == other,
        };
        if self.assumptions.iter().any(|other| same(other.kind)) {
            return Err(SyntaxError::new(place, "each assumption once", "one that is made already"));
        }
        Ok(())
    }

    fn in_time(&self, kind: Assumed, place: Place) -> Result<(), SyntaxError> {
        let about = |claim: &&Claim| match kind {
            Assumed::SumsToOne { symbol } | Assumed::Positive { symbol } => claim.used.contains(symbol),
            Assumed::SizeAtLeast { range, .. } => self.spans(claim, range),
        };
        match self.claims.iter().find(about) {
            Some(claim) => {
                let found = format!("claim '{}' before it, which would not know it", claim.name);
                Err(SyntaxError::new(place, "an assumption before all claims that it is about", &found))
            }
            None => Ok(()),
        }
    }

    /// Whether the size of a range makes a difference to a claim.
    fn spans(&self, claim: &Claim, range: Range) -> bool {
        let sized = |form: &Form| match form {
            Form::Size(other) => *other == range,
            Form::Parameters | Form::Eigenvalue { .. } => true,
            _ => false,
        };
        claim.slots.contains(&range)
            || claim.left.any(&sized)
            || claim.right.any(&sized)
            || self.used(claim).any(|(_, symbol)| {
                let defined = match &symbol.value {
                    Value::Defined(node, slots) => slots.contains(&range) || node.any(&sized),
                    Value::Free { .. } => false,
                };
                defined || symbol.ranges.contains(&range)
            })
    }
}

/// `d >= 2`.
fn at_least(range: Range, bound: Bound, right: &Kind, place: Place) -> Result<Assumed, SyntaxError> {
    let size = range.symbol();
    let fail = |expected: &str, found: &str| Err(SyntaxError::new(place, expected, found));
    let Kind::Number(least) = *right else {
        return fail(&format!("a whole number behind '{size} >='"), "something else");
    };
    match bound {
        Bound::AtLeast if (1..=LARGEST).contains(&least) => {
            Ok(Assumed::SizeAtLeast { range, least: least as usize })
        }
        Bound::AtLeast => fail(&format!("a least size from 1 to {LARGEST}"), &format!("{least}")),
        Bound::Above => {
            fail(&format!("'assume {size} >= {}'", least.saturating_add(1)), &format!("'{size} > {least}'"))
        }
        Bound::Equal => fail(
            &format!("a bound from below, 'assume {size} >= {least}': a size cannot be fixed"),
            &format!("'{size} = {least}'"),
        ),
    }
}

/// An assumption with `<` or `<=` as it should be.
pub(super) fn turned(left: &Expr, sign: &str, right: &Expr) -> String {
    let size = |expr: &Expr| match &expr.kind {
        Kind::Symbol(name, indices) => indices.is_empty() && words::range(name).is_some(),
        _ => false,
    };
    match (&left.kind, sign) {
        (Kind::Number(least), _) if size(right) => {
            let least = least.saturating_add(i64::from(sign == "<"));
            format!("'assume {right} >= {least}', the size on the left")
        }
        (Kind::Number(0), _) => format!("'assume {right} > 0', the quantity on the left"),
        _ if size(left) => format!("a bound from below, as in 'assume {left} >= 2'"),
        _ if right.kind == Kind::Number(0) => {
            format!("'assume {left} > 0' (a negative quantity is written as minus a positive one)")
        }
        _ => FORMS.to_string(),
    }
}
