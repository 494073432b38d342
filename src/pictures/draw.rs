//! A picture on a plotters backend: title, legend and axes.

use super::axis::Span;
use super::layout::{Entry, printable};
use super::style::colour;
use super::{FONT, Look, Picture, PictureError};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub(super) type Area<B> = DrawingArea<B, Shift>;
pub(super) type Failure<B> = DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>;

const GRID: RGBColor = RGBColor(225, 225, 225);
pub(super) const DIAGONAL: RGBColor = RGBColor(150, 150, 150);
const TITLE_HEIGHT: i32 = 34;
const LEGEND_HEIGHT: i32 = 22;
/// Where the legend starts: above the y axis.
const LEGEND_LEFT: i32 = 72;
/// The length of a line in the legend.
const SAMPLE: i32 = 26;

/// Draws the picture, every length in it times `scale`.
pub(super) fn draw<B: DrawingBackend>(backend: B, picture: &Picture, scale: u32) -> Result<(), PictureError> {
    let (x, y) = picture.spans();
    let pen = Pen { picture, x, y, scale: scale as i32 };
    let area = backend.into_drawing_area();
    let result = pen.all(&area).and_then(|()| area.present());
    result.map_err(|error| picture.failed(&error))
}

/// What draws: a picture, its axes, and how many pixels a length of 1 has.
pub(super) struct Pen<'a> {
    pub picture: &'a Picture,
    pub x: Span,
    pub y: Span,
    pub scale: i32,
}

impl Pen<'_> {
    fn all<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), Failure<B>> {
        area.fill(&WHITE)?;
        let (title, rest) = area.split_vertically(self.px(TITLE_HEIGHT));
        let style = self.text(18).pos(Pos::new(HPos::Center, VPos::Center));
        let centre = (title.dim_in_pixel().0 as i32 / 2, self.px(TITLE_HEIGHT) / 2);
        title.draw_text(&printable(&self.picture.title), &style, centre)?;
        let height = self.legend(&rest)?;
        self.plot(&rest.split_vertically(height).1)
    }

    /// Writes the legend in as many lines as it takes; returns its height.
    fn legend<B: DrawingBackend>(&self, area: &Area<B>) -> Result<i32, Failure<B>> {
        let (left, width) = (self.px(LEGEND_LEFT), area.dim_in_pixel().0 as i32);
        let style = self.text(13).pos(Pos::new(HPos::Left, VPos::Center));
        let (mut x, mut y) = (left, self.px(LEGEND_HEIGHT) / 2);
        for (entry, name) in self.picture.legend() {
            let needed = self.px(SAMPLE + 10) + area.estimate_text_size(&name, &style)?.0 as i32;
            if x > left && x + needed > width {
                (x, y) = (left, y + self.px(LEGEND_HEIGHT));
            }
            self.sample(area, &entry, (x, y))?;
            area.draw_text(&name, &style, (x + self.px(SAMPLE + 6), y))?;
            x += needed + self.px(16);
        }
        Ok(y + self.px(LEGEND_HEIGHT) / 2)
    }

    /// The sign of a series in the legend.
    fn sample<B: DrawingBackend>(
        &self,
        area: &Area<B>,
        entry: &Entry,
        (x, y): (i32, i32),
    ) -> Result<(), Failure<B>> {
        let line = vec![(x, y), (x + self.px(SAMPLE), y)];
        let Entry::Series(index) = *entry else {
            return area.draw(&PathElement::new(line, self.stroke(&DIAGONAL)));
        };
        match self.picture.look {
            Look::Line => self.dashed(area, index, line)?,
            Look::Markers => {}
            Look::Strokes => area.draw(&PathElement::new(line, self.stroke(&colour(index))))?,
        }
        let has_markers =
            self.picture.series.get(index).is_some_and(|series| self.picture.has_markers(series));
        if has_markers { self.mark(area, index, (x + self.px(SAMPLE / 2), y)) } else { Ok(()) }
    }

    fn plot<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), Failure<B>> {
        let mut chart = ChartBuilder::on(area)
            .margin(self.px(10))
            .margin_right(self.px(24))
            .x_label_area_size(self.px(46))
            .y_label_area_size(self.px(70))
            .build_cartesian_2d(self.x.clone(), self.y.clone())?;
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
        let plane = chart.plotting_area();
        self.diagonal(plane)?;
        for (index, series) in self.picture.series.iter().enumerate() {
            self.series(plane, index, series)?;
        }
        Ok(())
    }

    pub(super) fn px(&self, length: i32) -> i32 {
        length * self.scale
    }

    fn text(&self, size: i32) -> TextStyle<'static> {
        (FONT, self.px(size)).into_font().color(&BLACK)
    }

    pub(super) fn stroke(&self, colour: &RGBColor) -> ShapeStyle {
        colour.stroke_width(2 * self.scale as u32)
    }

    pub(super) fn thin(&self, colour: &RGBColor) -> ShapeStyle {
        colour.stroke_width(self.scale as u32)
    }
}
