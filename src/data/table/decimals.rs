//! Decimal points and decimal commas.

use super::{Separator, TableError};
use crate::words::quoted;

/// How the numbers of a table write their fractions: the first cell with a point, and the first with a comma.
pub(super) struct Decimals {
    separator: Separator,
    point: Option<String>,
    comma: Option<String>,
}

impl Decimals {
    /// Of a table whose cells this separates.
    pub fn of(separator: Separator) -> Self {
        Decimals { separator, point: None, comma: None }
    }

    /// The number that a cell is. Where commas do not separate cells, one comma in a number is its decimal comma, as
    /// long as no other cell of the table has a point: `1,500` beside `1.5` would be anyone's guess.
    pub fn parse(&mut self, cell: &str, place: impl Fn() -> String) -> Result<Option<f64>, TableError> {
        let with_point = match cell.split_once(',') {
            Some((whole, fraction)) if self.separator != Separator::COMMA => {
                if fraction.contains([',', '.']) || whole.contains('.') {
                    return Ok(None);
                }
                format!("{whole}.{fraction}")
            }
            _ => cell.to_string(),
        };
        let Ok(value) = with_point.parse::<f64>() else { return Ok(None) };
        let seen = if with_point != cell {
            Some(&mut self.comma)
        } else {
            cell.contains('.').then_some(&mut self.point)
        };
        if let Some(seen) = seen {
            seen.get_or_insert_with(|| format!("{} ({})", quoted(cell), place()));
        }
        match (&self.point, &self.comma) {
            (Some(point), Some(comma)) => {
                Err(TableError::TwoDecimals { point: point.clone(), comma: comma.clone() })
            }
            _ => Ok(Some(value)),
        }
    }
}
