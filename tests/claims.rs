//! Derivations as text: the chapters hold, mistakes that people make are told and mended, and no text makes the reader
//! panic.

use hsr::claims::{
    CheckReport, ClaimFailure, ClaimReport, Derivation, Fallen, Request, Shard, Source, Verdict, parse, run,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn request() -> Request {
    Request { points: 1, seed: 0, only: None, shard: Shard::ALL, repair: true, mutants: false }
}

fn check(text: &str) -> CheckReport {
    let source = Source { name: "own.md".to_string(), text: text.to_string() };
    run(&[Derivation::read(vec![source], 0).unwrap_or_else(|error| panic!("{error}"))], &request())
}

#[test]
fn every_claim_of_the_chapters_and_variants_holds() {
    let report = run(&Derivation::embedded().unwrap(), &request());
    assert!(report.holds(), "{}", report.table());
}

#[test]
fn every_equation_of_the_audit_is_claimed_in_its_chapter() {
    let derivations = Derivation::embedded().unwrap();
    let claims: BTreeSet<&str> =
        derivations[0].program.claims.iter().map(|claim| claim.name.as_str()).collect();
    for equation in hsr::audit::float_equations() {
        assert!(claims.contains(equation.name), "{} is not claimed", equation.name);
    }
}

/// The network and its loss, for the mistakes below.
const NETWORK: &str = "
data x[N,d]
data y[N,C]
parameter W[h,d]
parameter b[h]
parameter V[C,h]
parameter c[C]
assume sum[k] y[n,k] = 1
let a[n,i] = sum[l] W[i,l]*x[n,l] + b[i]
let z[n,i] = phi(a[n,i])
let o[n,k] = sum[j] V[k,j]*z[n,j] + c[k]
let p[n,k] = exp(o[n,k]) / sum[l] exp(o[n,l])
let loss[n] = -sum[k] y[n,k]*ln(p[n,k])
let L = sum[n] loss[n] / N
let delta[n,k] = p[n,k] - y[n,k]
let phi1[n,i] = phi1(a[n,i])
let phi2[n,i] = phi2(a[n,i])
let S[n,k,l] = p[n,k]*[k=l] - p[n,k]*p[n,l]
let u[n,i] = sum[k] V[k,i]*delta[n,k]
let K[n,i,j] = sum[k,l] V[k,i]*S[n,k,l]*V[l,j]
let nx[n] = 1 + sum[l] x[n,l]^2
let nz[n] = 1 + sum[j] z[n,j]^2
";

/// What a false claim comes to.
fn refuted(claim: &str) -> ClaimReport {
    let report = check(&format!("```claims\n{NETWORK}\n{claim}\n```\n")).claims.remove(0);
    assert_eq!(report.verdict, Verdict::False, "{claim}: {}", report.evidence);
    report
}

fn failure(claim: &str) -> ClaimFailure {
    refuted(claim).failure.unwrap()
}

/// A mistake must be rejected, and the true line found.
fn mends(claim: &str, truth: &str) {
    let failure = failure(claim);
    let found = failure.repairs.iter().any(|repair| repair.starts_with(truth));
    assert!(found, "{claim}\n{}", failure.describe());
}

#[test]
fn a_forgotten_residual_part_is_told() {
    let report = refuted("claim m: d(d(loss[n])/d b[i])/d b[j] = phi1[n,i]*K[n,i,j]*phi1[n,j]");
    let at = report.diagnosis.unwrap().at;
    assert_eq!(at.sizes.to_string(), "N=1 d=1 h=1 C=2");
    assert!((at.left - at.right).abs() > 1e6 * at.error, "{at:?}");
    // Small whole numbers, which a reader can put in by hand.
    let whole = at
        .values
        .iter()
        .filter(|(name, _)| name != "y")
        .all(|(_, values)| values.iter().all(|v| v.fract() == 0.0));
    assert!(whole, "{at:?}");
}

#[test]
fn phi2_where_a_square_of_phi1_belongs_is_mended() {
    mends(
        "claim t: sum[i] phi1[n,i]^2*K[n,i,i]*nx[n] = nx[n]*sum[i] phi2[n,i]*K[n,i,i]*phi1[n,i]",
        "nx[n]*sum[i] phi1[n,i]*K[n,i,i]*phi1[n,i]",
    );
}

#[test]
fn the_sign_of_delta_is_mended() {
    mends("claim g: d(loss[n])/d o[n,k] = y[n,k] - p[n,k]", "-(y[n,k] - p[n,k])");
}

#[test]
fn a_missing_mean_over_samples_is_named_and_mended() {
    let claim = "claim g: d(L)/d V[k,i] = sum[n] delta[n,k]*z[n,i]";
    let relation = failure(claim).relation.unwrap();
    assert_eq!(relation, "the left side is the right side divided by N (a missing 1/N)");
    mends(claim, "(sum[n] delta[n,k]*z[n,i])/N");
}

#[test]
fn a_square_of_n_where_n_belongs_is_mended() {
    mends("claim g: d(L)/d c[k] = sum[n] delta[n,k]/N^2", "sum[n] delta[n,k]/N");
}

#[test]
fn a_transposed_pair_of_indices_is_named_and_mended() {
    let claim = "claim h: d(d(loss[n])/d c[k])/d c[l]*d(z[n,i])/d b[i]*V[k,i] = S[n,k,l]*phi1[n,i]*V[l,i]";
    mends(claim, "S[n,k,l]*phi1[n,i]*V[k,i]");
    let wrong = failure(claim).wrong.unwrap();
    assert!(wrong.starts_with("V[l,i], on the right side (line 25, column"), "{wrong}");
}

#[test]
fn a_bias_left_out_of_a_norm_is_mended() {
    mends(
        "claim t: sum[k,j] d(d(loss[n])/d V[k,j])/d V[k,j] + sum[k] d(d(loss[n])/d c[k])/d c[k]
           = (1 - sum[k] p[n,k]^2)*(nz[n] - 1)",
        "(1 - sum[k] p[n,k]^2)*nz[n]",
    );
}

#[test]
fn a_diagonal_forgotten_in_the_covariance_is_told() {
    let at = refuted("claim s: d(p[n,k])/d o[n,l] = -p[n,k]*p[n,l]").diagnosis.unwrap().at;
    assert_eq!(at.component, [0, 0, 0]);
}

#[test]
fn a_product_rule_half_done_is_told_and_the_search_says_that_it_found_nothing() {
    // The missing term is longer than two small edits.
    let failure = failure("claim q: d(S[n,k,l])/d o[n,m] = [k=l]*S[n,k,m] - S[n,k,m]*p[n,l]");
    assert!(failure.repairs.is_empty() && failure.search.unwrap().starts_with("none"));
}

#[test]
fn a_doubled_block_is_named_and_mended() {
    let claim = "claim c: d(d(loss[n])/d c[k])/d b[i] = 2*sum[l] S[n,k,l]*V[l,i]*phi1[n,i]";
    assert_eq!(failure(claim).relation.unwrap(), "the left side is 1/2 times the right side");
    mends(claim, "sum[l] S[n,k,l]*V[l,i]*phi1[n,i]");
}

#[test]
fn a_claim_that_needs_an_assumption_fails_without_it() {
    let text = format!("```claims\n{NETWORK}\nclaim g: d(loss[n])/d o[n,k] = delta[n,k]\n```\n");
    assert!(check(&text).holds());
    assert!(!check(&text.replace("assume sum[k] y[n,k] = 1\n", "")).holds());
}

#[test]
fn a_claim_that_divides_by_zero_at_some_sizes_is_not_taken_for_one_that_holds_at_the_others() {
    let report = check(&format!("```claims\n{NETWORK}\nclaim g: sum[n] d(o[n,k])/d c[l] = N/[k=l]\n```\n"));
    assert_eq!(report.claims[0].verdict, Verdict::Undefined);
    assert_eq!(
        report.claims[0].evidence,
        "the right side has no real value where k != l: it divides by zero"
    );
}

#[test]
fn derivatives_may_be_taken_in_either_order() {
    let text = format!(
        "```claims\n{NETWORK}
claim outer: d(d(loss[n])/d o[n,k])/d a[n,i] = sum[l] S[n,k,l]*V[l,i]*phi1[n,i]
claim inner: d(d(loss[n])/d a[n,i])/d o[n,k] = sum[l] S[n,k,l]*V[l,i]*phi1[n,i]\n```\n"
    );
    let report = check(&text);
    assert!(report.holds(), "{}", report.table());
}

#[test]
fn a_number_that_equals_n_at_some_sizes_only_is_not_taken_for_n() {
    for claim in ["d(L)/d c[k] = sum[n] delta[n,k]/2", "d(L)/d c[k] = sum[n] delta[n,k]/C"] {
        assert!(refuted(&format!("claim g: {claim}")).diagnosis.is_some());
    }
}

#[test]
fn every_edit_of_a_true_claim_is_rejected_or_proved_equal() {
    let text =
        format!("```claims\n{NETWORK}\nclaim g: d(L)/d W[i,l] = sum[n] phi1[n,i]*u[n,i]*x[n,l]/N\n```\n");
    let source = Source { name: "own.md".to_string(), text };
    let derivation = Derivation::read(vec![source], 0).unwrap();
    let score = run(&[derivation], &Request { mutants: true, ..request() }).mutants.unwrap();
    assert!(score.edits.len() > 20 && score.count(Fallen::Survived) == 0, "{score:?}");
    assert_eq!(score.edits.len(), score.count(Fallen::False) + score.count(Fallen::Equal));
}

/// The message for a text that is no derivation.
fn message(block: &str) -> String {
    let text = format!("# Mine\n\n```claims\n{block}\n```\n");
    let source = Source { name: "mine.md".to_string(), text };
    Derivation::read(vec![source], 0).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn a_text_that_is_no_derivation_is_refused_at_its_place() {
    let declared = "parameter V[C,h]\nparameter W[h,d]\n";
    for (block, place, words) in [
        ("let a[i = 3", "mine.md:4:9", "']' after the indices"),
        ("let a = (1 + 2", "mine.md:4:15", "')' that closes the bracket"),
        ("claim a: V[k,i] = 1 $ 2", "mine.md:4:21", "an operator or a bracket"),
        ("hello", "mine.md:4:1", "a line that starts with data, parameter, let, assume or claim"),
        ("let a = 2^99", "mine.md:4:11", "a whole exponent"),
        ("let a = sinh(1)", "mine.md:4:9", "a function: exp, ln, sqrt"),
    ] {
        let text = message(block);
        assert!(text.contains(place) && text.contains(words) && text.contains('^'), "{block}: {text}");
    }
    for (line, words) in [
        ("claim a: U[k,i] = 1", "a known symbol, such as 'V'"),
        ("claim a: V[k] = 1", "2 indices for V[C,h]"),
        ("claim a: V[k,i]*W[k,l] = 1", "an index over hidden units (h)"),
        ("claim a: V[k,i] = sum[k] V[k,i]", "a new index for the sum"),
        ("claim a: V[k,i] = W[i,l]", "the free indices of the left side"),
        ("claim a: V[k,i]*V[l,i] = V[k,i]", "no index l, which the left side has"),
        ("let b[k] = V[k,i]", "an index of the left side or of a sum"),
        ("let V[k,i] = 1", "a new name"),
        ("claim a: [i=j] = 1", "indices that some symbol gives a range"),
        ("claim a: lambda_max = 1", "a loss named L"),
        ("assume V[k,i] = 1", "an assumption of the form"),
    ] {
        let text = message(&format!("{declared}{line}"));
        assert!(text.contains(words), "{line}: {text}");
    }
    let fourth = "let f = V[k,i]";
    assert!(message(&format!("{declared}{fourth}")).contains("an index of the left side"));
    let deep = "d(d(d(d(V[k,i])/d V[k,i])/d V[k,i])/d V[k,i])/d V[k,i]";
    assert!(message(&format!("{declared}claim a: {deep} = 0")).contains("derivatives up to order 3"));
}

#[test]
fn a_right_side_without_any_entry_may_lack_an_index() {
    let text = "```claims\ndata s\nparameter V[C,h]\n\
        claim slope: d(s*V[k,i])/d V[l,i]*N/N = s*[k=l]\n\
        claim square: d(d(V[k,i]^2)/d V[k,i])/d V[k,i] = 2\n```\n";
    let report = check(text);
    assert!(report.holds() && report.claims.len() == 2, "{}", report.table());
    assert!(!check(&text.replace("= s*[k=l]", "= s")).holds());
}

#[test]
fn a_claim_with_roots_of_random_numbers_is_decided_whatever_the_seed() {
    let chapters = &Derivation::embedded().unwrap()[..1];
    for seed in 0..8 {
        let report = run(chapters, &Request { seed, only: Some("ws_block".to_string()), ..request() });
        assert!(report.holds() && report.claims.len() == 1, "{}", report.table());
    }
}

#[test]
fn a_claim_that_would_take_too_long_is_refused() {
    let indices: Vec<String> = (0..40).map(|index| format!("k{index}")).collect();
    let factors: Vec<String> = indices.iter().map(|index| format!("c[{index}]")).collect();
    let sums = format!("sum[{}] {}", indices.join(","), factors.join("*"));
    let report = check(&format!("```claims\nparameter c[C]\nclaim slow: {sums} = 1\n```\n"));
    let failure = report.claims[0].failure.clone().unwrap();
    assert!(failure.place.contains("more than is allowed"), "{}", failure.describe());
}

#[test]
fn free_indices_are_counted_before_they_are_listed() {
    let product = |count: usize| (0..count).map(|index| format!("c[k{index}]")).collect::<Vec<_>>().join("*");
    let verdict = |count: usize| {
        let text = format!("```claims\nparameter c[C]\nclaim same: {0} = {0}\n```\n", product(count));
        check(&text).claims[0].verdict
    };
    assert_eq!(verdict(5), Verdict::Proved);
    assert_eq!(verdict(14), Verdict::Undecided);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
        let _ = parse(&format!("```claims\n{text}\n```\n"));
        let source = Source { name: "any".to_string(), text: format!("```claims\n{text}\n```\n") };
        let _ = Derivation::read(vec![source], 0);
    }

    #[test]
    fn no_damage_to_a_derivation_makes_the_reader_panic(at in 0.0..1.0f64, length in 0..12usize, put in "[a-zA-Z0-9\\[\\](),=+*/^|: -]{0,6}") {
        let text = format!("```claims\n{NETWORK}\nclaim g: d(L)/d V[k,i] = sum[n] delta[n,k]*z[n,i]/N\n```\n");
        let start = (at * text.len() as f64) as usize;
        let end = (start + length).min(text.len());
        if text.is_char_boundary(start) && text.is_char_boundary(end) {
            let damaged = format!("{}{put}{}", &text[..start], &text[end..]);
            let _ = Derivation::read(vec![Source { name: "any".to_string(), text: damaged }], 0);
        }
    }
}
