//! Pictures: well-formed documents that say what they show, and no data that stops them.
#![cfg(feature = "pictures")]

use hsr::pictures::{Axis, Picture, Scale, Series, curves, scatter, spectra};
use proptest::collection::vec;
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;

/// All text of a well-formed document.
fn text(svg: &str) -> Vec<String> {
    // The reader lets characters pass that no document may hold.
    let is_allowed = |c: char| matches!(c, '\n' | '\t' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    assert!(svg.chars().all(is_allowed), "a control character in {svg:?}");
    let mut reader = Reader::from_str(svg);
    reader.config_mut().trim_text(true);
    let (mut found, mut open, mut parts) = (Vec::new(), 0, String::new());
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error} in {svg}")) {
            Event::Start(_) => open += 1,
            Event::End(_) => {
                open -= 1;
                if !parts.is_empty() {
                    found.push(std::mem::take(&mut parts));
                }
            }
            Event::Text(piece) => parts.push_str(&piece.decode().unwrap()),
            Event::GeneralRef(name) => parts.push_str(&format!("&{};", name.decode().unwrap())),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open, 0);
    found
}

#[track_caller]
fn assert_tells(picture: &Picture, expected: &[&str]) {
    let found = text(&picture.svg().unwrap());
    for expected in expected {
        assert!(found.iter().any(|text| text == expected), "no '{expected}' in {found:?}");
    }
}

/// Training as a log has it: two methods, three hundred steps.
fn log() -> Vec<Series> {
    let steps: Vec<f64> = (0..300).map(f64::from).collect();
    let falling =
        |from: f64, rate: f64| -> Vec<f64> { steps.iter().map(|t| from * (-rate * t).exp() + 0.1).collect() };
    let around =
        |values: &[f64], factor: f64| -> Vec<f64> { values.iter().map(|value| value * factor).collect() };
    let names = [("sgd", 0.01), ("hsr", 0.03), ("sam", 0.02), ("trace", 0.015)];
    let series = names.map(|(name, rate)| {
        let values = falling(3.0, rate);
        Series::new(name, &steps, &values).with_band(&around(&values, 0.8), &around(&values, 1.25))
    });
    series.to_vec()
}

#[test]
fn curves_have_their_labels_and_a_legend() {
    let picture = curves("Largest eigenvalue", Axis::linear("step"), Axis::log("lambda_max"), &log());
    assert_tells(
        &picture,
        &["Largest eigenvalue", "step", "lambda_max", "sgd", "hsr", "sam", "trace", "100", "1"],
    );
}

#[test]
fn a_scatter_names_its_groups_and_its_diagonal() {
    let groups =
        [Series::new("tanh", &[0.1, 1.0, 10.0], &[0.2, 1.1, 30.0]), Series::new("sin", &[1.0], &[4.0])];
    let picture = scatter("Bound", Axis::log("lambda_max"), Axis::log("WS"), &groups);
    assert_tells(&picture, &["Bound", "lambda_max", "WS", "tanh", "sin", "y = x", "0.1", "10"]);
}

#[test]
fn spectra_stand_side_by_side_above_their_names() {
    let picture = spectra("End points", &[("sgd", &[-0.1, 0.0, 1e-5, 3.0]), ("hsr-block", &[0.0, 0.5])]);
    assert_tells(&picture, &["End points", "eigenvalue", "sgd", "hsr-block", "0", "1", "-0.1"]);
}

#[test]
fn values_without_a_place_are_counted_in_the_legend() {
    let series = [Series::new("sgd", &[0.0, 1.0, 2.0, 3.0], &[1.0, f64::NAN, 0.0, 2.0])];
    assert_tells(&curves("", Axis::linear("step"), Axis::log("loss"), &series), &["sgd (2 not drawn)"]);
}

#[test]
fn names_with_markup_stay_text() {
    let series = [Series::new("a<b>&\"c\u{0}", &[1.0], &[1.0])];
    assert_tells(
        &curves("<&>", Axis::linear("]]>"), Axis::linear("'"), &series),
        &["&lt;&amp;&gt;", "]]&gt;", "&apos;", "a&lt;b&gt;&amp;&quot;c"],
    );
}

#[test]
fn a_png_has_twice_the_pixels_and_some_ink() {
    let picture = curves("Loss", Axis::linear("step"), Axis::log("loss"), &log());
    let bytes = picture.png().unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height), (1440, 960));
    let ink = pixels.chunks(3).filter(|pixel| **pixel != [255; 3]).count();
    assert!(ink > 10_000, "{ink}");
    assert_eq!(bytes, picture.png().unwrap());
    assert_eq!(picture.svg().unwrap(), picture.svg().unwrap());
}

/// Writes the pictures to `target/pictures`, to look at them.
#[test]
#[ignore = "for the eye"]
fn show() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let few = [0.001, 0.01, 0.1, 1.0];
    let bound = [
        Series::new("tanh", &few, &[0.002, 0.02, 0.3, 1.5]),
        Series::new("sigmoid", &few, &[0.01, 0.05, 0.2, 1.1]),
    ];
    let values: Vec<f64> = (0..400).map(|i| (i as f64 * 0.9).sin() * (-(i as f64) / 20.0).exp()).collect();
    let reduced: Vec<f64> = values.iter().map(|value| 0.2 * value + 0.01).collect();
    let pictures = [
        (
            "curves",
            curves(
                "Largest eigenvalue while training",
                Axis::linear("step"),
                Axis::log("lambda_max"),
                &log(),
            ),
        ),
        ("few", curves("Strength", Axis::log("lambda"), Axis::linear("test accuracy"), &bound)),
        ("scatter", scatter("How tight is the bound?", Axis::log("lambda_max"), Axis::log("WS"), &bound)),
        (
            "spectra",
            spectra(
                "Spectra of the end points",
                &[("sgd", &values), ("hsr", &reduced), ("weight-decay", &[])],
            ),
        ),
    ];
    for (name, picture) in pictures {
        std::fs::write(folder.join(format!("{name}.svg")), picture.svg().unwrap()).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture.png().unwrap()).unwrap();
    }
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        -3.0..3.0f64,
        Just(0.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(1e300),
        Just(5e-324)
    ]
}

fn any_scale() -> impl Strategy<Value = Scale> {
    let names = vec(any::<String>(), 0..3).prop_map(Scale::Names);
    prop_oneof![Just(Scale::Linear), Just(Scale::Log), any_value().prop_map(Scale::Symlog), names]
}

fn any_series() -> impl Strategy<Value = Vec<Series>> {
    let points = || vec((any_value(), any_value()), 0..6);
    let series = (any::<String>(), points(), points());
    vec(series.prop_map(|(name, points, band)| Series { name, points, band }), 0..10)
}

proptest! {
    #[test]
    fn any_data_makes_a_well_formed_picture(
        (title, label) in (any::<String>(), any::<String>()),
        (x, y) in (any_scale(), any_scale()),
        series in any_series(),
    ) {
        let axis = |scale: &Scale| Axis { label: label.clone(), scale: scale.clone() };
        text(&curves(&title, axis(&x), axis(&y), &series).svg().unwrap());
        text(&scatter(&title, axis(&x), axis(&x), &series).svg().unwrap());
        let values: Vec<Vec<f64>> = series.iter().map(|s| s.points.iter().map(|p| p.1).collect()).collect();
        let groups: Vec<(&str, &[f64])> = series.iter().zip(&values).map(|(s, v)| (s.name.as_str(), &v[..])).collect();
        text(&spectra(&title, &groups).svg().unwrap());
    }
}
