//! What the reader refuses, and with which words; what it reads, and as what.

use super::program::{Assumed, Claim, Compared, Program};
use super::source::{Derivation, Source};
use super::syntax::Range;

/// What the lines below are about.
const KNOWN: &str = "data s
data u[N]
data t[d]
data y[N,C]
data q[C,C]
parameter W[h,d]
let w2 = sum[i,l] W[i,l]^2
let w3 = w2*s
let w4 = w2^2
let L = w2
";

fn read(lines: &str) -> Result<Program, String> {
    let text = format!("```claims\n{KNOWN}{lines}\n```\n");
    let source = Source { name: "f.md".to_string(), text };
    Derivation::read(vec![source], 0).map(|derivation| derivation.program).map_err(|error| error.to_string())
}

fn reads(lines: &str) -> Program {
    read(lines).unwrap_or_else(|error| panic!("{error}"))
}

/// The lines are refused at the last of them, with these words.
fn refuses(lines: &str, words: &str) {
    let error = read(lines).err().unwrap_or_else(|| panic!("{lines} is read"));
    let place = format!("f.md:{}:", KNOWN.lines().count() + 1 + lines.lines().count());
    assert!(error.starts_with(&place) && error.contains(words), "{lines}: {error}");
}

#[test]
fn a_word_of_the_language_is_no_new_name() {
    for (line, meaning) in [
        ("let N = 1", "'N', which already means the number of samples"),
        ("let C = 7", "the number of classes"),
        ("data d", "'d', which already means the number of inputs, and a derivative"),
        ("data D", "the number of parameters"),
        ("let lambda_max = 1", "the largest eigenvalue"),
        ("let exp = 3", "'exp', which already means the function exp(x)"),
        ("let sqrt = 3", "the function sqrt(x)"),
        ("let tanh[n] = u[n]", "the function tanh(x)"),
        ("let let = 2", "the start of a statement"),
        ("let sum = 2", "a sum"),
        ("data claim", "the start of a statement"),
        ("let assume = 2", "the start of a statement"),
        ("parameter parameter", "the start of a statement"),
        ("let for = 1", "the start of a claim's condition"),
        ("let log = 1", "the function log(x)"),
        ("claim claim: s = s", "the start of a statement"),
        ("claim sum: s = s", "a sum"),
        ("let a = sum[N] u[N]", "expected an index, such as n, k, i or l, found 'N'"),
        ("let a[exp] = u[exp]", "'exp', which already means the function exp(x)"),
        ("let a = sum[let] 1", "'let', which"),
        ("let a = sum[phi] u[phi]", "the function phi(x)"),
        ("claim a: d(w2)/d N = 0", "a quantity, found 'N', which"),
        ("let w2 = 1", "expected a new name, found 'w2', which is declared already"),
    ] {
        refuses(line, meaning);
    }
    reads("let phi1[n] = phi1(u[n])\nclaim exp: s = s\nclaim h: s = s\nclaim phi1: phi1[n] = phi1[n]");
}

#[test]
fn an_index_has_the_name_of_nothing_else_in_its_statement() {
    for line in ["claim a: sum[s] u[s]*s = 1", "let a[a] = u[a]", "claim a: s*u[s] = u[s]*s"] {
        refuses(line, "different names for quantities and indices");
    }
    for line in ["claim a: sum[n] u[n] + u[n] = s", "claim a: s = sum[n] u[n] + u[n]"] {
        refuses(line, "'n' inside of its sum, or another index");
    }
    refuses("claim a: u[n] = u[n]*[i=i]", "'[i=i]' is always 1");
    refuses("claim a: y[n,k] = y[n,k]*[n=k]", "an index over samples (N)");
    refuses("claim a: u[0] = s", "an index from 1 for u, or 'outside 0' behind its declaration, found '0'");
    reads("claim a: u[1] = u[1]\nclaim b: sum[n] n*u[n] = sum[n] u[n]*n");
}

#[test]
fn a_bar_that_does_nothing_is_refused() {
    for (bar, why) in [
        ("d(W[i,l]^2)/d W[i,l] | W", "'W', by which is differentiated"),
        ("d(W[i,l]^2)/d W[i,l] | s", "'s', which does not depend on 'W'"),
        ("d(W[i,l]^2)/d W[i,l] | w2", "'w2', on which what is differentiated does not depend"),
        ("d(w2*w3)/d W[i,l] | w2, w2", "'w2', which is named twice"),
        ("d(w2)/d W[i,l] | w9", "expected a known symbol, such as 'w2'"),
        ("d(w3)/d W[i,l] | w2*2", "brackets around a derivative with '|'"),
        ("d(w3)/d W[i,l] | W[i,l]", "without indices"),
        ("d(w3)/d W[i,l]^2", "brackets around a derivative that is raised"),
    ] {
        refuses(&format!("claim a: {bar} = 0"), why);
    }
    reads("claim a: d(w3 + w4)/d W[i,l] | w3, w2 = 0");
}

#[test]
fn an_assumption_says_how_points_are_drawn() {
    let program = reads("assume sum[k] y[n,k] = 1\nassume y[n,k] > 0\nassume s > 0\nassume d >= 2");
    let kinds: Vec<Assumed> = program.assumptions.iter().map(|assumption| assumption.kind.clone()).collect();
    let [y, s] = ["y", "s"].map(|name| program.find(name).unwrap());
    assert_eq!(
        kinds,
        [
            Assumed::SumsToOne { symbol: y },
            Assumed::Positive { symbol: y },
            Assumed::Positive { symbol: s },
            Assumed::SizeAtLeast { range: Range::INPUTS, least: 2 },
        ]
    );
    for line in [
        "assume s >= 0",
        "assume s > 1",
        "assume s <= 3",
        "assume 0 < s",
        "assume 0 < s < 1",
        "assume s = 1",
        "assume s*s > 0",
        "assume s^2 = 1",
        "assume u[n]*(1 - u[n]) = 0",
        "assume q[k,l] = q[l,k]",
        "assume q = -q'",
        "assume sum[m] q[k,m]*q[l,m] = [k=l]",
        "assume sum[n] y[n,k] = 0",
        "assume sum[n,k] y[n,k] = 1",
        "assume sum[k] 2*y[n,k] = 1",
        "assume sum[k] y[n,k] > 0",
        "assume q @ v = s*v",
        "assume w3 = 2",
        "assume d > 1",
        "assume 2 <= d",
        "assume 1 < d",
    ] {
        reads(&format!("data v[C]\n{line}"));
    }
    for (line, words) in [
        ("assume s != 0", "'=', '<', '<=', '>' or '>='"),
        ("assume s", "'=', '<', '<=', '>' or '>='"),
        ("assume w2 = 3", "linear in the entries of a free quantity, or says which of two values they have"),
        ("assume exp(s) = 2", "linear in the entries of a free quantity"),
        ("assume 2 > 1", "an assumption about a free quantity"),
        ("assume q[k,k] > 0", "different indices: the assumption is about all entries of q, found 'k' twice"),
        ("assume v > 0", "a quantity that is declared before the assumption, found 'v'"),
        ("assume d >= 0", "a least size from 1 to 6"),
        ("assume d >= 7", "a least size from 1 to 6"),
        ("assume d >= h", "a whole number behind 'd >='"),
        ("assume d = 2", "'assume d >= 2': a size cannot be fixed"),
        ("assume d <= 2", "a bound from below"),
        ("assume D >= 2", "a bound of N, d, h or C"),
        ("assume s > 0\nassume s > 0", "each assumption once"),
        ("assume d >= 2\nassume d >= 3", "each assumption once"),
    ] {
        refuses(line, words);
    }
}

#[test]
fn an_assumption_stands_before_all_claims_that_it_is_about() {
    let late = "an assumption before all claims that it is about, found claim 'a' before it";
    refuses("claim a: w3 = w2*s\nassume s > 0", late);
    refuses("claim a: sum[k] y[n,k] = 1\nassume sum[k] y[n,k] = 1", late);
    for claim in ["t[l] = t[l]", "d*s = s*d", "w2 = w2", "D = d*h"] {
        refuses(&format!("claim a: {claim}\nassume d >= 2"), late);
    }
    reads("claim a: w2 = w2\nassume s > 0\nassume N >= 2");
}

#[test]
fn a_claim_may_be_about_indices_that_differ() {
    let program = reads("claim a: u[n]*u[m]*q[k,l] = u[m]*q[k,l]*u[n] for n != m, l != k");
    let claim = &program.claims[0];
    let slot = |index: &str| claim.free.iter().find(|(name, _)| name == index).unwrap().1;
    let apart = |claim: &Claim| -> Vec<[usize; 2]> {
        let slots = |condition: &Compared| {
            let all: Vec<usize> = condition.left.slots().chain(condition.right.slots()).collect();
            [all[0], all[1]]
        };
        claim.conditions.iter().map(slots).collect()
    };
    assert_eq!(apart(claim), [[slot("n"), slot("m")], [slot("l"), slot("k")]]);
    let edited = program.edited(claim, &claim.right_text, claim.relation, &claim.left_text).unwrap();
    let name = |slot: usize| edited.free.iter().find(|(_, other)| *other == slot).unwrap().0.clone();
    let names: Vec<[String; 2]> = apart(&edited).into_iter().map(|pair| pair.map(name)).collect();
    assert_eq!(names, [["n", "m"], ["l", "k"]]);
    for (pairs, words) in [
        ("n != n", "two different indices, found 'n' twice"),
        ("n != m, m != n", "each condition on indices once"),
        ("n != k", "free indices of the claim behind 'for', found 'k', which is none"),
        ("n != l", "indices of one range behind 'for': 'n' over samples (N), found 'l' over inputs (d)"),
        ("n != m n != l", "',' and another condition on indices"),
        ("", "an index, such as n, t+1 or 1"),
    ] {
        refuses(&format!("claim a: u[n]*u[m]*t[l] = t[l]*u[m]*u[n] for {pairs}"), words);
    }
    refuses("let a = 3 for n", "'!=', '<' and the like between two indices");
    reads("claim a: u[n]*t[l] = t[l]*u[n] for n = 1, l < d");
}

#[test]
fn a_sum_of_several_factors_that_divides_needs_brackets() {
    for (text, words) in [
        ("s / sum[n] u[n]*s", "s/(sum[n] u[n]*s) or s/(sum[n] u[n])*s"),
        ("(s + 1) / sum[n] u[n]/s", "(s + 1)/(sum[n] u[n]/s) or (s + 1)/(sum[n] u[n])/s"),
        ("s / -sum[n] u[n]*s", "s/-(sum[n] u[n]*s)"),
        ("s / sum[n] sum[m] u[n]*u[m]", "s/(sum[n] sum[m] u[n]*u[m])"),
    ] {
        refuses(&format!("let a = {text}"), words);
    }
    for text in ["s / sum[n] u[n]", "s/sum[n] u[n]^2", "s/sum[n] (u[n]*s)", "s*sum[n] u[n]*s/2", "s/2*3"] {
        reads(&format!("let a = {text}"));
    }
}

#[test]
fn what_is_no_expression_is_refused_with_what_would_be() {
    for (text, words) in [
        ("s s", "a product needs '*'"),
        ("s (s)", "'*' before the bracket"),
        ("log2(s)", "ln(x)/ln(2)"),
        ("Exp(s)", "exp(x), in small letters"),
        ("|s|", "abs(x) for an absolute value"),
        ("s^65", "a whole exponent from -64 to 64"),
        ("1/2s", "'*' or brackets: 1/2*s, or 1/(2*s)"),
        ("s^2^2", "brackets around a power that is raised again"),
        ("exp*2", "'(' after the function exp"),
        ("N[n]", "no index: 'N' is the number of samples, a single number"),
        ("sum s", "'[' and the indices of the sum"),
        ("2 + claim", "a number, a symbol, a function"),
        ("s | w2", "'|' behind a derivative"),
        ("s = s", "two sides"),
        ("s let b = 2", "a new line before 'let'"),
    ] {
        refuses(&format!("let a = {text}"), words);
    }
    for (claim, words) in [
        ("s != 1", "what differs cannot be claimed"),
        ("s s = 1", "an operator, or '=', '<=' or '>=' and the other side"),
    ] {
        refuses(&format!("claim a: {claim}"), words);
    }
}

#[test]
fn an_eigenvalue_has_no_derivative_and_is_known_through_definitions() {
    let none = "a derivative of something without eigenvalues";
    refuses("claim a: d(lambda_max)/d W[i,l] = 0", none);
    refuses("let top = lambda_max + s\nlet twice = 2*top\nclaim a: d(twice*s)/d s = 0", none);
    refuses("claim a: d(w2)/d lambda_min = 0", "'lambda_min', which already means");
    refuses("claim a: lambda_max[n] = 0", "a single number");
    let program = reads("let top = lambda_max\nclaim a: top >= s\nclaim b: s = s");
    assert!(program.claims[0].eigenvalues && !program.claims[1].eigenvalues);
    assert!(program.claims[0].used.contains(program.find("W").unwrap()) && program.claims[0].order == 2);
}

#[test]
fn the_parameters_are_declared_before_they_are_counted() {
    let late = "all parameters before the first line with D, lambda_max or lambda_min, found 'V' behind";
    refuses("let count = D\nparameter V[C,h]", late);
    refuses("claim count: 2*D = 2*h*d\nparameter V[C,h]", late);
    refuses("claim top: s <= lambda_max\nparameter V[C,h]", late);
    reads("let half = s/2\nparameter V[C,h]\nclaim count: D = h*d + C*h");
    let alone = |block: &str| {
        let text = format!("```claims\n{block}\n```\n");
        let source = Source { name: "f.md".to_string(), text };
        Derivation::read(vec![source], 0).map(|_| ()).unwrap_err().to_string()
    };
    assert!(alone("data x\nclaim a: D = 0").contains("a parameter before the number of them"));
    assert!(
        alone("data x\nlet L = x^2\nclaim a: lambda_max = 2").contains("a parameter before the eigenvalues")
    );
    let free = "parameter x[N]\ndata L\nclaim a: lambda_max = 2";
    assert!(alone(free).contains("a loss L without indices that let defines"));
    let many = "parameter x[N]\nlet L[n] = x[n]^2\nclaim a: lambda_max = 2";
    assert!(alone(many).contains("a loss L without indices that let defines"));
}
