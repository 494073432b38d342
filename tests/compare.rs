//! `hsr compare`: the same numbers each time, and one clear error for each fault.
#![cfg(feature = "cli")]

use hsr::compare::{CompareSettings, Comparison, InitialPoint, Kind, compare, compare_while};
use hsr::data::{DataSet, SplitShares};
use hsr::io::{Array, write_npz};
use hsr::model::{Activation, Batch, Loss};
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
    // 22 measures of end points, 22 of differences, five kinds and those that diverged, and those with each of four thresholds moved to either side.
    assert_eq!(columns, 22 + 22 + 6 + 9);
    let folded: Vec<&str> =
        page.split("<details>").skip(1).map(|part| part.split("</details>").next().unwrap()).collect();
    assert_eq!(folded.len(), 3);
    let summary = "<summary>Also: lambda_min, lambda_min / lambda_max, range, T, WS by layers, WS by units, |grad L|, |grad L| / start, \
        |grad L|^2 / (lambda_max L), curvature along grad L, |descended|, curvature along descended, objective along v_min, \
        least margin, negative, ms a step</summary>";
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
    assert_eq!(pictures.len(), 12);
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
    let (starts, ends): (Vec<&str>, Vec<&str>) =
        table.lines().skip(1).partition(|line| line.starts_with("start,"));
    assert_eq!(starts.len(), 2);
    let in_table: Vec<&str> = ends.iter().map(|line| line.split(',').nth(4).unwrap()).collect();
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
    let array =
        |rows: usize, columns: usize| Array { shape: vec![rows, columns], values: vec![0.5; rows * columns] };
    write_npz(folder.path().join("wide.npz"), &[("W1", array(2, 4)), ("W2", array(3, 2))]).unwrap();
    for (arguments, message) in [
        (&["--data", "one.csv"][..], "at least two classes are needed"),
        (&["--data", "irises"], "unknown data set"),
        (&["--methods", "hrs"], "unknown method 'hrs': choose sgd, hsr, "),
        (&["--strength", "-1"], "--strength has -1: numbers that are 0 or more are needed"),
        (&["--strengths", "0.1,NaN"], "--strengths has NaN: numbers that are 0 or more are needed"),
        (&["--strengths", "0.1,x"], "'x' is no number"),
        (&["--strength", "0.1", "--trials", "2"], "cannot be used with"),
        (
            &["--init-scale", "0"],
            "the factor of the initial weights is 0: a number above 0 is needed (--init-scale)",
        ),
        (&["--init-scale", "inf"], "is inf: a number above 0 is needed (--init-scale)"),
        (&["--init", "none.npz"], "--init: cannot read none.npz"),
        (
            &["--init", "wide.npz"],
            "the initial network is 4-2-3 without biases, tanh, and 4-8-3 with biases, tanh is asked for",
        ),
        (&["--label-noise", "1"], "--label-noise is 1: a share from 0 to below 1 is needed"),
        (&["--label-noise", "NaN"], "--label-noise is NaN"),
        (
            &["--label-noise", "0.1", "--data", "diabetes", "--loss", "squared"],
            "--label-noise is for classes",
        ),
        (
            &["--switch", "500:sgd"],
            "switch is 500:sgd: a step from 1 to 499, before the last, is needed (--switch 500:sgd)",
        ),
        (&["--switch", "0:sgd"], "switch is 0:sgd: a step from 1"),
        (&["--switch", "-1:sgd"], "'-1:sgd' is no switch"),
        (&["--switch", "5:adam"], "unknown method 'adam'"),
        (&["--switch", "5:sam:-1"], "rho is -1: a number that is 0 or more is needed (--switch 5:sam:-1)"),
        (&["--threads", "0"], "'0' is no whole number from 1 to 1024"),
        (&["--warm-up", "-1"], "'-1' is no whole number from 0 to "),
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

/// The run of a method on the first seed.
fn first(comparison: &Comparison, method: Method) -> &hsr::compare::Run {
    let result = comparison.results.iter().find(|result| result.method == method).unwrap();
    result.runs[0].as_ref().unwrap()
}

#[test]
fn end_points_are_named_by_the_loss_and_its_own_gradient() {
    let iris = DataSet::Iris.load();
    let kinds = |methods: &[Method], strength: f64, label_noise: f64, steps: usize| {
        let base = settings(methods, 0.1);
        let train = TrainSettings { steps, log_every: steps, ..base.train.clone() };
        let settings = CompareSettings {
            seeds: 1,
            hidden: vec![1],
            strengths: Some(vec![strength]),
            label_noise,
            train,
            ..base
        };
        compare(&iris.batch(), &iris.class_names, &settings, &|_, _| {}).unwrap()
    };
    // One hidden unit cannot tell three classes apart with wrong labels among them: there is a minimum, and descent gets there.
    let noisy = kinds(&[Method::Sam], 0.05, 0.3, 4000);
    let end = &first(&noisy, Method::Sgd).end;
    assert_eq!(end.kind, Kind::Minimum, "{:?}", end.evidence);
    // The curvature of what sgd descends along a vector is that of the loss. The difference is off by a sixth of the square of its step, which
    // is below 1e-4 for weights up to 16, times the loss's fourth derivative, some tens of times its second at most.
    let off = (end.objective_along_smallest - end.lambda_min).abs();
    assert!(off < 1e-7 * end.lambda_max.max(1.0), "{off:e}");
    // Decay holds the weights where the loss would have them grow.
    let decayed = kinds(&[Method::WeightDecay], 0.02, 0.0, 3000);
    let end = &first(&decayed, Method::WeightDecay).end;
    assert_eq!(end.kind, Kind::OfObjective, "{:?}", end.evidence);
    assert!(end.gradient_norm > 0.01 && end.descended_norm < 1e-4, "{end:?}");
    // Of plain descent, on the same data, the same is not said.
    assert_ne!(first(&decayed, Method::Sgd).end.kind, Kind::OfObjective);
}

#[test]
fn separated_classes_have_no_finite_minimum() {
    let iris = DataSet::Iris.load();
    let base = settings(&[Method::Sam], 0.1);
    let train = TrainSettings { steps: 1500, log_every: 1500, ..base.train.clone() };
    let settings = CompareSettings { seeds: 1, hidden: vec![8], strengths: Some(vec![0.05]), train, ..base };
    // Two classes that a line separates.
    let rows: Vec<usize> = (0..100).collect();
    let batch = iris.batch().select(&rows);
    let two = Batch { y: batch.y.columns(0, 2).into_owned(), ..batch };
    let comparison = compare(&two, &iris.class_names[..2], &settings, &|_, _| {}).unwrap();
    for method in [Method::Sgd, Method::Sam] {
        let end = &first(&comparison, method).end;
        assert_eq!(end.kind, Kind::NoFiniteMinimum, "{method}: {:?}", end.evidence);
        assert!(end.evidence.margin.unwrap() > 0.0 && end.evidence.gradient < 1e-2, "{:?}", end.evidence);
    }
}

#[test]
fn a_comparison_that_is_stopped_keeps_the_methods_that_are_done() {
    let iris = DataSet::Iris.load();
    let settings = settings(&[Method::Hsr, Method::Sam], 0.1);
    let compare = |go_on: &(dyn Fn() -> bool + Sync)| {
        compare_while(&iris.batch(), &iris.class_names, &settings, &|_, _| {}, go_on)
    };
    assert_eq!(
        compare(&|| false).unwrap_err().to_string(),
        "stopped before any method was done: nothing is kept"
    );
    // Sgd asks before each of 60 steps of three trials and three runs, and once after each run: 363 times.
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let few = || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 400;
    let stopped = compare(&few).unwrap();
    assert_eq!(stopped.unfinished, [Method::Hsr, Method::Sam]);
    assert_eq!(stopped.results.len(), 1);
    assert!(stopped.table().contains("stopped before the end, without hsr, sam"), "{}", stopped.table());
    let whole = compare(&|| true).unwrap();
    assert!(whole.unfinished.is_empty() && !whole.table().contains("stopped"));
    assert_eq!(untimed(stopped).results[0], untimed(whole).results[0]);
}

#[test]
fn the_options_are_part_of_the_command_that_repeats_the_page_and_the_grounds_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let train = ["--steps", "12", "--hidden", "3", "--seeds", "2", "--methods", "ws,sam", "--log-every", "4"];
    let more = ["--strengths", "0.01,0.1", "--warm-up", "3", "--normalised", "--init-scale", "0.5"];
    let last =
        ["--label-noise", "0.2", "--switch", "6:hsr:0.3", "--threads", "1", "--keep", "--out", "study"];
    let output = hsr(folder.path(), &[&train[..], &more, &last].concat());
    let told = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let command = told.lines().last().unwrap();
    for option in [
        " --strengths 0.01,0.1 ",
        " --warm-up 3 ",
        " --normalised ",
        " --init-scale 0.5 ",
        " --label-noise 0.2 ",
        " --switch 6:hsr:0.3 ",
        " --threads 1 ",
        " --keep ",
    ] {
        assert!(command.contains(option), "{option} is not in {command}");
    }
    let study = folder.path().join("study");
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(study.join("comparison.json")).unwrap()).unwrap();
    let settings = &json["comparison"]["settings"];
    assert_eq!(settings["train"]["switch"]["method"], "hsr");
    assert_eq!((&settings["label_noise"], &settings["initial"]["scale"]), (&0.2.into(), &0.5.into()));
    assert_eq!(settings["strengths"], serde_json::json!([0.01, 0.1]));
    let end = &json["comparison"]["results"][1]["runs"][0]["end"];
    assert!(end["evidence"]["gradient"].is_f64() && end["descended_curvature"].is_f64(), "{end}");
    assert_eq!(json["comparison"]["results"][1]["sensitivity"].as_array().unwrap().len(), 8);

    // The same again, from the files that were kept: a run of sam on the first seed.
    let words: Vec<&str> = command.strip_prefix("hsr compare ").unwrap().split(' ').collect();
    let csv = || std::fs::read_to_string(study.join("end-points.csv")).unwrap();
    // All but the time of a step, which stands before the ratio.
    let timeless = |csv: String| {
        let line = |line: &str| {
            let cells: Vec<String> = line.split(',').map(str::to_string).collect();
            [&cells[..cells.len() - 2], &cells[cells.len() - 1..]].concat()
        };
        csv.lines().map(line).collect::<Vec<_>>()
    };
    let before = timeless(csv());
    assert!(hsr(folder.path(), &words).status.success());
    assert_eq!(timeless(csv()), before);
    for name in ["train", "validation", "test", "start", "sgd", "ws", "sam"] {
        assert!(
            study.join(format!("seed-0/{name}.npz")).exists()
                && study.join(format!("seed-1/{name}.npz")).exists()
        );
    }
    let from_file = [
        "--init",
        "study/seed-0/start.npz",
        "--hidden",
        "3",
        "--steps",
        "12",
        "--methods",
        "ws",
        "--seeds",
        "1",
    ];
    let more = [
        "--log-every",
        "4",
        "--normalised",
        "--label-noise",
        "0.2",
        "--switch",
        "6:hsr:0.3",
        "--threads",
        "1",
    ];
    let output = hsr(folder.path(), &[&from_file[..], &more, &["--warm-up", "3", "--out", "again"]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let again = std::fs::read_to_string(folder.path().join("again/end-points.csv")).unwrap();
    for method in ["sgd,0,0,", "ws,0,0,"] {
        let of = |lines: Vec<Vec<String>>| {
            lines.into_iter().find(|line| line[..3].join(",") + "," == method).unwrap()
        };
        assert_eq!(of(timeless(again.clone())), of(before.clone()));
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_comparison_writes_what_it_has_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_hsr"))
        .args(["compare", "--methods", "hsr,sam", "--seeds", "1", "--trials", "1", "--steps", "1000000"])
        .args(["--log-every", "1000000", "--hidden", "2", "--out", "study"])
        .current_dir(folder.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The folder is made once Ctrl-C is listened to. Whether sgd is done when it comes is not certain, and both are right.
    while !folder.path().join("study").exists() {
        assert_eq!(child.try_wait().unwrap(), None, "it ended before it was interrupted");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(2));
    let mut told = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut told).unwrap();
    assert!(
        told.contains("stopped") && told.contains("begin again with\n  hsr compare --data iris"),
        "{told}"
    );
    let page = folder.path().join("study/report.html");
    assert_eq!(page.exists(), told.contains("their results are in study"), "{told}");
}
