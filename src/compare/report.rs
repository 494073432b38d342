//! A comparison as one HTML page that stands alone.

use super::{CompareError, Comparison, pictures};
use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem}\
table{border-collapse:collapse;font-size:.85rem}td,th{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #ccc}\
td:first-child,th:first-child{text-align:left}.wide{overflow-x:auto}\
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,32rem),1fr));gap:1rem}\
svg{max-width:100%;height:auto}pre{background:#f4f4f4;padding:.7rem;overflow-x:auto}";

/// The page: what was asked, the command that repeats it, tables and pictures. It holds no script and fetches nothing.
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
                    (comparison.shape) ", " (comparison.settings.activation) ", " (comparison.starts.len())
                    " seeds; each method chose among " (comparison.settings.trials)
                    " strengths by its mean validation loss. Repeat it with"
                }
                pre { (command) }
                h2 { "End points" }
                p { "Mean and, in parentheses, standard deviation over seeds." }
                (table(&comparison.end_points()))
                h2 { "Differences from sgd" }
                p {
                    "Paired, seed by seed: mean and 95% bootstrap interval; * where it leaves out 0, and in the last "
                    "column, a ratio, 1."
                }
                (table(&comparison.differences()))
                h2 { "Kinds of end points" }
                p {
                    "Not converged: the descended gradient is above a hundredth of the loss's at the initial point. "
                    "Saddle: an eigenvalue below -0.01 times the largest. Sharp: the largest eigenvalue is above that "
                    "of the initial point."
                }
                (table(&comparison.kinds()))
                h2 { "Pictures" }
                p {
                    "Curves over steps and along the top eigenvector, and the spectra, are of the first seed; over the "
                    "strength, means over seeds with a standard deviation to either side."
                }
                div.pictures {
                    @for (name, svg) in &figures { figure id=(name) { (PreEscaped(svg)) } }
                }
            }
        }
    };
    Ok(page.into_string())
}

fn table(rows: &[Vec<String>]) -> Markup {
    markup! {
        div.wide {
            table {
                @for (at, row) in rows.iter().enumerate() {
                    tr {
                        @for cell in row {
                            @if at == 0 { th { (cell) } } @else { td { (cell) } }
                        }
                    }
                }
            }
        }
    }
}
