//! Where the parts of a picture stand, before anything is drawn.

use super::axis::Span;
use super::{Look, Picture, Series};

/// Up to this many points a line has markers as well.
const FEW: usize = 40;
/// The most characters of a name.
const LONGEST_NAME: usize = 60;

/// A line of the legend.
pub(super) enum Entry {
    /// A series, by its place among them.
    Series(usize),
    /// The line `y = x`.
    Diagonal,
}

impl Picture {
    /// The positions of a point on both axes, if it has them.
    pub(super) fn place(&self, (x, y): &(f64, f64)) -> Option<(f64, f64)> {
        Some((self.x.scale.place(*x)?, self.y.scale.place(*y)?))
    }

    /// The pieces of a line between points that have no place.
    pub(super) fn lines(&self, series: &Series) -> Vec<Vec<(f64, f64)>> {
        runs(series.points.iter().map(|point| self.place(point)))
    }

    /// The pieces of a band: position on the x axis, low and high.
    pub(super) fn bands(&self, series: &Series) -> Vec<Vec<(f64, f64, f64)>> {
        let edge = |((x, _), (low, high)): (&(f64, f64), &(f64, f64))| {
            Some((self.x.scale.place(*x)?, self.y.scale.place(*low)?, self.y.scale.place(*high)?))
        };
        runs(series.points.iter().zip(&series.band).map(edge))
    }

    /// Both axes, over all that has a place; one and the same where there is a diagonal.
    pub(super) fn spans(&self) -> (Span, Span) {
        let points: Vec<(f64, f64)> =
            self.series.iter().flat_map(|series| self.lines(series).into_iter().flatten()).collect();
        let bands = self.series.iter().flat_map(|series| self.bands(series).into_iter().flatten());
        let across = points.iter().map(|(x, _)| *x);
        let up = points.iter().map(|(_, y)| *y).chain(bands.flat_map(|(_, low, high)| [low, high]));
        if self.has_diagonal() {
            let both = self.x.scale.span(across.chain(up));
            return (both.clone(), both);
        }
        (self.x.scale.span(across), self.y.scale.span(up))
    }

    /// The line `y = x` is straight where both axes have the same scale.
    pub(super) fn has_diagonal(&self) -> bool {
        self.diagonal && self.x.scale == self.y.scale
    }

    pub(super) fn has_markers(&self, series: &Series) -> bool {
        match self.look {
            Look::Line => series.points.len() <= FEW,
            Look::Markers => true,
            Look::Strokes => false,
        }
    }

    /// The legend: each name, with the number of values that have no place. Spectra have their names on the axis.
    pub(super) fn legend(&self) -> Vec<(Entry, String)> {
        let entry = |(index, series): (usize, &Series)| {
            let missing = series.points.iter().filter(|point| self.place(point).is_none()).count();
            let name = printable(&series.name);
            let name = if missing == 0 { name } else { format!("{name} ({missing} not drawn)") };
            (self.look != Look::Strokes || missing > 0).then_some((Entry::Series(index), name))
        };
        let series = self.series.iter().enumerate().filter_map(entry);
        let diagonal = self.has_diagonal().then(|| (Entry::Diagonal, "y = x".to_string()));
        series.chain(diagonal).collect()
    }
}

/// Text that an XML document can hold, cut to a length that a legend can hold.
pub(super) fn printable(text: &str) -> String {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if is_plain(c) { c } else { ' ' }).take(LONGEST_NAME).collect()
}

/// The pieces of a list between its gaps.
fn runs<T>(items: impl Iterator<Item = Option<T>>) -> Vec<Vec<T>> {
    let mut pieces = vec![Vec::new()];
    for item in items {
        match (item, pieces.last_mut()) {
            (Some(item), Some(piece)) => piece.push(item),
            _ => pieces.push(Vec::new()),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}
