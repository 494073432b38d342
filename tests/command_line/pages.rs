//! Completions and manual pages.

use super::{HOLDS, WRONG_INPUT, hsr, stderr, stdout};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The long options that a text mentions.
fn options(text: &str) -> BTreeSet<String> {
    let option = |rest: &str| -> String {
        rest.chars().take_while(|character| character.is_ascii_alphanumeric() || *character == '-').collect()
    };
    text.split("--").skip(1).map(option).filter(|option| !option.is_empty()).collect()
}

/// The commands that `hsr --help` lists.
fn commands() -> Vec<String> {
    let help = stdout(&hsr(Path::new("."), &["--help"]));
    let (_, listed) = help.split_once("Commands:\n").unwrap();
    let lines = listed.lines().take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<String> = names.map(|line| line.split_whitespace().next().unwrap().to_string()).collect();
    names.into_iter().filter(|name| name != "help").collect()
}

/// The options that a help lists, each at the beginning of a line.
fn own_options(help: &str) -> BTreeSet<String> {
    let lines = help.lines().map(str::trim_start);
    let starts = lines.filter_map(|line| match line.split_once(", --") {
        Some((short, rest)) if short.len() == 2 => Some(rest),
        _ => line.strip_prefix("--"),
    });
    starts.flat_map(|rest| options(&format!("--{}", rest.split([' ', '=']).next().unwrap()))).collect()
}

#[test]
fn every_command_has_examples_in_its_help() {
    let folder = tempfile::tempdir().unwrap();
    let commands = commands();
    assert!(commands.len() > 10, "{commands:?}");
    for command in commands {
        let text = stdout(&hsr(folder.path(), &[&command, "--help"]));
        assert!(text.contains(&format!("Examples:\n  hsr {command}")), "{text}");
    }
}

#[test]
fn completions_know_the_commands_and_their_options() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = hsr(folder.path(), &["completions", shell]);
        assert_eq!(output.status.code(), HOLDS, "{}", stderr(&output));
        let script = stdout(&output);
        for command in commands() {
            assert!(script.contains(&command), "no {command} for {shell}");
            let help = stdout(&hsr(folder.path(), &[&command, "--help"]));
            let (listed, _) = help.split_once("Examples:").unwrap();
            for option in own_options(listed) {
                assert!(script.contains(&option), "no --{option} of {command} for {shell}");
            }
        }
    }
    let output = hsr(folder.path(), &["completions", "tcsh"]);
    assert_eq!(output.status.code(), WRONG_INPUT);
    assert!(stderr(&output).contains("possible values: bash, elvish, fish, powershell, zsh"));
}

#[test]
fn the_page_of_a_command_has_every_option_of_its_help() {
    let folder = tempfile::tempdir().unwrap();
    let output = hsr(folder.path(), &["man", "--out", "pages"]);
    assert_eq!(output.status.code(), HOLDS, "{}", stderr(&output));
    assert!(output.stdout.is_empty());
    let commands = commands();
    for command in &commands {
        let page = fs::read_to_string(folder.path().join(format!("pages/hsr-{command}.1"))).unwrap();
        // Roff has its hyphens escaped.
        let page = page.replace("\\-", "-");
        let help = stdout(&hsr(folder.path(), &[command, "--help"]));
        let (named, there) = (options(&help), options(&page));
        assert!(named.contains("help") && named.is_subset(&there), "{command}: {named:?}\n{page}");
        let (_, examples) = page.split_once(".SH EXAMPLES\n.nf\n").unwrap();
        let (_, shown) = help.split_once("Examples:\n").unwrap();
        assert_eq!(examples.trim_end().strip_suffix("\n.fi"), Some(shown.trim_end()));
    }
    let pages = fs::read_dir(folder.path().join("pages")).unwrap().count();
    assert_eq!(pages, commands.len() + 1);
}

#[test]
fn the_page_of_hsr_is_printed_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let printed = stdout(&hsr(folder.path(), &["man"]));
    assert!(printed.contains(".TH hsr 1") && printed.contains("hsr\\-oracle(1)"), "{printed}");
    hsr(folder.path(), &["man", "--out", "."]);
    assert_eq!(fs::read_to_string(folder.path().join("hsr.1")).unwrap(), printed);
    let output = hsr(folder.path(), &["man", "--out", "no/such/folder"]);
    assert_eq!(output.status.code(), WRONG_INPUT);
    assert!(stderr(&output).contains("cannot write no/such/folder"), "{}", stderr(&output));
}
