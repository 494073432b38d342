//! The page of a comparison.

use super::browser::measured;
use hsr::compare::{Settings, compare, html, pictures};
use hsr::data::{DataSet, Shares};
use hsr::model::Activation;
use hsr::train::{self, Method};

const OF_A_COMPARISON: &str = r#"
    figures: all("figure svg").length,
    flat: all("figure svg").filter((svg) => !(box(svg).width > 200 && box(svg).height > 100)).length,
    outside: all("figure svg").filter((svg) => box(svg).right > page.documentElement.clientWidth).length,
    rows: all("table").map((table) => table.rows.length),
    labels: all("figure").filter((figure) => figure.textContent.includes("hsr")).length,"#;

#[test]
#[ignore = "needs Chromium"]
fn a_browser_shows_the_tables_and_pictures_of_a_comparison() {
    let iris = DataSet::Iris.load();
    let settings = Settings {
        methods: vec![Method::Hsr, Method::Sam],
        seeds: 2,
        trials: 2,
        hidden: 3,
        activation: Activation::Tanh,
        biases: true,
        shares: Shares { validation: 0.2, test: 0.2 },
        train: train::Settings { steps: 40, ..train::Settings::of(Method::Sgd) },
    };
    let comparison = compare(&iris.batch(), &iris.class_names, &settings, &|_, _| {}).unwrap();
    let page = html(&comparison, "iris <&>", "hsr compare --out 'a b'").unwrap();
    assert!(
        !page.contains("http://")
            || page.matches("http://").count() == page.matches("http://www.w3.org/").count()
    );
    let figures = pictures(&comparison).len() as u64;
    for width in [360, 1200] {
        let seen = measured(&page, width, OF_A_COMPARISON);
        println!("{width}: {seen}");
        assert_eq!(seen["scripts"], 0);
        assert_eq!(seen["figures"], figures);
        assert_eq!((&seen["flat"], &seen["outside"]), (&0.into(), &0.into()));
        assert_eq!(seen["labels"], figures, "each picture names hsr in its legend or on its axis");
        // A head and three methods; two methods against sgd; a head and three methods.
        assert_eq!(seen["rows"], serde_json::json!([4, 3, 4]));
        assert!(seen["width"].as_u64().unwrap() <= width as u64, "the page scrolls sideways: {seen}");
    }
}
