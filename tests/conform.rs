//! `hsr conform` against programs that are right, wrong, dead, silent and mad; and the test vectors.
#![cfg(feature = "cli")]
#![cfg(unix)]

use hsr::conform::{Quantity, test_vectors};
use hsr::io::read_vector;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const HSR: &str = env!("CARGO_BIN_EXE_hsr");

/// Runs in a folder of its own, which takes the cases that show what is wrong.
fn conform(folder: &Path, options: &[&str], program: &[&str]) -> Output {
    let mut command = Command::new(HSR);
    command.current_dir(folder).arg("conform").args(options).arg("--").args(program);
    command.output().unwrap()
}

/// The same with a program that is a line of shell; `$HSR` is the reference, and `$OLD` a program that knows of no layers and losses.
fn shell(folder: &Path, options: &[&str], script: &str) -> Output {
    let old = format!("{HSR} answer | sed -u '1s/.*/{{\"id\":0}}/'");
    conform(folder, options, &["sh", "-c", &script.replace("$HSR", HSR).replace("$OLD", &old)])
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn the_reference_conforms_to_itself_in_every_quantity() {
    let folder = folder();
    let output = conform(folder.path(), &["--cases", "60", "--max-size", "4"], &[HSR, "answer"]);
    let table = text(&output.stdout);
    assert!(output.status.success(), "{table}");
    let all = Quantity::ALL.len();
    // Bounds by groups have kinks, where gradients are left out and are not asked for.
    assert!(table.contains(&format!("{all} quantities right, 0 wrong; 60 cases")), "{table}");
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
}

#[test]
fn a_program_that_knows_of_no_layers_is_asked_what_it_was_asked_before() {
    let folder = folder();
    let output = shell(folder.path(), &["--cases", "60"], "$OLD");
    let table = text(&output.stdout);
    assert!(output.status.success(), "{table}");
    let basic = Quantity::BASIC.len();
    assert!(table.contains(&format!("{basic} quantities right, 0 wrong; 60 cases")), "{table}");
    assert!(!table.contains("ws_layers"), "{table}");
}

/// The questions that a program is asked, in order, without their numbers.
fn asked(options: &[&str]) -> Vec<Value> {
    let folder = folder();
    let script = "tee questions | $OLD";
    let output = shell(folder.path(), &[&["--only", "loss"], options].concat(), script);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let lines = std::fs::read_to_string(folder.path().join("questions")).unwrap();
    let questions = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let without_number = |mut question: Value| {
        question.as_object_mut().unwrap().remove("id");
        question
    };
    // The first line is a greeting.
    questions.skip(1).map(without_number).collect()
}

#[test]
fn shards_are_the_parts_of_the_whole() {
    let whole = asked(&["--cases", "31"]);
    let mut parts = ["1/3", "2/3", "3/3"].map(|shard| asked(&["--cases", "31", "--shard", shard]));
    assert_eq!(parts.each_ref().map(Vec::len), [11, 10, 10]);
    for question in &whole {
        let place = parts.iter().enumerate().find_map(|(part, questions)| {
            questions.iter().position(|other| other == question).map(|place| (part, place))
        });
        let (part, place) = place.unwrap_or_else(|| panic!("in no part: {question}"));
        parts[part].remove(place);
    }
    assert!(parts.iter().all(Vec::is_empty));
}

/// A trace that is a constant is wrong everywhere: the smallest network shows it, and replays.
#[test]
fn a_wrong_answer_is_shrunk_written_and_replayed() {
    let folder = folder();
    let script = "$OLD | sed -u 's/\"trace\":/\"trace\":1e9,\"was\":/'";
    let output = shell(folder.path(), &["--cases", "60"], script);
    let table = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{table}");
    assert!(table.contains("trace IS WRONG at N=1 d=1 h=1 C=2 without biases, identity"), "{table}");
    let others = Quantity::BASIC.len() - 1;
    assert!(table.contains(&format!("{others} quantities right, 1 wrong; 60 cases")), "{table}");
    let file = folder.path().join("conform-failures/trace.json");
    let case: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let npz = read_vector(file.with_extension("npz"), "c", "(C,)").err();
    assert!(npz.unwrap().to_string().contains("has no array c"));
    assert_eq!(case["quantities"], serde_json::json!(["trace"]));

    let replay = table.lines().find_map(|line| line.trim().strip_prefix("replay")).unwrap().trim();
    let replay = replay.replacen("hsr", HSR, 1);
    let again = Command::new("sh").arg("-c").arg(&replay).current_dir(folder.path()).output().unwrap();
    assert_eq!(again.status.code(), Some(1), "{replay}");
    assert!(text(&again.stdout).contains("trace IS WRONG"), "{}", text(&again.stdout));
}

/// The smallest network is one of a single layer, and the file is asked about in the form of the program.
#[test]
fn a_wrong_answer_of_any_depth_is_shrunk_written_and_replayed() {
    let folder = folder();
    let script = "$HSR answer | sed -u 's/\"trace\":/\"trace\":1e9,\"was\":/'";
    let output = shell(folder.path(), &["--cases", "10", "--only", "trace"], script);
    let table = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{table}");
    assert!(table.contains("trace IS WRONG at N=1 1-2 without biases, softmax"), "{table}");
    let file = folder.path().join("conform-failures/trace.json");
    let case: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!((&case["loss"], &case["activations"]), (&"softmax".into(), &serde_json::json!([])));

    let replay = table.lines().find_map(|line| line.trim().strip_prefix("replay")).unwrap().trim();
    let replay = replay.replacen("hsr", HSR, 1);
    let again = Command::new("sh").arg("-c").arg(&replay).current_dir(folder.path()).output().unwrap();
    assert!(text(&again.stdout).contains("trace IS WRONG"), "{}", text(&again.stdout));
    // A program of the first version has no such networks.
    let case = ["--case", "conform-failures/trace.json"];
    let output = shell(folder.path(), &case, "$OLD");
    assert_eq!(output.status.code(), Some(2));
    let errors = text(&output.stderr);
    assert!(errors.contains("it has one hidden layer under the softmax"), "{errors}");
    for (hello, has) in [
        (
            r#"{"id": 0, "layers": [2, 3], "losses": ["squared"]}"#,
            "it has 2, 3 weight layers, not the 1 of the given case",
        ),
        (
            r#"{"id": 0, "layers": [1], "losses": ["poisson"]}"#,
            "it has the loss poisson, not the softmax of the given case",
        ),
    ] {
        let output = shell(folder.path(), &case, &format!("echo '{hello}'; cat >/dev/null"));
        let errors = text(&output.stderr);
        assert!(errors.contains(has), "{errors}");
    }
}

/// What is offered in the first line, and what comes to a program that names some of it.
#[test]
fn cases_have_the_layers_and_losses_that_a_program_names() {
    let folder = folder();
    let hello = r#"1s/.*/{"id":0,"layers":[1,3],"losses":["squared","poisson"],"biases":[true],"quantities":["loss"]}/"#;
    let script = format!("tee questions | $HSR answer | sed -u '{hello}'");
    let output = shell(folder.path(), &["--cases", "40"], &script);
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    let lines = std::fs::read_to_string(folder.path().join("questions")).unwrap();
    let mut questions = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let offered = questions.next().unwrap()["hello"].clone();
    assert_eq!(offered["layers"], serde_json::json!([1, 2, 3, 4, 5]));
    assert_eq!(offered["losses"].as_array().unwrap().len(), 5);
    let mut seen = std::collections::BTreeSet::new();
    for question in questions {
        let widths = question["shape"]["widths"].as_array().unwrap().len();
        assert_eq!(question["activations"].as_array().unwrap().len(), widths - 1);
        assert!(
            (1..=widths)
                .all(|l| question[format!("b{l}")].is_array() && question[format!("W{l}")].is_array())
        );
        seen.insert((widths, question["loss"].as_str().unwrap().to_string()));
    }
    let all = [(1, "poisson"), (1, "squared"), (3, "poisson"), (3, "squared")];
    assert_eq!(seen, all.map(|(layers, loss)| (layers, loss.to_string())).into());
}

/// Each program, how it is asked, and what is said of it.
#[test]
fn programs_that_break_off_are_told_with_what_they_said_last_and_never_hang_this_one() {
    let dies = "i=0; while read line; do i=$((i+1)); [ $i -gt 10 ] && { echo 'no more memory' >&2; exit 3; }; \
                echo \"{\\\"id\\\": $((i-1))}\"; done";
    let programs = [
        ("sleep 600", "no answer within 0.5 s", ""),
        ("sleep 600 & sleep 600", "no answer within 0.5 s", ""),
        (dies, "it ended (exit status: 3) where an answer was due", "no more memory"),
        ("kill -9 $$", "it ended (signal: 9 (SIGKILL)) where an answer was due", "(empty)"),
        ("printf '\\377\\376\\001\\n'; sleep 5", "(it is not UTF-8)", ""),
        (
            "echo loading the model; cat",
            "(there is more than one value at byte 9 of the line): \"loading the model\"",
            "",
        ),
        ("echo '{\"id\": 7}'", "its answer has the id \"7\" where 0 was asked", ""),
        ("exec 1>&-; sleep 600", "it closed its standard output where an answer was due, and runs on", ""),
        ("while :; do printf '['; sleep 0.01; done", "no answer within 0.5 s", ""),
        ("echo '{\"id\": 0, \"precision\": \"float16\"}'; cat", "precision is 'float16'", ""),
    ];
    for (script, reason, errors) in programs {
        let folder = folder();
        let started = Instant::now();
        let output = shell(folder.path(), &["--timeout", "0.5", "--cases", "20"], script);
        let table = text(&output.stdout);
        assert!(started.elapsed() < Duration::from_secs(20), "{script}");
        assert_eq!(output.status.code(), Some(1), "{script}: {table}");
        assert!(table.contains("THE PROGRAM BROKE OFF"), "{script}: {table}");
        assert!(table.contains(reason) && table.contains(errors), "{script}: {table}");
    }
}

#[test]
fn what_a_program_calls_itself_moves_no_cursor_and_its_flood_fills_no_memory() {
    let folder = folder();
    let name =
        "printf '%s\\n' '{\"id\": 0, \"name\": \"\\u001b[2Jmine\\nall right\"}'; exec yes '{\"id\": 0}'";
    let output = shell(folder.path(), &["--cases", "3"], name);
    let table = text(&output.stdout);
    assert!(table.starts_with("\\u{1b}[2Jmine all right\n"), "{table}");
    assert!(table.contains("its answer has the id \"0\" where 1 was asked"), "{table}");
}

#[test]
fn a_line_without_end_is_not_kept_without_end() {
    let folder = folder();
    let output = shell(folder.path(), &["--timeout", "60"], "cat /dev/zero");
    assert!(text(&output.stdout).contains("longer than 1.0 MB"), "{}", text(&output.stdout));
}

#[test]
fn what_was_being_asked_when_it_died_is_kept_and_replays() {
    let folder = folder();
    let script =
        "n=0; while read line; do echo \"{\\\"id\\\": $n}\"; n=$((n+1)); [ $n -gt 4 ] && exit 1; done";
    let output = shell(folder.path(), &["--only", "loss"], script);
    let table = text(&output.stdout);
    assert!(table.contains("asked for case 4"), "{table}");
    assert!(folder.path().join("conform-failures/broke_off.json").exists());
    assert!(table.contains("replay     hsr conform --case conform-failures/broke_off.json --only loss --"));
}

#[test]
fn a_program_that_dies_while_a_wrong_answer_is_made_smaller_is_told_so_with_what_is_known() {
    let folder = folder();
    let script = "$HSR answer | sed -u -e 's/\"trace\":/\"trace\":1e9,\"was\":/' -e 4q";
    let output = shell(folder.path(), &["--cases", "60"], script);
    let table = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{table}");
    assert!(table.contains("trace IS WRONG") && table.contains("the program did not answer"), "{table}");
    let asked = "asked for case 0 of 60 (largest size 5, seed 0), made smaller";
    assert!(table.contains(asked), "{table}");
}

#[test]
fn what_cannot_be_asked_is_an_error_of_the_input() {
    let folder = folder();
    for (options, program, message) in [
        (&["--cases", "3"][..], &["/no/such/program"][..], "cannot start /no/such/program"),
        (&["--only", "ws_uper"], &[HSR, "answer"], "no quantity is named 'ws_uper'; the nearest is 'ws_upper'"),
        (&["--shard", "3/2"], &[HSR, "answer"], "a part of the cases is needed"),
        (&["--timeout", "0"], &[HSR, "answer"], "'0' is no number of seconds above 0"),
        (&["--case", "missing.json"], &[HSR, "answer"], "missing.json"),
    ] {
        let output = conform(folder.path(), options, program);
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(message), "{errors}");
    }
    let only = ["--only", "trace"];
    let output =
        shell(folder.path(), &only, "echo '{\"id\": 0, \"quantities\": [\"loss\"]}'; cat >/dev/null");
    assert_eq!(text(&output.stderr), "hsr: the program says that it has loss, not trace\n");
}

#[test]
fn an_answer_of_the_wrong_form_is_a_wrong_answer() {
    let folder = folder();
    let script =
        "n=0; while read line; do echo \"{\\\"id\\\": $n, \\\"gradient\\\": [1, 2]}\"; n=$((n+1)); done";
    let output = shell(folder.path(), &["--cases", "20", "--format", "junit"], script);
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(report.contains("problem    gradient has 2 entries: 3 are needed, order W, b, V, c"), "{report}");
    let tests = Quantity::BASIC.len() + 1;
    assert!(report.contains(&format!("tests=\"{tests}\" failures=\"1\"")), "{report}");
}

/// Which cases there are depends on nothing but the settings: not on the process, nor on the version of the crate, so that
/// "first seen in case 3" means the same tomorrow.
#[test]
fn cases_are_the_same_on_every_run() {
    let options = |seed: &'static str| ["--cases", "60", "--seed", seed];
    let first = asked(&options("11"));
    assert_eq!(first.len(), 60);
    assert_eq!(first, asked(&options("11")));
    assert_ne!(first, asked(&options("12")));
    let third = serde_json::json!({
        "V": [[0.1875], [0.5]], "W": [[0.125]], "X": [[-1.4375]], "Y": [[0.0, 1.0]], "b": null, "c": null,
        "activation": "gelu", "quantities": ["loss"],
        "shape": {"biases": false, "classes": 2, "hidden": 1, "inputs": 1, "samples": 1}
    });
    assert_eq!(first[3], third);
}

/// Whoever changes an equation, an arithmetic or the set must see it here: the copy in the repository is what others
/// test against.
#[test]
fn the_vectors_in_the_repository_are_reproduced_to_the_last_digit() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let written = folder();
    let output = Command::new(HSR).args(["vectors", "--out"]).arg(written.path()).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = entries.collect();
        names.sort();
        names
    };
    assert_eq!(names(&kept), names(written.path()), "hsr vectors --out tests/vectors");
    for name in names(&kept).iter().filter(|name| !name.to_string_lossy().ends_with(".npz")) {
        let read = |folder: &Path| std::fs::read_to_string(folder.join(name)).unwrap();
        assert!(read(&kept) == read(written.path()), "{} changed", name.display());
    }
}

/// The arrays of the npz files are those of the JSON files, all of them.
#[test]
fn the_two_forms_of_a_vector_hold_the_same_numbers() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut compared = 0;
    for vector in test_vectors().unwrap() {
        let text = std::fs::read_to_string(kept.join(format!("{}.json", vector.name))).unwrap();
        let json: Value = serde_json::from_str(&text).unwrap();
        let file = std::fs::File::open(kept.join(format!("{}.npz", vector.name))).unwrap();
        let mut archive = zip::ZipArchive::new(file).unwrap();
        let names: Vec<String> = archive.file_names().map(|name| name.unwrap().to_string()).collect();
        let arrays = names.iter().filter_map(|name| name.strip_suffix(".npy"));
        let mut found = 0;
        for array in arrays {
            let expected = match array.strip_prefix("expected_") {
                Some(quantity) => &json["expected"][quantity],
                None => &json[array],
            };
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut archive.by_name(&format!("{array}.npy")).unwrap(), &mut bytes)
                .unwrap();
            assert_eq!(npy(&bytes), flat(expected), "{} {array}", vector.name);
            found += 1;
        }
        let written = json["expected"].as_object().unwrap().len();
        let is_array = |(name, value): &(&String, &Value)| {
            value.is_array() && name.starts_with(['W', 'b', 'V', 'c', 'X', 'Y'])
        };
        let given = json.as_object().unwrap().iter().filter(is_array).count();
        assert_eq!(found, written + given, "{}", vector.name);
        compared += found;
    }
    assert!(compared > 500, "{compared} arrays");
}

/// The numbers of a row-major npy file of `f64`, after its header.
fn npy(bytes: &[u8]) -> Vec<f64> {
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let text = String::from_utf8_lossy(&bytes[10..10 + header]);
    assert!(text.contains("'<f8'") && text.contains("'fortran_order': False"), "{text}");
    let numbers = bytes[10 + header..].chunks_exact(8);
    numbers.map(|number| f64::from_le_bytes(number.try_into().unwrap())).collect()
}

/// A number, a list or a list of rows.
fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(entries) => entries.iter().flat_map(flat).collect(),
        _ => vec![value.as_f64().unwrap()],
    }
}
