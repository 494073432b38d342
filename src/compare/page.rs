//! A comparison as one HTML page that stands alone.

use super::tables::{Column, SENSITIVITY, Table};
use super::{CompareError, Comparison, pictures};
use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

/// Numbers never break, not at the minus of an exponent either: a table that is too wide scrolls in its own box, with the
/// methods in sight.
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem}\
table{border-collapse:collapse;font-size:.85rem}td,th{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #ccc}\
td{white-space:nowrap;font-variant-numeric:tabular-nums}th{vertical-align:bottom}\
td:first-child{white-space:normal}.whole{white-space:nowrap}\
td:first-child,th:first-child{text-align:left;position:sticky;left:0;background:#fff}.wide{overflow-x:auto}\
details{margin:.7rem 0}summary{cursor:pointer}\
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,32rem),1fr));gap:1rem}\
svg{max-width:100%;height:auto}pre{background:#f4f4f4;padding:.7rem;overflow-x:auto}";

/// What the kinds mean.
const KINDS: &str = "A point is stationary for the loss where its gradient is at most a hundredth of that at the initial point, and \
    |grad L|^2 / (lambda_max L) at most a thousandth. It is a saddle where an eigenvalue is then below -0.01 times the largest and \
    beyond rounding, and else a minimum. Of the objective only: the penalty's gradient cancels nine tenths of the loss's, so that what \
    the method descends is stationary and the loss is not. No finite minimum: every training sample is on its side with a margin, so \
    that the loss falls to 0 as the output layer grows. How sharp a point is says the ratio of largest eigenvalues to sgd's at equal \
    training loss, in the table above.";

/// The page of a comparison as HTML: what was asked, the command that repeats it, tables and pictures. It holds no script and fetches nothing.
/// The same comparison gives the same page; two runs with the same seeds differ in the cells of class `time` alone.
///
/// # Errors
/// [`CompareError::Picture`] where a picture cannot be drawn.
pub fn html(comparison: &Comparison, data: &str, command: &str) -> Result<String, CompareError> {
    let mut figures = Vec::new();
    for (name, picture) in pictures(comparison) {
        figures.push((name, picture.svg()?));
    }
    let title = format!("Methods on {data}");
    let page = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (title) }
                p {
                    (comparison.task) ", " (comparison.settings.activations()) ", " (comparison.seeds())
                    "; each method chose among " (comparison.settings.tried())
                    " strengths by its mean validation loss. Repeat it with"
                }
                pre { (command) }
                @if let Some(stopped) = comparison.stopped() { p { strong { (stopped) } } }
                h2 { "End points" }
                p { "Mean and, in parentheses, standard deviation over seeds; first of the initial points." }
                (shown(&comparison.end_points()))
                h2 { "Differences from sgd" }
                p {
                    "Paired, seed by seed: mean and 95% bootstrap interval; * where it leaves out 0, and in the last "
                    "column, a ratio, 1."
                }
                (shown(&comparison.differences()))
                h2 { "Kinds of end points" }
                p { (KINDS) }
                (shown(&comparison.kinds()))
                details {
                    summary { "How much the thresholds matter" }
                    p { (SENSITIVITY) }
                    (shown(&comparison.sensitivity()))
                }
                h2 { "Pictures" }
                p {
                    "Curves over steps and over the strength are means over seeds with a standard deviation to either side, on "
                    "a logarithmic axis of the logarithms; along the top eigenvector, and the spectra, they are of the first seed."
                }
                div.pictures {
                    @for (name, svg) in &figures { figure id=(name) { (PreEscaped(svg)) } }
                }
            }
        }
    };
    Ok(page.into_string())
}

/// A table, and under it what it has besides, folded away.
fn shown(table: &Table) -> Markup {
    let (prominent, aside): (Vec<&Column>, Vec<&Column>) =
        table.columns.iter().partition(|column| column.prominent);
    let names: Vec<&str> = aside.iter().map(|column| column.name.as_str()).collect();
    markup! {
        (rows(&table.methods, &prominent))
        @if !aside.is_empty() {
            details {
                summary { "Also: " (names.join(", ")) }
                (rows(&table.methods, &aside))
            }
        }
    }
}

fn rows(methods: &[String], columns: &[&Column]) -> Markup {
    let class = |column: &Column| column.timed.then_some("time");
    markup! {
        div.wide {
            table {
                tr {
                    th { "method" }
                    @for column in columns { th { (column.name) } }
                }
                @for (at, method) in methods.iter().enumerate() {
                    tr {
                        td { @for part in method.splitn(2, ' ') { span.whole { (part) } " " } }
                        @for column in columns { td class=[class(column)] { (column.cells[at]) } }
                    }
                }
            }
        }
    }
}
