//! Values of a quantity, or of a side of a claim.

use super::evaluate::{UNASSIGNED, World, at_height};
use super::place::{Phi, Point, Sizes};
use super::tower::{Base, Evaluable, Tower};
use crate::claims::language::lengths::Lengths;
use crate::claims::language::program::{Claim, HIGHEST_ORDER, Node, Program, Value};
use crate::claims::language::source::Derivation;
use crate::claims::language::syntax::Range;
use crate::number::Jet;
use crate::words::shown;

/// Why values do not make a point: a quantity has another number of entries.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} needs {needed} values at {sizes}, not {given}", shown(quantity))]
#[non_exhaustive]
pub struct PointError {
    /// The name of the quantity.
    pub quantity: String,
    /// The sizes of the point.
    pub sizes: Sizes,
    /// How many entries the quantity has at these sizes.
    pub needed: usize,
    /// How many values were given.
    pub given: usize,
}

impl Derivation {
    /// A point with these sizes, this function for `phi`, and the values that `values` gives to each free quantity by its
    /// name, row-major.
    ///
    /// ```
    /// use hsr::claims::{Derivation, Phi, Sizes, Source};
    /// let text = "```claims\nparameter V[C,h]\nlet square[k] = sum[i] V[k,i]^2\nclaim own: 2*square[k] = 0\n```\n";
    /// let derivation = Derivation::read(vec![Source { name: "own.md".into(), text: text.into() }], 0)?;
    /// let sizes = Sizes::of_network(1, 1, 2, 2);
    /// let error = derivation.point(&sizes, Phi::Any, |_| vec![3.0]).unwrap_err();
    /// assert_eq!(error.to_string(), "V needs 4 values at N=1 d=1 h=2 C=2, not 1");
    /// # Ok::<(), hsr::claims::SourceError>(())
    /// ```
    ///
    /// # Errors
    /// [`PointError`] for a quantity that gets another number of values than it has entries.
    pub fn point<V: Evaluable>(
        &self,
        sizes: &Sizes,
        phi: Phi,
        mut values: impl FnMut(&str) -> Vec<V>,
    ) -> Result<Point<V>, PointError> {
        let lengths = sizes.lengths(&self.program);
        let mut free = Vec::new();
        for (index, symbol) in self.program.symbols.iter().enumerate() {
            let entries = match symbol.value {
                Value::Defined(..) => Vec::new(),
                Value::Free { .. } => {
                    let (needed, entries) = (self.program.entries(index, &lengths), values(&symbol.name));
                    let given = entries.len();
                    if given != needed {
                        let (quantity, sizes) = (symbol.name.clone(), sizes.clone());
                        return Err(PointError { quantity, sizes, needed, given });
                    }
                    entries
                }
            };
            free.push(entries);
        }
        Ok(Point::new(lengths, free, phi))
    }

    /// The entries of the quantity with this name at a point, row-major; `None` if there is no such quantity.
    ///
    /// ```
    /// use hsr::claims::{Derivation, Phi, Sizes, Source};
    /// let text = "```claims\nparameter V[C,h]\nlet square[k] = sum[i] V[k,i]^2\nclaim own: 2*square[k] = 0\n```\n";
    /// let derivation = Derivation::read(vec![Source { name: "own.md".into(), text: text.into() }], 0)?;
    /// let sizes = Sizes::of_network(1, 1, 2, 2);
    /// let point = derivation.point(&sizes, Phi::Any, |_| vec![3.0, 4.0, 0.0, 1.0])?;
    /// assert_eq!(derivation.quantity("square", &point), Some(vec![25.0, 1.0]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// If the point was made by another derivation, or before a quantity was taken as free.
    pub fn quantity<V: Evaluable>(&self, name: &str, point: &Point<V>) -> Option<Vec<V>> {
        let index = self.program.find(name)?;
        let symbol = &self.program.symbols[index];
        match &symbol.value {
            Value::Free { .. } => point.free.get(index).cloned(),
            Value::Defined(node, slots) => {
                let free: Vec<usize> = (0..symbol.ranges.len()).collect();
                let lengths: Vec<usize> =
                    free.iter().map(|at| self.program.length(index, *at, &point.sizes)).collect();
                let mut all = assignments(&lengths);
                for assignment in &mut all {
                    for (value, zero) in assignment.iter_mut().zip(&symbol.from_zero) {
                        *value = if *zero { value.wrapping_sub(1) } else { *value };
                    }
                }
                Some(values(&self.program, point, node, symbol.order, &free, slots, &all))
            }
        }
    }

    /// How many values each index of the quantity with this name takes at these sizes, none for a scalar; `None` if there is no such
    /// quantity. Its entries, row-major, are as many as the product.
    ///
    /// ```
    /// use hsr::claims::{Derivation, Sizes, Source};
    /// let text = "```claims\nparameter V[C,h]\nclaim twice: V[k,i] + V[k,i] = 2*V[k,i]\n```\n";
    /// let derivation = Derivation::read(vec![Source { name: "own.md".into(), text: text.into() }], 0)?;
    /// assert_eq!(derivation.shape("V", &Sizes::of_network(1, 1, 2, 3)), Some(vec![3, 2]));
    /// # Ok::<(), hsr::claims::SourceError>(())
    /// ```
    pub fn shape(&self, quantity: &str, sizes: &Sizes) -> Option<Vec<usize>> {
        let (index, lengths) = (self.program.find(quantity)?, sizes.lengths(&self.program));
        let places = 0..self.program.symbols[index].ranges.len();
        Some(places.map(|place| self.program.length(index, place, &lengths)).collect())
    }

    /// The values of the right side of the claim with this name at a point, one for each assignment of its free indices, of
    /// which the last runs fastest; `None` if there is no such claim.
    ///
    /// ```
    /// use hsr::claims::{Derivation, Phi, Sizes, Source};
    /// let text = "```claims\nparameter V[C,h]\nclaim slope: d(V[k,i]^2)/d V[k,i] = 2*V[k,i]\n```\n";
    /// let derivation = Derivation::read(vec![Source { name: "own.md".into(), text: text.into() }], 0)?;
    /// let sizes = Sizes::of_network(1, 1, 2, 1);
    /// let point = derivation.point(&sizes, Phi::Any, |_| vec![3.0, 4.0])?;
    /// assert_eq!(derivation.right_side("slope", &point), Some(vec![6.0, 8.0]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// If the point was made by another derivation, or before a quantity was taken as free.
    pub fn right_side<V: Evaluable>(&self, claim: &str, point: &Point<V>) -> Option<Vec<V>> {
        let claim = self.program.claims.iter().find(|other| other.name == claim)?;
        Some(side(&self.program, claim, point, &claim.right, &components(claim, &point.sizes)))
    }
}

/// All assignments of a claim's free indices that satisfy its conditions; the last index runs fastest.
pub(in crate::claims) fn components(claim: &Claim, sizes: &Lengths) -> Vec<Vec<usize>> {
    let lengths: Vec<usize> = claim.free.iter().map(|(_, slot)| sizes.of(claim.slots[*slot])).collect();
    let mut all = assignments(&lengths);
    all.retain(|component| !excluded(claim, component, sizes));
    all
}

/// Whether a claim is not about an assignment of its free indices.
pub(in crate::claims) fn excluded(claim: &Claim, component: &[usize], sizes: &Lengths) -> bool {
    if claim.conditions.is_empty() {
        return false;
    }
    let mut slots = vec![UNASSIGNED; claim.slots.len()];
    for ((_, slot), index) in claim.free.iter().zip(component) {
        slots[*slot] = *index;
    }
    !claim.conditions.iter().all(|condition| condition.holds(&slots, |range| sizes.of(range)))
}

/// All tuples of indices below these lengths; the last index runs fastest.
pub(super) fn assignments(lengths: &[usize]) -> Vec<Vec<usize>> {
    (0..lengths.iter().product())
        .map(|mut rest: usize| {
            let mut assignment = vec![0; lengths.len()];
            for (value, length) in assignment.iter_mut().zip(lengths).rev() {
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
pub(in crate::claims) fn values<V: Tower + Base<Value = V>>(
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
    at_height(program.height(node), || {
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
