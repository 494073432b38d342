//! What is between the axes: lines, bands, markers, strokes, the diagonal.

use super::axis::Span;
use super::draw::{Area, DIAGONAL, Failure, Pen};
use super::style::{Marker, colour, dash, marker};
use super::{Look, Series};
use plotters::coord::CoordTranslate;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use std::collections::BTreeSet;

/// The area between the axes.
type Plane<B> = DrawingArea<B, Cartesian2d<Span, Span>>;

/// Strokes closer than this share of the axis are one.
const CLOSEST: f64 = 1.0 / 1000.0;
/// Half the width of a stroke; the columns of two series are 1 apart.
const HALF_STROKE: f64 = 0.32;
/// The opacity of a band.
const BAND: f64 = 0.18;

impl Pen<'_> {
    pub(super) fn series<B: DrawingBackend>(
        &self,
        plane: &Plane<B>,
        index: usize,
        series: &Series,
    ) -> Result<(), Failure<B>> {
        for band in self.picture.bands(series) {
            let upper = band.iter().map(|&(x, _, high)| (x, high));
            let lower = band.iter().rev().map(|&(x, low, _)| (x, low));
            let outline: Vec<(f64, f64)> = upper.chain(lower).collect();
            plane.draw(&Polygon::new(outline, colour(index).mix(BAND).filled()))?;
        }
        let lines = self.picture.lines(series);
        match self.picture.look {
            Look::Line => lines.iter().try_for_each(|line| self.dashed(plane, index, line.clone()))?,
            Look::Markers => {}
            Look::Strokes => self.strokes(plane, index, lines.iter().flatten().map(|(_, y)| *y))?,
        }
        if self.picture.has_markers(series) {
            // Markers have a size in pixels, so they are drawn on the plane's pixels.
            let pixels = plane.strip_coord_spec();
            let (left, top) = pixels.get_base_pixel();
            for point in lines.iter().flatten() {
                let (x, y) = plane.map_coordinate(point);
                self.mark(&pixels, index, (x - left, y - top))?;
            }
        }
        Ok(())
    }

    /// A line with the dashes of a series, in pixels or between the axes.
    pub(super) fn dashed<B: DrawingBackend, C: CoordTranslate>(
        &self,
        area: &DrawingArea<B, C>,
        index: usize,
        line: Vec<C::From>,
    ) -> Result<(), Failure<B>>
    where
        C::From: Clone + 'static,
    {
        let style = self.stroke(&colour(index));
        match dash(index) {
            Some((length, gap)) => {
                let (length, gap) = (self.px(length), self.px(gap));
                area.draw(&DashedPathElement::new(line, length, gap, style))
            }
            None => area.draw(&PathElement::new(line, style)),
        }
    }

    /// A stroke across the column of a series at each height; those that fall on one another are drawn once.
    fn strokes<B: DrawingBackend>(
        &self,
        plane: &Plane<B>,
        index: usize,
        heights: impl Iterator<Item = f64>,
    ) -> Result<(), Failure<B>> {
        let step = CLOSEST * (self.y.high - self.y.low);
        let levels: BTreeSet<i64> = heights.map(|y| (y / step).round() as i64).collect();
        levels.into_iter().try_for_each(|level| {
            let (x, y) = (index as f64, (level as f64 * step).clamp(self.y.low, self.y.high));
            let ends = vec![(x - HALF_STROKE, y), (x + HALF_STROKE, y)];
            plane.draw(&PathElement::new(ends, self.thin(&colour(index))))
        })
    }

    /// The line `y = x` from end to end, where there is one.
    pub(super) fn diagonal<B: DrawingBackend>(&self, plane: &Plane<B>) -> Result<(), Failure<B>> {
        if !self.picture.has_diagonal() {
            return Ok(());
        }
        let ends = vec![(self.x.low, self.y.low), (self.x.high, self.y.high)];
        plane.draw(&PathElement::new(ends, self.stroke(&DIAGONAL)))
    }

    /// The marker of a series at a pixel.
    pub(super) fn mark<B: DrawingBackend>(
        &self,
        area: &Area<B>,
        index: usize,
        (x, y): (i32, i32),
    ) -> Result<(), Failure<B>> {
        let (size, style) = (self.px(4), colour(index).filled());
        match marker(index) {
            Marker::Circle => area.draw(&Circle::new((x, y), size, style)),
            Marker::Triangle => area.draw(&TriangleMarker::new((x, y), size + self.scale, style)),
            Marker::Cross => area.draw(&Cross::new((x, y), size, self.stroke(&colour(index)))),
            Marker::Square => {
                let half = size - self.scale;
                area.draw(&Rectangle::new([(x - half, y - half), (x + half, y + half)], style))
            }
        }
    }
}
