//! Costs over sizes: measured points with intervals, fitted lines where they hold, and what the lines leave unexplained
//! in a strip of its own.

use super::{
    Bar,
    axis::Axis,
    font::Font,
    marks::Sheet,
    panel::{Panel, Quantity, header},
    theme::{Ink, Shape},
    ticks::{self, Tick},
};

/// Residuals up to this are noise; the strip marks it.
const TOLERATED_PERCENT: f64 = 3.0;

/// Places along a curve, and along one of a compact picture. On logarithmic axes a straight line is curved.
const CURVE_PLACES: usize = 28;
const COMPACT_CURVE_PLACES: usize = 20;

/// The share of the height that the strip of residuals takes.
const STRIP: f64 = 0.2;

/// Costs of one or more series over the same kind of size.
#[derive(Debug, Clone, PartialEq)]
pub struct CostModelPlot {
    /// What it shows.
    pub title: String,
    /// What the cost is: `CPU time`.
    pub quantity: String,
    /// The base unit of costs: `ns`, `instructions/op`.
    pub unit: String,
    /// What a size is: `payload`.
    pub size: String,
    /// The unit of sizes: `B`, `elements`, or nothing.
    pub size_unit: String,
    /// The series.
    pub curves: Vec<CostCurve>,
}

/// One series.
#[derive(Debug, Clone, PartialEq)]
pub struct CostCurve {
    /// Its name, and its model in words.
    pub name: String,
    /// What was measured.
    pub points: Vec<CostPoint>,
    /// The fitted lines, one per regime.
    pub lines: Vec<CostSegment>,
}

/// A measured cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostPoint {
    /// The size.
    pub size: f64,
    /// The cost.
    pub cost: Bar,
}

/// A line, drawn over the sizes that it was fitted to and no further.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostSegment {
    /// The smallest size.
    pub from: f64,
    /// The largest size.
    pub to: f64,
    /// The cost at size 0.
    pub fixed: f64,
    /// What a unit of size adds.
    pub per_unit: f64,
}

impl CostSegment {
    fn at(&self, size: f64) -> f64 {
        self.fixed + self.per_unit * size
    }
}

impl CostModelPlot {
    pub(super) fn lay_out(&self, font: Font, shape: &Shape) -> Option<Sheet> {
        let points = || self.curves.iter().flat_map(|curve| &curve.points);
        let x =
            Axis::sizes(points().map(|point| point.size).collect::<Vec<_>>().into_iter(), &self.size_unit)?;
        // A line that leaves much unexplained lies beyond what was measured, and is to be seen there.
        let lines = self.curves.iter().flat_map(|curve| &curve.lines);
        let ends = lines.flat_map(|line| [line.at(line.from), line.at(line.to)]);
        let costs = points().flat_map(|point| point.cost.ends()).chain(ends).filter(|cost| *cost > 0.0);
        let y = if x.is_logarithmic() {
            Axis::measured(costs, &self.unit, 5)?
        } else {
            Axis::from_zero(costs, &self.unit, 5)?
        };
        let residuals = self.residual_axis();

        let mut sheet = Sheet::new(font);
        let legend: Vec<(usize, String)> =
            self.curves.iter().enumerate().map(|(index, curve)| (index, curve.name.clone())).collect();
        let top = header(&mut sheet, shape, &self.title, &legend) + Panel::y_name_height(shape);
        let bottom = shape.height as i32 - shape.margin() - Panel::x_height(shape, !shape.is_compact());
        let strip = (f64::from(bottom - top) * STRIP) as i32;
        let widths = [&y, &residuals].map(|axis| Panel::labels_width(&sheet, shape, axis));
        let labels = widths[0].max(widths[1]);
        let upper_bottom = bottom - strip - Panel::y_name_height(shape);
        let costs = Panel::new(shape, (top, upper_bottom), labels, x.clone(), y);
        let strip = Panel::new(shape, (bottom - strip, bottom), labels, x, residuals);

        costs.draw_y(&mut sheet, shape, Quantity { name: &self.quantity, unit: &self.unit });
        sheet.line((costs.left, costs.bottom), (costs.right, costs.bottom), Ink::Muted, 1);
        strip.draw_y(&mut sheet, shape, Quantity { name: "measured − model", unit: "%" });
        let (size, unit) =
            if shape.is_compact() { ("", "") } else { (self.size.as_str(), self.size_unit.as_str()) };
        strip.draw_x(&mut sheet, shape, Quantity { name: size, unit });
        let zero = strip.y_at(0.0);
        sheet.line((strip.left, zero), (strip.right, zero), Ink::Muted, 1);
        for (index, curve) in self.curves.iter().enumerate() {
            curve.draw(&mut sheet, shape, index, &costs, &strip);
        }
        Some(sheet)
    }

    fn residual_axis(&self) -> Axis {
        let residuals = self
            .curves
            .iter()
            .flat_map(|curve| curve.points.iter().filter_map(|point| curve.residual_percent(point)));
        let worst = residuals.fold(TOLERATED_PERCENT, |worst, percent| worst.max(percent.abs()));
        let reach = worst * 1.25;
        let mut axis = Axis::linear(-reach, reach, "%", 3);
        if reach < 3.0 * TOLERATED_PERCENT {
            // Their grid lines are the limits of a fit without complaint.
            let at = |value: f64| Tick { value, label: ticks::at(value, "%") };
            axis.ticks = [-TOLERATED_PERCENT, 0.0, TOLERATED_PERCENT].map(at).to_vec();
        }
        axis
    }
}

impl CostCurve {
    fn draw(&self, sheet: &mut Sheet, shape: &Shape, series: usize, costs: &Panel, strip: &Panel) {
        let ink = Ink::Series(series);
        for line in &self.lines {
            let count = if shape.is_compact() { COMPACT_CURVE_PLACES } else { CURVE_PLACES };
            let places = costs.x.between(line.from, line.to, count);
            // Where a line falls to nothing, no axis of ratios holds it: it ends, rather than run along the edge.
            let drawn = places.into_iter().map(|size| (size, line.at(size)));
            let drawn = drawn.filter(|(_, cost)| *cost > 0.0 && costs.y.holds(*cost));
            sheet.path(drawn.map(|(size, cost)| costs.place(size, cost)).collect(), ink, shape.line_width());
        }
        for point in self.points.iter().filter(|point| point.size.is_finite() && point.cost.value > 0.0) {
            let at = costs.place(point.size, point.cost.value);
            if let Some((low, high)) = point.cost.interval {
                sheet.whiskers(at.0, (costs.y_at(low), costs.y_at(high)), ink, shape.marker_radius());
            }
            sheet.marker(series, at, shape.marker_radius());
            if let Some(percent) = self.residual_percent(point) {
                let place = strip.place(point.size, percent);
                sheet.line((place.0, strip.y_at(0.0)), place, ink, 1);
                sheet.marker(series, place, shape.marker_radius() - 1);
            }
        }
    }

    /// The share of the cost that its line does not explain; `None` where no line was fitted to that size.
    fn residual_percent(&self, point: &CostPoint) -> Option<f64> {
        let line = self.lines.iter().find(|line| (line.from..=line.to).contains(&point.size))?;
        let percent = (point.cost.value - line.at(point.size)) / point.cost.value * 100.0;
        percent.is_finite().then_some(percent)
    }
}
