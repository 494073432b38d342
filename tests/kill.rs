//! A training run that is killed, at whatever moment, goes on as if it had not been, bit for bit, and leaves nothing
//! beside its files.
#![cfg(feature = "cli")]
#![cfg(unix)]

use hsr::train::{Checkpoint, Log, Record};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// A record or a checkpoint every few steps: many moments fall into the writing of a file.
const OFTEN: &str = "--batch 16 --steps 300 --log-every 2 --checkpoint-every 3";

fn start(folder: &Path, arguments: &str, out: &str, more: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_hsr"))
        .arg("train")
        .args(arguments.split(' '))
        .args(OFTEN.split(' '))
        .args(["--no-eigenvalues", "--out", out])
        .args(more)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn finish(child: Child) {
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

/// All that a run leaves, without the times.
fn left(run: &Path) -> (Vec<u64>, Vec<Record>, [Vec<u8>; 2], Vec<String>) {
    let state = Checkpoint::read(run.join("checkpoint.npz")).unwrap().state;
    let bits = state.network.layers.flat().into_iter().chain(state.velocity).map(f64::to_bits).collect();
    let records =
        Log::read(run).unwrap().into_iter().map(|record| Record { seconds: 0.0, ..record }).collect();
    let data = ["train.npz", "test.npz"].map(|name| fs::read(run.join(name)).unwrap());
    let mut names: Vec<String> =
        fs::read_dir(run).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    (bits, records, data, names)
}

#[test]
fn a_run_killed_at_25_moments_goes_on_bit_for_bit() {
    is_killed("--data iris --method hsr", 25);
}

#[test]
fn a_deep_run_on_numbers_killed_at_8_moments_goes_on_bit_for_bit() {
    is_killed(
        "--data diabetes --loss squared --layers 3,2 --activation tanh,silu --method hsr-units --rate 0.01",
        8,
    );
}

/// Kills a run with these arguments at so many moments, spread over the time that a whole run takes.
fn is_killed(arguments: &str, moments: u32) {
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    finish(start(folder.path(), arguments, "whole", &[]));
    let whole = begun.elapsed();
    let expected = left(&folder.path().join("whole"));
    assert_eq!(
        expected.3,
        ["checkpoint.npz", "log.csv", "log.jsonl", "settings.json", "start.npz", "test.npz", "train.npz"]
    );

    let (mut killed, mut resumed) = (0, 0);
    for moment in 0..moments {
        let out = format!("run{moment}");
        let mut child = start(folder.path(), arguments, &out, &[]);
        std::thread::sleep(whole * (2 * moment + 1) / (2 * moments));
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());

        let checkpoint = format!("{out}/checkpoint.npz");
        let has_checkpoint = folder.path().join(&checkpoint).exists();
        let more: &[&str] = if has_checkpoint { &["--resume", &checkpoint] } else { &[] };
        resumed += u32::from(has_checkpoint);
        finish(start(folder.path(), arguments, &out, more));
        assert_eq!(left(&folder.path().join(&out)), expected, "killed at moment {moment} of {moments}");
    }
    println!("{killed} of {moments} runs were killed before their end, {resumed} went on from a checkpoint");
    // Where the machine is busy a run may end before its moment, and another may not have begun; not most of them.
    assert!(killed > moments / 2 && resumed > moments / 2, "{killed} killed, {resumed} resumed");
}
