//! From the cells of the label column to numbers.

use super::TableError;
use super::columns::Columns;
use super::decimals::Decimals;
use super::rows::{Row, is_missing};
use crate::model::Targets;
use crate::words::quoted;

/// The number of each sample, if each is one that a loss takes.
pub(super) fn targets(
    samples: &[Row],
    columns: &Columns,
    decimals: &mut Decimals,
    targets: Targets,
) -> Result<Vec<f64>, TableError> {
    let mut one = |row: &Row| {
        let cell = row.cell(columns.label);
        let (line, column) = (row.line, columns.describe(columns.label));
        let shown = || quoted(cell);
        if is_missing(cell) {
            return Err(TableError::Missing { line, column, cell: shown() });
        }
        match decimals.parse(cell, || format!("line {line}, column {column}"))? {
            Some(value) if value.is_finite() && targets.admit(value) => Ok(value),
            _ => Err(TableError::NotTarget { line, column, cell: shown(), needs: targets.described() }),
        }
    };
    samples.iter().map(&mut one).collect()
}

#[cfg(test)]
mod tests {
    use crate::data::{NumberedData, Reading};
    use crate::model::Targets;

    fn read(text: &str, targets: Targets) -> Result<Vec<f64>, String> {
        let data = NumberedData::from_csv_as(text, &Reading::default(), targets);
        data.map(|data| data.targets.as_slice().to_vec()).map_err(|error| error.to_string())
    }

    #[test]
    fn any_finite_numbers_are_targets_however_many_differ() {
        let rows: String = (0..50).map(|row| format!("{row},{}\n", f64::from(row) / 8.0 - 1.0)).collect();
        assert_eq!(read(&format!("a,price\n{rows}"), Targets::Numbers).unwrap().len(), 50);
        assert_eq!(read("a,y\n1,0\n2,0\n", Targets::Counts), Ok(vec![0.0, 0.0]));
    }

    #[test]
    fn what_is_no_target_is_told_with_line_and_column() {
        for (text, targets, message) in [
            (
                "a,price\n1,2.5\n2,high\n",
                Targets::Numbers,
                "line 3, column 2 ('price'): 'high' is no target: a target is a finite number",
            ),
            (
                "a,price\n1,2.5\n2,inf\n",
                Targets::Numbers,
                "line 3, column 2 ('price'): 'inf' is no target: a target is a finite number",
            ),
            (
                "a,price\n1,2.5\n2,NA\n",
                Targets::Numbers,
                "line 3, column 2 ('price'): the value is missing ('NA'): fill it in or drop the line",
            ),
            (
                "a,y\n1,2\n2,-3\n",
                Targets::Counts,
                "line 3, column 2 ('y'): '-3' is no target: a count is a whole number, 0 or more",
            ),
            (
                "a,y\n1,2\n2,1\n",
                Targets::ZerosAndOnes,
                "line 2, column 2 ('y'): '2' is no target: a target is 0 or 1",
            ),
        ] {
            assert_eq!(read(text, targets).unwrap_err(), message);
        }
    }
}
