//! Which operation leaves a side without a real value.

use super::outcome::Operation;
use super::trial::exists;
use crate::claims::language::error::Place;
use crate::claims::language::program::{Form, Node, Program, Value};
use crate::claims::language::syntax::{Function, Range};
use crate::claims::point::evaluate::{UNASSIGNED, World};
use crate::claims::point::place::Point;
use crate::number::{Jet, Rounded};

type Carried = Jet<Jet<Jet<Rounded>>>;

/// The innermost expression without a value whose own parts have values, and what is wrong with it.
pub(in crate::claims) fn blame(
    program: &Program,
    point: &Point<Rounded>,
    node: &Node,
    free: &[usize],
    ranges: &[Range],
    component: &[usize],
) -> Option<(Operation, Place)> {
    let world = World::<Carried>::new(program, point);
    let mut slots = vec![UNASSIGNED; ranges.len()];
    for (slot, index) in free.iter().zip(component) {
        slots[*slot] = *index;
    }
    within(program, &world, node, &mut slots, ranges)
}

fn within(
    program: &Program,
    world: &World<Carried>,
    node: &Node,
    slots: &mut [usize],
    ranges: &[Range],
) -> Option<(Operation, Place)> {
    if exists(&world.value(node, slots, ranges).re.re.re) {
        return None;
    }
    let operation = match &node.form {
        Form::Divide(..) => Operation::Division,
        Form::Call(Function::Sqrt, _) => Operation::Root,
        Form::Call(Function::Ln, _) => Operation::Logarithm,
        // A slope that does not exist: that of a root of zero, as a rule.
        Form::Derivative(..) => Operation::Division,
        _ => Operation::Overflow,
    };
    let inner = match &node.form {
        Form::Sum(over, body) => in_sum(program, world, over, body, slots, ranges),
        Form::Symbol(symbol, indices) => match &program.symbols[*symbol].value {
            Value::Defined(body, own) => {
                let mut inside = vec![UNASSIGNED; own.len()];
                for (slot, index) in inside.iter_mut().zip(indices) {
                    *slot = slots[*index];
                }
                within(program, world, body, &mut inside, own)
            }
            Value::Free { .. } => None,
        },
        _ => node.children().into_iter().find_map(|child| within(program, world, child, slots, ranges)),
    };
    Some(inner.unwrap_or((operation, node.place)))
}

fn in_sum(
    program: &Program,
    world: &World<Carried>,
    over: &[usize],
    body: &Node,
    slots: &mut [usize],
    ranges: &[Range],
) -> Option<(Operation, Place)> {
    let Some((slot, rest)) = over.split_first() else { return within(program, world, body, slots, ranges) };
    let found = (0..world.size(ranges[*slot])).find_map(|index| {
        slots[*slot] = index;
        in_sum(program, world, rest, body, slots, ranges)
    });
    slots[*slot] = UNASSIGNED;
    found
}
