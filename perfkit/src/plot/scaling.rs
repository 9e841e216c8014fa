//! Throughput over threads, with the straight line of perfect scaling.

use super::{
    Bar,
    axis::Axis,
    font::Font,
    marks::{Sheet, Side},
    panel::{Panel, Quantity, header},
    theme::{Ink, Shape},
};

/// Pixels between the line of perfect scaling and its name.
const LABEL_DISTANCE: i32 = 8;

/// Throughput of one or more benchmarks at several numbers of threads.
#[derive(Debug, Clone, PartialEq)]
pub struct ScalingPlot {
    /// What it shows.
    pub title: String,
    /// The base unit of throughput: `1/s`.
    pub unit: String,
    /// The benchmarks.
    pub curves: Vec<ScalingCurve>,
}

/// One benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct ScalingCurve {
    /// Its name.
    pub name: String,
    /// What was measured.
    pub points: Vec<ScalingPoint>,
}

/// The throughput of all threads together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScalingPoint {
    /// How many threads.
    pub threads: u32,
    /// Operations per second.
    pub throughput: Bar,
}

impl ScalingPlot {
    pub(super) fn lay_out(&self, font: Font, shape: &Shape) -> Option<Sheet> {
        let points = || self.curves.iter().flat_map(|curve| &curve.points);
        let most = points().map(|point| point.threads).max()?;
        // Not logarithmic: perfect scaling is a straight line.
        let threads: Vec<f64> = points().map(|point| f64::from(point.threads)).collect();
        let x = Axis::linear_sizes(threads.into_iter(), "threads")?;
        let ideal = self.curves.iter().filter_map(|curve| Some(curve.one_thread()? * f64::from(most)));
        let y =
            Axis::from_zero(points().flat_map(|point| point.throughput.ends()).chain(ideal), &self.unit, 5)?;

        let mut sheet = Sheet::new(font);
        let legend: Vec<(usize, String)> =
            self.curves.iter().enumerate().map(|(index, curve)| (index, curve.name.clone())).collect();
        let top = header(&mut sheet, shape, &self.title, &legend) + Panel::y_name_height(shape);
        let bottom = shape.height as i32 - shape.margin() - Panel::x_height(shape, true);
        let labels = Panel::labels_width(&sheet, shape, &y);
        let panel = Panel::new(shape, (top, bottom), labels, x, y);
        panel.draw_y(&mut sheet, shape, Quantity { name: "throughput", unit: &self.unit });
        panel.draw_x(&mut sheet, shape, Quantity { name: "threads", unit: "threads" });
        for (index, curve) in self.curves.iter().enumerate() {
            curve.draw_ideal(&mut sheet, shape, &panel, index == 0);
        }
        for (index, curve) in self.curves.iter().enumerate() {
            curve.draw(&mut sheet, shape, index, &panel);
        }
        Some(sheet)
    }
}

impl ScalingCurve {
    fn one_thread(&self) -> Option<f64> {
        self.points.iter().find(|point| point.threads == 1).map(|point| point.throughput.value)
    }

    /// As many times the throughput of one thread as there are threads; named once.
    fn draw_ideal(&self, sheet: &mut Sheet, shape: &Shape, panel: &Panel, named: bool) {
        let (Some(one), Some(most)) =
            (self.one_thread(), self.points.iter().map(|point| point.threads).max())
        else {
            return;
        };
        let most = f64::from(most);
        sheet.line(panel.place(1.0, one), panel.place(most, one * most), Ink::Muted, 1);
        if named && most > 1.0 {
            // Left of the line where it is nearly at its end: it comes from below.
            let share = 0.9;
            let (x, y) = panel.place(1.0 + (most - 1.0) * share, one * (1.0 + (most - 1.0) * share));
            let room = x - panel.left - LABEL_DISTANCE;
            let at = (x - LABEL_DISTANCE, y - shape.line_height() / 2);
            sheet.text("perfect scaling", at, Side::Left, shape.text_size(), Ink::Muted, room);
        }
    }

    fn draw(&self, sheet: &mut Sheet, shape: &Shape, series: usize, panel: &Panel) {
        let ink = Ink::Series(series);
        let mut points: Vec<&ScalingPoint> =
            self.points.iter().filter(|point| point.throughput.value.is_finite()).collect();
        points.sort_by_key(|point| point.threads);
        let place = |point: &ScalingPoint| panel.place(f64::from(point.threads), point.throughput.value);
        sheet.path(points.iter().map(|point| place(point)).collect(), ink, shape.line_width());
        for point in points {
            let at = place(point);
            if let Some((low, high)) = point.throughput.interval {
                sheet.whiskers(at.0, (panel.y_at(low), panel.y_at(high)), ink, shape.marker_radius());
            }
            sheet.marker(series, at, shape.marker_radius());
        }
    }
}
