//! Small edits of an expression: the mistakes that people make, and their corrections.

use crate::claims::language::error::Place;
use crate::claims::language::program::Program;
use crate::claims::language::syntax::{Expr, Function, Kind, Range};

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
    names(expr, &mut indices);
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
    1 + match &expr.kind {
        Kind::Number(_) | Kind::Symbol(..) | Kind::Delta(..) => 0,
        Kind::Call(_, x) | Kind::Sum(_, x) | Kind::Negate(x) | Kind::Power(x, _) => parts(x),
        Kind::Derivative { of, .. } => parts(of),
        Kind::Add(x, y) | Kind::Subtract(x, y) | Kind::Multiply(x, y) | Kind::Divide(x, y) => {
            parts(x) + parts(y)
        }
    }
}

/// All indices that occur.
fn names(expr: &Expr, found: &mut Vec<String>) {
    let mut note = |indices: &[String]| {
        for index in indices {
            if !found.contains(index) {
                found.push(index.clone());
            }
        }
    };
    match &expr.kind {
        Kind::Number(_) => {}
        Kind::Symbol(_, indices) => note(indices),
        Kind::Delta(a, b) => note(&[a.clone(), b.clone()]),
        Kind::Sum(indices, x) => {
            note(indices);
            names(x, found);
        }
        Kind::Call(_, x) | Kind::Negate(x) | Kind::Power(x, _) => names(x, found),
        Kind::Add(x, y) | Kind::Subtract(x, y) | Kind::Multiply(x, y) | Kind::Divide(x, y) => {
            names(x, found);
            names(y, found);
        }
        Kind::Derivative { of, indices, .. } => {
            note(indices);
            names(of, found);
        }
    }
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
    let mut below = |child: &Expr, rebuild: &dyn Fn(Box<Expr>) -> Kind| {
        for edit in inner(program, child, indices, left) {
            let kind = rebuild(Box::new(edit.expr));
            all.push(Edit { expr: Expr { kind, place: expr.place }, what: edit.what, place: edit.place });
        }
    };
    match &expr.kind {
        Kind::Number(_) | Kind::Symbol(..) | Kind::Delta(..) => {}
        Kind::Call(function, x) => below(x, &|x| Kind::Call(*function, x)),
        Kind::Sum(over, x) => below(x, &|x| Kind::Sum(over.clone(), x)),
        Kind::Negate(x) => below(x, &Kind::Negate),
        Kind::Power(x, n) => below(x, &|x| Kind::Power(x, *n)),
        Kind::Add(x, y) => {
            below(x, &|x| Kind::Add(x, y.clone()));
            below(y, &|y| Kind::Add(x.clone(), y));
        }
        Kind::Subtract(x, y) => {
            below(x, &|x| Kind::Subtract(x, y.clone()));
            below(y, &|y| Kind::Subtract(x.clone(), y));
        }
        Kind::Multiply(x, y) => {
            below(x, &|x| Kind::Multiply(x, y.clone()));
            below(y, &|y| Kind::Multiply(x.clone(), y));
        }
        Kind::Divide(x, y) => {
            below(x, &|x| Kind::Divide(x, y.clone()));
            below(y, &|y| Kind::Divide(x.clone(), y));
        }
        Kind::Derivative { of, by, indices, fixed } => below(of, &|of| Kind::Derivative {
            of,
            by: by.clone(),
            indices: indices.clone(),
            fixed: fixed.clone(),
        }),
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
        Kind::Delta(a, b) => vec![(Kind::Number(1), format!("without [{a}={b}]"))],
        Kind::Call(Function::Phi(order), x) => {
            let other = |order: u8| {
                let function = Function::Phi(order);
                (
                    Kind::Call(function, x.clone()),
                    format!("{} for {}", function.name(), Function::Phi(*order_of(expr)).name()),
                )
            };
            let lower = order.checked_sub(1).map(other);
            let higher = (*order < 3).then(|| other(order + 1));
            lower.into_iter().chain(higher).collect()
        }
        Kind::Call(..) | Kind::Derivative { .. } => Vec::new(),
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
        Kind::Multiply(x, y) => vec![
            (x.kind.clone(), format!("without the factor {y}")),
            (y.kind.clone(), format!("without the factor {x}")),
            (Kind::Divide(x.clone(), y.clone()), format!("divided by {y}")),
        ],
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

fn order_of(expr: &Expr) -> &u8 {
    match &expr.kind {
        Kind::Call(Function::Phi(order), _) => order,
        _ => &0,
    }
}

fn doubled(x: &Expr) -> Box<Expr> {
    let two = Box::new(Expr { kind: Kind::Number(2), place: x.place });
    Box::new(Expr { kind: Kind::Multiply(two, Box::new(x.clone())), place: x.place })
}

fn squared(x: &Expr) -> Box<Expr> {
    Box::new(Expr { kind: Kind::Power(Box::new(x.clone()), 2), place: x.place })
}

fn symbol(program: &Program, name: &str, indices: &[String], known: &[String]) -> Vec<(Kind, String)> {
    let mut all = Vec::new();
    let shown = |name: &str, indices: &[String]| Expr {
        kind: Kind::Symbol(name.to_string(), indices.to_vec()),
        place: Place::default(),
    };
    let old = shown(name, indices);
    let mut push = |name: &str, indices: Vec<String>| {
        let new = shown(name, &indices);
        let what = format!("{new} for {old}");
        all.push((new.kind, what));
    };
    for (at, index) in indices.iter().enumerate() {
        for other in known.iter().filter(|other| *other != index) {
            let mut changed = indices.to_vec();
            changed[at] = other.clone();
            push(name, changed);
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
    if name.len() > 1 || !indices.is_empty() || program.find(name).is_some() {
        all.push((Kind::Power(Box::new(old.clone()), 2), format!("the square of {old}")));
    }
    all
}

/// A mean for a sum, over each index that some symbol gives a range.
fn sum(program: &Program, over: &[String], body: &Expr, expr: &Expr) -> Vec<(Kind, String)> {
    let mut all = Vec::new();
    for index in over {
        if let Some(range) = range_of(program, body, index) {
            let size = Expr { kind: Kind::Symbol(range.symbol().to_string(), Vec::new()), place: expr.place };
            let kind = Kind::Divide(Box::new(expr.clone()), Box::new(size));
            all.push((kind, format!("the mean over {index} for the sum")));
        }
    }
    all
}

/// The range that an index has in an expression.
fn range_of(program: &Program, expr: &Expr, index: &str) -> Option<Range> {
    match &expr.kind {
        Kind::Symbol(name, indices) => {
            let id = program.find(name)?;
            let at = indices.iter().position(|other| other == index)?;
            program.symbols[id].ranges.get(at).copied()
        }
        Kind::Number(_) | Kind::Delta(..) => None,
        Kind::Call(_, x) | Kind::Sum(_, x) | Kind::Negate(x) | Kind::Power(x, _) => {
            range_of(program, x, index)
        }
        Kind::Add(x, y) | Kind::Subtract(x, y) | Kind::Multiply(x, y) | Kind::Divide(x, y) => {
            range_of(program, x, index).or_else(|| range_of(program, y, index))
        }
        Kind::Derivative { of, .. } => range_of(program, of, index),
    }
}
