//! Plots as SVG and PNG.
//!
//! Four kinds, each plain data that knows nothing of runs: [`CostModelPlot`], [`ScalingPlot`], [`DistributionPlot`],
//! [`HistoryPlot`]. One theme: colours that survive greyscale and the common colour blindnesses, with a marker of its
//! own per series; a unit at every number; logarithmic axes where the span asks for them. A plot is laid out once, as
//! a list of marks in pixels, and plotters paints the list as SVG or as pixels. Text is measured and painted with the
//! embedded font, so that equal input gives equal bytes on every machine. Laying out is linear in the points, of which
//! no more are drawn than there are pixel columns.
//!
//! ```
//! use perfkit::plot::{Bar, HistoryPlot, HistoryPoint, Paper, Shape, svg};
//!
//! let point = |value: f64| HistoryPoint { label: "1f0c2ab".to_owned(), value: Bar::exact(value) };
//! let plot = HistoryPlot {
//!     title: "wire/seal/64".to_owned(),
//!     quantity: "time".to_owned(),
//!     unit: "ns".to_owned(),
//!     points: [222.0, 221.0, 262.0].map(point).to_vec(),
//!     changes: vec![],
//! };
//! let picture = svg(&plot.into(), &Shape::compact().on(Paper::Adaptive)).unwrap();
//! assert!(picture.len() < 6000 && picture.starts_with("<svg"));
//! ```

mod axis;
mod cost_model;
mod distribution;
mod font;
mod history;
mod marks;
mod paint;
mod panel;
mod scaling;
mod theme;
mod ticks;

use thiserror::Error;

pub use cost_model::{CostCurve, CostModelPlot, CostPoint, CostSegment};
pub use distribution::DistributionPlot;
pub use history::{HistoryChange, HistoryPlot, HistoryPoint};
pub use scaling::{ScalingCurve, ScalingPlot, ScalingPoint};
pub use theme::{Detail, Paper, Shape};

use font::Font;
use marks::Sheet;

/// The most series in one plot: as many as the theme has colours that can be told apart.
pub const SERIES_LIMIT: usize = theme::SERIES.len();

/// The most points in one plot; a history of ten thousand runs has room.
pub const POINTS_LIMIT: usize = 100_000;

/// A picture's sides, least and most, in pixels.
pub const SIDE_LIMITS: (u32, u32) = (160, 4000);

/// Something that can be drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Plot {
    /// Costs over sizes with fitted lines.
    CostModel(CostModelPlot),
    /// Throughput over threads.
    Scaling(ScalingPlot),
    /// How the samples of each round are spread.
    Distribution(DistributionPlot),
    /// A metric over stored runs.
    History(HistoryPlot),
}

/// A value with its interval, where there is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// The value, in the plot's unit.
    pub value: f64,
    /// Lower and upper end.
    pub interval: Option<(f64, f64)>,
}

impl Bar {
    /// A value without an interval.
    pub fn exact(value: f64) -> Self {
        Self { value, interval: None }
    }

    /// A metric's value and interval.
    pub fn of(metric: &crate::format::Metric) -> Self {
        Self { value: metric.value, interval: metric.ci.map(|ci| (ci.low, ci.high)) }
    }

    /// The numbers that an axis must hold.
    fn ends(&self) -> impl Iterator<Item = f64> + use<> {
        let (low, high) = self.interval.unwrap_or((self.value, self.value));
        [self.value, low, high].into_iter()
    }
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlotError {
    /// Nothing to draw.
    #[error("plot {title:?} has no point that can be drawn")]
    Empty {
        /// The plot.
        title: String,
    },
    /// More than a picture can show.
    #[error("plot {title:?} has {count} {what}, the most is {limit}")]
    TooMuch {
        /// The plot.
        title: String,
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A picture of no use.
    #[error("a picture of {width} x {height} pixels cannot be drawn; each side is from {} to {} pixels", SIDE_LIMITS.0, SIDE_LIMITS.1)]
    Shape {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The painter failed.
    #[error("painting {title:?}: {why}")]
    Painting {
        /// The plot.
        title: String,
        /// What it said.
        why: String,
    },
}

/// The plot as an SVG document: one element, without references, so that it can stand inline in a page too.
pub fn svg(plot: &Plot, shape: &Shape) -> Result<String, PlotError> {
    paint::svg(&lay_out(plot, shape)?, shape, plot.title())
}

/// The plot as a PNG file's bytes. Always on white paper.
pub fn png(plot: &Plot, shape: &Shape) -> Result<Vec<u8>, PlotError> {
    paint::png(&lay_out(plot, shape)?, shape, plot.title())
}

impl Plot {
    /// What it shows.
    pub fn title(&self) -> &str {
        match self {
            Self::CostModel(plot) => &plot.title,
            Self::Scaling(plot) => &plot.title,
            Self::Distribution(plot) => &plot.title,
            Self::History(plot) => &plot.title,
        }
    }

    /// Series and points.
    fn counts(&self) -> (usize, usize) {
        match self {
            Self::CostModel(plot) => {
                (plot.curves.len(), plot.curves.iter().map(|curve| curve.points.len()).sum())
            }
            Self::Scaling(plot) => {
                (plot.curves.len(), plot.curves.iter().map(|curve| curve.points.len()).sum())
            }
            Self::Distribution(plot) => (1, plot.rounds.iter().map(Vec::len).sum()),
            Self::History(plot) => (1, plot.points.len()),
        }
    }
}

macro_rules! plots {
    ($($kind:ident($data:ty)),+) => {
        $(impl From<$data> for Plot {
            fn from(plot: $data) -> Self {
                Self::$kind(plot)
            }
        })+
    };
}
plots!(CostModel(CostModelPlot), Scaling(ScalingPlot), Distribution(DistributionPlot), History(HistoryPlot));

fn lay_out(plot: &Plot, shape: &Shape) -> Result<Sheet, PlotError> {
    let sides = SIDE_LIMITS.0..=SIDE_LIMITS.1;
    if !sides.contains(&shape.width) || !sides.contains(&shape.height) {
        return Err(PlotError::Shape { width: shape.width, height: shape.height });
    }
    let title = || plot.title().to_owned();
    let (series, points) = plot.counts();
    for (what, count, limit) in [("series", series, SERIES_LIMIT), ("points", points, POINTS_LIMIT)] {
        if count > limit {
            return Err(PlotError::TooMuch { title: title(), what, count, limit });
        }
    }
    let font = Font::load().map_err(|why| PlotError::Painting { title: title(), why })?;
    let sheet = match plot {
        Plot::CostModel(plot) => plot.lay_out(font, shape),
        Plot::Scaling(plot) => plot.lay_out(font, shape),
        Plot::Distribution(plot) => plot.lay_out(font, shape),
        Plot::History(plot) => plot.lay_out(font, shape),
    };
    sheet.ok_or_else(|| PlotError::Empty { title: title() })
}

#[cfg(test)]
mod tests;
