//! Which operation leaves a side without a real value.

use super::outcome::Operation;
use super::trial::exists;
use crate::claims::language::error::Place;
use crate::claims::language::program::{Case, Form, HIGHEST_ORDER, Node, Program, Value};
use crate::claims::language::syntax::{Function, Range};
use crate::claims::point::evaluate::{UNASSIGNED, World, at_height};
use crate::claims::point::place::Point;
use crate::number::{Jet, Rounded};

/// Expressions within each other that are looked into.
const MOST_STEPS: usize = 2000;

type Carried = Jet<Rounded, { 1 << HIGHEST_ORDER }>;

/// The innermost expression without a value whose own parts have values, and what is wrong with it.
pub(in crate::claims) fn blame(
    program: &Program,
    point: &Point<Rounded>,
    node: &Node,
    free: &[usize],
    ranges: &[Range],
    component: &[usize],
) -> Option<(Operation, Place)> {
    at_height(program.height(node), || {
        let world = World::<Carried>::new(program, point);
        world.prepare(node);
        let mut slots = vec![UNASSIGNED; ranges.len()];
        for (slot, index) in free.iter().zip(component) {
            slots[*slot] = *index;
        }
        let (mut found, mut steps) = (None, 0);
        let mut at = Some(Part { node, slots, ranges });
        while let Some(part) = at.take_if(|part| part.lacks_a_value(&world)) {
            found = Some((part.operation(), part.node.place));
            steps += 1;
            if steps > MOST_STEPS {
                // Definitions that lead back to themselves.
                return Some((Operation::Itself, part.node.place));
            }
            at = part.inner(program, &world);
        }
        found
    })
}

fn has_a_kink(form: &Form) -> bool {
    match form {
        Form::Call(function, _) => function.has_a_kink(),
        Form::Test(..) => true,
        _ => false,
    }
}

/// An expression with its indices assigned.
struct Part<'p> {
    node: &'p Node,
    slots: Vec<usize>,
    ranges: &'p [Range],
}

impl<'p> Part<'p> {
    fn lacks_a_value(&mut self, world: &World<Carried>) -> bool {
        !exists(&world.value(self.node, &mut self.slots, self.ranges).value())
    }

    /// What is wrong with it, if nothing is with what it is made of.
    fn operation(&self) -> Operation {
        match &self.node.form {
            Form::Divide(..) => Operation::Division,
            Form::Call(Function::Sqrt, _) => Operation::Root,
            Form::Call(Function::Ln, _) => Operation::Logarithm,
            // A slope that does not exist: that of a root of zero, as a rule.
            Form::Derivative(of, ..) => {
                if of.any(&has_a_kink) {
                    Operation::Kink
                } else {
                    Operation::Division
                }
            }
            Form::Power(..) => Operation::Division,
            Form::Raise(..) => Operation::Power,
            Form::Symbol(..) | Form::Cases(_) => Operation::Outside,
            Form::Inverse(..) => Operation::Inverse,
            Form::At(..) | Form::Expect(..) if self.node.any(&|form| has_a_kink(form)) => Operation::Kink,
            Form::At(..) | Form::Expect(..) if self.node.any(&|form| matches!(form, Form::Divide(..))) => {
                Operation::Division
            }
            Form::Call(..) | Form::Test(..) if has_a_kink(&self.node.form) => Operation::Kink,
            _ => Operation::Overflow,
        }
    }

    /// The first of the expressions that it is made of that lacks a value.
    fn inner(mut self, program: &'p Program, world: &World<Carried>) -> Option<Part<'p>> {
        match &self.node.form {
            Form::Sum(over, body) => {
                let body = Part { node: body, ..self };
                body.in_sum(world, over)
            }
            Form::Symbol(symbol, indices) => match &program.symbols[*symbol].value {
                Value::Defined(node, ranges) => {
                    let mut slots = vec![UNASSIGNED; ranges.len()];
                    for (slot, index) in slots.iter_mut().zip(indices) {
                        *slot = (index.value(&self.slots, |range| world.size(range)) - 1) as usize;
                    }
                    let symbol = &program.symbols[*symbol];
                    let within = symbol.ranges.iter().zip(&symbol.from_zero).zip(&slots);
                    let within = within.into_iter().all(|((range, zero), slot)| {
                        *slot < world.size(*range) || (*zero && *slot == UNASSIGNED)
                    });
                    within.then_some(Part { node, slots, ranges })
                }
                Value::Free { .. } => None,
            },
            Form::Cases(cases) => {
                let holds = |case: &&Case| {
                    case.conditions
                        .iter()
                        .all(|compared| compared.holds(&self.slots, |range| world.size(range)))
                };
                let case = cases.iter().find(holds)?;
                Some(Part { node: &case.value, slots: self.slots, ranges: self.ranges })
            }
            // What is in these has other values there.
            Form::At(..) | Form::Expect(..) | Form::Inverse(..) | Form::Determinant(_) => None,
            _ => self.node.children().into_iter().find_map(|node| {
                let mut child = Part { node, slots: std::mem::take(&mut self.slots), ranges: self.ranges };
                let lacks = child.lacks_a_value(world);
                if lacks {
                    return Some(child);
                }
                self.slots = child.slots;
                None
            }),
        }
    }

    /// The same with the first indices of a sum at which it lacks a value.
    fn in_sum(mut self, world: &World<Carried>, over: &[usize]) -> Option<Self> {
        let Some((slot, rest)) = over.split_first() else { return self.lacks_a_value(world).then_some(self) };
        (0..world.size(self.ranges[*slot])).find_map(|index| {
            self.slots[*slot] = index;
            let part = Part { slots: self.slots.clone(), ..self };
            part.in_sum(world, rest)
        })
    }
}
