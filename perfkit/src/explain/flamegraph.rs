//! Flamegraphs as SVG, drawn by inferno: equal stacks give equal bytes.
//!
//! inferno draws whole numbers, so weights go in as thousandths. Its own differential mode colours leaves only and gives
//! a parent of two grown children no change at all; here every frame carries the change of everything
//! below it in its name, and its colour follows from that: red grew, blue shrank, white stayed.

use std::{collections::BTreeMap, io};

use inferno::flamegraph::{
    Options, Palette, TextTruncateDirection,
    color::{BackgroundColor, BasicPalette, Color, PaletteMap},
    from_lines,
};
use thiserror::Error;

use super::stacks::{Stacks, Weight};
use crate::render::units;

/// Why there is no picture.
#[derive(Debug, Error)]
pub enum FlamegraphError {
    /// No stack has any weight.
    #[error("there is nothing to draw: no stack has any weight")]
    Empty,
    /// inferno refused.
    #[error("the flamegraph cannot be drawn: {0}")]
    Drawing(#[from] io::Error),
}

/// Which side's weights are the widths of a differential flamegraph. One alone hides what the other side lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widths {
    /// As it was: frames that have vanished are there.
    Before,
    /// As it is: frames that are new are there.
    After,
}

/// inferno's weights are whole numbers.
const THOUSANDTHS: f64 = 1000.0;

/// From this total on, tooltips show whole numbers of the unit; below, fractions matter and thousandths are shown.
const WHOLE_NUMBERS_FROM: f64 = 10_000.0;

/// Frames narrower than this share of the width, in per cent, cannot be seen and are left out.
const LEAST_WIDTH_PERCENT: f64 = 0.05;

/// The picture's width: fixed, so that viewers without scripts show it in full.
const WIDTH_PIXELS: usize = 1200;

/// Draw stacks. `subtitle` stands under the title.
pub fn flamegraph(stacks: &Stacks, title: &str, subtitle: &str) -> Result<Vec<u8>, FlamegraphError> {
    let lines: Vec<String> = stacks
        .iter()
        .filter_map(|(frames, weight)| line(frames.iter().map(String::as_str), weight))
        .collect();
    let mut options = options(stacks, title, subtitle);
    options.colors = Palette::Basic(BasicPalette::Hot);
    options.deterministic = true;
    draw(&mut options, &lines)
}

/// Draw what changed, in the widths of one side.
pub fn differential(
    before: &Stacks,
    after: &Stacks,
    widths: Widths,
    title: &str,
    subtitle: &str,
) -> Result<Vec<u8>, FlamegraphError> {
    let changes = Changes::between(before, after);
    let side = if widths == Widths::Before { before } else { after };
    let mut palette = PaletteMap::default();
    palette.insert("", changes.colour(&[]));
    let mut lines = Vec::new();
    for (frames, weight) in side.iter() {
        let named: Vec<String> = (1..=frames.len()).map(|depth| changes.named(&frames[..depth])).collect();
        for (depth, name) in named.iter().enumerate() {
            palette.insert(name, changes.colour(&frames[..=depth]));
        }
        lines.extend(line(named.iter().map(String::as_str), weight));
    }
    let mut options = options(side, title, subtitle);
    options.palette_map = Some(&mut palette);
    draw(&mut options, &lines)
}

fn options<'a>(stacks: &Stacks, title: &str, subtitle: &str) -> Options<'a> {
    let mut options = Options::default();
    options.title = title.to_owned();
    options.subtitle = Some(subtitle.to_owned());
    let (count_name, factor) = scale(stacks);
    options.count_name = count_name;
    options.factor = factor;
    options.name_type = "Function:".to_owned();
    options.image_width = Some(WIDTH_PIXELS);
    options.min_width = LEAST_WIDTH_PERCENT;
    options.bgcolors = Some(BackgroundColor::Flat(Color { r: 255, g: 255, b: 255 }));
    options.text_truncate_direction = TextTruncateDirection::Right;
    options
}

/// The unit that tooltips name and the factor from thousandths to it. inferno rounds to whole numbers of it.
fn scale(stacks: &Stacks) -> (String, f64) {
    let is_whole = |weight: f64| (weight - weight.round()).abs() < 0.5 / THOUSANDTHS;
    let all_whole = stacks.iter().all(|(_, weight)| is_whole(weight));
    let unit = stacks.weight().unit();
    match unit.strip_suffix("/op") {
        Some(what) if !all_whole && stacks.total() < WHOLE_NUMBERS_FROM => {
            (format!("{what} in 1000 operations"), 1.0)
        }
        _ => (unit.to_owned(), 1.0 / THOUSANDTHS),
    }
}

/// A folded line in thousandths; `None` for what has no width: nothing, or less than nothing.
fn line<'a>(frames: impl Iterator<Item = &'a str>, weight: f64) -> Option<String> {
    let thousandths = (weight * THOUSANDTHS).round();
    let frames: Vec<&str> = frames.collect();
    (thousandths >= 1.0).then(|| format!("{} {thousandths:.0}", frames.join(";")))
}

fn draw(options: &mut Options<'_>, lines: &[String]) -> Result<Vec<u8>, FlamegraphError> {
    if lines.is_empty() {
        return Err(FlamegraphError::Empty);
    }
    // inferno sorts lines as text, where `f 5`, `f::g 7`, `f;h 3` tears `f` in two. Stacks stand frame by frame already;
    // a flame chart is drawn in the order given, from the last line on.
    options.flame_chart = true;
    let mut svg = Vec::new();
    from_lines(options, lines.iter().rev().map(String::as_str), &mut svg)?;
    svg.push(b'\n');
    Ok(svg)
}

/// How the weight of every path from the root changed.
struct Changes<'a> {
    by_path: BTreeMap<&'a [String], (f64, f64)>,
    largest: f64,
    weight: Weight,
}

impl<'a> Changes<'a> {
    fn between(before: &'a Stacks, after: &'a Stacks) -> Self {
        let mut by_path: BTreeMap<&[String], (f64, f64)> = BTreeMap::new();
        for (frames, weight) in before.iter() {
            (0..=frames.len()).for_each(|depth| by_path.entry(&frames[..depth]).or_default().0 += weight);
        }
        for (frames, weight) in after.iter() {
            (0..=frames.len()).for_each(|depth| by_path.entry(&frames[..depth]).or_default().1 += weight);
        }
        let largest = by_path.values().map(|(before, after)| (after - before).abs()).fold(0.0, f64::max);
        Self { by_path, largest, weight: after.weight() }
    }

    fn of(&self, path: &[String]) -> (f64, f64) {
        self.by_path.get(path).copied().unwrap_or_default()
    }

    /// The frame with what became of it, so that the picture can be read without a tooltip.
    fn named(&self, path: &[String]) -> String {
        let frame = path.last().map_or("", String::as_str);
        let (before, after) = self.of(path);
        let change = units::difference(after - before, self.weight.unit());
        match (before, after) {
            _ if change.starts_with("0 ") => frame.to_owned(),
            (0.0, _) => format!("{frame} [new, {change}]"),
            (_, 0.0) => format!("{frame} [gone, {change}]"),
            _ => format!("{frame} [{change}]"),
        }
    }

    /// Towards red as it grew, towards blue as it shrank. The root of the scale lets small changes be seen.
    fn colour(&self, path: &[String]) -> Color {
        /// The strongest colour keeps this much of the other components, so that black text can be read.
        const PALEST: f64 = 90.0;
        let (before, after) = self.of(path);
        let change = after - before;
        if self.largest <= 0.0 || change == 0.0 {
            return Color { r: 228, g: 228, b: 228 };
        }
        let strength = (change.abs() / self.largest).sqrt();
        let pale = (228.0 - strength * (228.0 - PALEST)).round() as u8;
        if change > 0.0 { Color { r: 255, g: pale, b: pale } } else { Color { r: pale, g: pale, b: 255 } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::stacks::parse_folded;

    fn stacks(text: &str) -> Stacks {
        parse_folded(text, Weight::Instructions).unwrap()
    }

    fn text(svg: Result<Vec<u8>, FlamegraphError>) -> String {
        String::from_utf8(svg.unwrap()).unwrap()
    }

    #[test]
    fn equal_stacks_give_equal_bytes() {
        let some = stacks("run;parse 10.5\nrun;copy 20\n");
        assert_eq!(text(flamegraph(&some, "a", "b")), text(flamegraph(&some, "a", "b")));
        let other = stacks("run;parse 12\nrun;fill 20\n");
        let drawn = || text(differential(&some, &other, Widths::After, "a", "b"));
        assert_eq!(drawn(), drawn());
    }

    #[test]
    fn numbers_carry_their_unit_and_fractions_are_not_lost() {
        let whole = text(flamegraph(&stacks("run;parse 10\nrun;copy 20\n"), "sum/64", "words"));
        assert!(whole.contains("sum/64") && whole.contains("words"));
        assert!(whole.contains("parse (10 instructions/op, 33.33%)"), "{whole}");
        let fraction = text(flamegraph(&stacks("run;parse 0.25\nrun;copy 0.75\n"), "t", "s"));
        assert!(fraction.contains("parse (250 instructions in 1000 operations, 25.00%)"), "{fraction}");
    }

    #[test]
    fn the_parent_of_two_grown_children_carries_both() {
        let (before, after) = (stacks("run;parse 10\nrun;copy 20\n"), stacks("run;parse 30\nrun;copy 21\n"));
        for widths in [Widths::Before, Widths::After] {
            let drawn = text(differential(&before, &after, widths, "t", "s"));
            assert!(drawn.contains("run [+21 instructions/op] ("), "{drawn}");
            assert!(drawn.contains("parse [+20 instructions/op] ("), "{drawn}");
        }
    }

    #[test]
    fn what_has_vanished_stands_in_the_before_widths_and_what_is_new_in_the_after_widths() {
        let (before, after) = (stacks("run;old 10\nrun;same 1\n"), stacks("run;new 4\nrun;same 1\n"));
        let as_it_was = text(differential(&before, &after, Widths::Before, "t", "s"));
        let as_it_is = text(differential(&before, &after, Widths::After, "t", "s"));
        assert!(as_it_was.contains("old [gone, \u{2212}10 instructions/op]") && !as_it_was.contains("new ["));
        assert!(as_it_is.contains("new [new, +4 instructions/op]") && !as_it_is.contains("old ["));
        assert!(as_it_is.contains("same (1 instructions/op"));
    }

    #[test]
    fn a_frame_is_one_box_however_its_neighbours_are_called() {
        let some = "codec::encode 5\ncodec::encode::{{closure}} 7\ncodec::encode;header 3\n";
        let drawn = text(flamegraph(&stacks(some), "t", "s"));
        assert_eq!(drawn.matches("codec::encode (8 instructions/op").count(), 1, "{drawn}");
        assert_eq!(drawn.matches("codec::encode (").count(), 1, "{drawn}");
        let grown = stacks(&some.replace(" 5", " 6"));
        let drawn = text(differential(&stacks(some), &grown, Widths::After, "t", "s"));
        assert_eq!(drawn.matches("codec::encode [+1 instructions/op] (").count(), 1, "{drawn}");
    }

    #[test]
    fn nothing_to_draw_is_an_error_and_less_than_nothing_has_no_width() {
        assert!(matches!(flamegraph(&stacks(""), "t", "s"), Err(FlamegraphError::Empty)));
        assert!(matches!(flamegraph(&stacks("a -3\n"), "t", "s"), Err(FlamegraphError::Empty)));
        assert!(!text(flamegraph(&stacks("a;b -3\na;c 3\n"), "t", "s")).contains("b ("));
    }
}
