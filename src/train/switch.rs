//! Another method from a step on.

use super::Method;
use crate::names::UnknownName;
use crate::words::quoted;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A switch to another method at a step, as text `STEP:METHOD` or `STEP:METHOD:STRENGTH`.
///
/// ```
/// use hsr::train::{Method, Switch};
/// let switch: Switch = "500:sam".parse()?;
/// assert_eq!(switch, Switch { step: 500, method: Method::Sam, strength: 0.05 });
/// assert_eq!(switch.to_string(), "500:sam:0.05");
/// assert_eq!("500:sgd".parse::<Switch>()?.to_string(), "500:sgd");
/// # Ok::<(), hsr::train::SwitchError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Switch {
    /// The first step, counted from 0, that descends the other method's gradient.
    pub step: usize,
    /// The method from there on.
    pub method: Method,
    /// Its strength; 0 for a method without.
    pub strength: f64,
}

/// A text that is no switch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SwitchError {
    /// It has other parts.
    #[error("{} is no switch: give STEP:METHOD or STEP:METHOD:STRENGTH, such as 500:sgd or 500:sam:0.1", quoted(.0))]
    Form(String),
    /// There is no such method.
    #[error(transparent)]
    Method(#[from] UnknownName),
}

impl FromStr for Switch {
    type Err = SwitchError;

    fn from_str(text: &str) -> Result<Self, SwitchError> {
        let form = || SwitchError::Form(text.to_string());
        let (step, rest) = text.split_once(':').ok_or_else(form)?;
        let step = step.parse().map_err(|_| form())?;
        let (method, strength) = match rest.split_once(':') {
            Some((method, strength)) => (method, Some(strength.parse().map_err(|_| form())?)),
            None => (rest, None),
        };
        let method: Method = method.parse()?;
        Ok(Switch { step, method, strength: strength.unwrap_or(method.default_strength()) })
    }
}

impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Switch { step, method, strength } = self;
        match method.strength_name() {
            Some(_) => write!(f, "{step}:{method}:{strength}"),
            None => write!(f, "{step}:{method}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_switch_is_told_with_what_would_be_right() {
        for text in ["", "500", "sgd", "-1:sgd", "1.5:sgd", "5:sam:", "5:sam:x", "5:sam:1:2"] {
            let told = text.parse::<Switch>().unwrap_err().to_string();
            assert!(told.contains("STEP:METHOD"), "{text}: {told}");
        }
        assert!("5:adam".parse::<Switch>().unwrap_err().to_string().contains("unknown method 'adam'"));
        // Whether a strength suits its method is asked where the settings are checked.
        assert!("5:sam:NaN".parse::<Switch>().unwrap().strength.is_nan());
    }
}
