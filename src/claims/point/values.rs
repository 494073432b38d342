//! All values of a quantity, or of a side of a claim.

use super::evaluate::{Point, World};
use super::tower::{Base, Tower};
use crate::claims::language::program::{Claim, Node, Program, Value};
use crate::claims::language::syntax::Range;
use crate::number::Jet;

impl Program {
    /// All entries of the quantity with this name, row-major, at a point; nothing for an unknown name.
    ///
    /// ```
    /// use hsr::claims::{Derivation, Point, Sizes, Source};
    /// let text = "```claims\nparameter V[C,h]\nlet square[k] = sum[i] V[k,i]^2\nclaim own: square[k] = square[k]\n```\n";
    /// let derivation = Derivation::read(vec![Source { name: "own.md".into(), text: text.into() }], 0)?;
    /// let sizes = Sizes { samples: 1, inputs: 1, hidden: 2, classes: 2 };
    /// let free = vec![vec![3.0, 4.0, 0.0, 1.0], vec![]];
    /// let point = Point { sizes, free, activation: None };
    /// assert_eq!(derivation.program.quantity("square", &point), Some(vec![25.0, 1.0]));
    /// # Ok::<(), hsr::claims::SourceError>(())
    /// ```
    pub fn quantity<V: Tower + Base<Value = V>>(&self, name: &str, point: &Point<V>) -> Option<Vec<V>> {
        let index = self.find(name)?;
        let symbol = &self.symbols[index];
        match &symbol.value {
            Value::Free { .. } => point.free.get(index).cloned(),
            Value::Defined(node, slots) => {
                let free: Vec<usize> = (0..symbol.ranges.len()).collect();
                Some(values(self, point, node, symbol.order, &free, slots))
            }
        }
    }
}

impl Claim {
    /// All values of the right side at a point, the free index that the left side mentions last running fastest.
    pub fn right_side<V: Tower + Base<Value = V>>(&self, program: &Program, point: &Point<V>) -> Vec<V> {
        side(program, self, point, &self.right)
    }
}

/// All values of both sides.
pub(in crate::claims) fn both<V: Tower + Base<Value = V>>(
    program: &Program,
    claim: &Claim,
    point: &Point<V>,
) -> (Vec<V>, Vec<V>) {
    (side(program, claim, point, &claim.left), side(program, claim, point, &claim.right))
}

/// All values of one side.
pub(in crate::claims) fn side<V: Tower + Base<Value = V>>(
    program: &Program,
    claim: &Claim,
    point: &Point<V>,
    node: &Node,
) -> Vec<V> {
    let free: Vec<usize> = claim.free.iter().map(|(_, slot)| *slot).collect();
    values(program, point, node, claim.order, &free, &claim.slots)
}

/// All values of an expression, one for each assignment of its free indices, in the tower that carries the derivatives
/// of the expression and no more.
fn values<V: Tower + Base<Value = V>>(
    program: &Program,
    point: &Point<V>,
    node: &Node,
    order: usize,
    free: &[usize],
    slots: &[Range],
) -> Vec<V> {
    match order {
        0 => values_in::<V>(program, point, node, free, slots),
        1 => values_in::<Jet<V>>(program, point, node, free, slots),
        2 => values_in::<Jet<Jet<V>>>(program, point, node, free, slots),
        _ => values_in::<Jet<Jet<Jet<V>>>>(program, point, node, free, slots),
    }
}

fn values_in<T: Base>(
    program: &Program,
    point: &Point<T::Value>,
    node: &Node,
    free: &[usize],
    ranges: &[Range],
) -> Vec<T::Value> {
    let world = World::<T>::new(program, point);
    let sizes: Vec<usize> = free.iter().map(|slot| point.sizes.of(ranges[*slot])).collect();
    let count: usize = sizes.iter().product();
    let mut slots = vec![0; ranges.len()];
    (0..count)
        .map(|mut rest| {
            for (slot, size) in free.iter().zip(&sizes).rev() {
                slots[*slot] = rest % size;
                rest /= size;
            }
            world.value(node, &mut slots, ranges).base()
        })
        .collect()
}
