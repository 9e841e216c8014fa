//! How the samples of each round are spread, as empirical distribution functions: one thin step line a round, one bold
//! line for all of them. Rounds that lie apart show at a glance, which a histogram's bins would hide.

use super::{
    axis::Axis,
    font::Font,
    marks::{Place, Sheet, Side},
    panel::{Panel, Quantity, header},
    theme::{Ink, Shape},
};

/// The x axis ends at this quantile of all samples: a few interrupted ones would press the rest together.
const SHOWN_QUANTILE: f64 = 0.99;

/// Rounds drawn; the bold line holds all.
const ROUNDS_DRAWN: usize = 8;

/// Samples by round.
#[derive(Debug, Clone, PartialEq)]
pub struct DistributionPlot {
    /// What it shows.
    pub title: String,
    /// What was sampled: `time`.
    pub quantity: String,
    /// The base unit of samples.
    pub unit: String,
    /// The samples of each round.
    pub rounds: Vec<Vec<f64>>,
    /// The value that stands for them, with its name: `p20_min`.
    pub value: Option<(String, f64)>,
}

impl DistributionPlot {
    pub(super) fn lay_out(&self, font: Font, shape: &Shape) -> Option<Sheet> {
        let rounds: Vec<Vec<f64>> = self
            .rounds
            .iter()
            .map(|round| sorted(round.iter().copied()))
            .filter(|round| !round.is_empty())
            .collect();
        let all = sorted(rounds.iter().flatten().copied());
        let end = *all.get(((all.len() as f64 * SHOWN_QUANTILE).ceil() as usize).max(1) - 1)?;
        let beyond = all.iter().filter(|sample| **sample > end).count();
        let value = self.value.iter().map(|(_, value)| *value);
        let ticks = if shape.is_compact() { 3 } else { 6 };
        let x = Axis::measured(
            all.iter().copied().filter(|sample| *sample <= end).chain(value),
            &self.unit,
            ticks,
        )?;
        let y = Axis::linear(0.0, 100.0, "%", 4);

        let mut sheet = Sheet::new(font);
        let plural = if rounds.len() == 1 { "" } else { "s" };
        let mut words = format!("{} samples in {} round{plural}", all.len(), rounds.len());
        if beyond > 0 {
            words += &format!(", the slowest {beyond} not shown");
        }
        let top = header(&mut sheet, shape, &self.title, &[(0, words)]) + Panel::y_name_height(shape);
        let bottom = shape.height as i32 - shape.margin() - Panel::x_height(shape, true);
        let panel = Panel::new(shape, (top, bottom), Panel::labels_width(&sheet, shape, &y), x, y);
        panel.draw_y(&mut sheet, shape, Quantity { name: "samples at or below", unit: "%" });
        panel.draw_x(&mut sheet, shape, Quantity { name: &self.quantity, unit: &self.unit });
        for round in rounds.iter().take(ROUNDS_DRAWN).filter(|_| rounds.len() > 1) {
            sheet.path(steps(round, end, &panel, shape), Ink::Muted, 1);
        }
        sheet.path(steps(&all, end, &panel, shape), Ink::Series(0), 2);
        if let Some((name, value)) = &self.value {
            let x = panel.x_at(*value);
            sheet.line((x, panel.top), (x, panel.bottom), Ink::Series(1), shape.line_width());
            let (side, at) =
                if x > (panel.left + panel.right) / 2 { (Side::Left, x - 6) } else { (Side::Right, x + 6) };
            let text = format!("{name} {}", crate::render::units::quantity(*value, &self.unit));
            sheet.text(
                &text,
                (at, panel.top + 8),
                side,
                shape.text_size(),
                Ink::Series(1),
                panel.right - panel.left,
            );
        }
        Some(sheet)
    }
}

/// The share of samples at or below each value, as places: no more than one step a pixel column.
fn steps(sorted: &[f64], end: f64, panel: &Panel, shape: &Shape) -> Vec<Place> {
    let column = if shape.is_compact() { 4 } else { 1 };
    let count = sorted.len() as f64;
    let mut at = (panel.x_at(sorted.first().copied().unwrap_or(end)), panel.y_at(0.0));
    let mut places = vec![at];
    for (index, sample) in sorted.iter().enumerate().filter(|(_, sample)| **sample <= end) {
        let (x, y) = panel.place(*sample, (index + 1) as f64 / count * 100.0);
        if x - at.0 >= column || places.len() == 1 {
            places.push((x, at.1));
            at = (x, y);
        } else {
            // Still in the column of the last step, which grows.
            places.pop();
            at.1 = y;
        }
        places.push(at);
    }
    places.push((panel.x_at(end), at.1));
    places
}

fn sorted(samples: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut samples: Vec<f64> = samples.filter(|sample| sample.is_finite()).collect();
    samples.sort_by(f64::total_cmp);
    samples
}
