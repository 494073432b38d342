//! Sizes of a network of any depth, and which blocks of its Hessian there are. Layers are counted from 0 here.

use crate::fast::sizes::{diagonal, packed};
use crate::model::Architecture;
use std::ops::Range;

/// Widths and biases, as the buffers need them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    /// Inputs, then the outputs of each weight layer.
    widths: Vec<usize>,
    /// 1 for a layer with a bias, 0 for one without.
    biases: Vec<usize>,
}

impl Sizes {
    pub fn of(architecture: &Architecture) -> Self {
        let widths = std::iter::once(architecture.inputs).chain(architecture.widths.iter().copied());
        Sizes {
            widths: widths.collect(),
            biases: architecture.biases.iter().map(|&bias| usize::from(bias)).collect(),
        }
    }

    /// Weight layers.
    pub fn layers(&self) -> usize {
        self.biases.len()
    }

    /// Hidden layers.
    pub fn hidden(&self) -> usize {
        self.layers() - 1
    }

    pub fn bias(&self, layer: usize) -> usize {
        self.biases[layer]
    }

    pub fn inputs(&self, layer: usize) -> usize {
        self.widths[layer]
    }

    pub fn outputs(&self, layer: usize) -> usize {
        self.widths[layer + 1]
    }

    /// Inputs of a layer with the 1 of its bias.
    pub fn augmented(&self, layer: usize) -> usize {
        self.inputs(layer) + self.bias(layer)
    }

    /// Entries of `K` of two layers: pairs of their units, those of a layer with itself packed.
    pub fn units(&self, m: usize, l: usize) -> usize {
        if m == l { packed(self.outputs(m)) } else { self.outputs(m) * self.outputs(l) }
    }

    /// How many of them belong to unit `p` of `l`: one for each unit of `m`, and in its own layer one for each from itself on.
    pub fn columns(&self, m: usize, l: usize, p: usize) -> usize {
        if m == l { self.outputs(m) - p } else { self.outputs(m) }
    }

    /// Which of them belong to unit `p` of `l`: unit follows unit.
    pub fn entries(&self, (m, l): (usize, usize), p: usize) -> Range<usize> {
        let start = if m == l { diagonal(self.outputs(m), p) } else { p * self.outputs(m) };
        start..start + self.columns(m, l, p)
    }

    /// Pairs of their inputs: those of a layer with itself are packed.
    pub fn input_pairs(&self, m: usize, l: usize) -> usize {
        if m == l { packed(self.augmented(m)) } else { self.augmented(m) * self.augmented(l) }
    }
}

/// Where the block of layers `m >= l` stands among all.
pub(super) fn at(m: usize, l: usize) -> usize {
    m * (m + 1) / 2 + l
}

/// How many blocks there are of so many layers.
pub(super) fn blocks(layers: usize) -> usize {
    at(layers, 0)
}
