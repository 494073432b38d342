//! `hsr compare`: the same numbers each time, and one clear error for each fault.
#![cfg(feature = "cli")]

use hsr::compare::{CompareSettings, Comparison, InitialPoint, compare};
use hsr::data::{DataSet, SplitShares};
use hsr::model::{Activation, Loss};
use hsr::train::{Method, TrainSettings};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

fn settings(methods: &[Method], rate: f64) -> CompareSettings {
    CompareSettings {
        methods: methods.to_vec(),
        seed: 0,
        seeds: 3,
        trials: 3,
        strengths: None,
        hidden: vec![4],
        activations: vec![Activation::Tanh],
        loss: Loss::Softmax,
        biases: true,
        initial: InitialPoint::default(),
        label_noise: 0.0,
        shares: SplitShares { validation: 0.2, test: 0.2 },
        train: TrainSettings { steps: 60, rate, ..TrainSettings::of(Method::Sgd) },
    }
}

fn hsr(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hsr"))
        .arg("compare")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn every_method_sees_the_same_grounds_and_the_chosen_strength_is_the_best_by_validation() {
    let iris = DataSet::Iris.load();
    let comparison =
        compare(&iris.batch(), &iris.class_names, &settings(&Method::ALL, 0.1), &|_, _| {}).unwrap();
    assert_eq!(comparison.results.len(), Method::ALL.len());
    let first = |result: &hsr::compare::MethodResult| -> Vec<f64> {
        result.runs.iter().flatten().map(|run| run.records[0].loss).collect()
    };
    for result in &comparison.results {
        assert_eq!(result.diverged(), 0, "{}", result.method);
        assert_eq!(first(result), first(&comparison.results[0]), "{}: other initial points", result.method);
        // One that diverged at a seed is not chosen where another did not.
        let mean = |strength: f64| {
            let of = result.trials.iter().filter(|trial| trial.strength == strength);
            of.map(|trial| trial.validation_loss.unwrap_or(f64::INFINITY)).sum::<f64>()
        };
        assert!(mean(result.strength).is_finite(), "{}", result.method);
        for trial in &result.trials {
            assert!(mean(result.strength) <= mean(trial.strength), "{}", result.method);
        }
    }
}

/// A comparison without the times, which no two runs have in common.
fn untimed(mut comparison: Comparison) -> Comparison {
    for run in comparison.results.iter_mut().flat_map(|result| &mut result.runs).flatten() {
        run.end.step_seconds = 0.0;
        run.records.iter_mut().for_each(|record| record.seconds = 0.0);
    }
    comparison
}

#[test]
fn the_same_seed_gives_the_same_comparison_and_another_one_another() {
    let iris = DataSet::Iris.load();
    let run = |seed: u64| {
        let settings = CompareSettings { seed, ..settings(&[Method::Hsr], 0.1) };
        untimed(compare(&iris.batch(), &iris.class_names, &settings, &|_, _| {}).unwrap())
    };
    let first = run(5);
    assert_eq!(first, run(5));
    let seeds: BTreeSet<u64> =
        first.results.iter().flat_map(|result| &result.trials).map(|trial| trial.seed).collect();
    assert_eq!(seeds, BTreeSet::from([5, 6, 7]));
    // The seeds overlap: what they share is the same.
    let next = run(6);
    assert_eq!(next.starts[..2], first.starts[1..]);
    assert_ne!(next.starts, first.starts);
    // After the largest number comes 0.
    assert_eq!(run(u64::MAX).starts[1..], run(0).starts[..2]);
}

/// The cells of a page: for each table its rows, for each row its cells as they stand in the page.
fn tables(page: &str) -> Vec<Vec<Vec<String>>> {
    let inside = |text: &str, tag: &str| -> Vec<String> {
        let (opening, closing) = (format!("<{tag}"), format!("</{tag}>"));
        let parts = text.split(&opening).skip(1);
        parts.map(|part| part.split(&closing).next().unwrap().to_string()).collect()
    };
    let rows = |table: &String| {
        inside(table, "tr").iter().map(|row| inside(row, "td")).filter(|row| !row.is_empty()).collect()
    };
    inside(page, "table").iter().map(rows).collect()
}

/// The text of a cell, behind its attributes.
fn content(cell: &str) -> &str {
    cell.split_once('>').unwrap().1
}

/// A page without the cells that hold times, in its tables.
fn without_times(page: &str) -> String {
    let (first, rest) = page.split_once("<td class=\"time\">").unwrap_or((page, ""));
    let others =
        rest.split("<td class=\"time\">").map(|part| part.split_once("</td>").unwrap_or(("", part)).1);
    [first].into_iter().chain(others).collect()
}

fn study(folder: &Path, seed: &str, out: &str) -> (String, String) {
    let arguments =
        ["--methods", "hsr,sam", "--seeds", "2", "--seed", seed, "--trials", "2", "--steps", "20"];
    let output = hsr(folder, &[&arguments[..], &["--hidden", "3", "--out", out]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    (text(&output.stdout), std::fs::read_to_string(folder.join(out).join("report.html")).unwrap())
}

#[test]
fn the_seed_is_printed_kept_and_part_of_the_command_that_repeats_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let (told, page) = study(folder.path(), "7", "study");
    let command = told.lines().last().unwrap();
    assert!(
        command.starts_with("hsr compare --data iris ") && command.contains(" --seeds 2 --seed 7 "),
        "{command}"
    );
    assert!(told.contains(", 2 seeds from 7, ") && page.contains(", 2 seeds from 7;"), "{told}");
    assert!(page.contains(&command.replace('&', "&amp;")));
    let table = std::fs::read_to_string(folder.path().join("study/end-points.csv")).unwrap();
    let seeds: BTreeSet<&str> = table.lines().skip(1).map(|line| line.split(',').nth(2).unwrap()).collect();
    assert_eq!(seeds, BTreeSet::from(["7", "8"]));

    // The same command again gives the same page but for the times.
    let words: Vec<&str> = command.strip_prefix("hsr compare ").unwrap().split(' ').collect();
    let again = hsr(folder.path(), &words);
    assert!(again.status.success(), "{}", text(&again.stderr));
    let page_again = std::fs::read_to_string(folder.path().join("study/report.html")).unwrap();
    assert_ne!(without_times(&page), page, "no cell is marked as a time");
    assert_eq!(without_times(&page_again), without_times(&page));
    let (_, other) = study(folder.path(), "8", "other");
    assert_ne!(tables(&without_times(&other)), tables(&without_times(&page)));

    let help = text(&hsr(folder.path(), &["--help"]).stdout);
    assert!(help.contains("--seed <SEED>") && help.contains("The first of the seeds"), "{help}");
}

/// What a browser may break a line at stands in no number: cells do not wrap, nor do the two parts of a method's label.
#[test]
fn no_number_of_the_page_can_break() {
    let folder = tempfile::tempdir().unwrap();
    let (_, page) = study(folder.path(), "0", "study");
    for rule in ["td{white-space:nowrap", ".whole{white-space:nowrap}", ".wide{overflow-x:auto}"] {
        assert!(page.contains(rule), "no {rule}");
    }
    for row in tables(&page).iter().flatten() {
        let label: String = content(&row[0])
            .split("<span class=\"whole\">")
            .map(|part| part.split_once("</span>").map_or(part, |(_, rest)| rest))
            .collect();
        assert!(!label.contains(|c: char| c.is_ascii_digit()), "a number that may break: {}", row[0]);
        for cell in &row[1..] {
            assert!(!content(cell).contains('<'), "{cell}");
        }
    }
    assert_eq!(page.matches("<table>").count(), page.matches("<div class=\"wide\"><table>").count());
}

/// How the numbers of a cell are written: the decimals of each, and whether there is a power of ten.
fn formats(cell: &str) -> Vec<(usize, bool)> {
    let numbers = cell.split(|c: char| !(c.is_ascii_digit() || ".-e".contains(c)));
    let numbers = numbers.filter(|number| number.contains(|c: char| c.is_ascii_digit()));
    let format = |number: &str| {
        let (digits, power) = number.split_once('e').map_or((number, false), |(digits, _)| (digits, true));
        (digits.split_once('.').map_or(0, |(_, decimals)| decimals.len()), power)
    };
    numbers.map(format).collect()
}

#[test]
fn the_numbers_of_a_column_have_one_format_and_columns_that_few_read_are_folded_away() {
    let folder = tempfile::tempdir().unwrap();
    let (told, page) = study(folder.path(), "0", "study");
    let mut columns = 0;
    for table in tables(&page) {
        for column in 1..table[0].len() {
            let found: BTreeSet<(usize, bool)> =
                table.iter().flat_map(|row| formats(content(&row[column]))).collect();
            assert_eq!(
                found.len(),
                1,
                "{found:?} in {:?}",
                table.iter().map(|row| &row[column]).collect::<Vec<_>>()
            );
            columns += 1;
        }
    }
    // Thirteen measures of end points, thirteen of differences, five kinds.
    assert_eq!(columns, 31);
    let folded: Vec<&str> =
        page.split("<details>").skip(1).map(|part| part.split("</details>").next().unwrap()).collect();
    assert_eq!(folded.len(), 2);
    let summary = "<summary>Also: lambda_min, range, T, WS by layers, WS by units, |grad L|, negative, ms a step</summary>";
    assert!(folded[0].contains(summary), "{}", folded[0]);
    // The terminal, which folds nothing, has the same numbers.
    for cell in tables(&page).iter().flatten().flat_map(|row| &row[1..]) {
        assert!(told.contains(content(cell)), "{cell}");
    }
}

#[test]
fn the_command_leaves_tables_pictures_and_a_page_with_the_command_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--methods", "hsr", "--seeds", "2", "--trials", "1", "--steps", "20", "--hidden", "3"];
    let output = hsr(folder.path(), &[&arguments[..], &["--png", "--out", "study"]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let told = text(&output.stdout);
    assert!(
        told.contains("step / sgd") && told.contains("difference from sgd") && told.contains("saddle"),
        "{told}"
    );
    let study = folder.path().join("study");
    let read = |name: &str| std::fs::read_to_string(study.join(name)).unwrap();
    let page = read("report.html");
    // The pictures of the page are the files beside it, in both formats.
    let pictures: Vec<&str> =
        page.split("<figure id=\"").skip(1).map(|part| part.split('"').next().unwrap()).collect();
    assert_eq!(pictures.len(), 10);
    for name in pictures {
        assert!(page.contains(&read(&format!("{name}.svg"))), "{name}");
        assert!(std::fs::read(study.join(format!("{name}.png"))).unwrap().starts_with(b"\x89PNG"), "{name}");
    }
    assert!(told.starts_with(&read("tables.txt")), "{told}");
    assert!(page.contains("hsr compare --data iris --methods hsr --seeds 2"), "no command");
    let json: serde_json::Value = serde_json::from_str(&read("comparison.json")).unwrap();
    let runs = json["comparison"]["results"].as_array().unwrap();
    let losses: Vec<String> = runs
        .iter()
        .flat_map(|result| result["runs"].as_array().unwrap())
        .map(|run| format!("{:e}", run["end"]["train_loss"].as_f64().unwrap()))
        .collect();
    let table = read("end-points.csv");
    let in_table: Vec<&str> = table.lines().skip(1).map(|line| line.split(',').nth(4).unwrap()).collect();
    assert_eq!(in_table, losses);
    assert_eq!(losses.len(), 2 * 2);
}

#[test]
fn deep_networks_are_compared_on_numbers_with_their_sizes_and_the_loss_in_sight() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String =
        (0..30).map(|n| format!("{},{},{}\n", n % 5, (n * n) % 7, 3 * (n % 5) - (n * n) % 7)).collect();
    std::fs::write(folder.path().join("own.csv"), format!("a,b,target\n{rows}")).unwrap();
    let network = ["--data", "own.csv", "--loss", "squared", "--layers", "3,2", "--activation", "tanh,silu"];
    let more = ["--seeds", "2", "--trials", "1", "--steps", "15", "--rate", "0.02", "--out", "study"];
    let output = hsr(folder.path(), &[&network[..], &more].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let told = text(&output.stdout);
    let page = std::fs::read_to_string(folder.path().join("study/report.html")).unwrap();
    assert!(told.starts_with("N=18 2-3-2-1 with biases, squared, 2 seeds from 0"), "{told}");
    assert!(page.contains("N=18 2-3-2-1 with biases, squared, tanh,silu, 2 seeds from 0"), "{page}");
    assert!(told.contains("test score") && page.contains("<figure id=\"score\">"), "{told}");
    // The methods that are usual for such a network.
    let command = told.lines().last().unwrap();
    let methods = "sgd,hsr,hsr-layers,hsr-units,trace,frobenius,sam,weight-decay";
    let given = format!("hsr compare --data own.csv --label target --methods {methods} --seeds 2 ");
    assert!(
        command.starts_with(&given)
            && command.contains(" --layers 3,2 --loss squared --activation tanh,silu "),
        "{command}"
    );
    // The bounds are in the order that was proved, at every end point.
    let table = std::fs::read_to_string(folder.path().join("study/end-points.csv")).unwrap();
    let names: Vec<&str> = table.lines().next().unwrap().split(',').collect();
    let place = |name: &str| names.iter().position(|other| *other == name).unwrap();
    let order = ["lambda_max", "WS_by_units", "WS_by_layers", "WS"].map(place);
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let bounds = order.map(|place| cells[place].parse::<f64>().unwrap());
        assert!(bounds.windows(2).all(|pair| pair[0] <= pair[1] * (1.0 + 1e-9)), "{line}");
    }
}

#[test]
fn what_cannot_be_compared_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("one.csv"), "a,label\n1,x\n2,x\n").unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    for (arguments, message) in [
        (&["--data", "one.csv"][..], "at least two classes are needed"),
        (&["--data", "irises"], "unknown data set"),
        (&["--methods", "hrs"], "unknown method 'hrs': choose sgd, hsr, "),
        (&["--seeds", "0"], "'0' is no whole number from 1 to 10000"),
        (&["--seed", "-1"], "'-1' is no whole number from 0 to "),
        (&["--hidden", "0"], "at least one hidden unit"),
        (&["--layers", "3,3", "--methods", "hsr-block"], "take hsr-layers"),
        (&["--data", "diabetes"], "choose another --loss than softmax"),
        (
            &["--loss", "poisson", "--data", "diabetes", "--activation", "tanh,relu"],
            "--activation has 2 names for 1 hidden layers",
        ),
        (&["--hidden", "18446744073709551615"], "lower it"),
        (&["--out", "file/study", "--steps", "1"], "file/study"),
        (&["--rate", "1e200", "--steps", "5", "--seeds", "1"], "lower the rate"),
    ] {
        let mut all = arguments.to_vec();
        if !arguments.contains(&"--out") {
            all.extend(["--out", "study"]);
        }
        let output = hsr(folder.path(), &all);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(message), "{arguments:?}: {told}");
        assert!(!folder.path().join("study/report.html").exists());
    }
}
