//! What a claim is made of, its definitions included.

use crate::claims::language::program::{Claim, Form, Node, Program};
use crate::claims::language::syntax::{Function, Range};
use std::collections::BTreeSet;

/// Whether a claim uses a node of some form, directly or in definitions.
pub(in crate::claims) fn uses(program: &Program, claim: &Claim, what: &dyn Fn(&Form) -> bool) -> bool {
    let defined = program.definitions(claim).map(|(node, _)| node);
    [&claim.left, &claim.right].into_iter().chain(defined).any(|node| any(node, what))
}

/// Looks at every node of a claim and of its definitions, with the ranges of the slots of its statement.
pub(in crate::claims) fn uses_node<'p>(
    program: &'p Program,
    claim: &'p Claim,
    look: &mut dyn FnMut(&'p Node, &'p [Range]),
) {
    fn within<'p>(node: &'p Node, slots: &'p [Range], look: &mut dyn FnMut(&'p Node, &'p [Range])) {
        look(node, slots);
        node.children().into_iter().for_each(|child| within(child, slots, look));
    }
    within(&claim.left, &claim.slots, look);
    within(&claim.right, &claim.slots, look);
    program.definitions(claim).for_each(|(node, slots)| within(node, slots, look));
}

pub(in crate::claims) fn any(node: &Node, what: &dyn Fn(&Form) -> bool) -> bool {
    what(&node.form) || node.children().into_iter().any(|child| any(child, what))
}

/// The functions that a claim uses, directly or in definitions, in the order in which they are met.
pub(in crate::claims) fn functions(program: &Program, claim: &Claim) -> Vec<Function> {
    let mut found = Vec::new();
    collect(&claim.left, &mut found);
    collect(&claim.right, &mut found);
    program.definitions(claim).for_each(|(node, _)| collect(node, &mut found));
    found
}

fn collect(node: &Node, found: &mut Vec<Function>) {
    if let Form::Call(function, _) = &node.form
        && !found.contains(function)
    {
        found.push(*function);
    }
    for child in node.children() {
        collect(child, found);
    }
}

/// The numbers that stand in a claim or in the definitions that it uses: fractions too, and what lies beside each.
pub(in crate::claims) fn literals(program: &Program, claim: &Claim) -> Vec<f64> {
    let mut whole: BTreeSet<i64> = whole_numbers(program, claim);
    whole.insert(1);
    let mut found: Vec<f64> = whole.iter().map(|number| *number as f64).collect();
    uses_node(program, claim, &mut |node, _| {
        if let Form::Divide(x, y) = &node.form
            && let (Form::Number(above), Form::Number(below)) = (&x.form, &y.form)
        {
            found.push(*above as f64 / *below as f64);
        }
    });
    let few: Vec<f64> = whole.iter().take(MOST_LITERALS).map(|number| *number as f64).collect();
    let quotients = few.iter().flat_map(|a| few.iter().filter(|b| **b != 0.0).map(move |b| a / b));
    found.extend(quotients);
    let beside: Vec<f64> = few.iter().flat_map(|number| [number + 1.0, number - 1.0, 2.0 * number]).collect();
    found.extend(beside);
    found.sort_by(f64::total_cmp);
    found.dedup();
    // Between two of them something may be different than on either side.
    let between: Vec<f64> =
        found.windows(2).take(MOST_BETWEEN).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
    found.extend(between);
    found
}

/// Numbers that are tried between those of a claim.
const MOST_BETWEEN: usize = 60;

/// Numbers of a claim of which quotients are made.
const MOST_LITERALS: usize = 6;

/// The whole numbers that stand in a claim or in the definitions that it uses.
pub(in crate::claims) fn whole_numbers(program: &Program, claim: &Claim) -> BTreeSet<i64> {
    let mut found = BTreeSet::new();
    uses_node(program, claim, &mut |node, _| {
        if let Form::Number(number) = node.form {
            found.insert(number);
        }
        for index in node.indices() {
            found.insert(index.affine().constant.abs());
        }
    });
    found
}
