//! A panel: the rectangle between two axes, with grid, ticks and names around it; and what stands above panels.

use super::{
    axis::Axis,
    marks::{Place, Sheet, Side},
    theme::{Ink, Shape},
    ticks::labels_carry,
};

/// Pixels between a tick's label and its axis.
const LABEL_GAP: i32 = 6;

/// Pixels between a panel and the line of text above it: half of its topmost tick's label is in between.
const NAME_GAP: i32 = 7;

/// Least pixels between two labels along the same axis.
const LABEL_DISTANCE: i32 = 8;

/// A rectangle with axes.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) top: i32,
    pub(super) bottom: i32,
    pub(super) x: Axis,
    pub(super) y: Axis,
}

/// What an axis shows: `time`, `ns`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quantity<'a> {
    pub(super) name: &'a str,
    pub(super) unit: &'a str,
}

impl Quantity<'_> {
    /// With the unit, unless every label has it.
    fn words(&self) -> String {
        match (self.unit, self.name) {
            (unit, name) if labels_carry(unit) || unit.is_empty() || unit == name => name.to_owned(),
            (unit, "") => unit.to_owned(),
            (unit, name) => format!("{name}, {unit}"),
        }
    }
}

/// The title and the legend; gives the height below which panels may begin.
pub(super) fn header(sheet: &mut Sheet, shape: &Shape, title: &str, legend: &[(usize, String)]) -> i32 {
    let margin = shape.margin();
    let room = shape.width as i32 - 2 * margin;
    let mut y = margin;
    if !shape.is_compact() {
        sheet.text(title, (margin, y + 8), Side::Right, shape.title_size(), Ink::Text, room);
        y += 26;
    }
    for (series, text) in legend {
        let middle = y + shape.line_height() / 2;
        let x = margin + 8;
        sheet.line((margin, middle), (margin + 16, middle), Ink::Series(*series), shape.line_width());
        sheet.marker(*series, (x, middle), shape.marker_radius());
        sheet.text(text, (margin + 24, middle), Side::Right, shape.text_size(), Ink::Text, room - 24);
        y += shape.line_height();
    }
    y
}

impl Panel {
    /// A panel between two heights, as wide as its labels on the left leave. `labels_width` is that of the panel with
    /// the widest labels where several stand above each other.
    pub(super) fn new(shape: &Shape, (top, bottom): (i32, i32), labels_width: i32, x: Axis, y: Axis) -> Self {
        let margin = shape.margin();
        Self {
            left: margin + labels_width + LABEL_GAP,
            right: shape.width as i32 - margin - 4,
            top,
            bottom,
            x,
            y,
        }
    }

    /// How wide the widest label of an axis is.
    pub(super) fn labels_width(sheet: &Sheet, shape: &Shape, y: &Axis) -> i32 {
        y.ticks.iter().map(|tick| sheet.font.width(&tick.label, shape.text_size())).max().unwrap_or(0)
    }

    /// Where a pair of values stands.
    pub(super) fn place(&self, x: f64, y: f64) -> Place {
        (self.x_at(x), self.y_at(y))
    }

    pub(super) fn x_at(&self, value: f64) -> i32 {
        self.left + (f64::from(self.right - self.left) * self.x.share(value)).round() as i32
    }

    pub(super) fn y_at(&self, value: f64) -> i32 {
        self.bottom - (f64::from(self.bottom - self.top) * self.y.share(value)).round() as i32
    }

    /// Pixel columns.
    pub(super) fn columns(&self) -> usize {
        usize::try_from(self.right - self.left).unwrap_or(0)
    }

    /// Grid and labels of the y axis, and its name above it. Gives where the name ends.
    pub(super) fn draw_y(&self, sheet: &mut Sheet, shape: &Shape, quantity: Quantity<'_>) -> i32 {
        let size = shape.text_size();
        let mut taken = i32::MAX;
        for tick in &self.y.ticks {
            let y = self.y_at(tick.value);
            sheet.line((self.left, y), (self.right, y), Ink::Grid, 1);
            if y + shape.line_height() <= taken {
                let room = self.left;
                sheet.text(&tick.label, (self.left - LABEL_GAP, y), Side::Left, size, Ink::Muted, room);
                taken = y;
            }
        }
        let above = (shape.margin(), self.name_height(shape));
        let words = quantity.words();
        sheet.text(&words, above, Side::Right, size, Ink::Text, self.right - shape.margin());
        sheet.span(&words, above.0, Side::Right, size).1
    }

    /// The middle of the line of text above the panel.
    pub(super) fn name_height(&self, shape: &Shape) -> i32 {
        self.top - NAME_GAP - shape.line_height() / 2
    }

    /// The x axis with its labels, and its name below them.
    pub(super) fn draw_x(&self, sheet: &mut Sheet, shape: &Shape, quantity: Quantity<'_>) {
        let size = shape.text_size();
        sheet.line((self.left, self.bottom), (self.right, self.bottom), Ink::Text, 1);
        let line = self.bottom + LABEL_GAP + shape.line_height() / 2;
        let mut taken = i32::MIN;
        for tick in &self.x.ticks {
            let x = self.x_at(tick.value);
            sheet.line((x, self.bottom), (x, self.bottom + 4), Ink::Text, 1);
            let (start, end) = sheet.span(&tick.label, x, Side::Middle, size);
            // A label at an end of the axis moves inwards rather than off the paper.
            let shift = (shape.width as i32 - 2 - end).min(0) + (2 - start).max(0);
            if start + shift >= taken {
                sheet.text(&tick.label, (x + shift, line), Side::Middle, size, Ink::Muted, i32::MAX);
                taken = end + shift + LABEL_DISTANCE;
            }
        }
        if !quantity.name.is_empty() || !quantity.unit.is_empty() {
            let below = ((self.left + self.right) / 2, line + shape.line_height());
            let room = self.right - self.left;
            sheet.text(&quantity.words(), below, Side::Middle, size, Ink::Text, room);
        }
    }

    /// Pixels that an x axis takes below its panel.
    pub(super) fn x_height(shape: &Shape, with_name: bool) -> i32 {
        LABEL_GAP + shape.line_height() * if with_name { 2 } else { 1 }
    }

    /// Pixels that a y axis' name takes above its panel.
    pub(super) fn y_name_height(shape: &Shape) -> i32 {
        shape.line_height() + NAME_GAP + shape.text_size() as i32 / 2
    }
}
