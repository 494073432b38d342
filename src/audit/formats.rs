//! An audit as a table, as JSON, as JUnit.

use super::eigen::EigenSummary;
use super::report::{AuditReport, Failure, Row};
use crate::reports::{JunitCase, JunitOutcome, json_report, junit};
use comfy_table::{CellAlignment, Table, presets};

impl AuditReport {
    /// The table, the failures, the spectra and the summary.
    pub fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header([
            "equation",
            "verdict",
            "exact",
            "P(fooled)",
            "dual numbers",
            "eigen",
            "fast",
            "digits",
            "cases",
        ]);
        let mut chapter = "";
        for row in &self.equations {
            if row.chapter != chapter {
                chapter = &row.chapter;
                table.add_row([format!("-- {chapter}")]);
            }
            table.add_row(cells(row));
        }
        for column in 2..9 {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut text = format!("{table}\n\n");
        for failure in self.equations.iter().flat_map(|row| &row.failures) {
            text += &failure.describe();
            text.push('\n');
        }
        for spectrum in &self.spectra {
            text += &spectrum_line(spectrum);
        }
        text + &self.summary() + "\n"
    }

    /// The report as JSON.
    pub fn json(&self) -> String {
        json_report(self, self.holds(), &self.summary())
    }

    /// The report as JUnit XML, a test case an equation.
    pub fn junit(&self) -> String {
        let cases = self.equations.iter().map(|row| JunitCase {
            name: row.name.clone(),
            class: format!("hsr.{}", row.chapter),
            outcome: match (row.failures.is_empty(), row.applies()) {
                (true, true) => JunitOutcome::Passed,
                (true, false) => JunitOutcome::Skipped,
                (false, _) => {
                    let story = row.failures.iter().map(Failure::describe).collect();
                    JunitOutcome::Failed(format!("{} does not hold", row.name), story)
                }
            },
        });
        junit("hsr audit", cases)
    }
}

fn cells(row: &Row) -> [String; 9] {
    let dash = || "-".to_string();
    let exact = row.exact.as_ref();
    let failed_exactly = row.failures.iter().any(|failure| failure.witness == "exact");
    [
        row.name.clone(),
        row.verdict().to_string(),
        exact.map_or_else(
            dash,
            |e| if failed_exactly { "FAILS".into() } else { format!("{} sizes", e.sizes) },
        ),
        exact
            .filter(|_| !failed_exactly)
            .map_or_else(dash, |e| format!("1e{:.0}", e.log10_probability.ceil())),
        row.relative_error.map_or_else(
            || if row.undecided > 0 { "undecided".to_string() } else { dash() },
            |error| format!("{error:.0e}"),
        ),
        if row.eigen_checks == 0 { dash() } else { row.eigen_checks.to_string() },
        row.fast.map_or_else(dash, |difference| format!("{difference:.0e}")),
        row.digits.map_or_else(dash, |digits| format!("{digits:.1}")),
        row.cases.to_string(),
    ]
}

fn spectrum_line(spectrum: &EigenSummary) -> String {
    let EigenSummary { point, lambda_min, lambda_max, .. } = spectrum;
    let bounds = [
        ("WS", Some(spectrum.ws_upper)),
        ("reduced", Some(spectrum.ws_reduced)),
        ("block", spectrum.ws_block),
        ("layers", Some(spectrum.ws_layers)),
        ("hidden units", Some(spectrum.ws_hidden_units)),
        ("units", Some(spectrum.ws_units)),
        ("entries", Some(spectrum.ws_entries)),
    ];
    let ratios: Vec<String> = bounds
        .into_iter()
        .filter_map(|(name, bound)| Some(format!("{name} {:.4}", bound? / lambda_max)))
        .collect();
    format!(
        "{point:<8} lambda_min {lambda_min:.6}  lambda_max {lambda_max:.6}  bounds/lambda_max: {}\n",
        ratios.join("  ")
    )
}
