//! Whole numbers that arrive as floats.

/// `f64` holds every whole number up to here, `2^53`; beyond it a float may stand for several.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// The whole number that a float is, if it is one.
pub(crate) fn whole(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() <= LARGEST).then_some(value as i64)
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn only_floats_that_are_one_whole_number_count() {
        assert_eq!([0.0, -3.0, 9e15].map(whole), [Some(0), Some(-3), Some(9_000_000_000_000_000)]);
        assert_eq!([0.5, f64::NAN, f64::INFINITY, 1e16].map(whole), [None; 4]);
    }
}
