//! Colours, dashes and markers: the k-th series has the k-th of each, and no two of the first eight share any colour.

use plotters::style::RGBColor;

/// The palette of M. Okabe and K. Ito, which colour-blind readers can tell apart; the yellow, faint on
/// white, is the last.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(0, 0, 0),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(240, 228, 66),
];

/// Lengths of dash and gap in pixels; `None` is a solid line.
const DASHES: [Option<(i32, i32)>; 4] = [None, Some((9, 4)), Some((3, 3)), Some((14, 3))];

/// The shapes of a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Circle,
    Triangle,
    Cross,
    Square,
}

const MARKERS: [Marker; 4] = [Marker::Circle, Marker::Triangle, Marker::Cross, Marker::Square];

pub(super) fn colour(index: usize) -> RGBColor {
    COLOURS[index % COLOURS.len()]
}

/// Eight colours by four dashes or markers: the second eight have other ones than the first.
pub(super) fn dash(index: usize) -> Option<(i32, i32)> {
    DASHES[(index + index / COLOURS.len()) % DASHES.len()]
}

pub(super) fn marker(index: usize) -> Marker {
    MARKERS[(index + index / COLOURS.len()) % MARKERS.len()]
}
