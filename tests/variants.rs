//! The variants of the derivation: all of them come with the crate, stand alone, and reject the mistakes that their
//! subject invites.
#![cfg(feature = "check")]

use hsr::claims::{Derivation, Request, Source, Verdict, check};
use std::collections::BTreeSet;
use std::path::Path;

/// The variants: every derivation that comes with the crate but the first, which is that of the chapters.
fn variants() -> Vec<Source> {
    let derivations = Derivation::embedded().unwrap();
    derivations.into_iter().skip(1).flat_map(|derivation| derivation.sources().to_vec()).collect()
}

#[test]
fn every_variant_of_the_folder_comes_with_the_crate_and_the_other_way_round() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::fs::read_dir(root.join("derivations/variants")).unwrap();
    let found: BTreeSet<String> = folder
        .map(|entry| format!("derivations/variants/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    let embedded: BTreeSet<String> = variants().into_iter().map(|source| source.name).collect();
    assert_eq!(found, embedded);
}

#[test]
fn every_variant_stands_alone_and_is_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = std::fs::read_to_string(root.join("derivations/README.md")).unwrap();
    for variant in variants() {
        let opened = Derivation::open(&root.join(&variant.name)).unwrap();
        assert_eq!(opened.sources().len(), 1, "{}", variant.name);
        let link = variant.name.trim_start_matches("derivations/");
        assert!(list.contains(&format!("]({link})")), "{} is not listed", variant.name);
    }
}

/// Variant, claim that must fail, what stands in the text, and the mistake.
const MISTAKES: [(&str, &str, &str, &str); 31] = [
    ("without-biases", "trace", "let nx[n] = sum[l]", "let nx[n] = 1 + sum[l]"),
    ("without-biases", "trace_squared", "let zeta[n,m] = sum[j]", "let zeta[n,m] = 1 + sum[j]"),
    ("without-biases", "reduced_size", "let D_reduced = D - h", "let D_reduced = D - (h + 1)"),
    ("binary-logistic", "hessian_vv", "let S[n] = s[n]*(1 - s[n])", "let S[n] = s[n]"),
    ("binary-logistic", "trace_gradient", "(1 - 2*s[n])*T_S[n]", "T_S[n]"),
    ("binary-logistic", "q_by_v", "3*S[n]*phi1[n,i]^2", "2*S[n]*phi1[n,i]^2"),
    ("binary-logistic", "two_curvature_trace", "= 2*p1[n]*(1 - p1[n])", "= p1[n]*(1 - p1[n])"),
    ("label-smoothing", "residual", "y[n,k] + eps/C", "y[n,k] + eps"),
    (
        "label-smoothing",
        "hessian_wv",
        "let delta[n,k] = p[n,k] - ys[n,k]",
        "let delta[n,k] = p[n,k] - y[n,k]",
    ),
    ("label-smoothing", "any_residual", "= Y[n]*p[n,k] - g[n,k]", "= p[n,k] - g[n,k]"),
    ("label-smoothing", "any_covariance", "= Y[n]*([k=l]*p[n,k]", "= ([k=l]*p[n,k]"),
    ("sample-weights", "trace_squared", "let Q = sum[n,m] w[n]*w[m]*", "let Q = sum[n,m] w[n]*"),
    (
        "sample-weights",
        "trace_squared_gradient",
        "let Q_M[n,i,j] = 2*w[n]*sum[m]",
        "let Q_M[n,i,j] = 2*sum[m]",
    ),
    ("squared-error", "curvature", "d o[n,l] = [k=l]", "d o[n,l] = [k=l]*o[n,k] - o[n,k]*o[n,l]"),
    ("squared-error", "trace", "let T = sum[n] (C*nz[n]", "let T = sum[n] (nz[n]"),
    ("squared-error", "trace_squared", "let q_out[n,m] = C*", "let q_out[n,m] = C^2*"),
    ("squared-error", "no_null_space", "= C*sum[n] z[n,j]*z[n,i] / N", "= 0"),
    ("class-route", "gn_gn_by_classes", "t[n,m,k,e]*S[m,e,l]", "t[n,m,k,e]*S[n,e,l]"),
    (
        "class-route",
        "coupling_by_classes",
        "let StS[n,m,k,l] = sum[e] S[n,k,e]*",
        "let StS[n,m,k,l] = sum[e] [e=k]*",
    ),
    ("class-route", "q_by_s", "(tS[n,m,k,l] + tS[n,m,l,k])) / N^2\n  + sum", "2*tS[n,m,l,k]) / N^2\n  + sum"),
    ("reduced-and-block-bound", "reduced_size", "let D_reduced = D - (h + 1)", "let D_reduced = D - h"),
    ("reduced-and-block-bound", "sizes", "let D_o = (C - 1)*(h + 1)", "let D_o = C*(h + 1)"),
    ("reduced-and-block-bound", "reduced_by_coupling", "= 2*reduced_Q", "= reduced_Q"),
    (
        "reduced-and-block-bound",
        "gradient",
        "let F_M[n,i,j] = k1*nx[n]*[i=j]/N",
        "let F_M[n,i,j] = k1*[i=j]/N",
    ),
    ("l2-regularization", "trace", "tr_H = T + mu*D", "tr_H = T + mu"),
    ("l2-regularization", "trace_squared", "tr_HH = Q + 2*mu*T + mu^2*D", "tr_HH = Q + mu^2*D"),
    ("l2-regularization", "ws_upper_bounds", "lambda_max <= ws_upper + mu", "lambda_max <= ws_upper"),
    ("l2-regularization", "weights_ws_gradient", "let Q_w = Q + 2*mu*U", "let Q_w = Q + 2*mu*T"),
    (
        "temperature",
        "output_coupling",
        "let S[n,k,l] = Sigma[n,k,l]/tau^2",
        "let S[n,k,l] = Sigma[n,k,l]/tau",
    ),
    (
        "temperature",
        "residual_part",
        "let delta[n,k] = (p[n,k] - y[n,k])/tau",
        "let delta[n,k] = p[n,k] - y[n,k]",
    ),
    ("temperature", "trace_squared_gradient", "Q_p[n,k] + Q_delta[n,k]/tau", "Q_p[n,k] + Q_delta[n,k]"),
];

#[test]
fn the_mistakes_that_a_variant_invites_are_rejected() {
    let variants = variants();
    let mut with_mistakes = BTreeSet::new();
    for (name, claim, right, wrong) in MISTAKES {
        let file = format!("derivations/variants/{name}.md");
        let variant = variants.iter().find(|source| source.name == file).unwrap();
        assert_eq!(variant.text.matches(right).count(), 1, "'{right}' must stand once in {file}");
        let source = Source { text: variant.text.replace(right, wrong), ..variant.clone() };
        let derivation = Derivation::read(vec![source], 0).unwrap_or_else(|error| panic!("{error}"));
        let report = check(&[derivation], &Request::default().only(claim).repair(false));
        assert_eq!(report.claims.len(), 1, "{file} has no claim {claim}");
        let found = &report.claims[0];
        assert_eq!(found.verdict, Verdict::False, "{file}: {claim} with {wrong}: {}", found.evidence);
        with_mistakes.insert(file);
    }
    assert_eq!(with_mistakes.len(), variants.len(), "every variant has its mistakes");
}
