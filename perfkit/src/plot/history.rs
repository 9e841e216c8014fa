//! A metric over stored runs, oldest first, with the places where it changed for good.

use super::{
    Bar,
    axis::Axis,
    font::Font,
    marks::{Mark, Place, Sheet, Side},
    panel::{Panel, Quantity, header},
    theme::{Ink, Shape},
    ticks::Tick,
};

/// Up to so many points each has a marker and an interval.
const MARKED_POINTS: usize = 80;

/// Labels along the runs.
const LABELS: usize = 6;

/// One metric of one benchmark over runs.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryPlot {
    /// What it shows.
    pub title: String,
    /// What the values are: `time`.
    pub quantity: String,
    /// Their base unit.
    pub unit: String,
    /// The runs, oldest first.
    pub points: Vec<HistoryPoint>,
    /// Where the series changed.
    pub changes: Vec<HistoryChange>,
}

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryPoint {
    /// What names it: a revision or a day.
    pub label: String,
    /// What was measured.
    pub value: Bar,
}

/// A change point.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryChange {
    /// The first run of the new level, as an index of the points.
    pub index: usize,
    /// By how much: `+12.1 %`.
    pub label: String,
}

impl HistoryPlot {
    pub(super) fn lay_out(&self, font: Font, shape: &Shape) -> Option<Sheet> {
        let ticks = if shape.is_compact() { 3 } else { 5 };
        let shown = |point: &HistoryPoint| -> Vec<f64> {
            if self.is_marked() { point.value.ends().collect() } else { vec![point.value.value] }
        };
        let y = Axis::measured(self.points.iter().flat_map(shown), &self.unit, ticks)?;
        let mut sheet = Sheet::new(font);
        let top = header(&mut sheet, shape, &self.title, &[]) + Panel::y_name_height(shape);
        let bottom = shape.height as i32 - shape.margin() - Panel::x_height(shape, false);
        let x = self.runs(shape);
        let panel = Panel::new(shape, (top, bottom), Panel::labels_width(&sheet, shape, &y), x, y);
        let name_end = panel.draw_y(&mut sheet, shape, Quantity { name: &self.quantity, unit: &self.unit });
        panel.draw_x(&mut sheet, shape, Quantity { name: "", unit: "" });
        self.draw_changes(&mut sheet, shape, &panel, name_end + 6);
        let ink = Ink::Series(0);
        if self.is_marked() {
            let finite = || self.points.iter().enumerate().filter(|(_, point)| point.value.value.is_finite());
            let place = |index: usize, point: &HistoryPoint| panel.place(index as f64, point.value.value);
            sheet.path(finite().map(|(index, point)| place(index, point)).collect(), ink, 1);
            for (index, point) in finite() {
                let at = place(index, point);
                if let Some((low, high)) = point.value.interval.filter(|_| !shape.is_compact()) {
                    sheet.whiskers(at.0, (panel.y_at(low), panel.y_at(high)), ink, shape.marker_radius() - 1);
                }
                sheet.marker(0, at, shape.marker_radius() - 1);
            }
        } else {
            let band = self.band(&panel, shape);
            sheet.marks.push(Mark::Area { places: band.clone(), ink });
            // A quiet series is a band without height, which only a line shows.
            sheet.path(band, ink, 1);
        }
        Some(sheet)
    }

    fn is_marked(&self) -> bool {
        self.points.len() <= MARKED_POINTS
    }

    /// The x axis: runs at equal distances, some of them named.
    fn runs(&self, shape: &Shape) -> Axis {
        let last = self.points.len().saturating_sub(1);
        let mut axis = Axis::linear(-0.5, last as f64 + 0.5, "", 1);
        let wanted = if shape.is_compact() { LABELS / 2 } else { LABELS };
        let step = last.div_ceil(wanted.max(1)).max(1);
        axis.ticks = (0..=last)
            .step_by(step)
            .filter_map(|index| {
                Some(Tick { value: index as f64, label: self.points.get(index)?.label.clone() })
            })
            .collect();
        axis
    }

    fn draw_changes(&self, sheet: &mut Sheet, shape: &Shape, panel: &Panel, mut taken: i32) {
        let size = shape.text_size();
        for change in self.changes.iter().filter(|change| change.index < self.points.len()) {
            let x = panel.x_at(change.index as f64 - 0.5);
            sheet.line((x, panel.top), (x, panel.bottom), Ink::Series(1), 1);
            let width = sheet.font.width(&change.label, size);
            // Above the panel, where no point is in the way.
            let start = (x - width / 2).min(panel.right - width);
            if start >= taken {
                let at = (start, panel.name_height(shape));
                sheet.text(&change.label, at, Side::Right, size, Ink::Series(1), i32::MAX);
                taken = start + width + 6;
            }
        }
    }

    /// From the least to the most of every pixel column, so that no spike is lost: along the highs and back along the
    /// lows.
    fn band(&self, panel: &Panel, shape: &Shape) -> Vec<Place> {
        let columns = (panel.columns() / if shape.is_compact() { 4 } else { 2 }).max(1);
        let each = self.points.len().div_ceil(columns).max(1);
        let (mut highs, mut lows) = (Vec::new(), Vec::new());
        for (column, points) in self.points.chunks(each).enumerate() {
            let values = || points.iter().map(|point| point.value.value).filter(|value| value.is_finite());
            let middle = (column * each) as f64 + (points.len() as f64 - 1.0) / 2.0;
            let high = values().fold(f64::NEG_INFINITY, f64::max);
            if high.is_finite() {
                highs.push(panel.place(middle, high));
                lows.push(panel.place(middle, values().fold(high, f64::min)));
            }
        }
        highs.extend(lows.into_iter().rev());
        highs
    }
}
