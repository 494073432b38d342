//! The sizes of a network with its data, and the order of its parameters.

use std::fmt;

/// Numbers of samples `N`, inputs `d`, hidden units `h` and classes `C`, and whether there are biases.
///
/// ```
/// use hsr::model::Shape;
/// let iris = Shape { samples: 150, inputs: 4, hidden: 8, classes: 3, biases: true };
/// assert_eq!(iris.parameters(), 8 * 5 + 3 * 9);
/// assert_eq!(iris.null_dimension(), 9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Samples, `N`.
    pub samples: usize,
    /// Inputs of a sample, `d`.
    pub inputs: usize,
    /// Hidden units, `h`.
    pub hidden: usize,
    /// Classes, `C`.
    pub classes: usize,
    /// Whether the network has the biases `b` and `c`.
    pub biases: bool,
}

/// One of the four groups of parameters, in the order that they have in the flat parameter vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Hidden weights, `h x d`.
    W,
    /// Hidden biases, `h`.
    B,
    /// Output weights, `C x h`.
    V,
    /// Output biases, `C`.
    C,
}

impl Group {
    /// All four, in order.
    pub const ALL: [Group; 4] = [Group::W, Group::B, Group::V, Group::C];

    /// The group's name in formulas and messages.
    pub fn name(self) -> &'static str {
        match self {
            Group::W => "W",
            Group::B => "b",
            Group::V => "V",
            Group::C => "c",
        }
    }
}

impl Shape {
    /// Rows and columns of a group; a bias that the network lacks has no rows.
    pub fn dimensions(&self, group: Group) -> (usize, usize) {
        let present = usize::from(self.biases);
        match group {
            Group::W => (self.hidden, self.inputs),
            Group::B => (self.hidden * present, 1),
            Group::V => (self.classes, self.hidden),
            Group::C => (self.classes * present, 1),
        }
    }

    /// Number of parameters in a group.
    pub fn size(&self, group: Group) -> usize {
        let (rows, columns) = self.dimensions(group);
        rows * columns
    }

    /// Where a group starts in the flat parameter vector.
    pub fn offset(&self, group: Group) -> usize {
        let before = Group::ALL.into_iter().take_while(|&other| other != group);
        before.map(|other| self.size(other)).sum()
    }

    /// The four groups of a flat vector of `D` entries; a bias that the network lacks is empty.
    pub(crate) fn groups_mut<'a>(&self, flat: &'a mut [f64]) -> [&'a mut [f64]; 4] {
        let (w, rest) = flat.split_at_mut(self.size(Group::W));
        let (b, rest) = rest.split_at_mut(self.size(Group::B));
        let (v, c) = rest.split_at_mut(self.size(Group::V));
        [w, b, v, c]
    }

    /// Number of parameters, `D`.
    pub fn parameters(&self) -> usize {
        Group::ALL.into_iter().map(|group| self.size(group)).sum()
    }

    /// Number of parameters in the hidden layer (`W` and `b`).
    pub fn hidden_parameters(&self) -> usize {
        self.size(Group::W) + self.size(Group::B)
    }

    /// Number of parameters in the output layer (`V` and `c`).
    pub fn output_parameters(&self) -> usize {
        self.size(Group::V) + self.size(Group::C)
    }

    /// Dimension of the space of shifts of all logits, on which the Hessian vanishes: `h + 1`, or `h` without biases.
    pub fn null_dimension(&self) -> usize {
        self.hidden + usize::from(self.biases)
    }

    /// The size of the Hessian without that space, `D - (h+1)`, or `D - h` without biases.
    pub fn reduced_parameters(&self) -> usize {
        self.parameters() - self.null_dimension()
    }

    /// The size of the output block without that space, `(C-1)(h+1)`, or `(C-1) h` without biases.
    pub fn reduced_output_parameters(&self) -> usize {
        self.output_parameters() - self.null_dimension()
    }

    /// Name of an entry of the flat parameter vector, such as `W[1,0]` or `c[2]`.
    pub fn parameter_name(&self, index: usize) -> String {
        for group in Group::ALL {
            let start = self.offset(group);
            if index < start + self.size(group) {
                let (_, columns) = self.dimensions(group);
                let (row, column) = ((index - start) / columns, (index - start) % columns);
                return match group {
                    Group::W | Group::V => format!("{}[{row},{column}]", group.name()),
                    Group::B | Group::C => format!("{}[{row}]", group.name()),
                };
            }
        }
        format!("theta[{index}], beyond the {} parameters", self.parameters())
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Shape { samples, inputs, hidden, classes, biases } = self;
        let with = if *biases { "with" } else { "without" };
        write!(f, "N={samples} d={inputs} h={hidden} C={classes} {with} biases")
    }
}
