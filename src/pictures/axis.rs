//! Axes: where values stand on them, and where their ticks are.

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

/// The scale of an axis: linear, logarithmic, or names.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Scale {
    /// Linear.
    Linear,
    /// Logarithmic; what is not positive has no place.
    Log,
    /// Logarithmic on either side of 0, and linear up to this magnitude.
    Symlog(f64),
    /// Names at the positions 0, 1 and so on.
    Names(Vec<String>),
}

/// An axis of a picture: its label and its scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The label beside the axis.
    pub label: String,
    /// The scale of the axis.
    pub scale: Scale,
}

impl Axis {
    /// A linear axis.
    pub fn linear(label: &str) -> Self {
        Axis { label: label.to_string(), scale: Scale::Linear }
    }

    /// A logarithmic axis.
    pub fn log(label: &str) -> Self {
        Axis { label: label.to_string(), scale: Scale::Log }
    }
}

/// Values beyond this have no place: their differences and ratios stay within `f64`.
const LARGEST: f64 = 1e150;
/// Values closer to 0 than this, and ranges below it, count as none.
const LEAST: f64 = 1e-150;
/// About as many ticks as an axis has.
const TICKS: f64 = 6.0;
/// The least range relative to the values in it: below that ticks could not be told apart.
const NARROWEST: f64 = 1e-9;

impl Scale {
    /// The position of a value, if it has one.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        if !value.is_finite() || value.abs() > LARGEST {
            return None;
        }
        match self {
            Scale::Linear | Scale::Names(_) => Some(value),
            Scale::Log => (value >= LEAST).then(|| value.log10()),
            Scale::Symlog(linear) => Some(value.signum() * (value.abs() / within(*linear)).ln_1p()),
        }
    }

    /// The axis that holds all these positions, with some room at either end.
    pub(super) fn span(&self, positions: impl Iterator<Item = f64>) -> Span {
        let (low, high) = match self {
            Scale::Names(names) => (-0.5, names.len().max(1) as f64 - 0.5),
            _ => with_room(positions.fold(None, |range: Option<(f64, f64)>, at| match range {
                Some((low, high)) => Some((low.min(at), high.max(at))),
                None => Some((at, at)),
            })),
        };
        let mut ticks = match self {
            Scale::Linear => linear_ticks(low, high),
            Scale::Log => log_ticks(low, high),
            Scale::Symlog(linear) => self.symlog_ticks(within(*linear), low, high),
            Scale::Names(names) => {
                names.iter().enumerate().map(|(at, name)| (at as f64, name.clone())).collect()
            }
        };
        ticks.retain(|(at, _)| (low..=high).contains(at));
        Span { low, high, ticks }
    }

    /// 0, and powers of ten of either sign from the end of the linear part on.
    fn symlog_ticks(&self, linear: f64, low: f64, high: f64) -> Vec<(f64, String)> {
        let first = linear.log10().ceil() as i32;
        let farthest = low.abs().max(high.abs());
        let last = first + (farthest / std::f64::consts::LN_10).ceil() as i32;
        let step = ((last - first) / 4).max(1) as usize;
        let powers = (first..=last).rev().step_by(step).map(|power| 10_f64.powi(power));
        let both = powers.flat_map(|power| [power, -power]);
        let place = |value: f64| self.place(value).map(|at| (at, number(value)));
        both.chain([0.0]).filter_map(place).collect()
    }
}

/// The linear part of a scale, made one that can be drawn.
fn within(linear: f64) -> f64 {
    if linear.is_nan() { LEAST } else { linear.clamp(LEAST, LARGEST) }
}

fn with_room(range: Option<(f64, f64)>) -> (f64, f64) {
    let (low, high) = range.unwrap_or((0.0, 1.0));
    let size = low.abs().max(high.abs());
    if high - low > (NARROWEST * size).max(LEAST) {
        let room = 0.04 * (high - low);
        return (low - room, high + room);
    }
    let room = if size > LEAST { 0.1 * size } else { 1.0 };
    (low - room, high + room)
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear_ticks(low: f64, high: f64) -> Vec<(f64, String)> {
    let rough = (high - low) / TICKS;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough);
    let step = step.unwrap_or(rough);
    let first = (low / step).ceil();
    let count = ((high / step).floor() - first).clamp(0.0, 2.0 * TICKS) as usize;
    let tick = |index: usize| {
        let value = (first + index as f64) * step;
        // A multiple of a step such as 0.2 is printed as such, not with the rounding of the product.
        let digits = (-step.log10().floor()).clamp(0.0, 17.0) as usize;
        let is_plain = step > 1e-5 && value.abs() < 1e5;
        (value, if is_plain { trimmed(format!("{value:.digits$}")) } else { number(value) })
    };
    (0..=count).map(tick).collect()
}

/// Powers of ten, of the even ones only where they are many, and so on; on less than two decades their multiples by 2 and
/// 5 as well, and on a part of one linear ticks.
fn log_ticks(low: f64, high: f64) -> Vec<(f64, String)> {
    let step = ((high - low) / TICKS).ceil().max(1.0);
    let decades = ((low / step).floor() * step) as i32..=high.ceil() as i32;
    let step = step as usize;
    let factors: &[f64] = if high - low < 2.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let ticks = decades.step_by(step).flat_map(|power| factors.iter().map(move |f| f * 10_f64.powi(power)));
    let ticks: Vec<(f64, String)> = ticks.map(|value| (value.log10(), number(value))).collect();
    if ticks.iter().filter(|(at, _)| (low..=high).contains(at)).count() >= 2 {
        return ticks;
    }
    let linear = linear_ticks(10_f64.powf(low), 10_f64.powf(high));
    linear
        .into_iter()
        .filter(|(value, _)| *value > 0.0)
        .map(|(value, label)| (value.log10(), label))
        .collect()
}

/// A number in four digits at most.
fn number(value: f64) -> String {
    if value == 0.0 {
        "0".to_string()
    } else if (1e-3..1e5).contains(&value.abs()) {
        trimmed(format!("{value:.4}"))
    } else {
        let scientific = format!("{value:.3e}");
        match scientific.split_once('e') {
            Some((digits, power)) => format!("{}e{power}", trimmed(digits.to_string())),
            None => scientific,
        }
    }
}

/// Without zeros at the end of a fraction, and without the sign of a zero.
fn trimmed(digits: String) -> String {
    let short =
        if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { &digits };
    if short == "-0" { "0".to_string() } else { short.to_string() }
}

/// An axis at hand: the positions at its ends, and its ticks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<(f64, String)>,
}

impl Ranged for Span {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, position: &f64, (start, end): (i32, i32)) -> i32 {
        // A point far off the axis is drawn nowhere, and must not overflow the number of a pixel.
        let share = ((position - self.low) / (self.high - self.low)).clamp(-1.0, 2.0);
        start + (share * f64::from(end - start)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.iter().map(|(at, _)| *at).collect()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Span {
    fn format_ext(&self, position: &f64) -> String {
        let tick = self.ticks.iter().find(|(at, _)| at == position);
        tick.map(|(_, label)| label.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale, values: &[f64]) -> Vec<String> {
        let span = scale.span(values.iter().filter_map(|value| scale.place(*value)));
        span.ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(labels(&Scale::Linear, &[0.0, 1.0]), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        assert_eq!(labels(&Scale::Linear, &[-3e6, 3e6]), ["-2e6", "0", "2e6"]);
        assert_eq!(labels(&Scale::Log, &[1e-6, 1.0]), ["1e-6", "1e-4", "0.01", "1"]);
        assert_eq!(labels(&Scale::Log, &[0.9, 21.0]), ["1", "2", "5", "10", "20"]);
        assert_eq!(labels(&Scale::Log, &[1.01, 1.02]), ["1.01", "1.012", "1.014", "1.016", "1.018", "1.02"]);
        let both = labels(&Scale::Symlog(1e-3), &[-0.1, 10.0]);
        assert!(["0", "-0.1", "10"].iter().all(|label| both.iter().any(|other| other == label)), "{both:?}");
    }

    #[test]
    fn a_point_far_off_the_axis_has_a_pixel_beside_it() {
        let span = Scale::Linear.span([0.0, 1.0].into_iter());
        assert_eq!(span.map(&0.5, (10, 110)), 60);
        for (position, pixel) in [(1e300, 210), (-1e300, -90)] {
            assert_eq!(span.map(&position, (10, 110)), pixel);
        }
    }

    #[test]
    fn equal_values_have_an_axis_around_them() {
        for value in [0.0, 1.0, -5.0, 1e-300, 1e149, 123456.789] {
            let span = Scale::Linear.span([value, value].into_iter());
            assert!(span.low < value && value < span.high && !span.ticks.is_empty(), "{value}: {span:?}");
        }
    }
}
