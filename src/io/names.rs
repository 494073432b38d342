//! Which array of a file is which parameter.

use crate::words::quoted;
use std::str::FromStr;

/// What stands for a bias that a layer lacks.
const NONE: &str = "-";

/// The names of the arrays that are the parameters of a network in a file: `W1`, `b1`, `W2`, `b2` and so on, or `W`, `b`, `V` and `c`
/// of one hidden layer.
///
/// ```
/// use hsr::io::Names;
/// let names: Names = "W1=encoder.weight,b1=encoder.bias,W2=head.weight,b2=head.bias".parse()?;
/// assert_eq!(names.layers[1], ("head.weight".to_string(), Some("head.bias".to_string())));
/// let without_biases: Names = "V=out,W=in".parse()?;
/// assert_eq!(without_biases.layers[0], ("in".to_string(), None));
/// let as_said: Names = "V=out,W=in,b=-,c=-".parse()?;
/// assert!(as_said.without_biases);
/// # Ok::<(), hsr::io::NamesError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// For each layer the name of its weights, and that of its bias, if it has one.
    pub layers: Vec<(String, Option<String>)>,
    /// Whether a `-` says that a layer has no bias: those that the file holds are then not read.
    pub without_biases: bool,
    /// Whether the layers are numbered; else they are `W` and `V`.
    pub is_numbered: bool,
}

/// Why a text is not a valid list of [`Names`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NamesError {
    /// An entry has no `=`, no name, or no known parameter.
    #[error("{0} is not one of W1=name, b1=name, W2=name and so on, or W=name, b=name, V=name, c=name")]
    Entry(String),
    /// A parameter has two names.
    #[error("{0} is named twice: give one name")]
    Twice(String),
    /// The weights of a layer have no name.
    #[error("{0} has no name: the weights of every layer are needed, and biases where there are any")]
    Missing(String),
    /// Some biases are named and others are not.
    #[error(
        "{present} has a name but {missing} has none: name every bias, or {missing}=- where there is none"
    )]
    HalfBiases {
        /// One that is named.
        present: String,
        /// One that is not.
        missing: String,
    },
}

/// More layers than these nobody names.
const MOST_LAYERS: usize = 1000;

impl FromStr for Names {
    type Err = NamesError;

    fn from_str(text: &str) -> Result<Self, NamesError> {
        let mut entries: Vec<(Place, &str)> = Vec::new();
        for entry in text.split(',') {
            let unknown = || NamesError::Entry(quoted(entry));
            let (parameter, name) = entry.trim().split_once('=').ok_or_else(unknown)?;
            let place = Place::of(parameter).filter(|_| !name.is_empty()).ok_or_else(unknown)?;
            if entries.iter().any(|(other, _)| *other == place) {
                return Err(NamesError::Twice(place.name()));
            }
            if entries.first().is_some_and(|(first, _)| first.is_numbered != place.is_numbered) {
                return Err(unknown());
            }
            entries.push((place, name));
        }
        let is_numbered = entries[0].0.is_numbered;
        let find = |layer, is_bias| {
            let place = Place { layer, is_bias, is_numbered };
            let found = entries.iter().find(|(other, _)| *other == place).map(|(_, name)| *name);
            found.ok_or_else(|| place.name())
        };
        let last =
            if is_numbered { entries.iter().map(|(place, _)| place.layer).max().unwrap_or(0) } else { 1 };
        let bias = entries.iter().find(|(place, _)| place.is_bias).map(|(place, _)| place.name());
        let mut layers = Vec::new();
        for layer in 0..=last {
            let weight = find(layer, false).map_err(NamesError::Missing)?;
            let bias = match (find(layer, true), &bias) {
                (Ok(name), _) => (name != NONE).then(|| name.to_string()),
                (Err(_), None) => None,
                (Err(missing), Some(present)) => {
                    return Err(NamesError::HalfBiases { present: present.clone(), missing });
                }
            };
            layers.push((weight.to_string(), bias));
        }
        let without_biases = entries.iter().any(|(place, name)| place.is_bias && *name == NONE);
        Ok(Names { layers, without_biases, is_numbered })
    }
}

/// A parameter: of which layer, counted from 0, and what.
#[derive(Clone, Copy, PartialEq)]
struct Place {
    layer: usize,
    is_bias: bool,
    is_numbered: bool,
}

impl Place {
    fn of(parameter: &str) -> Option<Self> {
        let of_two = ["W", "b", "V", "c"].iter().position(|name| *name == parameter);
        if let Some(index) = of_two {
            return Some(Place { layer: index / 2, is_bias: index % 2 == 1, is_numbered: false });
        }
        let is_bias = parameter.starts_with('b');
        let number = super::network::number(parameter, if is_bias { 'b' } else { 'W' })?;
        let layer = number.checked_sub(1).filter(|layer| *layer < MOST_LAYERS)?;
        Some(Place { layer, is_bias, is_numbered: true })
    }

    fn name(&self) -> String {
        match (self.is_numbered, self.is_bias) {
            (true, false) => format!("W{}", self.layer + 1),
            (true, true) => format!("b{}", self.layer + 1),
            (false, false) => ["W", "V"][self.layer].to_string(),
            (false, true) => ["b", "c"][self.layer].to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        text.parse::<Names>().unwrap_err().to_string()
    }

    fn layer(weight: &str, bias: Option<&str>) -> (String, Option<String>) {
        (weight.to_string(), bias.map(str::to_string))
    }

    #[test]
    fn names_may_stand_in_any_order_and_hold_what_names_hold() {
        let names: Names = "c=d=2, V=2.weight,W=0.weight,b=ü/b".parse().unwrap();
        let layers = vec![layer("0.weight", Some("ü/b")), layer("2.weight", Some("d=2"))];
        assert_eq!(names, Names { layers, without_biases: false, is_numbered: false });
        let names: Names = "W3=c,b3=-,W1=a,b1=x,W2=b,b2=-".parse().unwrap();
        let layers = vec![layer("a", Some("x")), layer("b", None), layer("c", None)];
        assert_eq!(names, Names { layers, without_biases: true, is_numbered: true });
    }

    #[test]
    fn what_does_not_say_which_is_which_is_refused() {
        let entry = |text: &str| {
            format!(
                "{text} is not one of W1=name, b1=name, W2=name and so on, or W=name, b=name, V=name, c=name"
            )
        };
        for (text, wrong) in [
            ("W=a,weight", "'weight'"),
            ("W=a,w=b", "'w=b'"),
            ("W=a,V=", "'V='"),
            ("", "''"),
            ("W1=a,W0=b", "'W0=b'"),
            ("W1=a,V=b", "'V=b'"),
            ("W1=a,W99999999999999999999=b", "'W99999999999999999999=b'"),
            ("W1=a,W1001=b", "'W1001=b'"),
        ] {
            assert_eq!(refused(text), entry(wrong));
        }
        assert_eq!(refused("W=a,V=b,W=c"), "W is named twice: give one name");
        assert_eq!(
            refused("W=a"),
            "V has no name: the weights of every layer are needed, and biases where there are any"
        );
        assert!(refused("W1=a,W3=c").starts_with("W2 has no name"));
        assert_eq!(
            refused("W=a,V=b,c=d"),
            "c has a name but b has none: name every bias, or b=- where there is none"
        );
    }
}
