//! The page of a comparison.

use super::browser::measured;
use hsr::compare::{CompareSettings, InitialPoint, compare, html, pictures};
use hsr::data::{DataSet, SplitShares};
use hsr::model::{Activation, Loss};
use hsr::train::{Method, TrainSettings};

const OF_A_COMPARISON: &str = r#"
    figures: all("figure svg").length,
    flat: all("figure svg").filter((svg) => !(box(svg).width > 200 && box(svg).height > 100)).length,
    outside: all("figure svg").filter((svg) => box(svg).right > page.documentElement.clientWidth).length,
    folded: all("details:not([open])").length,
    numbers: (all("details").forEach((it) => it.open = true), numbers().length),
    broken: numbers().filter(([range]) => range.getClientRects().length > 1).map(([range, text]) => text),
    rows: all("table").map((table) => table.rows.length),
    labels: all("figure").filter((figure) => figure.textContent.includes("hsr")).length,"#;

#[test]
#[ignore = "needs Chromium"]
fn a_browser_shows_the_tables_and_pictures_of_a_comparison() {
    let iris = DataSet::Iris.load();
    let settings = CompareSettings {
        methods: vec![Method::Hsr, Method::Sam],
        seed: 0,
        seeds: 2,
        trials: 2,
        strengths: None,
        hidden: vec![3],
        activations: vec![Activation::Tanh],
        loss: Loss::Softmax,
        biases: true,
        initial: InitialPoint::default(),
        label_noise: 0.0,
        shares: SplitShares { validation: 0.2, test: 0.2 },
        train: TrainSettings { steps: 40, ..TrainSettings::of(Method::Sgd) },
    };
    let comparison = compare(&iris.batch(), &iris.class_names, &settings, &|_, _| {}).unwrap();
    let page = html(&comparison, "iris <&>", "hsr compare --out 'a b'").unwrap();
    assert!(
        !page.contains("http://")
            || page.matches("http://").count() == page.matches("http://www.w3.org/").count()
    );
    let figures = pictures(&comparison).len() as u64;
    for width in [390, 1200] {
        let seen = measured(&page, width, OF_A_COMPARISON);
        println!("{width}: {seen}");
        assert_eq!(seen["scripts"], 0);
        assert_eq!(seen["figures"], figures);
        assert_eq!((&seen["flat"], &seen["outside"]), (&0.into(), &0.into()));
        assert_eq!(seen["folded"], 3, "columns that few read, and what the thresholds do");
        assert!(seen["numbers"].as_u64() > Some(100), "{seen}");
        assert_eq!(seen["broken"], serde_json::json!([]), "numbers over two lines at {width} pixels");
        assert_eq!(seen["labels"], figures, "each picture names hsr in its legend or on its axis");
        // A head, the initial points and three methods, and again of what is folded away; two methods against sgd, twice; three
        // methods, and again with other thresholds.
        assert_eq!(seen["rows"], serde_json::json!([5, 5, 3, 3, 4, 4]));
        assert!(seen["width"].as_u64().unwrap() <= width as u64, "the page scrolls sideways: {seen}");
    }
}
