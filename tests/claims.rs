//! Derivations as text: the chapters hold, mistakes that people make are found and mended, and no text makes the reader
//! panic.
#![cfg(feature = "pages")]

use hsr::claims::{
    CheckReport, ClaimFailure, ClaimReport, Derivation, MutantVerdict, Request, Source, Verdict, check,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn read(text: &str) -> Derivation {
    let source = Source { name: "own.md".to_string(), text: text.to_string() };
    Derivation::read(vec![source], 0).unwrap_or_else(|error| panic!("{error}"))
}

fn checked(text: &str) -> CheckReport {
    check(&[read(text)], &Request::default())
}

#[test]
fn every_claim_of_the_chapters_and_variants_holds() {
    let report = check(&Derivation::embedded().unwrap(), &Request::default());
    assert!(report.holds(), "{}", report.table());
}

#[test]
fn every_equation_of_the_audit_is_claimed_in_its_chapter() {
    let derivations = Derivation::embedded().unwrap();
    let claims: BTreeSet<&str> = derivations[0].claims().collect();
    for equation in hsr::audit::float_equations() {
        assert!(claims.contains(equation.closed.name), "{} is not claimed", equation.closed.name);
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
    let report = checked(&format!("```claims\n{NETWORK}\n{claim}\n```\n")).claims.remove(0);
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
fn a_forgotten_residual_part_is_found() {
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
fn a_diagonal_forgotten_in_the_covariance_is_found() {
    let at = refuted("claim s: d(p[n,k])/d o[n,l] = -p[n,k]*p[n,l]").diagnosis.unwrap().at;
    assert_eq!(at.component, [0, 0, 0]);
}

#[test]
fn a_product_rule_half_done_is_found_and_the_search_says_that_it_found_nothing() {
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
    assert!(checked(&text).holds());
    assert!(!checked(&text.replace("assume sum[k] y[n,k] = 1\n", "")).holds());
}

#[test]
fn a_claim_that_divides_by_zero_at_some_sizes_is_not_taken_for_one_that_holds_at_the_others() {
    let report = checked(&format!("```claims\n{NETWORK}\nclaim g: sum[n] d(o[n,k])/d c[l] = N/[k=l]\n```\n"));
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
    let report = checked(&text);
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
    let score = check(&[read(&text)], &Request::default().mutants(true)).mutants.unwrap();
    assert!(score.edits.len() > 20 && score.count(MutantVerdict::Survived) == 0, "{score:?}");
    assert_eq!(score.edits.len(), score.count(MutantVerdict::False) + score.count(MutantVerdict::Equal));
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
        (
            "hello",
            "mine.md:4:1",
            "a line that starts with size, data, parameter, function, let, assume or claim",
        ),
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
        ("assume V[k,i]^3 = 1", "an assumption that is linear in the entries of a free quantity"),
    ] {
        let text = message(&format!("{declared}{line}"));
        assert!(text.contains(words), "{line}: {text}");
    }
    let fourth = "let f = V[k,i]";
    assert!(message(&format!("{declared}{fourth}")).contains("an index of the left side"));
    let seventh = format!("{}V[k,i]{}", "d(".repeat(7), ")/d V[k,i]".repeat(7));
    assert!(message(&format!("{declared}claim a: {seventh} = 0")).contains("derivatives up to order 6"));
}

#[test]
fn a_right_side_without_any_entry_may_lack_an_index() {
    let text = "```claims\ndata s\nparameter V[C,h]\n\
        claim slope: d(s*V[k,i])/d V[l,i]*N/N = s*[k=l]\n\
        claim square: d(d(V[k,i]^2)/d V[k,i])/d V[k,i] = 2\n```\n";
    let report = checked(text);
    assert!(report.holds() && report.claims.len() == 2, "{}", report.table());
    assert!(!checked(&text.replace("= s*[k=l]", "= s")).holds());
}

#[test]
fn a_claim_with_roots_of_random_numbers_is_decided_whatever_the_seed() {
    let chapters = &Derivation::embedded().unwrap()[..1];
    for seed in 0..8 {
        let report = check(chapters, &Request::default().seed(seed).only("ws_block"));
        assert!(report.holds() && report.claims.len() == 1, "{}", report.table());
    }
}

#[test]
fn a_claim_that_would_take_too_long_is_refused() {
    let indices: Vec<String> = (0..40).map(|index| format!("k{index}")).collect();
    let factors: Vec<String> = indices.iter().map(|index| format!("c[{index}]")).collect();
    let sums = format!("sum[{}] {}", indices.join(","), factors.join("*"));
    let report = checked(&format!("```claims\nparameter c[C]\nclaim slow: {sums} = 1\n```\n"));
    let failure = report.claims[0].failure.clone().unwrap();
    assert!(failure.place.contains("more than is allowed"), "{}", failure.describe());
}

#[test]
fn free_indices_are_counted_before_they_are_listed() {
    let product = |count: usize| (0..count).map(|index| format!("c[k{index}]")).collect::<Vec<_>>().join("*");
    let verdict = |count: usize| {
        let text = format!("```claims\nparameter c[C]\nclaim same: {0} = {0}\n```\n", product(count));
        checked(&text).claims[0].verdict
    };
    assert_eq!(verdict(5), Verdict::Proved);
    assert_eq!(verdict(14), Verdict::Undecided);
}

/// A file of these lines in one block.
fn block(lines: &str) -> String {
    format!("```claims\n{lines}\n```\n")
}

/// The only verdict on these lines, found on a thread with a small stack.
fn on_a_small_stack(lines: String) -> Verdict {
    let small = std::thread::Builder::new().stack_size(512 << 10);
    let checked = small.spawn(move || checked(&block(&lines)).claims[0].verdict);
    checked.unwrap().join().unwrap()
}

/// `count` definitions, each of which builds on the one before.
fn chain(start: &str, step: &str, count: usize) -> String {
    let line = |at: usize| format!("let a{} = {}\n", at + 1, step.replace('_', &format!("a{at}")));
    format!("parameter s\nlet a0 = {start}\n{}", (0..count).map(line).collect::<String>())
}

#[test]
fn definitions_build_on_each_other_as_often_as_a_file_has_room() {
    for (lines, claim, verdict) in [
        (chain("s", "_ + 1", 12_000), "a12000 = s + 12000", Verdict::Proved),
        (chain("s", "_ + _", 40), "a40 = 1099511627776*s", Verdict::Proved),
        (chain("s", "_*s", 15_000), "d(a15000)/d s = 15001*a14999", Verdict::Proved),
        (chain("s", "_ + 1", 3000), "a3000 <= s", Verdict::False),
        (chain("ln(-1 - s^2)", "_ + 1", 3000), "a3000 = s", Verdict::Undefined),
        (chain("s^3", "_ + s", 500), "d(d(d(a500)/d s)/d s)/d s = 6", Verdict::Proved),
    ] {
        assert_eq!(on_a_small_stack(format!("{lines}claim own: {claim}")), verdict, "{claim}");
    }
}

#[test]
fn long_lines_within_three_derivatives_are_checked() {
    let sum = |name: &str, count: usize| vec![name; count].join(" + ");
    let lets = format!(
        "parameter s\nlet a = {}\nlet b = {}\nlet e = {}",
        sum("s", 499),
        sum("a", 499),
        sum("b", 499)
    );
    let lines = format!("{lets}\nclaim own: d(d(d(e)/d s)/d s)/d s = 0");
    assert_eq!(on_a_small_stack(lines), Verdict::Proved);
    let mixed = format!("{}s{}", "(s*s + s*s + ".repeat(50), ")^2".repeat(50));
    assert_ne!(on_a_small_stack(format!("parameter s\nclaim own: {mixed} = s")), Verdict::Proved);
}

#[test]
fn a_definition_that_builds_on_many_is_known_at_all_its_indices() {
    let step = |at: usize| format!("let a{}[n,m] = a{at}[n,m] + a{at}[m,n]\n", at + 1);
    let lines: String = (0..120).map(step).collect();
    let claim = "claim own: d(a120[n,m])/d x[k] = a120[n,m]/(x[n]*x[m])*([n=k]*x[m] + [m=k]*x[n])";
    let text = block(&format!("parameter x[N]\nlet a0[n,m] = x[n]*x[m]\n{lines}{claim}"));
    assert!(checked(&text).holds());
    assert!(!checked(&text.replace("[m=k]*x[n]", "[m=k]*x[m]")).holds());
}

#[test]
fn a_file_with_too_many_statements_is_refused_at_the_first_that_is_too_many() {
    let lines: String = (0..100_000).map(|at| format!("let a{at} = s\n")).collect();
    let text = message(&format!("data s\n{lines}"));
    assert!(
        text.contains("mine.md:20004:1: expected at most 20000 statements in a derivation: split it"),
        "{text}"
    );
}

#[test]
fn claims_that_all_depend_on_a_whole_long_file_are_refused() {
    let claims: String = (0..9000).map(|at| format!("claim c{at}: a3000 = s + 3000\n")).collect();
    let text = message(&format!("{}{claims}", chain("s", "_ + 1", 3000)));
    assert!(text.contains("at most 2000000 quantities together: split the derivation"), "{text}");
}

#[test]
fn what_would_take_more_memory_than_there_is_is_not_begun() {
    assert!(message(&format!("data a[{}]", vec!["N"; 40].join(","))).contains("at most 8 indices"));
    let names = "i,j,k,l,m,n,o,p";
    let many = format!("data a[N,N,N,N,N,N,N,N]\nclaim own: sum[{names}] a[{names}] = 1");
    let report = checked(&block(&many));
    assert_eq!(report.claims[0].verdict, Verdict::Undecided);
    assert!(
        report.claims[0].evidence.contains("entries, more than are kept"),
        "{}",
        report.claims[0].evidence
    );
    // What nothing is claimed about takes nothing.
    let unused: String = (0..1000).map(|at| format!("data b{at}[C,C,C,C,C,C,C,C]\n")).collect();
    assert!(checked(&block(&format!("data s\n{unused}claim own: s = s"))).holds());
    assert!(!checked(&block(&format!("data s\n{unused}claim own: s = 2*s"))).holds());
}

#[test]
fn the_largest_whole_numbers_have_edits_too() {
    let largest = i64::MAX;
    let text = block(&format!(
        "data s\nclaim a: s*{largest} + {largest} = {largest}*(s + 1)\nclaim b: s = {largest}"
    ));
    let report = check(&[read(&text)], &Request::default().mutants(true));
    assert_eq!(report.claims[0].verdict, Verdict::Proved);
    assert_eq!(report.claims[1].verdict, Verdict::False);
}

#[test]
fn any_number_of_points_may_be_asked_for() {
    let derivations = [read(&block("data s\nclaim a: s = s"))];
    for (asked, made) in [(0, 2), (700, 700), (usize::MAX, 100_000)] {
        let report = check(&derivations, &Request::default().points(asked));
        assert_eq!(report.claims[0].proof.as_ref().map(|proof| proof.points), Some(made));
    }
}

/// What no report may hold: what speaks to a terminal, turns the text around it, or is no character.
fn forbidden(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || matches!(c, '\u{fffe}' | '\u{ffff}') || (c.is_control() && c != '\n')
}

#[test]
fn what_a_text_or_the_name_of_a_file_says_is_escaped_in_every_report() {
    let foreign = "\u{1b}[31m \u{7}\u{0}\u{202e}\u{fffe}\u{9b}";
    let listing =
        format!("# T {foreign}\n\n{foreign} `{foreign}` ${foreign}$\n\n```text\n{foreign}\n```\n\n");
    let text = format!("{listing}{}", block("parameter s\nclaim own: s = 2*s # \u{fffe}"));
    let derivation = Derivation::read(vec![Source { name: foreign.to_string(), text }], 0).unwrap();
    let report = check(std::slice::from_ref(&derivation), &Request::default().mutants(true));
    for shown in [report.table(), report.json(), report.junit(), report.html(&[derivation])] {
        assert!(shown.contains("own") && !shown.contains(forbidden), "{}", shown.escape_debug());
    }
    for wrong in ["# \u{1b}[31m", "let a = 1 + \u{7}", "claim a: s + = 1 # \u{fffe}"] {
        let source = Source { name: foreign.to_string(), text: block(wrong) };
        let error = Derivation::read(vec![source], 0).unwrap_err().to_string();
        assert!(!error.contains(forbidden), "{}", error.escape_debug());
    }
}

#[test]
fn long_names_and_long_claims_are_shown_shortened() {
    let name = "a".repeat(100_000);
    assert!(message(&format!("data {name}")).len() < 1000);
    let (name, blanks) = ("a".repeat(200), " ".repeat(1 << 20));
    let sum = vec![name.as_str(); 300].join(" + ");
    let comments = "# a line\n".repeat(100_000);
    for claim in [
        format!("{sum} = {name}"),
        format!("{name} ={blanks}2*{name}"),
        format!("{name} = {comments} 2*{name}"),
    ] {
        let text = block(&format!("data {name}\nclaim {name}: {claim}"));
        let derivation = read(&text);
        let report = check(std::slice::from_ref(&derivation), &Request::default());
        for shown in [report.table(), report.json(), report.junit(), report.html(&[derivation])] {
            assert!(shown.len() < 30_000, "{} bytes", shown.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
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
