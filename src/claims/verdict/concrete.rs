//! Ranges whose indices are not alike: where an index has a neighbour or a number, a claim is evaluated at sizes that are
//! numbers, one after the other. All other ranges have a size that is a number of the field.

use super::contents::uses_node;
use crate::claims::language::lengths::Lengths;
use crate::claims::language::program::{Assumed, Claim, Form, Idx, Node, Program, Value};
use crate::claims::language::syntax::{Range, Structure};

/// Ranges with sizes that are numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::claims) struct Concrete {
    /// Their sizes; zero for the other ranges.
    lengths: Option<Lengths>,
}

impl Concrete {
    /// The size of a range that has one.
    pub(in crate::claims) fn length(&self, range: Range) -> Option<usize> {
        self.lengths.map(|lengths| lengths.of(range)).filter(|length| *length > 0)
    }

    /// All sizes, those of other ranges large.
    pub(in crate::claims) fn lengths(&self) -> Lengths {
        Lengths::each(|range| self.length(range).unwrap_or(1 << 20))
    }

    /// Whether there are such ranges.
    pub(in crate::claims) fn any(&self) -> bool {
        self.lengths.is_some()
    }

    /// With these sizes for some ranges.
    pub(in crate::claims) fn of(ranges: &[Range], size: impl Fn(usize, Range) -> usize) -> Self {
        if ranges.is_empty() {
            return Concrete::default();
        }
        let length =
            |range: Range| ranges.iter().position(|own| *own == range).map_or(0, |place| size(place, range));
        Concrete { lengths: Some(Lengths::each(length)) }
    }
}

/// The ranges of a claim whose indices are not alike.
pub(in crate::claims) fn ordered(program: &Program, claim: &Claim) -> Vec<Range> {
    let mut found: Vec<Range> = Vec::new();
    let mut everything = false;
    let mut note = |range: Range| {
        if !found.contains(&range) && range != Range::UNKNOWN {
            found.push(range);
        }
    };
    uses_node(program, claim, &mut |node, slots| {
        for index in own_indices(program, node) {
            if let (Idx::Affine(sum), range) = index {
                range.into_iter().for_each(&mut note);
                sum.slots.iter().for_each(|(_, slot)| note(slots[*slot]));
                sum.sizes.iter().for_each(|(_, range)| note(*range));
            }
        }
        match &node.form {
            Form::Mask(compared) if !compared.is_symmetric() => {
                for index in [&compared.left, &compared.right] {
                    index.slots().for_each(|slot| note(slots[slot]));
                    index.affine().sizes.iter().for_each(|(_, range)| note(*range));
                }
            }
            Form::Index(index) | Form::IndexPower(_, index) => {
                index.slots().for_each(|slot| note(slots[slot]));
                index.affine().sizes.iter().for_each(|(_, range)| note(*range));
            }
            Form::Inverse(matrix, _) | Form::Determinant(matrix) => note(slots[matrix.row]),
            Form::Expect(symbol, ..) => program.symbols[*symbol].ranges.iter().for_each(|range| note(*range)),
            Form::At(..) => everything = true,
            _ => {}
        }
    });
    for condition in &claim.conditions {
        if !condition.is_symmetric() {
            for index in [&condition.left, &condition.right] {
                index.slots().for_each(|slot| note(claim.slots[slot]));
                index.affine().sizes.iter().for_each(|(_, range)| note(*range));
            }
        }
    }
    for (_, symbol) in program.used(claim) {
        let places = symbol.ranges.iter().zip(&symbol.from_zero);
        places.filter(|(_, zero)| **zero).for_each(|(range, _)| note(*range));
        if let Value::Free { structure: Some(structure), .. } = symbol.value
            && !matches!(structure, Structure::Symmetric | Structure::Diagonal)
        {
            symbol.ranges.iter().for_each(|range| note(*range));
        }
    }
    everything |= program.assumed(claim).any(|assumed| {
        matches!(assumed, Assumed::Equation(_))
            && !program.concerned(assumed).iter().all(|symbol| !claim.used.contains(symbol))
    });
    if everything {
        program.ranges().filter(|range| program.spans(claim, *range)).for_each(&mut note);
    }
    found.sort_unstable();
    found
}

/// The indices that stand in a node, with the range of the place at which each stands, where it has one.
fn own_indices<'n>(program: &Program, node: &'n Node) -> Vec<(&'n Idx, Option<Range>)> {
    match &node.form {
        Form::Symbol(symbol, indices) | Form::Derivative(_, symbol, indices, _) => {
            let ranges = program.symbols[*symbol].ranges.iter().copied();
            indices.iter().zip(ranges.map(Some)).collect()
        }
        _ => node.indices().into_iter().map(|index| (index, None)).collect(),
    }
}
