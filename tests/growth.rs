//! The section on growth in `docs/speed.md`, and what `cargo bench --bench growth` makes it of.
#![cfg(feature = "cli")]

#[path = "../benches/growth/fit.rs"]
mod fit;
#[path = "../benches/growth/grid.rs"]
mod grid;
#[path = "../benches/growth/section.rs"]
mod section;

use fit::{Speed, exponent, median, speeds};
use grid::{BASE, Line, Point, measure, usual};
use serde_json::Value;
use std::path::Path;

/// A point with these seconds.
fn point(route: &str, multiplications: f64, seconds: &[f64]) -> Point {
    Point { sizes: BASE, route: route.to_string(), multiplications, seconds: seconds.to_vec() }
}

#[test]
fn an_exponent_is_that_of_the_power_law() {
    let x = [2.0, 4.0, 10.0, 31.0];
    for power in [0.0, 1.0, 1.7, 2.0] {
        let y = x.map(|x: f64| 3e-5 * x.powf(power));
        // Of logarithms, some roundings.
        assert!((exponent(&x, &y) - power).abs() < 1e-12, "{power}");
    }
}

#[test]
fn a_route_has_the_median_the_least_and_the_most_of_its_speeds() {
    assert_eq!([median(&[3.0, 1.0, 2.0]), median(&[4.0, 1.0])], [2.0, 2.5]);
    let points = [
        point("hidden", 8.0, &[9.0, 2.0, 1.0]),
        point("class", 6.0, &[2.0]),
        point("hidden", 8.0, &[4.0]),
        point("hidden", 9.0, &[1.0]),
    ];
    let speed = |route: &str, points, [least, median, most]: [f64; 3]| Speed {
        route: route.to_string(),
        points,
        median,
        least,
        most,
    };
    let expected = [speed("hidden", 3, [2.0, 4.0, 9.0]), speed("class", 1, [3.0; 3])];
    assert_eq!(speeds(points.iter()), expected);
}

#[test]
fn points_are_measured_by_the_command() {
    let at = |size| Point { sizes: [size, 3, 4, 2], ..point("", 0.0, &[]) };
    let mut lines = [Line { letter: "N", index: 0, points: vec![at(10), at(20)] }];
    let machine = measure(&mut lines, 2).unwrap();
    assert!(machine["processor"].is_string(), "{machine}");
    let [less, more] = &lines[0].points[..] else { panic!() };
    assert!(less.seconds.len() == 2 && less.median() > 0.0 && !less.route.is_empty());
    assert!(more.multiplications > less.multiplications && less.multiplications > 0.0);
}

#[test]
fn the_tables_have_a_row_for_each_size_and_each_route() {
    let at = |size: usize, route| {
        // The time grows with the square, the multiplications with the size.
        let seconds = 1e-4 * (size * size) as f64;
        Point { sizes: [size, 64, 64, 10], ..point(route, 1e6 * size as f64, &[seconds]) }
    };
    let points = vec![at(5, "class"), at(10, "hidden"), at(20, "hidden"), at(40, "hidden")];
    let line = Line { letter: "N", index: 0, points };
    let text = section::text(&[line], &Value::Null, 2);
    for row in [
        "| `N` | 5 | 40 | 2.50 ms | 160 ms | 2.00 | 2.00 | class, then hidden |",
        "| class | 1 | 2.0 | 2.0 | 2.0 |",
        "| hidden | 3 | 0.5 | 0.2 | 1.0 |",
    ] {
        assert!(text.contains(row), "no {row} in\n{text}");
    }
}

#[test]
fn the_section_is_put_between_its_marks_and_nowhere_else() {
    let document =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/speed.md")).unwrap();
    let once = section::put(&document, "first\n").unwrap();
    let twice = section::put(&once, "second\n").unwrap();
    assert!(once.contains("first") && twice.contains("second") && !twice.contains("first"));
    assert_eq!(once.replace("first", "second"), twice);
    assert!(section::put("# Speed\n", "first").unwrap_err().starts_with("the document has no line <!-- "));

    let [samples, inputs, hidden, classes] = BASE;
    let base = format!("around `N={samples}`, `d={inputs}`, `h={hidden}`, `C={classes}`");
    assert!(document.contains(&base), "docs/speed.md does not say {base}");
    for line in usual() {
        let row = format!("| `{}` | {} | ", line.letter, line.size(&line.points[0]));
        assert!(document.contains(&row), "docs/speed.md has no row {row}");
    }
}

#[test]
fn the_pictures_of_the_document_are_there() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let document = std::fs::read_to_string(docs.join("speed.md")).unwrap();
    let pictures: Vec<&str> =
        document.split("](pictures/").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(pictures.contains(&"growth.svg") && pictures.contains(&"growth-model.svg"), "{pictures:?}");
    for picture in pictures {
        assert!(docs.join("pictures").join(picture).exists(), "there is no {picture}");
    }
}
