//! The format of the numbers in a column: one for all of them, so that they can be compared by eye.

/// How the numbers of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberFormat {
    /// With so many decimals.
    Decimals(usize),
    /// As `1.23e-4`.
    Powers,
}

/// Digits of the largest number of a column of sizes, and of one of differences.
const OF_SIZE: i32 = 4;
const OF_DIFFERENCE: i32 = 3;
/// Beyond these sizes a number is written with a power of ten.
const SMALLEST: f64 = 1e-3;
const LARGEST: f64 = 1e5;
/// Sizes of one quantity that are further apart than this have no decimals in common that suit all of them.
const APART: f64 = 1e3;

impl NumberFormat {
    /// The one that suits sizes of a quantity, none of which must vanish among the decimals.
    pub fn of_sizes(values: &[f64]) -> Self {
        let sizes = || values.iter().map(|value| value.abs()).filter(|size| size.is_finite() && *size > 0.0);
        let (least, most) = (sizes().fold(f64::INFINITY, f64::min), sizes().fold(0.0, f64::max));
        if most / least > APART { NumberFormat::Powers } else { NumberFormat::with_digits(OF_SIZE, most) }
    }

    /// The one that suits differences: those that are small against the largest may be written as zeros.
    pub fn of_differences(values: &[f64]) -> Self {
        let sizes = values.iter().map(|value| value.abs()).filter(|size| size.is_finite());
        NumberFormat::with_digits(OF_DIFFERENCE, sizes.fold(0.0, f64::max))
    }

    /// The one in which the largest number has so many digits.
    fn with_digits(digits: i32, most: f64) -> Self {
        if most == 0.0 {
            NumberFormat::Decimals(1)
        } else if (SMALLEST..LARGEST).contains(&most) {
            let decimals = digits - 1 - most.log10().floor() as i32;
            NumberFormat::Decimals(usize::try_from(decimals).unwrap_or_default())
        } else {
            NumberFormat::Powers
        }
    }

    /// A number in this format; a dash for one that is none.
    pub fn write(self, value: f64) -> String {
        if !value.is_finite() {
            return MISSING.to_string();
        }
        let text = match self {
            NumberFormat::Decimals(decimals) => format!("{value:.decimals$}"),
            NumberFormat::Powers => format!("{value:.2e}"),
        };
        // What is rounded to zero has no sign.
        let is_zero = text.chars().all(|c| matches!(c, '-' | '0' | '.')) || text == "-0.00e0";
        if is_zero { text.trim_start_matches('-').to_string() } else { text }
    }
}

/// What stands where there is no number.
pub(super) const MISSING: &str = "-";

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: NumberFormat, values: &[f64]) -> Vec<String> {
        values.iter().map(|value| format.write(*value)).collect()
    }

    #[test]
    fn a_column_has_as_many_decimals_as_its_largest_number_needs() {
        let losses = [0.0134, 0.56, 0.123456];
        assert_eq!(written(NumberFormat::of_sizes(&losses), &losses), ["0.0134", "0.5600", "0.1235"]);
        let times = [1234.5, 12.0];
        assert_eq!(written(NumberFormat::of_sizes(&times), &times), ["1234", "12"]);
    }

    #[test]
    fn sizes_far_apart_have_powers_of_ten_and_small_differences_are_zeros() {
        let values = [0.5, 1e-6];
        assert_eq!(written(NumberFormat::of_sizes(&values), &values), ["5.00e-1", "1.00e-6"]);
        assert_eq!(
            written(NumberFormat::of_differences(&values), &[0.5, 1e-6, -1e-6]),
            ["0.500", "0.000", "0.000"]
        );
        assert_eq!(written(NumberFormat::of_sizes(&[2e7]), &[2e7, -0.0]), ["2.00e7", "0.00e0"]);
    }

    #[test]
    fn what_is_no_number_is_a_dash_and_nothing_but_zeros_has_a_format() {
        let format = NumberFormat::of_sizes(&[f64::NAN, 0.0, f64::INFINITY]);
        assert_eq!(written(format, &[f64::NAN, 0.0, f64::INFINITY]), ["-", "0.0", "-"]);
        assert_eq!(NumberFormat::of_sizes(&[]), NumberFormat::Decimals(1));
    }
}
