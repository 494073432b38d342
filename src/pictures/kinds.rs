//! The kinds of pictures.

use super::{Axis, Look, Picture, Scale, Series};

/// Lines over `x`, with bands where series have them: a quantity over steps, a result over a strength, the loss along a
/// direction. A line is broken where a point has no place.
pub fn curves(title: &str, x: Axis, y: Axis, series: &[Series]) -> Picture {
    Picture { title: title.to_string(), x, y, look: Look::Line, series: series.to_vec(), diagonal: false }
}

/// Groups of points and the diagonal `y = x`: a bound against what it bounds.
pub fn scatter(title: &str, x: Axis, y: Axis, groups: &[Series]) -> Picture {
    Picture { title: title.to_string(), x, y, look: Look::Markers, series: groups.to_vec(), diagonal: true }
}

/// The magnitude up to which the axis of [`spectra`] is linear, relative to the largest eigenvalue: that many decades
/// of either sign can be told apart.
const LINEAR_SHARE: f64 = 1e-4;

/// Eigenvalues of several matrices side by side, a stroke each, on an axis that is logarithmic on both sides of 0.
pub fn spectra(title: &str, groups: &[(&str, &[f64])]) -> Picture {
    let finite = groups.iter().flat_map(|(_, values)| values.iter()).filter(|value| value.is_finite());
    let largest = finite.fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let strokes = |(at, (name, values)): (usize, &(&str, &[f64]))| {
        let points = values.iter().map(|value| (at as f64, *value)).collect();
        Series { name: name.to_string(), points, band: Vec::new() }
    };
    let names = groups.iter().map(|(name, _)| super::layout::printable(name)).collect();
    Picture {
        title: title.to_string(),
        x: Axis { label: "end point".to_string(), scale: Scale::Names(names) },
        y: Axis { label: "eigenvalue".to_string(), scale: Scale::Symlog(LINEAR_SHARE * largest) },
        look: Look::Strokes,
        series: groups.iter().enumerate().map(strokes).collect(),
        diagonal: false,
    }
}
