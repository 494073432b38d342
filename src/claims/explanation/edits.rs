//! Small edits of an expression: the mistakes that people make, and their corrections.

use crate::claims::language::error::Place;
use crate::claims::language::program::Program;
use crate::claims::language::syntax::{Expr, Function, Index, Kind, Over, Range, Relation};

/// An expression that differs from another in one small way.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Edit {
    /// The edited expression.
    pub(in crate::claims) expr: Expr,
    /// What was edited, such as `2 for 3`.
    pub what: String,
    /// The part of the file that was edited.
    pub place: Place,
}

impl Edit {
    /// The edited expression as text.
    pub fn text(&self) -> String {
        self.expr.to_string()
    }
}

/// What all edits of an expression hold together, in parts of expressions: each has the rest of the expression in it.
const MOST_PARTS: usize = 400_000;

/// How many edits of an expression are made.
pub(super) fn most(expr: &Expr) -> usize {
    MOST_PARTS / parts(expr)
}

/// Every single small edit, or of a very long expression the first ones: sign, factor, exponent, index, transposition,
/// dropped or doubled term, another order of phi, another symbol of the same shape, mean for sum.
pub(in crate::claims) fn edits(program: &Program, expr: &Expr) -> Vec<Edit> {
    let mut indices = Vec::new();
    names(program, expr, &mut indices);
    let mut left = most(expr);
    let mut all = inner(program, expr, &indices, &mut left);
    let whole = |kind: Kind, what: &str| Edit {
        expr: Expr { kind, place: expr.place },
        what: what.to_string(),
        place: expr.place,
    };
    let by = |kind: Kind| Box::new(Expr { kind, place: expr.place });
    let copy = || Box::new(expr.clone());
    let samples = || by(Kind::Symbol("N".to_string(), Vec::new()));
    all.push(whole(Kind::Multiply(copy(), by(Kind::Number(2))), "twice the whole"));
    all.push(whole(Kind::Divide(copy(), by(Kind::Number(2))), "half of the whole"));
    all.push(whole(Kind::Divide(copy(), samples()), "the whole divided by N"));
    all.push(whole(Kind::Multiply(copy(), samples()), "the whole times N"));
    if !matches!(expr.kind, Kind::Negate(_)) {
        all.push(whole(Kind::Negate(copy()), "the sign of the whole"));
    }
    all.retain(|edit| edit.expr != *expr);
    all
}

/// The parts that an expression has.
fn parts(expr: &Expr) -> usize {
    1 + expr.kind.children().into_iter().map(parts).sum::<usize>()
}

/// The names of all indices that occur.
fn names(program: &Program, expr: &Expr, found: &mut Vec<String>) {
    let own = expr.kind.indices().into_iter().flat_map(Index::names);
    let own = own.filter(|name| program.range(name).is_none() && !program.is_number(name));
    for index in own.chain(expr.kind.binds()) {
        if !found.iter().any(|known| known == index) {
            found.push(index.to_string());
        }
    }
    expr.kind.children().into_iter().for_each(|child| names(program, child, found));
}

/// Edits of this node and, rebuilt around each, of the nodes below it.
fn inner(program: &Program, expr: &Expr, indices: &[String], left: &mut usize) -> Vec<Edit> {
    if *left == 0 {
        return Vec::new();
    }
    let mut all: Vec<Edit> = here(program, expr, indices)
        .into_iter()
        .take(*left)
        .map(|(kind, what)| Edit { expr: Expr { kind, place: expr.place }, what, place: expr.place })
        .collect();
    *left -= all.len();
    for (at, child) in expr.kind.children().into_iter().enumerate() {
        for edit in inner(program, child, indices, left) {
            let mut whole = expr.clone();
            if let Some(place) = whole.kind.children_mut().into_iter().nth(at) {
                *place = edit.expr;
            }
            all.push(Edit { expr: whole, what: edit.what, place: edit.place });
        }
    }
    all
}

/// Edits of this node alone.
fn here(program: &Program, expr: &Expr, known: &[String]) -> Vec<(Kind, String)> {
    match &expr.kind {
        Kind::Number(n) => {
            let others = [n.checked_sub(1), n.checked_add(1)].into_iter().flatten();
            others.map(|other| (Kind::Number(other), format!("{other} for {n}"))).collect()
        }
        Kind::Symbol(name, indices) => symbol(program, name, indices, known),
        Kind::Mask(a, relation, b) if a.names().chain(b.names()).any(|name| program.is_number(name)) => {
            vec![(Kind::Number(1), format!("without [{a}{}{b}]", relation.sign()))]
        }
        Kind::Mask(a, relation, b) => mask(a, *relation, b),
        Kind::Test(a, relation, b) => {
            let other = match relation {
                Relation::Below | Relation::AtMost => Relation::Above,
                Relation::Above | Relation::AtLeast => Relation::Below,
                Relation::Equal => Relation::Apart,
                Relation::Apart => Relation::Equal,
            };
            let kind = Kind::Test(a.clone(), other, b.clone());
            vec![
                (Kind::Number(1), format!("without {expr}")),
                (kind, format!("'{}' for '{}'", other.sign(), relation.sign())),
            ]
        }
        Kind::Call(Function::Phi(order), x) => {
            let other = |other: u8| {
                let (new, old) = (Function::Phi(other), Function::Phi(*order));
                (Kind::Call(new, x.clone()), format!("{} for {}", new.name(), old.name()))
            };
            let lower = order.checked_sub(1).map(other);
            let higher = (*order < 3).then(|| other(order + 1));
            lower.into_iter().chain(higher).collect()
        }
        Kind::Call(function, arguments) => match function {
            Function::Max => vec![(Kind::Call(Function::Min, arguments.clone()), "min for max".to_string())],
            Function::Min => vec![(Kind::Call(Function::Max, arguments.clone()), "max for min".to_string())],
            Function::Sin => vec![(Kind::Call(Function::Cos, arguments.clone()), "cos for sin".to_string())],
            Function::Cos => vec![(Kind::Call(Function::Sin, arguments.clone()), "sin for cos".to_string())],
            _ => Vec::new(),
        },
        Kind::Apply(name, primes, arguments) => {
            let declared = program.functions.iter().any(|own| own.name == *name && own.arguments == 1);
            let others = [primes.checked_sub(1), Some(primes + 1)].into_iter().flatten();
            let other = |other: usize| {
                let what = format!("{} primes for {primes} of {name}", other);
                (Kind::Apply(name.clone(), other, arguments.clone()), what)
            };
            if declared { others.filter(|other| *other <= 6).map(other).collect() } else { Vec::new() }
        }
        Kind::Decimal(_) | Kind::Derivative { .. } | Kind::Raise(..) | Kind::Entry(..) | Kind::Expect(..) => {
            Vec::new()
        }
        Kind::At(x, _) => vec![(x.kind.clone(), "without 'at'".to_string())],
        Kind::Transposed(x) => vec![(x.kind.clone(), format!("{x} not transposed"))],
        Kind::Product(x, y) => vec![
            (Kind::Product(y.clone(), x.clone()), format!("{y} and {x} exchanged")),
            (x.kind.clone(), format!("without the factor {y}")),
            (y.kind.clone(), format!("without the factor {x}")),
            (Kind::Product(transposed(x), y.clone()), format!("{x} transposed")),
            (Kind::Product(x.clone(), transposed(y)), format!("{y} transposed")),
        ],
        Kind::Sum(over, body) => sum(program, over, body, expr),
        Kind::Negate(x) => vec![(x.kind.clone(), format!("without the minus before {x}"))],
        Kind::Add(x, y) => vec![
            (Kind::Subtract(x.clone(), y.clone()), format!("minus {y}")),
            (x.kind.clone(), format!("without {y}")),
            (y.kind.clone(), format!("without {x}")),
            (Kind::Add(x.clone(), doubled(y)), format!("twice {y}")),
            (Kind::Add(doubled(x), y.clone()), format!("twice {x}")),
        ],
        Kind::Subtract(x, y) => vec![
            (Kind::Add(x.clone(), y.clone()), format!("plus {y}")),
            (x.kind.clone(), format!("without {y}")),
            (Kind::Negate(y.clone()), format!("without {x}")),
            (Kind::Subtract(x.clone(), doubled(y)), format!("twice {y}")),
            (Kind::Subtract(doubled(x), y.clone()), format!("twice {x}")),
        ],
        Kind::Multiply(x, y) => {
            let mut all = vec![
                (x.kind.clone(), format!("without the factor {y}")),
                (y.kind.clone(), format!("without the factor {x}")),
            ];
            // Nobody divides by a comparison.
            if !matches!(y.kind, Kind::Mask(..) | Kind::Test(..)) {
                all.push((Kind::Divide(x.clone(), y.clone()), format!("divided by {y}")));
            }
            all
        }
        Kind::Divide(x, y) => vec![
            (x.kind.clone(), format!("not divided by {y}")),
            (Kind::Multiply(x.clone(), y.clone()), format!("times {y}")),
            (Kind::Divide(x.clone(), squared(y)), format!("divided by the square of {y}")),
        ],
        Kind::Power(x, n) => [n - 1, n + 1]
            .into_iter()
            .filter(|other| (1..=8).contains(other))
            .map(|other| {
                let kind = if other == 1 { x.kind.clone() } else { Kind::Power(x.clone(), other) };
                (kind, format!("exponent {other} for {n} of {x}"))
            })
            .collect(),
    }
}

fn transposed(x: &Expr) -> Box<Expr> {
    match &x.kind {
        Kind::Transposed(inner) => inner.clone(),
        _ => Box::new(Expr { kind: Kind::Transposed(Box::new(x.clone())), place: x.place }),
    }
}

/// Another comparison of the same indices, or none.
fn mask(a: &Index, relation: Relation, b: &Index) -> Vec<(Kind, String)> {
    let others: &[Relation] = match relation {
        Relation::Equal => &[],
        Relation::Apart => &[Relation::Equal],
        Relation::Below => &[Relation::AtMost, Relation::Above],
        Relation::AtMost => &[Relation::Below, Relation::AtLeast],
        Relation::Above => &[Relation::AtLeast, Relation::Below],
        Relation::AtLeast => &[Relation::Above, Relation::AtMost],
    };
    let mut all = vec![(Kind::Number(1), format!("without [{a}{}{b}]", relation.sign()))];
    for other in others {
        let what = format!("'{}' for '{}' between {a} and {b}", other.sign(), relation.sign());
        all.push((Kind::Mask(a.clone(), *other, b.clone()), what));
    }
    all
}

fn doubled(x: &Expr) -> Box<Expr> {
    let two = Box::new(Expr { kind: Kind::Number(2), place: x.place });
    Box::new(Expr { kind: Kind::Multiply(two, Box::new(x.clone())), place: x.place })
}

fn squared(x: &Expr) -> Box<Expr> {
    Box::new(Expr { kind: Kind::Power(Box::new(x.clone()), 2), place: x.place })
}

fn symbol(program: &Program, name: &str, indices: &[Index], known: &[String]) -> Vec<(Kind, String)> {
    let mut all = Vec::new();
    let shown = |name: &str, indices: &[Index]| Expr {
        kind: Kind::Symbol(name.to_string(), indices.to_vec()),
        place: Place::default(),
    };
    let old = shown(name, indices);
    let mut push = |name: &str, indices: Vec<Index>| {
        let new = shown(name, &indices);
        let what = format!("{new} for {old}");
        all.push((new.kind, what));
    };
    for (at, index) in indices.iter().enumerate() {
        if index.alone().is_some() {
            for other in known.iter().filter(|other| index.alone() != Some(other)) {
                let mut changed = indices.to_vec();
                changed[at] = Index::named(other);
                push(name, changed);
            }
        } else {
            // Index arithmetic is off by one.
            for step in [-1, 1] {
                let mut changed = indices.to_vec();
                changed[at].constant += step;
                push(name, changed);
            }
        }
    }
    if indices.len() == 2 && indices[0] != indices[1] {
        push(name, vec![indices[1].clone(), indices[0].clone()]);
    }
    if let Some(id) = program.find(name) {
        let ranges = &program.symbols[id].ranges;
        for other in program.symbols.iter().filter(|other| other.name != name && other.ranges == *ranges) {
            push(&other.name, indices.to_vec());
        }
    }
    let array =
        program.find(name).is_some_and(|id| indices.is_empty() && !program.symbols[id].ranges.is_empty());
    if !array && (name.len() > 1 || !indices.is_empty() || program.find(name).is_some()) {
        all.push((Kind::Power(Box::new(old.clone()), 2), format!("the square of {old}")));
    }
    all
}

/// A mean for a sum, over each index that some symbol gives a range; and a sum over another part.
fn sum(program: &Program, over: &[Over], body: &Expr, expr: &Expr) -> Vec<(Kind, String)> {
    let mut all = Vec::new();
    for (at, own) in over.iter().enumerate() {
        let index = &own.index;
        let written = own.range.as_ref().and_then(|name| program.range(name));
        if let Some(range) = written.or_else(|| range_of(program, body, index)) {
            let name = program.size_name(range).to_string();
            let size = Expr { kind: Kind::Symbol(name, Vec::new()), place: expr.place };
            let kind = Kind::Divide(Box::new(expr.clone()), Box::new(size));
            all.push((kind, format!("the mean over {index} for the sum")));
        }
        if let Some((relation, other)) = &own.condition {
            let mut whole = over.to_vec();
            whole[at].condition = None;
            all.push((Kind::Sum(whole, Box::new(body.clone())), format!("the sum over all {index}")));
            for (kind, what) in mask(&Index::named(index), *relation, other) {
                if let Kind::Mask(_, relation, other) = kind {
                    let mut part = over.to_vec();
                    part[at].condition = Some((relation, other));
                    all.push((Kind::Sum(part, Box::new(body.clone())), what));
                }
            }
        }
    }
    all
}

/// The range that an index has in an expression.
fn range_of(program: &Program, expr: &Expr, index: &str) -> Option<Range> {
    let own = match &expr.kind {
        Kind::Symbol(name, indices) => program.find(name).and_then(|id| {
            let at = indices.iter().position(|other| other.alone() == Some(index))?;
            program.symbols[id].ranges.get(at).copied()
        }),
        _ => None,
    };
    own.or_else(|| expr.kind.children().into_iter().find_map(|child| range_of(program, child, index)))
}
