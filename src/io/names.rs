//! Which array of a file is which parameter.

use crate::words::quoted;
use std::str::FromStr;

/// What stands for a bias that the network lacks.
const NONE: &str = "-";

/// The names of the arrays that are the parameters `W`, `b`, `V` and `c` in a file.
///
/// ```
/// use hsr::io::Names;
/// let names: Names = "W=encoder.weight,b=encoder.bias,V=head.weight,c=head.bias".parse()?;
/// assert_eq!(names.w, "encoder.weight");
/// let without_biases: Names = "V=out,W=in".parse()?;
/// assert_eq!(without_biases.biases, None);
/// let as_said: Names = "V=out,W=in,b=-,c=-".parse()?;
/// assert!(as_said.without_biases);
/// # Ok::<(), hsr::io::NamesError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The name of `W`.
    pub w: String,
    /// The name of `V`.
    pub v: String,
    /// The names of `b` and `c`, unless the network has no biases.
    pub biases: Option<[String; 2]>,
    /// Whether `b=-,c=-` says that the network has none: biases that the file holds are then not read.
    pub without_biases: bool,
}

/// Why a text is not a valid list of [`Names`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NamesError {
    /// An entry has no `=`, no name, or no known parameter.
    #[error("{0} is not one of W=name, b=name, V=name, c=name")]
    Entry(String),
    /// A parameter has two names.
    #[error("{0} is named twice: give one name")]
    Twice(char),
    /// A parameter that every network has is not named.
    #[error("{0} has no name: W and V are needed, b and c where there are biases")]
    Missing(char),
    /// One of `b` and `c` is named without the other.
    #[error("{present} has a name but {missing} has none: name both biases or neither")]
    HalfBiases {
        /// The one that is named.
        present: char,
        /// The one that is not.
        missing: char,
    },
}

impl FromStr for Names {
    type Err = NamesError;

    fn from_str(text: &str) -> Result<Self, NamesError> {
        let mut names = [('W', None), ('b', None), ('V', None), ('c', None)];
        for entry in text.split(',') {
            let unknown = || NamesError::Entry(quoted(entry));
            let (parameter, name) = entry.trim().split_once('=').ok_or_else(unknown)?;
            let known = names.iter_mut().find(|(known, _)| parameter == known.to_string());
            let (parameter, slot) = known.filter(|_| !name.is_empty()).ok_or_else(unknown)?;
            if slot.replace(name.to_string()).is_some() {
                return Err(NamesError::Twice(*parameter));
            }
        }
        let [(_, w), (_, b), (_, v), (_, c)] = names;
        let none = |name: &Option<String>| name.as_deref() == Some(NONE);
        let without_biases = none(&b) && none(&c);
        let biases = match (b, c) {
            _ if without_biases => None,
            (Some(b), Some(c)) => Some([b, c]),
            (None, None) => None,
            (Some(_), None) => return Err(NamesError::HalfBiases { present: 'b', missing: 'c' }),
            (None, Some(_)) => return Err(NamesError::HalfBiases { present: 'c', missing: 'b' }),
        };
        Ok(Names {
            w: w.ok_or(NamesError::Missing('W'))?,
            v: v.ok_or(NamesError::Missing('V'))?,
            biases,
            without_biases,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        text.parse::<Names>().unwrap_err().to_string()
    }

    #[test]
    fn names_may_stand_in_any_order_and_hold_what_names_hold() {
        let names: Names = "c=d=2, V=2.weight,W=0.weight,b=ü/b".parse().unwrap();
        let biases = Some(["ü/b".to_string(), "d=2".to_string()]);
        assert_eq!(
            names,
            Names { w: "0.weight".to_string(), v: "2.weight".to_string(), biases, without_biases: false }
        );
    }

    #[test]
    fn what_does_not_say_which_is_which_is_refused() {
        assert_eq!(refused("W=a,weight"), "'weight' is not one of W=name, b=name, V=name, c=name");
        assert_eq!(refused("W=a,w=b"), "'w=b' is not one of W=name, b=name, V=name, c=name");
        assert_eq!(refused("W=a,V="), "'V=' is not one of W=name, b=name, V=name, c=name");
        assert_eq!(refused(""), "'' is not one of W=name, b=name, V=name, c=name");
        assert_eq!(refused("W=a,V=b,W=c"), "W is named twice: give one name");
        assert_eq!(refused("W=a"), "V has no name: W and V are needed, b and c where there are biases");
        assert_eq!(refused("W=a,V=b,c=d"), "c has a name but b has none: name both biases or neither");
    }
}
