//! A picture on a plotters backend: title, legend, axes and what is between them.

use super::axis::Span;
use super::style::{Marker, colour, dash, marker};
use super::{FONT, Look, Picture, PictureError, Series};
use plotters::chart::ChartContext;
use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::collections::BTreeSet;

type Area<B> = DrawingArea<B, Shift>;
type Chart<'a, B> = ChartContext<'a, B, Cartesian2d<Span, Span>>;
type Drawn<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

const GRID: RGBColor = RGBColor(225, 225, 225);
const TITLE_HEIGHT: i32 = 34;
const LEGEND_HEIGHT: i32 = 22;
/// Up to this many points a line has markers as well.
const FEW: usize = 40;
/// Strokes closer than this share of the axis are one.
const STROKE: f64 = 1.0 / 1000.0;
/// The most characters of a name.
const LONGEST_NAME: usize = 60;

/// Draws the picture, every length in it times `scale`.
pub(super) fn draw<B: DrawingBackend>(backend: B, picture: &Picture, scale: u32) -> Result<(), PictureError> {
    let pen = Pen { picture, scale: scale as i32 };
    let area = backend.into_drawing_area();
    let result = pen.all(&area).and_then(|()| area.present());
    result.map_err(|error| picture.failed(&error))
}

/// Text that an XML document can hold, cut to a length that a legend can hold.
pub(super) fn printable(text: &str) -> String {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if is_plain(c) { c } else { ' ' }).take(LONGEST_NAME).collect()
}

struct Pen<'a> {
    picture: &'a Picture,
    scale: i32,
}

impl Pen<'_> {
    fn all<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        area.fill(&WHITE)?;
        let (title, rest) = area.split_vertically(self.px(TITLE_HEIGHT));
        let style = self.text(18).pos(Pos::new(HPos::Center, VPos::Center));
        let centre = (title.dim_in_pixel().0 as i32 / 2, self.px(TITLE_HEIGHT) / 2);
        title.draw_text(&printable(&self.picture.title), &style, centre)?;
        let plot = self.legend(&rest)?;
        self.plot(&plot)
    }

    /// Writes the legend in as many lines as it takes; returns what is left below it.
    fn legend<B: DrawingBackend>(&self, area: &Area<B>) -> Result<Area<B>, DrawingAreaErrorKind<B::ErrorType>> {
        let (width, style) = (area.dim_in_pixel().0 as i32, self.text(13));
        let (mut x, mut y) = (self.px(72), 0);
        for (index, name) in self.names() {
            let needed = self.px(36) + area.estimate_text_size(&name, &style)?.0 as i32;
            if x > self.px(72) && x + needed > width {
                (x, y) = (self.px(72), y + self.px(LEGEND_HEIGHT));
            }
            let middle = y + self.px(LEGEND_HEIGHT) / 2;
            self.sample(area, index, (x, middle))?;
            let left = style.pos(Pos::new(HPos::Left, VPos::Center));
            area.draw_text(&name, &left, (x + self.px(32), middle))?;
            x += needed + self.px(16);
        }
        Ok(area.split_vertically(y + self.px(LEGEND_HEIGHT)).1)
    }

    /// The names of the legend, each with the number of values that have no place.
    fn names(&self) -> Vec<(usize, String)> {
        let named = |(index, series): (usize, &Series)| {
            let missing = series.points.iter().filter(|point| self.place(point).is_none()).count();
            let name = printable(&series.name);
            let name = if missing == 0 { name } else { format!("{name} ({missing} not drawn)") };
            (self.picture.look != Look::Strokes || missing > 0).then_some((index, name))
        };
        let mut names: Vec<_> = self.picture.series.iter().enumerate().filter_map(named).collect();
        if self.picture.diagonal {
            names.push((DIAGONAL, "y = x".to_string()));
        }
        names
    }

    /// The sign of a series in the legend.
    fn sample<B: DrawingBackend>(&self, area: &Area<B>, index: usize, (x, y): (i32, i32)) -> Drawn<B> {
        let line = [(x, y), (x + self.px(26), y)];
        if index == DIAGONAL {
            return area.draw(&PathElement::new(line, self.stroke(&DIAGONAL_COLOUR)));
        }
        if self.picture.look == Look::Markers {
            return self.mark(area, index, (x + self.px(13), y));
        }
        let style = self.stroke(&colour(index));
        match dash(index).filter(|_| self.picture.look == Look::Line) {
            Some((length, gap)) => {
                let (length, gap) = (self.px(length as i32) as u32, self.px(gap as i32) as u32);
                area.draw(&DashedPathElement::new(line, length, gap, style))?;
            }
            None => area.draw(&PathElement::new(line, style))?,
        }
        if self.has_markers(index) { self.mark(area, index, (x + self.px(13), y)) } else { Ok(()) }
    }

    fn plot<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        let (x, y) = self.spans();
        let mut chart = ChartBuilder::on(area)
            .margin(self.px(10))
            .margin_right(self.px(24))
            .x_label_area_size(self.px(46))
            .y_label_area_size(self.px(70))
            .build_cartesian_2d(x, y)?;
        let mut mesh = chart.configure_mesh();
        mesh.x_desc(printable(&self.picture.x.label))
            .y_desc(printable(&self.picture.y.label))
            .axis_desc_style(self.text(15))
            .label_style(self.text(12))
            .light_line_style(TRANSPARENT)
            .bold_line_style(self.thin(&GRID))
            .axis_style(self.thin(&BLACK));
        if self.picture.look == Look::Strokes {
            mesh.disable_x_mesh();
        }
        mesh.draw()?;
        if self.picture.diagonal {
            self.diagonal(&mut chart)?;
        }
        for (index, series) in self.picture.series.iter().enumerate() {
            self.series(&mut chart, index, series)?;
        }
        Ok(())
    }

    /// Both axes, over all that has a place.
    fn spans(&self) -> (Span, Span) {
        let Picture { x, y, series, diagonal, .. } = self.picture;
        let points: Vec<(f64, f64)> = series.iter().flat_map(|s| &s.points).filter_map(|p| self.place(p)).collect();
        let bands = series.iter().flat_map(|series| self.band(series).into_iter().flatten());
        let bands: Vec<f64> = bands.flat_map(|(_, low, high)| [low, high]).collect();
        let across = points.iter().map(|(x, _)| *x);
        let up = points.iter().map(|(_, y)| *y).chain(bands);
        let (mut x_span, mut y_span) = (x.scale.span(across), y.scale.span(up));
        if *diagonal && x.scale == y.scale {
            // One range for both, so that the diagonal crosses the whole picture.
            let both = [x_span.low, y_span.low, x_span.high, y_span.high];
            if points.is_empty() {
                return (x_span, y_span);
            }
            let (low, high) = both.iter().fold((f64::MAX, f64::MIN), |(l, h), at| (l.min(*at), h.max(*at)));
            let middle = 0.5 * (high + low);
            x_span = x.scale.span([low + 0.04 * (middle - low), high - 0.04 * (high - middle)].into_iter());
            y_span = x_span.clone();
        }
        (x_span, y_span)
    }

    fn series<B: DrawingBackend>(&self, chart: &mut Chart<B>, index: usize, series: &Series) -> Drawn<B> {
        let hue = colour(index);
        for run in self.band(series) {
            let upper = run.iter().map(|&(x, _, high)| (x, high));
            let lower = run.iter().rev().map(|&(x, low, _)| (x, low));
            let outline: Vec<(f64, f64)> = upper.chain(lower).collect();
            chart.draw_series([Polygon::new(outline, hue.mix(0.18).filled())])?;
        }
        let placed: Vec<Option<(f64, f64)>> = series.points.iter().map(|point| self.place(point)).collect();
        match self.picture.look {
            Look::Line => {
                for run in runs(&placed) {
                    self.line(chart, index, run)?;
                }
                if self.has_markers(index) { self.markers(chart, index, &placed) } else { Ok(()) }
            }
            Look::Markers => self.markers(chart, index, &placed),
            Look::Strokes => self.strokes(chart, index, &placed),
        }
    }

    fn line<B: DrawingBackend>(&self, chart: &mut Chart<B>, index: usize, run: Vec<(f64, f64)>) -> Drawn<B> {
        let style = self.stroke(&colour(index));
        match dash(index) {
            Some((length, gap)) => {
                let (length, gap) = (self.px(length as i32) as u32, self.px(gap as i32) as u32);
                chart.draw_series(DashedLineSeries::new(run, length, gap, style))?;
            }
            None => {
                chart.draw_series(LineSeries::new(run, style))?;
            }
        }
        Ok(())
    }

    fn markers<B: DrawingBackend>(
        &self,
        chart: &mut Chart<B>,
        index: usize,
        points: &[Option<(f64, f64)>],
    ) -> Drawn<B> {
        let plain = chart.plotting_area().strip_coord_spec();
        let (left, top) = plain.get_base_pixel();
        for point in points.iter().flatten() {
            let (x, y) = chart.backend_coord(point);
            self.mark(&plain, index, (x - left, y - top))?;
        }
        Ok(())
    }

    /// A stroke across the column of each series; those that fall on one another are drawn once.
    fn strokes<B: DrawingBackend>(
        &self,
        chart: &mut Chart<B>,
        index: usize,
        points: &[Option<(f64, f64)>],
    ) -> Drawn<B> {
        let (_, y) = self.spans();
        let step = STROKE * (y.high - y.low);
        let levels: BTreeSet<i64> = points.iter().flatten().map(|(_, at)| (at / step).round() as i64).collect();
        let stroke = |level: i64| {
            let (x, at) = (index as f64, (level as f64 * step).clamp(y.low, y.high));
            PathElement::new([(x - 0.32, at), (x + 0.32, at)], self.thin(&colour(index)))
        };
        chart.draw_series(levels.into_iter().map(stroke))?;
        Ok(())
    }

    fn diagonal<B: DrawingBackend>(&self, chart: &mut Chart<B>) -> Drawn<B> {
        let (x, y) = self.spans();
        if self.picture.x.scale == self.picture.y.scale && x == y {
            let line = [(x.low, x.low), (x.high, x.high)];
            chart.draw_series([PathElement::new(line, self.stroke(&DIAGONAL_COLOUR))])?;
        }
        Ok(())
    }

    /// A marker at a pixel.
    fn mark<B: DrawingBackend>(&self, area: &Area<B>, index: usize, at: (i32, i32)) -> Drawn<B> {
        let (size, style) = (self.px(4), colour(index).filled());
        match marker(index) {
            Marker::Circle => area.draw(&Circle::new(at, size, style)),
            Marker::Triangle => area.draw(&TriangleMarker::new(at, size + self.px(1), style)),
            Marker::Cross => area.draw(&Cross::new(at, size, self.stroke(&colour(index)))),
            Marker::Square => {
                let half = size - self.scale;
                let corners = [(at.0 - half, at.1 - half), (at.0 + half, at.1 + half)];
                area.draw(&Rectangle::new(corners, style))
            }
        }
    }

    fn has_markers(&self, index: usize) -> bool {
        self.picture.look == Look::Line
            && self.picture.series.get(index).is_some_and(|series| series.points.len() <= FEW)
    }

    fn place(&self, (x, y): &(f64, f64)) -> Option<(f64, f64)> {
        Some((self.picture.x.scale.place(*x)?, self.picture.y.scale.place(*y)?))
    }

    /// The pieces of a band without gaps: position on the x axis, low and high.
    fn band(&self, series: &Series) -> Vec<Vec<(f64, f64, f64)>> {
        let Picture { x, y, .. } = self.picture;
        let edges = series.points.iter().zip(&series.band).map(|((at, _), (low, high))| {
            Some((x.scale.place(*at)?, y.scale.place(*low)?, y.scale.place(*high)?))
        });
        runs(&edges.collect::<Vec<_>>())
    }

    fn px(&self, length: i32) -> i32 {
        length * self.scale
    }

    fn text(&self, size: i32) -> TextStyle<'static> {
        (FONT, self.px(size)).into_font().color(&BLACK)
    }

    fn stroke(&self, colour: &RGBColor) -> ShapeStyle {
        colour.stroke_width(2 * self.scale as u32)
    }

    fn thin(&self, colour: &RGBColor) -> ShapeStyle {
        colour.stroke_width(self.scale as u32)
    }
}

const DIAGONAL: usize = usize::MAX;
const DIAGONAL_COLOUR: RGBColor = RGBColor(150, 150, 150);

/// The pieces of a list between its gaps.
fn runs<T: Clone>(items: &[Option<T>]) -> Vec<Vec<T>> {
    let pieces = items.split(|item| item.is_none());
    pieces.map(|piece| piece.iter().flatten().cloned().collect::<Vec<T>>()).filter(|run| !run.is_empty()).collect()
}
