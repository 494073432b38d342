//! A claim as LaTeX, so that the page shows it as mathematics beside its text.

use crate::claims::language::syntax::{
    Condition, Expr, Function, Index, Kind, Law, Over, Relation, StatementKind,
};

/// Names that are written as Greek letters.
const GREEK: [&str; 24] = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu",
    "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega", "Delta", "Sigma", "Omega",
];

/// The two sides of a claim with their relation, and its conditions.
pub(super) fn claim(kind: &StatementKind) -> Option<String> {
    let StatementKind::Claim { left, relation, right, conditions, .. } = kind else { return None };
    let mut text = format!("{} {} {}", loose(left), sign(*relation), loose(right));
    for (at, condition) in conditions.iter().enumerate() {
        text += if at == 0 { r"\qquad\text{for }" } else { ", " };
        text += &match condition {
            Condition::Compare(a, relation, b) => format!("{} {} {}", index(a), sign(*relation), index(b)),
            Condition::In(name, size) => format!(r"{} \le {}", letter(name), letter(size)),
        };
    }
    Some(text)
}

fn sign(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "=",
        Relation::Apart => r"\ne",
        Relation::Below => r"\lt",
        Relation::AtMost => r"\le",
        Relation::Above => r"\gt",
        Relation::AtLeast => r"\ge",
    }
}

/// A name: a Greek letter, a letter with digits below, or a word.
fn letter(name: &str) -> String {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &name[stem.len()..];
    let (stem, below) = match stem.split_once('_') {
        Some((stem, below)) if !stem.is_empty() => (stem, format!("{below}{digits}")),
        _ => (stem, digits.to_string()),
    };
    let escaped = |text: &str| text.replace('_', r"\_");
    let base = match stem {
        greek if GREEK.contains(&greek) => format!(r"\{greek}"),
        one if one.chars().count() == 1 => one.to_string(),
        word => format!(r"\mathrm{{{}}}", escaped(word)),
    };
    if below.is_empty() { base } else { format!(r"{{{base}^{{\mathrm{{({})}}}}}}", escaped(&below)) }
}

fn index(index: &Index) -> String {
    let mut text = String::new();
    for (at, (factor, name)) in index.terms.iter().enumerate() {
        if *factor < 0 {
            text.push('-');
        } else if at > 0 {
            text.push('+');
        }
        if factor.abs() != 1 {
            text += &factor.abs().to_string();
        }
        text += &letter(name);
    }
    match (index.terms.is_empty(), index.constant) {
        (true, constant) => constant.to_string(),
        (false, 0) => text,
        (false, constant) => format!("{text}{constant:+}"),
    }
}

fn entry(name: &str, indices: &[Index]) -> String {
    if indices.is_empty() {
        return letter(name);
    }
    let all: Vec<String> = indices.iter().map(index).collect();
    format!("{{{}}}_{{{}}}", letter(name), all.join(","))
}

fn over(over: &[Over]) -> String {
    let one = |over: &Over| match &over.condition {
        Some((relation, other)) => format!("{} {} {}", letter(&over.index), sign(*relation), index(other)),
        None => letter(&over.index),
    };
    over.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// How tightly a form binds: a sum, a product, or something that needs no brackets.
fn tightness(kind: &Kind) -> u8 {
    match kind {
        Kind::Add(..) | Kind::Subtract(..) => 0,
        Kind::Negate(_) => 1,
        Kind::Sum(..) | Kind::Expect(..) => 2,
        Kind::Multiply(..) | Kind::Product(..) => 3,
        Kind::Derivative { .. } | Kind::At(..) => 4,
        Kind::Power(..) | Kind::Raise(..) | Kind::Transposed(_) => 5,
        _ => 6,
    }
}

fn inside(expr: &Expr, least: u8) -> String {
    if tightness(&expr.kind) < least { format!(r"\left({}\right)", loose(expr)) } else { loose(expr) }
}

fn call(function: Function, arguments: &[Expr]) -> String {
    let all = || arguments.iter().map(loose).collect::<Vec<_>>().join(", ");
    let x = arguments.first().map(loose).unwrap_or_default();
    let named = |name: &str| format!(r"{name}\left({}\right)", all());
    match function {
        Function::Sqrt => format!(r"\sqrt{{{x}}}"),
        Function::Abs => format!(r"\left|{x}\right|"),
        Function::Exp => format!("e^{{{x}}}"),
        Function::Ln | Function::Sin | Function::Cos | Function::Tanh | Function::Max | Function::Min => {
            named(&format!(r"\{}", function.name()))
        }
        Function::Phi(order) => named(&format!(r"\phi{}", "'".repeat(usize::from(order)))),
        Function::Sigmoid => named(r"\sigma"),
        other => named(&format!(r"\mathrm{{{}}}", other.name().replace('_', r"\_"))),
    }
}

fn apply(name: &str, primes: usize, arguments: &[Expr]) -> String {
    let all = arguments.iter().map(loose).collect::<Vec<_>>().join(", ");
    match (name, arguments) {
        ("inv", [x]) => format!("{}^{{-1}}", inside(x, 6)),
        ("solve", [a, b]) => format!(r"{}^{{-1}}\thinspace {}", inside(a, 6), inside(b, 3)),
        ("kron", [a, b]) => format!(r"{} \otimes {}", inside(a, 4), inside(b, 4)),
        ("hadamard", [a, b]) => format!(r"{} \odot {}", inside(a, 4), inside(b, 4)),
        ("norm2", [x]) => format!(r"\left\lVert {}\right\rVert^2", loose(x)),
        ("eye", _) => "I".to_string(),
        ("ones", _) => r"\mathbf 1".to_string(),
        ("det" | "tr" | "vec" | "diag", _) => format!(r"\mathrm{{{name}}}\left({all}\right)"),
        _ => format!(r"{}{}\left({all}\right)", letter(name), "'".repeat(primes)),
    }
}

fn loose(expr: &Expr) -> String {
    match &expr.kind {
        Kind::Number(number) => number.to_string(),
        Kind::Decimal(number) => number.clone(),
        Kind::Symbol(name, indices) => entry(name, indices),
        Kind::Mask(a, relation, b) => {
            format!(r"\lbrack {} {} {}\rbrack", index(a), sign(*relation), index(b))
        }
        Kind::Test(a, relation, b) => {
            format!(r"\lbrack {} {} {}\rbrack", loose(a), sign(*relation), loose(b))
        }
        Kind::Call(function, arguments) => call(*function, arguments),
        Kind::Apply(name, primes, arguments) => apply(name, *primes, arguments),
        Kind::Sum(indices, x) => format!(r"\sum_{{{}}} {}", over(indices), inside(x, 1)),
        Kind::Negate(x) => format!("-{}", inside(x, 2)),
        Kind::Add(x, y) => format!("{} + {}", loose(x), inside(y, 1)),
        Kind::Subtract(x, y) => format!("{} - {}", loose(x), inside(y, 2)),
        Kind::Multiply(x, y) => {
            let left = inside(x, if matches!(x.kind, Kind::Sum(..) | Kind::Expect(..)) { 6 } else { 2 });
            let dot = if starts_with_a_digit(y) { r" \cdot " } else { r"\thinspace " };
            format!("{left}{dot}{}", inside(y, 2))
        }
        Kind::Product(x, y) => format!(r"{}\thinspace {}", inside(x, 3), inside(y, 3)),
        Kind::Divide(x, y) => format!(r"\frac{{{}}}{{{}}}", loose(x), loose(y)),
        Kind::Power(x, exponent) => format!("{{{}}}^{{{exponent}}}", base(x)),
        Kind::Raise(x, exponent) => format!("{{{}}}^{{{}}}", base(x), loose(exponent)),
        Kind::Transposed(x) => format!(r"{{{}}}^\top", base(x)),
        Kind::Entry(x, indices) => {
            let all: Vec<String> = indices.iter().map(index).collect();
            format!(r"\left({}\right)_{{{}}}", loose(x), all.join(","))
        }
        Kind::Derivative { of, by, indices, fixed, along } => {
            let by = entry(by, indices);
            let simple = matches!(of.kind, Kind::Symbol(..));
            let mut text = if simple {
                format!(r"\frac{{\partial {}}}{{\partial {by}}}", loose(of))
            } else {
                format!(r"\frac{{\partial}}{{\partial {by}}} {}", inside(of, 6))
            };
            if let Some(direction) = along {
                text = format!(r"{text}\left[{}\right]", loose(direction));
            }
            if !fixed.is_empty() {
                let held: Vec<String> = fixed.iter().map(|name| letter(name)).collect();
                text = format!(r"\left.{text}\right|_{{{}}}", held.join(", "));
            }
            text
        }
        Kind::At(x, settings) => {
            let set = settings.iter().map(|setting| {
                let indices: Vec<Index> = setting.indices.iter().map(|name| Index::named(name)).collect();
                format!("{} = {}", entry(&setting.name, &indices), loose(&setting.value))
            });
            format!(r"\left.{}\right|_{{{}}}", inside(x, 1), set.collect::<Vec<_>>().join(",\\thinspace "))
        }
        Kind::Expect(name, law, x) => {
            let law = match law {
                Law::Normal => r"\sim \mathcal N".to_string(),
                Law::Signs => r"= \pm 1".to_string(),
                Law::Bernoulli(q) => format!(r"\sim \mathrm{{B}}\left({}\right)", loose(q)),
            };
            format!(r"\mathrm E_{{{} {law}}} {}", letter(name), inside(x, 1))
        }
    }
}

/// What is raised to a power.
fn base(x: &Expr) -> String {
    let bare = match &x.kind {
        Kind::Symbol(..) | Kind::Number(_) | Kind::Mask(..) | Kind::Test(..) => true,
        Kind::Call(function, _) => matches!(function, Function::Abs),
        _ => false,
    };
    if bare { loose(x) } else { format!(r"\left({}\right)", loose(x)) }
}

fn starts_with_a_digit(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Number(_) | Kind::Decimal(_) => true,
        Kind::Multiply(x, _) | Kind::Power(x, _) | Kind::Raise(x, _) => starts_with_a_digit(x),
        _ => false,
    }
}
