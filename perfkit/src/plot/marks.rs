//! A laid-out plot: marks in pixels, painted later as SVG or as pixels.

use super::{
    font::Font,
    theme::{Ink, Marker},
};

/// Letters of a text that are looked at where it does not fit; no picture has room for more.
const LETTERS_LIMIT: usize = 1000;

/// A place in pixels, from the upper left.
pub(super) type Place = (i32, i32);

/// Everything on the paper, in the order of painting.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    pub(super) marks: Vec<Mark>,
    pub(super) font: Font,
}

/// One thing on the paper.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// A line through places.
    Path { places: Vec<Place>, ink: Ink, width: u32 },
    /// A filled shape.
    Area { places: Vec<Place>, ink: Ink },
    /// A filled circle.
    Disc { centre: Place, radius: u32, ink: Ink },
    /// One line of text.
    Text { text: String, at: Place, side: Side, size: u32, ink: Ink },
}

/// Where a text stands to its place, which is in the middle of its height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The text begins there.
    Right,
    /// The text is centred there.
    Middle,
    /// The text ends there.
    Left,
}

impl Sheet {
    /// Empty paper, to be written on with this font.
    pub(super) fn new(font: Font) -> Self {
        Self { marks: Vec::new(), font }
    }

    /// A line between two places.
    pub(super) fn line(&mut self, from: Place, to: Place, ink: Ink, width: u32) {
        self.path(vec![from, to], ink, width);
    }

    /// A line through places; places that follow on themselves are drawn once.
    pub(super) fn path(&mut self, mut places: Vec<Place>, ink: Ink, width: u32) {
        places.dedup();
        if places.len() > 1 {
            self.marks.push(Mark::Path { places, ink, width });
        }
    }

    /// A text, shortened in its middle where it is wider than `room`. Control characters have no place in a picture.
    pub(super) fn text(&mut self, text: &str, at: Place, side: Side, size: u32, ink: Ink, room: i32) {
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let text = self.fitted(&clean, size, room);
        if !text.trim().is_empty() {
            self.marks.push(Mark::Text { text, at, side, size, ink });
        }
    }

    /// The left and right end of a text.
    pub(super) fn span(&self, text: &str, x: i32, side: Side, size: u32) -> (i32, i32) {
        let width = self.font.width(text, size);
        match side {
            Side::Right => (x, x + width),
            Side::Middle => (x - width / 2, x - width / 2 + width),
            Side::Left => (x - width, x),
        }
    }

    /// The text, with `…` for its middle where it does not fit: names differ at their start and at their end.
    fn fitted(&self, text: &str, size: u32, room: i32) -> String {
        if self.font.width(text, size) <= room {
            return text.to_owned();
        }
        let letters: Vec<char> = text.chars().take(LETTERS_LIMIT).collect();
        for kept in (2..letters.len()).rev() {
            let head: String = letters[..kept.div_ceil(2)].iter().collect();
            let tail: String = letters[letters.len() - kept / 2..].iter().collect();
            let short = format!("{head}…{tail}");
            if self.font.width(&short, size) <= room {
                return short;
            }
        }
        String::new()
    }

    /// A series' marker.
    pub(super) fn marker(&mut self, series: usize, (x, y): Place, radius: i32) {
        let ink = Ink::Series(series);
        let places = match Marker::of(series) {
            Marker::Circle => {
                self.marks.push(Mark::Disc { centre: (x, y), radius: radius.unsigned_abs(), ink });
                return;
            }
            Marker::Square => vec![
                (x - radius, y - radius),
                (x + radius, y - radius),
                (x + radius, y + radius),
                (x - radius, y + radius),
            ],
            Marker::Triangle => {
                vec![(x, y - radius - 1), (x + radius + 1, y + radius), (x - radius - 1, y + radius)]
            }
            Marker::Diamond => {
                let reach = radius + 1;
                vec![(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)]
            }
        };
        self.marks.push(Mark::Area { places, ink });
    }

    /// An interval's line with its two ends.
    pub(super) fn whiskers(&mut self, x: i32, (low, high): (i32, i32), ink: Ink, half_width: i32) {
        if (low - high).abs() < 2 {
            return;
        }
        let (left, right) = (x - half_width, x + half_width);
        self.path(vec![(left, low), (right, low), (x, low), (x, high), (left, high), (right, high)], ink, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_start_and_its_end() {
        let sheet = Sheet::new(Font::load().unwrap());
        let name = "net_encryption/a_rather_long_name_of_a_benchmark/65536";
        let short = sheet.fitted(name, 13, 200);
        assert!(sheet.font.width(&short, 13) <= 200, "{short}");
        assert!(short.starts_with("net_enc") && short.ends_with("65536") && short.contains('…'), "{short}");
        assert_eq!(sheet.fitted(name, 13, 0), "");
    }

    #[test]
    fn control_characters_do_not_reach_the_picture() {
        let mut sheet = Sheet::new(Font::load().unwrap());
        sheet.text("a\nb\u{0}c", (0, 0), Side::Right, 13, Ink::Text, 100);
        assert!(matches!(&sheet.marks[..], [Mark::Text { text, .. }] if text == "a b c"), "{sheet:?}");
    }
}
