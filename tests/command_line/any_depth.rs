//! The audit of networks of any depth and any loss.

use super::{HOLDS, WRONG_INPUT, hsr, matrix, stderr, stdout};
use hsr::io::{Array, write_npz};

#[test]
fn an_audit_holds_at_every_depth_and_loss() {
    let folder = tempfile::tempdir().unwrap();
    for network in [
        &["--layers", "3,2", "--loss", "softmax"][..],
        &["--layers", "none", "--loss", "squared", "--no-bias"],
        &["--layers", "2", "--loss", "multi-label", "--activation", "leaky-relu"],
        &["--layers", "2,2,1,2", "--loss", "poisson", "--activation", "tanh,logistic,sin,gelu"],
        &["--layers", "3,2", "--loss", "pseudo-huber", "--data", "diabetes", "--activation", "relu,silu"],
    ] {
        let arguments = [&["audit", "--samples", "12", "--points", "1"], network].concat();
        let output = hsr(folder.path(), &arguments);
        assert_eq!(output.status.code(), HOLDS, "{network:?}: {}{}", stdout(&output), stderr(&output));
        let report = stdout(&output);
        assert!(report.contains("ws_units_gradient") && !report.contains("-- bound_gradient"), "{report}");
        let kinked = network.iter().any(|word| word.contains("relu"));
        assert_eq!(stderr(&output).contains("nearest to a kink"), kinked, "{}", stderr(&output));
    }
}

#[test]
fn one_hidden_layer_is_the_same_by_either_option() {
    let folder = tempfile::tempdir().unwrap();
    let report = |network: [&str; 2]| {
        let small = ["audit", "--samples", "9", "--points", "1", "--only", "ws_block"];
        let output = hsr(folder.path(), &[&small[..], &network].concat());
        stdout(&output).lines().next_back().unwrap().split(", seed").next().unwrap().to_string()
    };
    assert_eq!(report(["--layers", "3"]), report(["--hidden", "3"]));
}

#[test]
fn targets_of_a_file_are_those_of_the_loss() {
    let folder = tempfile::tempdir().unwrap();
    let x = matrix(4, 2, &[1.0, 2.0, -0.5, 0.25, 0.0, 1.5, 0.7, -0.2]);
    let write =
        |name: &str, y: Array| write_npz(folder.path().join(name), &[("X", x.clone()), y_named(y)]).unwrap();
    write("numbers.npz", Array::vector(&[0.5, -3.0, 2.0, 7.25]));
    write("counts.npz", matrix(4, 2, &[0.0, 3.0, 1.0, 1.0, 2.0, 0.0, 5.0, 1.0]));
    write("negative.npz", matrix(4, 1, &[0.0, 3.0, -1.0, 1.0]));
    let audit = |data: &str, loss: &str| {
        let small = ["audit", "--layers", "2,2", "--points", "1", "--only", "network_ws_upper"];
        let output = hsr(folder.path(), &[&small[..], &["--data", data, "--loss", loss]].concat());
        (output.status.code(), stderr(&output))
    };
    assert_eq!(audit("numbers.npz", "squared").0, HOLDS);
    assert_eq!(audit("counts.npz", "poisson").0, HOLDS);
    for (data, loss, message) in [
        (
            "numbers.npz",
            "poisson",
            "numbers.npz: Y[0,0] is 0.5, with the loss poisson: a count is a whole number, 0 or more",
        ),
        (
            "negative.npz",
            "poisson",
            "Y[2,0] is -1, with the loss poisson: a count is a whole number, 0 or more",
        ),
        ("counts.npz", "multi-label", "Y[0,1] is 3, with the loss multi-label: a target is 0 or 1"),
        ("numbers.npz", "softmax", "y[0] is 0.5"),
    ] {
        let (code, told) = audit(data, loss);
        assert_eq!(code, WRONG_INPUT, "{data}, {loss}: {told}");
        assert!(told.contains(message) && told.lines().count() == 1, "expected '{message}' in: {told}");
    }
}

/// `y` for a list, `Y` for a matrix.
fn y_named(y: Array) -> (&'static str, Array) {
    (if y.shape.len() == 1 { "y" } else { "Y" }, y)
}

#[test]
fn a_network_that_cannot_be_is_refused_with_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, message) in [
        (
            &["--layers", "16,,8"][..],
            "'16,,8' are no widths of layers, such as 16,8: each is 1 or more, or none",
        ),
        (&["--layers", "0"], "'0' are no widths of layers"),
        (&["--layers", "-3"], "-3"),
        (&["--layers", "8,x"], "'8,x' are no widths of layers"),
        (&["--layers", ""], "are no widths of layers"),
        (&["--layers", "99999999999999999999"], "are no widths of layers"),
        (&["--layers", "3000,3000"], "lower --hidden or --layers (3000,3000)"),
        (&["--layers", "8", "--hidden", "8"], "cannot be used with"),
        (
            &["--layers", "8,4", "--activation", "tanh,gelu,sin"],
            "--activation has 3 names for 2 hidden layers",
        ),
        (&["--layers", "none", "--activation", "tanh,gelu"], "--activation has 2 names for 0 hidden layers"),
        (&["--layers", "8,4", "--activation", "tanh,"], "unknown activation ''"),
        (
            &["--loss", "huber"],
            "unknown loss 'huber': choose softmax, squared, multi-label, poisson or pseudo-huber",
        ),
        (
            &["--data", "diabetes"],
            "diabetes has numbers as targets and no classes: choose another --loss than softmax",
        ),
        (&["--data", "diabetes", "--loss", "multi-label"], "a target is 0 or 1"),
        (&["--data", "diabetes", "--loss", "squared", "--samples", "443"], "but diabetes has 442 samples"),
        (&["--data", "diabetes", "--loss", "squared", "--samples", "0"], "take 1 to that many"),
        (&["--data", "diabetes", "--loss", "squared", "--label", "age"], "diabetes is no table"),
    ] {
        let output = hsr(folder.path(), &[&["audit"], arguments].concat());
        assert_eq!(output.status.code(), WRONG_INPUT, "{arguments:?}: {}", stdout(&output));
        assert!(stderr(&output).contains(message), "expected '{message}' in: {}", stderr(&output));
    }
}

#[test]
fn a_failure_is_replayed_by_the_command_that_the_report_holds() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "audit",
        "--layers",
        "3,2",
        "--loss",
        "squared",
        "--activation",
        "tanh,relu",
        "--data",
        "diabetes",
        "--samples",
        "9",
        "--only",
        "ws_layers",
        "--points",
        "1",
        "--format",
        "json",
    ];
    let report = |arguments: &[&str]| -> serde_json::Value {
        serde_json::from_str(&stdout(&hsr(folder.path(), arguments))).unwrap()
    };
    let first = report(&arguments);
    let replay = first["replay"].as_str().unwrap().strip_prefix("hsr ").unwrap().to_string();
    let again = report(&[&replay.split(' ').collect::<Vec<_>>()[..], &["--format", "json"]].concat());
    assert_eq!(first["equations"], again["equations"]);
    assert_eq!(first["spectra"], again["spectra"]);
}
