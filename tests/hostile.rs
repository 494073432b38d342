//! Every command on every hostile file, with 2 GB of address space: an answer or one clear error, no abort, no panic,
//! no waiting, and nothing raw on the terminal.
//!
//! The files are those of `fuzz/corpus`, and larger ones that are made here.
#![cfg(feature = "cli")]
#![cfg(target_os = "linux")]

use hsr::io::{Array, write_npz};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use zip::write::SimpleFileOptions;

/// In kB, as `ulimit` takes it.
const ADDRESS_SPACE: &str = "2000000";

/// What a command may take on a file; most take milliseconds.
const LONGEST: Duration = Duration::from_secs(60);

/// What a message may say of a file, however long its words are.
const LONGEST_MESSAGE: usize = 20_000;

fn limited(folder: &Path, arguments: &[&str]) -> (Output, Duration) {
    let begun = Instant::now();
    let script = format!("ulimit -v {ADDRESS_SPACE}; exec timeout {} \"$0\" \"$@\"", LONGEST.as_secs());
    let output = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_hsr")])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    (output, begun.elapsed())
}

/// That a command ended by itself, with an exit code of its own, and wrote nothing raw to the terminal.
fn ended_well(arguments: &[&str], (output, took): &(Output, Duration)) {
    let error = String::from_utf8_lossy(&output.stderr);
    let start: String = error.chars().take(600).collect();
    assert!(
        matches!(output.status.code(), Some(0..=2)),
        "{arguments:?}: {:?} after {took:?}: {start}",
        output.status
    );
    assert!(!error.contains("panicked"), "{arguments:?}: {start}");
    assert!(error.len() < LONGEST_MESSAGE, "{arguments:?}: {} bytes of messages: {start}", error.len());
    // An answer is printed or written; an error is told, and with it nothing else.
    if output.status.code() == Some(2) {
        let tells =
            error.lines().any(|line| ["hsr: ", "error: "].iter().any(|start| line.starts_with(start)));
        assert!(tells && output.stdout.is_empty(), "{arguments:?}: not one error: {start}");
    } else {
        let writes = arguments.iter().any(|word| ["--out", "--html"].contains(word));
        assert!(writes || !output.stdout.is_empty(), "{arguments:?}: no answer: {start}");
    }
    for text in [&error, &String::from_utf8_lossy(&output.stdout)] {
        let raw = text.chars().find(|&c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'));
        assert_eq!(raw, None, "{arguments:?}: {start}");
    }
}

/// An array of zeros in an archive, packed as small as it gets.
fn bomb(path: &Path, array: &str, rows: usize, columns: usize, with: &[(&str, Array)]) {
    let plain = tempfile::NamedTempFile::new().unwrap();
    write_npz(plain.path(), with).unwrap();
    let mut others = zip::ZipArchive::new(File::open(plain.path()).unwrap()).unwrap();
    let mut zip = zip::ZipWriter::new(BufWriter::new(File::create(path).unwrap()));
    for index in 0..others.len() {
        zip.raw_copy_file(others.by_index_raw(index).unwrap()).unwrap();
    }
    let options =
        SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated).large_file(true);
    zip.start_file(format!("{array}.npy"), options).unwrap();
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    let header = format!("{header:117}\n");
    zip.write_all(b"\x93NUMPY\x01\x00").unwrap();
    zip.write_all(&(header.len() as u16).to_le_bytes()).unwrap();
    zip.write_all(header.as_bytes()).unwrap();
    let zeros = vec![0; 8 * columns * 1000];
    for _ in 0..rows / 1000 {
        zip.write_all(&zeros).unwrap();
    }
    zip.finish().unwrap();
}

/// A network and data that are right, for the commands that need the other half.
fn right(folder: &Path) {
    let array = |shape: &[usize]| {
        let values = (0..shape.iter().product::<usize>()).map(|i| (i * i % 7) as f64 / 4.0 - 0.5).collect();
        Array { shape: shape.to_vec(), values }
    };
    write_npz(folder.join("net.npz"), &[("W", array(&[3, 2])), ("V", array(&[2, 3]))]).unwrap();
    let deep = [("W1", array(&[3, 2])), ("b1", array(&[3])), ("W2", array(&[2, 3])), ("W3", array(&[1, 2]))];
    write_npz(folder.join("deep.npz"), &deep).unwrap();
    let labels = Array::vector(&[0.0, 1.0].repeat(4));
    write_npz(folder.join("data.npz"), &[("X", array(&[8, 2])), ("y", labels)]).unwrap();
}

/// Files that are too large to be kept.
fn large(folder: &Path) -> Vec<PathBuf> {
    let at = |name: &str| folder.join(name);
    let labels = ("y", Array::vector(&[0.0, 1.0]));
    bomb(&at("bomb_x.npz"), "X", 150_000, 1000, std::slice::from_ref(&labels));
    bomb(&at("bomb_w.npz"), "W", 60_000, 1000, &[("V", Array { shape: vec![2, 2], values: vec![0.5; 4] })]);
    let x = ("X", Array { shape: vec![2, 2], values: vec![0.5; 4] });
    write_npz(at("label.npz"), &[x, ("y", Array::vector(&[0.0, 60e6]))]).unwrap();
    let w = ("W", Array { shape: vec![2, 2], values: vec![0.5; 4] });
    let v = ("V", Array { shape: vec![60_000, 2], values: (0..120_000).map(|i| f64::from(i % 7)).collect() });
    write_npz(at("classes.npz"), &[w, v]).unwrap();
    let identifiers: String = (0..60_000).map(|row| format!("{},{},{row}\n", row % 7, row % 5)).collect();
    fs::write(at("identifiers.csv"), format!("a,b,label\n{identifiers}")).unwrap();
    fs::write(at("long_name.csv"), format!("{},label\n1,p\n1,q\n", "x".repeat(100_000))).unwrap();
    fs::write(at("long_label.csv"), format!("a,label\n1,{}\n2,q\n3,q\n", "y".repeat(1_000_000))).unwrap();
    fs::write(at("wide.csv"), format!("{}p\n{}q\n", "1,".repeat(300_000), "2,".repeat(300_000))).unwrap();
    fs::write(at("deep.json"), "[".repeat(1_000_000)).unwrap();
    fs::write(at("long.json"), format!("{{\"X\": [[{}1]], \"y\": [0]}}", "1,".repeat(500_000))).unwrap();
    let chain: String = (1..20_000).map(|let_| format!("let a{let_} = a{} + x_n\n", let_ - 1)).collect();
    fs::write(
        at("chain.md"),
        format!("```claims\ndata x[N]\nlet a0 = x_n\n{chain}claim c: a19999 = x_n\n```\n"),
    )
    .unwrap();
    let indices = "N,".repeat(40);
    fs::write(at("indices.md"), format!("```claims\ndata a[{indices}N]\nclaim c: 1 = 1\n```\n")).unwrap();
    fs::write(at("braces.md"), format!("# T\n\n$${}$$\n", "{".repeat(100_000))).unwrap();
    fs::create_dir(at("folder.npz")).unwrap();
    fs::create_dir(at("folder.csv")).unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe.npz")).status().unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", at("endless.csv")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", at("endless.json")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", at("endless.npz")).unwrap();
    std::os::unix::fs::symlink("loop.npz", at("loop.npz")).unwrap();
    fs::write(at("\u{1b}[31m\u{7}.csv"), "a,\u{1b}[31m\u{7},label\n1,2,\u{1b}p\n1,3,q\n").unwrap();
    files(folder)
}

/// The files of the corpus, with the ending of the format that each target reads.
fn corpus(folder: &Path) -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let folders =
        fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    for target in folders {
        let name = target.file_name().unwrap().to_str().unwrap().to_string();
        let ending = match &name[..] {
            "npz" | "checkpoint" => "npz",
            "claims" => "md",
            "conform" => "txt",
            other => other,
        };
        for file in fs::read_dir(&target).unwrap() {
            let file = file.unwrap().path();
            let stem = file.file_name().unwrap().to_str().unwrap();
            fs::copy(&file, folder.join(format!("{name}-{stem}.{ending}"))).unwrap();
        }
    }
    files(folder)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into());
    let mut files: Vec<PathBuf> = entries.filter(|name: &PathBuf| !is_right(name)).collect();
    files.sort();
    files
}

fn is_right(name: &Path) -> bool {
    ["net.npz", "deep.npz", "data.npz"].contains(&name.to_str().unwrap())
}

/// The commands that a file may be given to, by its ending; `FILE` stands for it.
fn commands(file: &Path) -> Vec<&'static str> {
    const DATA: [&str; 8] = [
        "train --data FILE --steps 2 --out run --overwrite",
        "train --data FILE --label 1 --steps 2 --out run --overwrite",
        "compare --data FILE --methods sgd --seeds 1 --trials 1 --steps 2 --hidden 2 --out study --overwrite",
        "audit --data FILE --only loss --hidden 2",
        "oracle --network net.npz --data FILE --activation tanh --json",
        "oracle --network net.npz --data FILE --activation tanh --digits --terms --out answer.npz",
        "spectrum --network net.npz --data FILE --activation tanh --products 200",
        "oracle --network deep.npz --data FILE --activation tanh,relu --loss squared",
    ];
    const NETWORK: [&str; 4] = [
        "oracle --network FILE --data data.npz --activation tanh",
        "oracle --network FILE --data data.npz --activation tanh --path terms --spectrum --hessian --out answer.npz",
        "spectrum --network FILE --data data.npz --activation tanh --products 200",
        "oracle --network FILE --data data.npz --activation tanh --loss multi-label --hessian --terms --digits",
    ];
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => DATA.to_vec(),
        Some("npz") => {
            [&DATA[..], &NETWORK, &["train --data iris --steps 2 --out run --overwrite --resume FILE"]]
                .concat()
        }
        Some("json") => [
            &DATA[..],
            &NETWORK[2..],
            &["oracle --network FILE", "conform --case FILE -- hsr answer", "spectrum --network FILE --json"],
        ]
        .concat(),
        Some("safetensors") => NETWORK.to_vec(),
        Some("md") => vec![
            "check FILE --no-repair",
            "check FILE --html page.html --format json",
            "check FILE --format junit",
        ],
        // What a program says, line by line.
        Some("txt") => vec!["conform --cases 3 --timeout 5 --failures failures -- cat FILE", "check FILE"],
        _ => vec!["check FILE"],
    }
}

fn every_command_ends_well(files: &[PathBuf], folder: &Path) {
    let mut runs = 0;
    for file in files {
        for command in commands(file) {
            let name = file.to_str().unwrap();
            let arguments: Vec<&str> =
                command.split(' ').map(|word| if word == "FILE" { name } else { word }).collect();
            ended_well(&arguments, &limited(folder, &arguments));
            runs += 1;
        }
    }
    println!("{runs} runs of {} files under {ADDRESS_SPACE} kB", files.len());
}

#[test]
fn large_hostile_files_end_every_command_with_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    right(folder.path());
    let files = large(folder.path());
    every_command_ends_well(&files, folder.path());
}

#[test]
fn the_corpus_ends_every_command_with_an_answer_or_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    right(folder.path());
    let files = corpus(folder.path());
    every_command_ends_well(&files, folder.path());
}
