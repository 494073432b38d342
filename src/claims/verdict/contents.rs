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

/// The whole numbers that stand in a claim or in the definitions that it uses.
pub(in crate::claims) fn literals(program: &Program, claim: &Claim) -> Vec<i64> {
    fn within(node: &Node, found: &mut BTreeSet<i64>) {
        if let Form::Number(number) = node.form {
            found.insert(number);
        }
        node.children().into_iter().for_each(|child| within(child, found));
    }
    let mut found = BTreeSet::new();
    within(&claim.left, &mut found);
    within(&claim.right, &mut found);
    program.definitions(claim).for_each(|(node, _)| within(node, &mut found));
    found.into_iter().collect()
}
