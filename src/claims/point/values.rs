//! Values of a quantity, or of a side of a claim.

use super::evaluate::{UNASSIGNED, World, roomy};
use super::place::{Point, Sizes};
use super::tower::{Base, Tower};
use crate::claims::language::program::{Claim, HIGHEST_ORDER, Node, Program, Value};
use crate::claims::language::syntax::Range;
use crate::number::Jet;

impl Program {
    /// All entries of the quantity with this name, row-major, at a point; nothing for an unknown name.
    ///
    /// ```
    /// use hsr::claims::{Derivation, Phi, Point, Sizes, Source};
    /// let text = "```claims\nparameter V[C,h]\nlet square[k] = sum[i] V[k,i]^2\nclaim own: square[k] = square[k]\n```\n";
    /// let derivation = Derivation::read(vec![Source { name: "own.md".into(), text: text.into() }], 0)?;
    /// let sizes = Sizes { samples: 1, inputs: 1, hidden: 2, classes: 2 };
    /// let point = Point::new(sizes, vec![vec![3.0, 4.0, 0.0, 1.0], vec![]], Phi::Any);
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
                let all = assignments(&free, slots, point.sizes);
                Some(values(self, point, node, symbol.order, &free, slots, &all))
            }
        }
    }
}

impl Claim {
    /// All values of the right side at a point, the free index that the left side mentions last running fastest.
    pub fn right_side<V: Tower + Base<Value = V>>(&self, program: &Program, point: &Point<V>) -> Vec<V> {
        side(program, self, point, &self.right, &components(self, point.sizes))
    }
}

/// All assignments of a claim's free indices, those left out that it sets apart; the last index runs fastest.
pub(in crate::claims) fn components(claim: &Claim, sizes: Sizes) -> Vec<Vec<usize>> {
    let free: Vec<usize> = claim.free.iter().map(|(_, slot)| *slot).collect();
    let mut all = assignments(&free, &claim.slots, sizes);
    all.retain(|component| !together(claim, component));
    all
}

/// Whether an assignment gives two indices the same value that the claim sets apart.
pub(in crate::claims) fn together(claim: &Claim, component: &[usize]) -> bool {
    let value = |slot: usize| {
        claim.free.iter().position(|(_, other)| *other == slot).and_then(|place| component.get(place))
    };
    claim.apart.iter().any(|(a, b)| value(*a) == value(*b))
}

fn assignments(free: &[usize], slots: &[Range], sizes: Sizes) -> Vec<Vec<usize>> {
    let lengths: Vec<usize> = free.iter().map(|slot| sizes.of(slots[*slot])).collect();
    (0..lengths.iter().product())
        .map(|mut rest: usize| {
            let mut assignment = vec![0; lengths.len()];
            for (value, length) in assignment.iter_mut().zip(&lengths).rev() {
                *value = rest % length;
                rest /= length;
            }
            assignment
        })
        .collect()
}

/// The values of one side, one for each assignment of the free indices.
pub(in crate::claims) fn side<V: Tower + Base<Value = V>>(
    program: &Program,
    claim: &Claim,
    point: &Point<V>,
    node: &Node,
    components: &[Vec<usize>],
) -> Vec<V> {
    let free: Vec<usize> = claim.free.iter().map(|(_, slot)| *slot).collect();
    values(program, point, node, claim.order, &free, &claim.slots, components)
}

/// The values of an expression, in numbers that carry its derivatives: few of them, or as many as are allowed.
fn values<V: Tower + Base<Value = V>>(
    program: &Program,
    point: &Point<V>,
    node: &Node,
    order: usize,
    free: &[usize],
    slots: &[Range],
    components: &[Vec<usize>],
) -> Vec<V> {
    match order {
        0 => values_in::<V>(program, point, node, free, slots, components),
        1 => values_in::<Jet<V, 2>>(program, point, node, free, slots, components),
        2..=3 => values_in::<Jet<V>>(program, point, node, free, slots, components),
        _ => values_in::<Jet<V, { 1 << HIGHEST_ORDER }>>(program, point, node, free, slots, components),
    }
}

fn values_in<T: Base>(
    program: &Program,
    point: &Point<T::Value>,
    node: &Node,
    free: &[usize],
    ranges: &[Range],
    components: &[Vec<usize>],
) -> Vec<T::Value> {
    roomy(program.height(node), || {
        let world = World::<T>::new(program, point);
        world.prepare(node);
        let mut slots = vec![UNASSIGNED; ranges.len()];
        let value = |component: &Vec<usize>| {
            for (slot, index) in free.iter().zip(component) {
                slots[*slot] = *index;
            }
            world.value(node, &mut slots, ranges).base()
        };
        components.iter().map(value).collect()
    })
}
