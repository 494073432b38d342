//! Plots of plain data, as SVG and PNG: readable on a white page at 720 pixels, in colours that a colour-blind reader can
//! tell apart, with other dashes and markers beside. The same data gives the same bytes.
//!
//! [`curves`], [`scatter`] and [`spectra`] make a [`Picture`]; [`Picture::svg`] and [`Picture::png`] draw it. A value
//! without a place, such as NaN or 0 on a logarithmic axis, is left out, and the legend says how many are.
//!
//! ```
//! use hsr::pictures::{Axis, Series, curves, scatter, spectra};
//!
//! let steps = [0.0, 1.0, 2.0, 3.0];
//! let series = [
//!     Series::new("lambda_max", &steps, &[3.0, 1.0, 0.4, 0.3]),
//!     Series::new("WS", &steps, &[5.0, 1.5, 0.5, 0.4]).with_band(&[4.0, 1.2, 0.4, 0.3], &[6.0, 1.8, 0.6, 0.5]),
//! ];
//! let picture = curves("Along the way", Axis::linear("step"), Axis::log("eigenvalue"), &series);
//! assert!(picture.svg()?.contains("lambda_max"));
//! assert!(picture.png()?.starts_with(b"\x89PNG"));
//!
//! let points = [Series::new("sgd", &[1.0, 2.0], &[1.5, 2.5])];
//! scatter("The bound", Axis::log("lambda_max"), Axis::log("WS"), &points).svg()?;
//! spectra("End points", &[("sgd", &[-0.1, 0.0, 2.0]), ("hsr", &[0.0, 0.1, 0.5])]).svg()?;
//! # Ok::<(), hsr::pictures::PictureError>(())
//! ```

mod axis;
mod draw;
mod kinds;
mod layout;
mod marks;
mod style;

pub use axis::{Axis, Scale};
pub use kinds::{curves, scatter, spectra};

use std::sync::OnceLock;

/// An error of drawing a picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The font that is part of the library cannot be read.
    #[error("the embedded font cannot be read: this build of hsr is damaged")]
    Font,
    /// The drawing library gave up.
    #[error("drawing '{title}': {reason}")]
    Drawing {
        /// The picture's title.
        title: String,
        /// The message of the drawing library.
        reason: String,
    },
}

/// A series of points with a name, and a range around them.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The name in the legend.
    pub name: String,
    /// The points, as `(x, y)`.
    pub points: Vec<(f64, f64)>,
    /// A range of `y` at each point, `(low, high)`; without entries there is none.
    pub band: Vec<(f64, f64)>,
}

impl Series {
    /// A series of points from their coordinates; what the longer list has more is left out.
    pub fn new(name: &str, x: &[f64], y: &[f64]) -> Self {
        let points = x.iter().copied().zip(y.iter().copied()).collect();
        Series { name: name.to_string(), points, band: Vec::new() }
    }

    /// Adds a range around the points, such as a standard deviation to either side.
    pub fn with_band(mut self, low: &[f64], high: &[f64]) -> Self {
        self.band = low.iter().copied().zip(high.iter().copied()).collect();
        self
    }
}

/// What is drawn of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// A line through the points; markers too where they are few.
    Line,
    /// A marker at each point.
    Markers,
    /// A short horizontal stroke at each point.
    Strokes,
}

/// A picture that is ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    title: String,
    x: Axis,
    y: Axis,
    look: Look,
    series: Vec<Series>,
    /// Whether the line `y = x` is drawn.
    diagonal: bool,
}

/// Width and height of a picture in SVG; a PNG has twice as many pixels each way.
const SIZE: (u32, u32) = (720, 480);
const PNG_SCALE: u32 = 2;

impl Picture {
    /// The picture as an SVG document.
    ///
    /// # Errors
    /// [`PictureError`] where the drawing library fails; no data make it fail.
    pub fn svg(&self) -> Result<String, PictureError> {
        use plotters::backend::SVGBackend;
        register_font()?;
        let mut text = String::new();
        draw::draw(SVGBackend::with_string(&mut text, SIZE), self, 1)?;
        Ok(text)
    }

    /// The picture as a PNG file.
    ///
    /// # Errors
    /// [`PictureError`] where the drawing library or the encoder fails; no data make them fail.
    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        use plotters::backend::BitMapBackend;
        register_font()?;
        let (width, height) = (SIZE.0 * PNG_SCALE, SIZE.1 * PNG_SCALE);
        let mut pixels = vec![0; (width * height * 3) as usize];
        draw::draw(BitMapBackend::with_buffer(&mut pixels, (width, height)), self, PNG_SCALE)?;
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
        written.map_err(|error| self.failed(&error))?;
        Ok(bytes)
    }

    fn failed(&self, error: &impl std::fmt::Display) -> PictureError {
        PictureError::Drawing { title: self.title.clone(), reason: error.to_string() }
    }
}

const FONT: &str = "sans-serif";

/// Makes the embedded font known to plotters, so that widths of text do not depend on the machine.
fn register_font() -> Result<(), PictureError> {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let bytes = include_bytes!("DejaVuSans.ttf");
        plotters::style::register_font(FONT, plotters::style::FontStyle::Normal, bytes).is_ok()
    });
    if *known { Ok(()) } else { Err(PictureError::Font) }
}
