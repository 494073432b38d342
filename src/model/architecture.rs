//! The sizes of a network of any depth, and the order of its parameters.

use std::fmt;

/// Inputs, the width of each weight layer, and which layers have a bias. Layers are counted from 0 here and from 1 in names.
///
/// ```
/// use hsr::model::Architecture;
/// let iris = Architecture::new(4, &[16, 8, 3], true);
/// assert_eq!((iris.layers(), iris.parameters(), iris.units()), (3, 16 * 5 + 8 * 17 + 3 * 9, 27));
/// assert_eq!(iris.to_string(), "4-16-8-3 with biases");
/// assert_eq!(iris.parameter_name(79), "b1[15]");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Architecture {
    /// Inputs of a sample, `n_0`.
    pub inputs: usize,
    /// Outputs of each weight layer, `n_1 .. n_L`.
    pub widths: Vec<usize>,
    /// Whether each weight layer has a bias.
    pub biases: Vec<bool>,
}

impl Architecture {
    /// With or without biases in all layers.
    pub fn new(inputs: usize, widths: &[usize], biases: bool) -> Self {
        Architecture { inputs, widths: widths.to_vec(), biases: vec![biases; widths.len()] }
    }

    /// Number of weight layers, `L`.
    pub fn layers(&self) -> usize {
        self.widths.len()
    }

    /// Inputs of a layer, without the 1 of its bias.
    pub fn inputs_of(&self, layer: usize) -> usize {
        if layer == 0 { self.inputs } else { self.widths[layer - 1] }
    }

    /// Outputs of a layer.
    pub fn outputs_of(&self, layer: usize) -> usize {
        self.widths[layer]
    }

    /// Outputs of the network.
    pub fn outputs(&self) -> usize {
        self.widths.last().copied().unwrap_or(0)
    }

    /// Parameters of a unit of a layer: its weights, and its bias if it has one.
    pub fn parameters_of_unit(&self, layer: usize) -> usize {
        self.inputs_of(layer) + usize::from(self.biases[layer])
    }

    /// Parameters of a layer.
    pub fn parameters_of(&self, layer: usize) -> usize {
        self.outputs_of(layer) * self.parameters_of_unit(layer)
    }

    /// Number of parameters, `D`.
    pub fn parameters(&self) -> usize {
        (0..self.layers()).map(|layer| self.parameters_of(layer)).sum()
    }

    /// Number of units, those of the output included: rows of all weights.
    pub fn units(&self) -> usize {
        self.widths.iter().sum()
    }

    /// Where a layer starts in the flat parameter vector.
    pub fn offset(&self, layer: usize) -> usize {
        (0..layer).map(|before| self.parameters_of(before)).sum()
    }

    /// Where the weight from an input of a layer to a unit stands in the flat vector; the input after the last is the 1 of the bias.
    pub fn index(&self, layer: usize, unit: usize, input: usize) -> usize {
        let (inputs, start) = (self.inputs_of(layer), self.offset(layer));
        if input < inputs {
            start + unit * inputs + input
        } else {
            start + self.outputs_of(layer) * inputs + unit
        }
    }

    /// The dimension of the shifts that are common to all outputs: one for each parameter of an output unit.
    pub fn shift_dimension(&self) -> usize {
        self.layers().checked_sub(1).map_or(0, |last| self.parameters_of_unit(last))
    }

    /// Name of an entry of the flat parameter vector, such as `W1[0,2]` or `b2[1]`.
    pub fn parameter_name(&self, index: usize) -> String {
        for layer in 0..self.layers() {
            let (inputs, weights) = (self.inputs_of(layer), self.outputs_of(layer) * self.inputs_of(layer));
            let within = index - self.offset(layer);
            if within < weights {
                return format!("W{}[{},{}]", layer + 1, within / inputs, within % inputs);
            }
            if within < self.parameters_of(layer) {
                return format!("b{}[{}]", layer + 1, within - weights);
            }
        }
        format!("theta[{index}], beyond the {} parameters", self.parameters())
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.inputs)?;
        for width in &self.widths {
            write!(f, "-{width}")?;
        }
        let without: Vec<String> = (0..self.layers())
            .filter(|&layer| !self.biases[layer])
            .map(|layer| format!("b{}", layer + 1))
            .collect();
        match without.len() {
            0 => f.write_str(" with biases"),
            all if all == self.layers() => f.write_str(" without biases"),
            _ => write!(f, ", without {}", without.join(", ")),
        }
    }
}
