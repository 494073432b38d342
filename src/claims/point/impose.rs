//! Points that satisfy what is assumed: an equality that is linear in the entries of a free quantity is solved for some of them.

use super::place::Point;
use super::tower::{Base, Tower};
use super::values::{assignments, values};
use crate::claims::language::error::Place;
use crate::claims::language::program::{Assumed, Claim, Equation, Form, Idx, Node, Program};
use crate::claims::language::syntax::{Relation, Structure};
use crate::number::Degree;

/// No point was made: what is assumed has no solution there. Another point, or another size, may have one.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Unusable;

/// Entries that are solved for.
const MOST_UNKNOWNS: usize = 400;
/// Ways to choose the quantities that are solved for.
const MOST_CHOICES: usize = 24;

/// Solves what is assumed.
///
/// # Errors
/// [`Unusable`] where there is no solution.
pub(in crate::claims) fn impose<V: Tower + Base<Value = V>>(
    program: &Program,
    claim: &Claim,
    point: &mut Point<V>,
) -> Result<(), Unusable> {
    let (mut equations, mut sums, mut chosen) = (Vec::new(), Vec::new(), Vec::new());
    for assumed in program.assumed(claim) {
        match assumed {
            Assumed::Equation(equation) => equations.push(&**equation),
            Assumed::SumsToOne { symbol } => sums.push(*symbol),
            Assumed::OneOf { symbol, .. } => chosen.push(*symbol),
            _ => {}
        }
    }
    if equations.is_empty() || !V::SOLVES {
        return Ok(());
    }
    // Entries that are one of two numbers are not solved for, where there is anything else.
    let unknowns = |equation: &Equation| -> Vec<usize> {
        let own = equation.unknowns.iter().copied();
        let others: Vec<usize> = own.clone().filter(|symbol| !chosen.contains(symbol)).collect();
        if others.is_empty() { own.collect() } else { others }
    };
    let own: Vec<Vec<usize>> = equations.iter().map(|equation| unknowns(equation)).collect();
    // A row that sums to one does so beside the equations that its quantity is in.
    let further: Vec<Equation> = sums
        .into_iter()
        .filter(|symbol| own.iter().any(|unknowns| unknowns.contains(symbol)))
        .filter_map(|symbol| sum_to_one(program, symbol))
        .collect();
    let own: Vec<Vec<usize>> =
        own.into_iter().chain(further.iter().map(|equation| equation.unknowns.clone())).collect();
    equations.extend(&further);
    let choices = own.iter().map(Vec::len).product::<usize>();
    let drawn = point.free.clone();
    // Which quantity is solved for differs from point to point.
    let first = drawn.iter().flatten().take(5).fold(0, |bits, entry| 2 * bits + entry.choice(2));
    for choice in 0..choices.min(MOST_CHOICES) {
        point.free.clone_from(&drawn);
        let mut rest = choice + first;
        let mut unknowns = Vec::new();
        for own in &own {
            unknowns.push(own[rest % own.len()]);
            rest /= own.len();
        }
        if solved(program, point, &equations, &unknowns) && keeps(program, claim, point) {
            return Ok(());
        }
    }
    Err(Unusable)
}

/// Whether entries that were solved for are still what else is assumed of them.
fn keeps<V: Tower>(program: &Program, claim: &Claim, point: &Point<V>) -> bool {
    program.assumed(claim).all(|assumed| match assumed {
        Assumed::Positive { symbol } => point.free[*symbol].iter().all(V::is_surely_positive),
        Assumed::OneOf { symbol, values } => point.free[*symbol].iter().all(|entry| {
            values.iter().any(|(above, below)| is_small(&(*entry - V::integer(*above) / V::integer(*below))))
        }),
        _ => true,
    })
}

/// The equation that says that the rows of a quantity sum to one.
fn sum_to_one(program: &Program, symbol: usize) -> Option<Equation> {
    let slots = program.symbols[symbol].ranges.clone();
    let (last, rest) = slots.len().checked_sub(1).map(|last| (last, (0..last).collect::<Vec<_>>()))?;
    let place = Place::default();
    let indices = (0..slots.len()).map(Idx::Slot).collect();
    let entry = Node { form: Form::Symbol(symbol, indices), place };
    Some(Equation {
        left: Node { form: Form::Sum(vec![last], Box::new(entry)), place },
        relation: Relation::Equal,
        right: Node { form: Form::Number(1), place },
        free: rest,
        slots,
        order: 0,
        used: [symbol].into_iter().collect(),
        unknowns: vec![symbol],
        text: String::new(),
    })
}

/// Solves each equality for its quantity, those for the same one together, and says whether all hold then.
fn solved<V: Tower + Base<Value = V>>(
    program: &Program,
    point: &mut Point<V>,
    equations: &[&Equation],
    unknowns: &[usize],
) -> bool {
    let mut done: Vec<usize> = Vec::new();
    for unknown in unknowns {
        if done.contains(unknown) {
            continue;
        }
        done.push(*unknown);
        let own = equations.iter().zip(unknowns).filter(|(_, other)| *other == unknown);
        let own: Vec<&Equation> = own.map(|(equation, _)| *equation).collect();
        if !solve(program, point, &own, *unknown) {
            return false;
        }
    }
    equations.iter().all(|equation| residuals(program, point, equation).iter().all(is_small))
}

/// Zero, but for rounding.
fn is_small<V: Tower>(value: &V) -> bool {
    match value.float() {
        Some(float) => float.abs() <= 8.0 * value.error() + 1e-300,
        None => value.is_nothing(),
    }
}

/// Left minus right of an equality, for all values of its free indices.
fn residuals<V: Tower + Base<Value = V>>(program: &Program, point: &Point<V>, equation: &Equation) -> Vec<V> {
    let difference = Form::Subtract(Box::new(equation.left.clone()), Box::new(equation.right.clone()));
    let node = Node { form: difference, place: equation.left.place };
    let lengths: Vec<usize> =
        equation.free.iter().map(|slot| point.sizes.of(equation.slots[*slot])).collect();
    let Equation { order, free, slots, .. } = equation;
    values(program, point, &node, *order, free, slots, &assignments(&lengths))
}

/// Solves equalities for the entries of a quantity: those of the columns with pivots follow from the others.
fn solve<V: Tower + Base<Value = V>>(
    program: &Program,
    point: &mut Point<V>,
    equations: &[&Equation],
    unknown: usize,
) -> bool {
    let entries = movable(program, point, unknown);
    if entries.len() > MOST_UNKNOWNS {
        return false;
    }
    let zero = V::integer(0);
    // Linear: its values where one entry has moved by one say what it takes.
    let all = |point: &Point<V>| -> Vec<V> {
        equations.iter().flat_map(|equation| residuals(program, point, equation)).collect()
    };
    let set = |point: &mut Point<V>, at: usize, value: V| {
        point.free[unknown][entries[at].0] = value;
        if let Some((mirror, negative)) = entries[at].1 {
            point.free[unknown][mirror] = if negative { -value } else { value };
        }
    };
    let drawn: Vec<V> = entries.iter().map(|(entry, _)| point.free[unknown][*entry]).collect();
    // From zero: no digits are lost.
    for at in 0..entries.len() {
        set(point, at, zero);
    }
    let constant = all(point);
    if constant.iter().any(|value| !value.exists()) {
        return false;
    }
    let mut columns = Vec::new();
    for at in 0..entries.len() {
        set(point, at, V::integer(1));
        let moved = all(point);
        columns.push(
            moved.into_iter().zip(&constant).map(|(moved, constant)| moved - *constant).collect::<Vec<V>>(),
        );
        set(point, at, zero);
    }
    let rows = constant.len();
    // Row by row: the factors of the entries, and what they must add up to.
    let mut system: Vec<Vec<V>> = (0..rows)
        .map(|row| columns.iter().map(|column| column[row]).chain([-constant[row]]).collect())
        .collect();
    let mut pivots: Vec<(usize, usize)> = Vec::new();
    let mut free: Vec<usize> = (0..rows).collect();
    for column in 0..entries.len() {
        let scale = system.iter().flatten().map(Tower::weight).fold(0.0, f64::max);
        let clear = |row: &usize| {
            let value = system[*row][column];
            match value.float() {
                Some(_) => value.weight() > 1e-9 * scale,
                None => value.weight() > 0.0,
            }
        };
        let best = free.iter().copied().filter(|row| clear(row)).max_by(|a, b| {
            system[*a][column].weight().total_cmp(&system[*b][column].weight()).then(b.cmp(a))
        });
        let Some(best) = best else { continue };
        free.retain(|row| *row != best);
        pivots.push((best, column));
        let divisor = system[best][column];
        let mut own: Vec<V> = system[best].iter().map(|value| *value / divisor).collect();
        own[column] = V::integer(1);
        for row in &mut system {
            let factor = row[column];
            if factor.is_nothing() {
                continue;
            }
            for (value, own) in row.iter_mut().zip(&own) {
                *value -= factor * *own;
            }
            row[column] = zero;
        }
        system[best] = own;
    }
    let solved: Vec<usize> = pivots.iter().map(|(_, column)| *column).collect();
    for at in (0..entries.len()).filter(|at| !solved.contains(at)) {
        set(point, at, drawn[at]);
    }
    for (row, column) in &pivots {
        let mut value = system[*row][entries.len()];
        for at in (0..entries.len()).filter(|at| !solved.contains(at)) {
            value -= system[*row][at] * drawn[at];
        }
        set(point, *column, value);
    }
    // Equal entries stay equal, and rows that no entry can change must hold already.
    all(point).iter().all(is_small)
}

/// The entries of a quantity that can move by themselves, each with its mirror image.
fn movable<V: Tower>(
    program: &Program,
    point: &Point<V>,
    symbol: usize,
) -> Vec<(usize, Option<(usize, bool)>)> {
    let info = &program.symbols[symbol];
    let count = point.free[symbol].len();
    let Some(structure) = info.structure() else { return (0..count).map(|entry| (entry, None)).collect() };
    if matches!(structure, Structure::Orthogonal | Structure::Positive) {
        return Vec::new();
    }
    let size = info.ranges.first().map_or(1, |range| point.sizes.of(*range));
    (0..count)
        .map(|entry| (entry, entry / size.max(1), entry % size.max(1)))
        .filter(|(_, row, column)| !structure.is_zero(*row, *column))
        // Of an entry and its mirror image the one above the diagonal is solved for.
        .filter(|(_, row, column)| structure.mirrored().is_none() || row <= column)
        .map(|(entry, row, column)| {
            let negative = structure.mirrored().filter(|_| row != column);
            (entry, negative.map(|negative| (column * size + row, negative)))
        })
        .collect()
}

/// By what the degree of an expression is larger at most where entries follow from others by equations, which are quotients of
/// determinants (Cramer).
pub(in crate::claims) fn solved_degree(program: &Program, claim: &Claim, point: &Point<Degree>) -> u64 {
    let equations = program.assumed(claim).filter_map(|assumed| match assumed {
        Assumed::Equation(equation) => Some(equation),
        _ => None,
    });
    equations.fold(1, |factor: u64, equation| {
        let residuals = residuals(program, point, equation);
        let degree = residuals.iter().filter_map(|residual| residual.numerator).max().unwrap_or(1).max(1);
        factor.saturating_mul(1 + 2 * residuals.len() as u64 * degree)
    })
}

/// Whether an order that is assumed holds at a point, and in how many cases it does not.
pub(in crate::claims) fn out_of_order<V: Tower + Base<Value = V>>(
    program: &Program,
    claim: &Claim,
    point: &Point<V>,
) -> usize {
    program
        .assumed(claim)
        .map(|assumed| match assumed {
            Assumed::Order(equation) => residuals(program, point, equation)
                .iter()
                .filter(|difference| difference.sign().is_none_or(|sign| !equation.relation.holds(sign, 0)))
                .count(),
            _ => 0,
        })
        .sum()
}

/// The quantities of an order that is assumed.
pub(in crate::claims) fn ordered_quantities(program: &Program, claim: &Claim) -> Vec<usize> {
    let mut all: Vec<usize> = Vec::new();
    for assumed in program.assumed(claim) {
        if let Assumed::Order(equation) = assumed {
            all.extend(&equation.unknowns);
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}
