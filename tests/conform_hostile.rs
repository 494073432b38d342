//! `hsr conform` among programs that leave others behind, flood it, or say what moves a terminal; and what it tells when
//! it is stopped itself. Everything runs with 2 GB of address space.
#![cfg(feature = "cli")]
#![cfg(target_os = "linux")]

use hsr::conform::Quantity;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const HSR: &str = env!("CARGO_BIN_EXE_hsr");

/// `hsr` with these arguments, in a folder of its own and with 2 GB.
fn hsr(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.current_dir(folder).args(["-c", "ulimit -v 2000000; exec \"$@\"", "sh", HSR]).args(arguments);
    command
}

fn conform(options: &[&str], program: &[&str]) -> (Output, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [&["conform"], options, &["--"], program].concat();
    (hsr(folder.path(), &arguments).output().unwrap(), folder)
}

/// Python that answers as `hsr answer` does, through `change`, a function of the parsed question and the answer's text.
fn python(folder: &Path, change: &str) -> String {
    let script = format!(
        "import json, os, signal, subprocess, sys, time\n\
         hsr = subprocess.Popen([{HSR:?}, 'answer'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n\
         {change}\n\
         for line in sys.stdin:\n\
         \x20   hsr.stdin.write(line.encode()); hsr.stdin.flush()\n\
         \x20   print(change(json.loads(line), hsr.stdout.readline().decode().strip()), flush=True)\n"
    );
    let file = folder.join("program.py");
    fs::write(&file, script).unwrap();
    file.display().to_string()
}

fn changed(options: &[&str], change: &str) -> (Output, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let program = python(folder.path(), change);
    let arguments = [&["conform"], options, &["--", "python3", &program]].concat();
    (hsr(folder.path(), &arguments).output().unwrap(), folder)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Does something for each item, a few at once: most of their time is waiting for a program to end.
fn each<T: Sync>(items: &[T], check: impl Fn(&T) + Sync) {
    for few in items.chunks(4) {
        scope(|scope| few.iter().for_each(|item| drop(scope.spawn(|| check(item)))));
    }
}

/// The processes whose command line holds this, but for zombies.
fn running(word: &str) -> Vec<String> {
    let numbers = fs::read_dir("/proc").unwrap().flatten();
    let lines = numbers.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).into_owned()).filter(|line| line.contains(word)).collect()
}

/// Waits for something that takes a moment.
fn comes(what: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if what() {
            return true;
        }
        sleep(Duration::from_millis(20));
    }
    false
}

/// Whether a signal was sent to a process that it has not taken yet, by the masks of the kernel.
fn waits(process: u32, signal: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let masks =
        status.lines().filter_map(|line| line.strip_prefix("SigPnd:").or(line.strip_prefix("ShdPnd:")));
    masks.map(|mask| u64::from_str_radix(mask.trim(), 16).unwrap()).any(|mask| mask & 1 << (signal - 1) != 0)
}

fn signal(number: u32, name: &str) {
    assert!(
        Command::new("kill").args([&format!("-{name}"), &number.to_string()]).status().unwrap().success()
    );
}

/// Ways to leave something running. `SLEEP` is a sleeper that only this test has.
const LEAVING: [&str; 8] = [
    "SLEEP &",
    "setsid SLEEP &",
    "(setsid SLEEP </dev/null >/dev/null 2>&1 &)",
    "nohup SLEEP </dev/null >/dev/null 2>&1 &",
    "env -i setsid SLEEP </dev/null >/dev/null 2>&1 &",
    "setsid sh -c \"trap '' TERM HUP INT; while :; do SLEEP; done\" &",
    "setsid sh -c 'cat /proc/self/stat >/dev/null; setsid SLEEP & SLEEP' &",
    "python3 -c \"import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: os.execlp('sleep', 'SLEEP'[:5], 'SLEEP'[6:])
\"",
];

#[test]
fn nothing_that_a_program_started_outlives_it_however_it_ends() {
    let answers = "read line; echo '{\"id\": 0}'";
    let ends = [
        ("30", "exit 3", "it ended (exit status: 3) where an answer was due"),
        ("30", "kill -9 $$", "it ended (signal: 9 (SIGKILL)) where an answer was due"),
        ("0.5", "sleep 600", "no answer within 0.5 s"),
        ("30", "read line; exit 0", "it ended (exit status: 0) where an answer was due"),
    ];
    let all = LEAVING.iter().flat_map(|leaving| ends.iter().map(move |end| (leaving, end)));
    each(&all.enumerate().collect::<Vec<_>>(), |(number, (leaving, (timeout, end, reason)))| {
        let sleeper = format!("sleep 7{}{number:02}", std::process::id());
        let leaving = leaving.replace("SLEEP", &sleeper);
        let script = format!("{leaving}\n{answers}\n{end}");
        let (output, _folder) = conform(&["--timeout", timeout, "--cases", "3"], &["sh", "-c", &script]);
        let told = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{script}: {told}");
        assert!(told.contains(reason), "{script}: {told}");
        let words = sleeper.replace(' ', "\0");
        assert_eq!(running(&words), Vec::<String>::new(), "{script}");
    });
}

#[test]
fn a_program_that_answers_all_and_ends_leaves_nothing_either() {
    let sleeper = format!("6{}", std::process::id());
    let change = format!(
        "subprocess.Popen(['sleep', '{sleeper}'], start_new_session=True)\ndef change(question, answer): return answer"
    );
    let (output, _folder) = changed(&["--cases", "3"], &change);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert_eq!(running(&sleeper), Vec::<String>::new());
}

/// A launcher ends, and its child answers.
#[test]
fn a_child_that_answers_for_a_program_that_ended_is_heard() {
    let launcher = format!("exec 3<&0; {HSR} answer <&3 & exit 0");
    let (output, _folder) = conform(&["--cases", "10"], &["sh", "-c", &launcher]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

/// Starts `hsr conform` against a program that answers wrongly until it hangs, and waits until it hangs.
fn hanging(folder: &Path, options: &[&str], sleeper: &str) -> std::process::Child {
    let change = format!(
        "asked = 0\n\
         def change(question, answer):\n\
         \x20   global asked\n\
         \x20   asked += 1\n\
         \x20   if 'hello' in question: return '{{\"id\": 0}}'\n\
         \x20   if asked == 400:\n\
         \x20       subprocess.run(['setsid', 'sleep', '{sleeper}'])\n\
         \x20   return answer.replace('\"trace\":', '\"trace\":1e9,\"was\":')"
    );
    let program = python(folder, &change);
    let arguments =
        [&["conform", "--timeout", "600", "--cases", "5000"], options, &["--", "python3", &program]];
    let mut command = hsr(folder, &arguments.concat());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    assert!(comes(|| !running(&format!("sleep\0{sleeper}")).is_empty()), "it does not hang");
    child
}

#[test]
fn a_first_signal_ends_the_run_with_a_report_of_what_was_found() {
    for (index, name) in ["INT", "TERM", "HUP"].iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let sleeper = format!("5{}{index}", std::process::id());
        let format = ["table", "json", "junit"][index];
        let child = hanging(folder.path(), &["--format", format], &sleeper);
        signal(child.id(), name);
        let output = child.wait_with_output().unwrap();
        let told = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "a wrong answer was found: {told}");
        assert!(folder.path().join("conform-failures/trace.json").exists(), "{told}");
        assert_eq!(running(&sleeper), Vec::<String>::new());
        match index {
            0 => {
                assert!(told.contains("trace IS WRONG at N=1 d=1 h=1 C=2"), "{told}");
                assert!(
                    told.contains("\nSTOPPED after ") && told.contains(" of 5000 cases: this is what"),
                    "{told}"
                );
            }
            1 => {
                let report: Value = serde_json::from_str(&told).unwrap();
                assert_eq!(report["holds"], false);
                assert_eq!(report["mismatches"][0]["quantity"], "trace");
                assert!(report["stopped"].as_str().unwrap().contains(" of 5000 cases"), "{told}");
                assert!(report["problem"].as_str().unwrap().contains("the report is incomplete"), "{told}");
            }
            _ => {
                assert!(told.contains("failures=\"2\""), "the trace and the program: {told}");
                assert!(told.contains("message=\"stopped after "), "{told}");
            }
        }
    }
}

#[test]
fn a_run_that_is_stopped_before_anything_was_wrong_says_so_and_proves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let sleeper = format!("4{}", std::process::id());
    let script = format!("setsid sleep {sleeper}");
    let arguments = ["conform", "--out", "report.xml", "--format", "junit", "--", "sh", "-c", &script];
    let mut command = hsr(folder.path(), &arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    assert!(comes(|| running(&format!("sleep\0{sleeper}")).len() == 1));
    signal(child.id(), "INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr), "hsr: stopped before the program said anything\n");
    let report = fs::read_to_string(folder.path().join("report.xml")).unwrap();
    assert!(report.contains("failures=\"1\"") && report.contains("the report is incomplete"), "{report}");
    assert_eq!(running(&sleeper), Vec::<String>::new());
}

#[test]
fn a_second_signal_ends_it_at_once_and_leaves_no_program() {
    let folder = tempfile::tempdir().unwrap();
    let sleeper = format!("3{}", std::process::id());
    // It reads nothing, so that the end of its input is no news to it.
    let script = format!("trap '' TERM HUP; setsid sleep {sleeper} & sleep {sleeper}");
    let mut command = hsr(folder.path(), &["conform", "--", "sh", "-c", &script]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    assert!(comes(|| running(&format!("sleep\0{sleeper}")).len() == 2));
    signal(child.id(), "INT");
    // Two of a kind that wait together are one.
    assert!(comes(|| !waits(child.id(), 2)));
    let start = Instant::now();
    signal(child.id(), "INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(running(&sleeper), Vec::<String>::new());
}

/// Nobody can act on SIGKILL; what is left is that the input of the program ends.
#[test]
fn where_it_is_killed_the_input_of_the_program_ends() {
    let folder = tempfile::tempdir().unwrap();
    let word = format!("reader-{}", std::process::id());
    let script = "import sys\nfor line in sys.stdin: pass";
    let mut command =
        hsr(folder.path(), &["conform", "--timeout", "600", "--", "python3", "-c", script, &word]);
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let reader = || running("for line in sys.stdin").iter().filter(|line| !line.contains("conform")).count();
    assert!(comes(|| reader() == 1));
    signal(child.id(), "KILL");
    child.wait().unwrap();
    assert!(comes(|| reader() == 0));
}

#[test]
fn the_reason_is_the_true_one() {
    let big = "import sys, time\nsys.stdin.readline(); print('{\"id\": 0}', flush=True); time.sleep(600)";
    let programs = [
        ("exec <&-; sleep 600", "no answer within 1 s: it has closed its standard input"),
        ("sleep 600 & exit 3", "it ended (exit status: 3) where an answer was due"),
        ("setsid sleep 600 & kill -11 $$", "it ended (signal: 11 (SIGSEGV)"),
        (
            "printf '{\"id\": 0, \"na'; exit 4",
            "it ended (exit status: 4) in the middle of its answer: \"{\\\"id\\\": 0, \\\"na\"",
        ),
        (
            "printf '{\"id\": 0, \"na'; exec >&-; sleep 600",
            "it closed its standard output where an answer was due",
        ),
        (
            "printf '{\"id\": 0, \"error\": \"no license\"}'",
            "its answer to the first line is wrong: the program says: no license",
        ),
        ("printf '{\"id\": 0, \"precision\": 64}'", "precision is 64: \"float64\" or \"float32\" is needed"),
        ("yes '{\"id\": 1}' | sed -u '1s/1/0/' ", "its answer has the id \"1\" where 2 was asked"),
    ];
    each(&programs, |(script, reason)| {
        // Long where no time should pass, so that a busy machine is no reason.
        let timeout = if reason.starts_with("no answer") { "1" } else { "30" };
        let (output, _folder) = conform(&["--timeout", timeout, "--cases", "3"], &["sh", "-c", script]);
        let told = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{script}: {told}");
        assert!(told.contains(reason), "{script}: {told}");
    });
    let blind = "n = 0\nwhile True: print('{\"id\": %d}' % n, flush=True); n += 1";
    let (output, _folder) = conform(&["--cases", "5000"], &["python3", "-c", blind]);
    let told = text(&output.stdout);
    assert!(told.contains("it answers without reading its standard input"), "{told}");
    // A question that is larger than a pipe.
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<Vec<f64>> = (1..=200).map(|n| vec![1.0 / f64::from(n); 50]).collect();
    let case = serde_json::json!({
        "activation": "tanh", "W": [vec![1; 50]], "V": [[1], [-1]], "X": rows, "y": vec![0; 200]
    });
    fs::write(folder.path().join("case.json"), case.to_string()).unwrap();
    let arguments =
        ["conform", "--timeout", "1", "--case", "case.json", "--only", "loss", "--", "python3", "-c", big];
    let output = hsr(folder.path(), &arguments).output().unwrap();
    let told = text(&output.stdout);
    assert!(
        told.contains("no answer within 1 s: it does not read its standard input, which took "),
        "{told}"
    );
}

/// What a program may print before it is believed; each says how many bytes, or what it is.
#[test]
fn floods_are_bounded_and_named() {
    let programs = [
        (
            "sys.stdout.write('{\"id\": 0, \"name\": \"' + 'x' * 200_000_000)",
            "its answer is longer than 1.0 MB and was not read on",
        ),
        ("sys.stdout.write('[' * 200_000_000)", "its answer is longer than 1.0 MB and was not read on"),
        (
            "print('{\"id\": 0, \"name\": \"' + 'x' * 10_000_000 + '\"}')",
            "the list of what it supports is shorter than that",
        ),
        (
            "print('{\"id\": 0, \"quantities\": [' + '\"loss\",' * 10**6 + '\"loss\"]}')",
            "the list of what it supports is shorter than that",
        ),
        (
            "print('{\"id\": 0, \"note\": ' + '[' * 100_000 + ']' * 100_000 + '}')",
            "more than 64 brackets within one another",
        ),
        (
            "print('{\"id\": 0, \"note\": ' + '{\"a\":' * 100_000 + '0' + '}' * 100_000 + '}')",
            "more than 64 brackets",
        ),
        ("print('{\"id\": 0' + ', \"id\": 0' * 90_000 + '}')", "id is given 90001 times"),
        (
            "print('{\"id\": 0, \"quantities\": [\"' + 'q' * 900_000 + '\"]}')",
            "quantities has the unknown entry \"qqqq",
        ),
        ("sys.stderr.write('e' * 200_000_000); sys.exit(5)", "it ended (exit status: 5)"),
        (
            "[sys.stdout.write('\\n' * 4096) for _ in range(10**5)]",
            "its answer is not a JSON object (no value at byte 2",
        ),
        ("os.write(1, b'\\xff' * 900_000 + b'\\n')", "(it is not UTF-8)"),
    ];
    for (program, reason) in programs {
        let script = format!("import os, sys\n{program}\nsys.stdin.read()");
        let start = Instant::now();
        let (output, _folder) = conform(&["--cases", "3"], &["python3", "-c", &script]);
        let told = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{program}: {}", text(&output.stderr));
        assert!(told.contains(reason) && told.len() < 10_000, "{program}: {told}");
        assert!(start.elapsed() < Duration::from_secs(60), "{program}");
    }
    let long = "def change(question, answer): return answer if 'hello' in question else answer[:-1] + ',\"note\":\"' + 'x' * 10**8 + '\"}'";
    let (output, _folder) = changed(&["--cases", "3", "--only", "loss"], long);
    let told = text(&output.stdout);
    assert!(
        told.contains("its answer is longer than 1.0 MB and was not read on: one number was asked for"),
        "{told}"
    );
}

#[test]
fn the_longest_answer_that_is_asked_for_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let row = |entry: f64, count: usize| vec![entry; count];
    let (w, v) = (vec![row(0.123456789, 40); 10], vec![row(0.25, 10); 6]);
    let case = serde_json::json!({"activation": "tanh", "W": w, "V": v, "X": [row(0.3, 40)], "y": [0]});
    fs::write(folder.path().join("case.json"), case.to_string()).unwrap();
    let change = "def change(question, answer):\n\
                  \x20   if 'hello' in question: return answer\n\
                  \x20   answer = json.loads(answer)\n\
                  \x20   rows = [','.join('%.30e' % entry for entry in row) for row in answer['hessian']]\n\
                  \x20   return '{\"id\": 1, \"hessian\": [' + ','.join('[' + row + ']' for row in rows) + ']}'";
    let program = python(folder.path(), change);
    let arguments = ["conform", "--case", "case.json", "--only", "hessian", "--", "python3", &program];
    let output = hsr(folder.path(), &arguments).output().unwrap();
    assert!(text(&output.stdout).contains("1 quantities right, 0 wrong"), "{}", text(&output.stdout));
}

/// What would colour or ring a terminal, turn its text around, or make XML that is none.
const BAD: [char; 8] = ['\u{1b}', '\u{7}', '\0', '\u{202e}', '\u{fffe}', '\u{ffff}', '\u{9b}', '\u{8}'];

/// Says what stands in three files, the last one to every case.
const SAYS: &str = "cat errors >&2; read line; cat hello; n=1; \
                    while read line; do printf '{\"id\": %d, ' $n; cat answer; n=$((n+1)); done; exit 1";

#[test]
fn what_a_program_says_reaches_no_report_as_it_is() {
    let told = "\\u001b[31m\\u0007\\u0000\\u202e\\ufffe\\uffff\\u009b\\b\\ud800";
    let raw = "\u{1b}[31m\u{7}\u{202e}\u{fffe}\u{ffff}\u{9b}";
    let hello = "{\"id\": 0}\n".to_string();
    let named = format!("{{\"id\": 0, \"name\": \"{told}\"}}\n");
    let programs = [
        [String::new(), format!("{{\"id\": 0, \"precision\": \"{told}\"}}\n"), String::new()],
        [String::new(), format!("{{\"id\": 0, \"precision\": {raw}}}\n"), String::new()],
        [String::new(), format!("{{\"id\": 0, \"name\": [\"{told}\"]}}\n"), String::new()],
        [String::new(), format!("{{\"id\": 0, \"quantities\": [\"{told}\"]}}\n"), String::new()],
        [String::new(), format!("{{\"id\": 0, \"biases\": {raw}}}\n"), String::new()],
        [String::new(), format!("{{\"id\": 0, \"error\": \"{told}\"}}\n"), String::new()],
        [String::new(), format!("{{\"id\": \"{told}{raw}\"}}\n"), String::new()],
        [String::new(), format!("{raw}\n"), String::new()],
        [raw.to_string(), hello.clone(), format!("\"loss\": {raw}}}\n")],
        [raw.to_string(), hello.clone(), raw.to_string()],
        [String::new(), named.clone(), format!("\"error\": \"{told}\"}}\n")],
        [String::new(), named.clone(), format!("\"loss\": \"{told}\", \"gradient\": {{\"{told}\": 1}}}}\n")],
        [String::new(), named, format!("\"loss\": [{raw}], \"hessian\": \"{told}\"}}\n")],
    ];
    each(&programs, |program| {
        for format in ["table", "json", "junit"] {
            let folder = tempfile::tempdir().unwrap();
            for (name, text) in ["errors", "hello", "answer"].iter().zip(program) {
                fs::write(folder.path().join(name), text).unwrap();
            }
            let arguments = ["conform", "--cases", "3", "--format", format, "--", "sh", "-c", SAYS];
            let output = hsr(folder.path(), &arguments).output().unwrap();
            let told = text(&output.stdout);
            assert_eq!(output.status.code(), Some(1), "{program:?}: {told}{}", text(&output.stderr));
            assert!(!told.contains(BAD) && told.len() < 20_000, "{program:?}: {told}");
            assert!(told.contains("1b}[31m") || told.contains("1b[31m"), "{program:?}: {told}");
            assert!(format != "junit" || is_xml(folder.path(), &told), "{told}");
            for file in fs::read_dir(folder.path().join("conform-failures")).into_iter().flatten().flatten() {
                if file.path().extension().is_some_and(|ending| ending == "json") {
                    assert!(!fs::read_to_string(file.path()).unwrap().contains(BAD), "{:?}", file.path());
                }
            }
        }
    });
}

/// Whether the reader of XML that comes with Python takes it.
fn is_xml(folder: &Path, report: &str) -> bool {
    let file = folder.join("report.xml");
    fs::write(&file, report).unwrap();
    let script = "import sys, xml.etree.ElementTree as tree; assert tree.parse(sys.argv[1]).getroot().tag == 'testsuites'";
    Command::new("python3").args(["-c", script]).arg(&file).status().unwrap().success()
}

#[test]
fn arguments_reach_no_report_as_they_are() {
    let long = "x".repeat(100_000);
    for argument in ["\u{1b}[31m\u{7}\u{202e}\u{fffe}", &long] {
        for format in ["table", "json", "junit"] {
            let (output, folder) = conform(&["--format", format], &["sh", "-c", "exit 3", argument]);
            let told = text(&output.stdout);
            assert!(!told.contains(['\u{1b}', '\u{7}', '\u{fffe}']) && told.len() < 10_000, "{told}");
            assert!(format != "junit" || is_xml(folder.path(), &told), "{told}");
        }
        let (output, _folder) = conform(&[], &[argument]);
        let told = text(&output.stderr);
        assert!(told.starts_with("hsr: cannot start ") && told.len() < 1000 && !told.contains(BAD), "{told}");
    }
}

#[test]
fn a_text_about_nan_is_a_text_and_one_odd_number_falsifies_its_quantity_alone() {
    let change = |expression: &str| {
        format!("def change(question, answer):\n    return answer if 'hello' in question else {expression}")
    };
    let table = |expression: &str| {
        let (output, _folder) = changed(&["--cases", "8"], &change(expression));
        text(&output.stdout)
    };
    let all = Quantity::ALL.len();
    let note = table("answer[:-1] + ', \"note\": \"the trace is NaN, -Infinity\", \"half\": \"\\\\udc80\"}'");
    assert!(note.contains(&format!("{all} quantities right, 0 wrong; 8 cases")), "{note}");
    for (number, told) in [
        ("Infinity", "answer     Infinity"),
        ("-Infinity", "answer     -Infinity"),
        ("NaN", "answer     NaN"),
        ("nan", "answer     NaN"),
        ("1e400", "problem    trace is \"1e400\": it is beyond the range of float64"),
        ("many", "problem    trace is \"many\": a number is needed"),
        ("\"1.5\"", "problem    trace is \"\\\"1.5\\\"\": a number is needed"),
        ("[]", "problem    trace is \"[]\": a number is needed"),
        ("1, \"trace\": 1", "problem    trace is given 2 times"),
    ] {
        let told_of =
            table(&format!("answer.replace('\"trace\":', '\"trace\":' + {number:?} + ',\"was\":')"));
        assert!(told_of.contains(told), "{number}: {told_of}");
        assert!(
            told_of.contains(&format!("{} quantities right, 1 wrong; 8 cases", all - 1)),
            "{number}: {told_of}"
        );
    }
    let infinite = change("answer.replace('\"trace\":', '\"trace\":-Infinity,\"was\":')");
    let (output, _folder) = changed(&["--cases", "3", "--format", "json"], &infinite);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["mismatches"][0]["answer"], "-Infinity");
    assert_eq!(report["mismatches"][0]["units"], "Infinity");
}

#[test]
fn a_program_that_answers_nothing_fails_in_every_format() {
    let change = "def change(question, answer): return '{\"id\": %d}' % question['id']";
    let told = |format: &str| {
        let (output, _folder) = changed(&["--cases", "4", "--format", format], change);
        assert_eq!(output.status.code(), Some(1));
        text(&output.stdout)
    };
    let all = Quantity::BASIC.len();
    assert!(
        told("table").contains(&format!("{all} not given: the program answered nothing in 4 cases; 4 cases"))
    );
    let report: Value = serde_json::from_str(&told("json")).unwrap();
    assert_eq!(report["holds"], false);
    assert_eq!(report["problem"], "the program answered nothing in 4 cases");
    let report = told("junit");
    // One for each quantity, and one for the program.
    assert!(report.contains(&format!("tests=\"{}\" failures=\"1\"", all + 1)), "{report}");
    assert!(report.contains("message=\"the program answered nothing in 4 cases\""), "{report}");
}

#[test]
fn the_file_of_a_given_case_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let failures = folder.path().join("conform-failures");
    fs::create_dir(&failures).unwrap();
    let case =
        r#"{"activation": "tanh", "W": [[1]], "V": [[1], [-1]], "X": [[0.5]], "y": [0], "mine": "kept"}"#;
    let own = folder.path().join("own.json");
    fs::write(&own, case).unwrap();
    std::os::unix::fs::symlink(&own, failures.join("trace.json")).unwrap();
    fs::hard_link(&own, failures.join("broke_off.json")).unwrap();
    let wrong =
        "read line; echo '{\"id\": 0}'; while read line; do echo \"{\\\"id\\\": 1, \\\"trace\\\": 7}\"; done";
    for (program, name) in [(wrong, "trace"), ("read line; echo '{\"id\": 0}'; exit 1", "broke_off")] {
        for given in [
            format!("conform-failures/{name}.json"),
            "own.json".to_string(),
            format!("conform-failures/../conform-failures/{name}.json"),
        ] {
            let arguments = ["conform", "--case", &given, "--", "sh", "-c", program];
            let output = hsr(folder.path(), &arguments).output().unwrap();
            let told = text(&output.stdout);
            assert_eq!(output.status.code(), Some(1), "{told}{}", text(&output.stderr));
            assert!(told.contains(&format!("case       {given}\n")), "{told}");
            assert_eq!(fs::read_to_string(&own).unwrap(), case, "{given}");
            assert!(!failures.join(format!("{name}.npz")).exists());
        }
    }
}

#[test]
fn hsr_answer_names_the_line_that_is_no_text_and_an_output_that_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let run = |script: &str| {
        let script = script.replace("$HSR", HSR);
        let mut command = Command::new("sh");
        command
            .current_dir(folder.path())
            .args(["-c", &format!("ulimit -v 2000000; {script}")])
            .output()
            .unwrap()
    };
    let output = run("printf '{}\\n\\377\\376\\n{}\\n' | $HSR answer");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout).lines().count(), 3);
    assert_eq!(
        text(&output.stderr),
        "hsr: line 2 of standard input is not UTF-8, from byte 1 of the line on\n"
    );
    let output = run("echo '{}' | $HSR answer > /dev/full");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).starts_with("hsr: cannot write to standard output: No space left"),
        "{output:?}"
    );
    let output = run("(echo '{}'; cat /dev/zero) | $HSR answer");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("hsr: line 2 of standard input is longer than "), "{output:?}");
    let output = run("yes '{}' | head -n 100000 | $HSR answer | head -n 1; yes '{}' | $HSR answer | exit 0");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}
