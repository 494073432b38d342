//! Random expressions: one against itself rearranged by laws of arithmetic, exp, ln and roots must not be called false; one
//! against itself with one mistake must not be proved.

use hsr::claims::{Derivation, Request, Source, Verdict, check};
use proptest::prelude::*;

const DECLARATIONS: &str = "
data x[N,d]
data y[N]
data w[d]
data s[N]
data t
assume s[n] > 0
assume t > 0
let r[n] = sum[l] w[l]*x[n,l]
let q[n] = exp(r[n]) / sum[m] exp(r[m])
";

/// An expression with the index `n` that is not the same number everywhere.
#[derive(Clone, Debug)]
enum Factor {
    /// One of the quantities, and whether it is positive.
    Entry(&'static str, bool),
    Sum(Box<Factor>, Box<Factor>),
    Product(Box<Factor>, Box<Factor>),
    Quotient(Box<Factor>, Box<Factor>),
    Exp(Box<Factor>),
    Tanh(Box<Factor>),
    Phi(Box<Factor>),
    Power(Box<Factor>, u8),
}

use Factor::*;

fn factor() -> impl Strategy<Value = Factor> {
    let entries = [
        ("y[n]", false),
        ("r[n]", false),
        ("s[n]", true),
        ("t", true),
        ("q[n]", true),
        ("sum[l] w[l]^2*x[n,l]", false),
        ("sum[m] y[m]*s[n]", false),
        ("N", true),
    ];
    let leaf = prop::sample::select(entries.to_vec()).prop_map(|(text, positive)| Entry(text, positive));
    leaf.prop_recursive(3, 10, 2, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            two.clone().prop_map(|(a, b)| Sum(Box::new(a), Box::new(b))),
            two.clone().prop_map(|(a, b)| Product(Box::new(a), Box::new(b))),
            two.prop_map(|(a, b)| Quotient(Box::new(a), Box::new(b))),
            inner.clone().prop_map(|a| Exp(Box::new(a))),
            inner.clone().prop_map(|a| Tanh(Box::new(a))),
            inner.clone().prop_map(|a| Phi(Box::new(a))),
            (inner, 2..4u8).prop_map(|(a, n)| Power(Box::new(a), n)),
        ]
    })
}

impl Factor {
    fn text(&self) -> String {
        match self {
            Entry(text, _) => format!("({text})"),
            Sum(a, b) => format!("({} + {})", a.text(), b.text()),
            Product(a, b) => format!("({}*{})", a.text(), b.text()),
            Quotient(a, b) => format!("({}/{})", a.text(), b.text()),
            Exp(a) => format!("exp({})", a.text()),
            Tanh(a) => format!("tanh({})", a.text()),
            Phi(a) => format!("phi({})", a.text()),
            Power(a, n) => format!("({})^{n}", a.text()),
        }
    }

    fn positive(&self) -> bool {
        match self {
            Entry(_, positive) => *positive,
            Sum(a, b) | Product(a, b) | Quotient(a, b) => a.positive() && b.positive(),
            Exp(_) => true,
            Power(a, _) => a.positive(),
            Tanh(_) | Phi(_) => false,
        }
    }

    /// The same number, written another way: each node by a law that the next of `choices` picks.
    fn rearranged(&self, choices: &mut impl Iterator<Item = u8>) -> String {
        let choice = choices.next().unwrap_or(0);
        let mut next = |a: &Factor| a.rearranged(choices);
        let text = match self {
            Entry(text, _) => format!("({text})"),
            Sum(a, b) => {
                let (a, b) = (next(a), next(b));
                if choice.is_multiple_of(2) {
                    format!("({b} + {a})")
                } else {
                    format!("(2*{a} - ({a} - {b}))")
                }
            }
            Product(a, b) => match (&**b, choice % 3) {
                (Sum(b, c), 0) => {
                    let (a, b, c) = (next(a), next(b), next(c));
                    format!("({a}*{b} + {c}*{a})")
                }
                _ => format!("({}*{})", next(b), next(a)),
            },
            Quotient(a, b) => {
                let (a, b) = (next(a), next(b));
                if choice.is_multiple_of(2) { format!("({a}*(1/{b}))") } else { format!("(1/({b}/{a}))") }
            }
            Exp(a) => match (&**a, choice % 3) {
                (Sum(a, b), 0 | 1) => format!("(exp({})*exp({}))", next(b), next(a)),
                (_, 0) => format!("(1/exp(-{}))", next(a)),
                (_, 1) => format!("(exp({}/2)^2)", next(a)),
                _ => format!("exp({})", next(a)),
            },
            Tanh(a) => {
                let a = next(a);
                match choice % 3 {
                    0 => format!("((exp(2*{a}) - 1)/(exp(2*{a}) + 1))"),
                    1 => format!("(2*sigmoid(2*{a}) - 1)"),
                    _ => format!("(-tanh(-{a}))"),
                }
            }
            Phi(a) => format!("phi({})", next(a)),
            Power(a, n) => {
                let a = next(a);
                format!("({})", vec![a; usize::from(*n)].join("*"))
            }
        };
        match choice / 64 {
            1 => format!("ln(exp({text}))"),
            2 if self.positive() => format!("sqrt({text}^2)"),
            3 if self.positive() => format!("exp(ln({text}))"),
            _ => format!("({text})"),
        }
    }
}

fn verdict(left: &str, right: &str) -> (Verdict, String) {
    let text = format!("```claims\n{DECLARATIONS}\nclaim same: y[n] + {left} = y[n] + {right}\n```\n");
    let source = Source { name: "own.md".to_string(), text };
    let derivation = Derivation::read(vec![source], 0).unwrap_or_else(|error| panic!("{error}"));
    let request = Request::default().repair(false);
    let claim = check(&[derivation], &request).claims.remove(0);
    (claim.verdict, claim.evidence)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_expression_rearranged_is_not_called_false(it in factor(), choices in prop::collection::vec(any::<u8>(), 40)) {
        let (left, right) = (it.text(), it.rearranged(&mut choices.into_iter()));
        let (verdict, evidence) = verdict(&left, &right);
        // Where values overflow at all points there is nothing to see.
        let overflow = verdict == Verdict::Undefined && evidence.contains("overflow");
        prop_assert!(verdict != Verdict::False && (verdict != Verdict::Undefined || overflow), "{left} = {right}: {evidence}");
    }

    #[test]
    fn an_expression_with_one_mistake_is_not_proved(
        it in factor(),
        choices in prop::collection::vec(any::<u8>(), 40),
        factor in 1..5i64,
        mistake in 0..6usize,
    ) {
        let (left, same) = (it.text(), it.rearranged(&mut choices.into_iter()));
        let wrong = match mistake {
            0 => format!("{}*{same}", factor + 1),
            1 => format!("(-{same})"),
            2 => format!("N*{same}/d"),
            3 => format!("{same}/N"),
            4 => format!("({same} + y[n]/1000)"),
            _ => format!("{same}*s[n]"),
        };
        let (verdict, evidence) = verdict(&format!("{factor}*{left}"), &format!("{factor}*{wrong}"));
        prop_assert!(verdict != Verdict::Proved, "{factor}*{left} = {factor}*{wrong}: {evidence}");
    }
}
