//! The look of every plot: sizes, colours and markers.
//!
//! The colours are those of Okabe and Ito (Color Universal Design, 2008), ordered so that neighbours differ in
//! lightness too; markers repeat what colours say.

/// How large a picture is, on what, and how much it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What it is drawn on.
    pub paper: Paper,
    /// How much it says.
    pub detail: Detail,
}

/// What a picture is drawn on. PNG is always white.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Paper {
    /// White, for documents.
    #[default]
    White,
    /// None: the page shows through, and ink follows the reader's light or dark preference.
    Adaptive,
}

/// How much a picture says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// Everything.
    #[default]
    Full,
    /// No title, fewer ticks: below 6 KB as SVG, for pages with many.
    Compact,
}

impl Shape {
    /// For a document or a screen: 800 × 480.
    pub fn page() -> Self {
        Self { width: 800, height: 480, paper: Paper::White, detail: Detail::Full }
    }

    /// For a page with many: 400 × 240, below 6 KB as SVG.
    pub fn compact() -> Self {
        Self { width: 400, height: 240, paper: Paper::White, detail: Detail::Compact }
    }

    /// On other paper.
    pub fn on(self, paper: Paper) -> Self {
        Self { paper, ..self }
    }

    pub(super) fn is_compact(&self) -> bool {
        self.detail == Detail::Compact
    }

    /// Height of letters, in pixels.
    pub(super) fn text_size(&self) -> u32 {
        if self.is_compact() { 11 } else { 13 }
    }

    pub(super) fn title_size(&self) -> u32 {
        16
    }

    pub(super) fn line_width(&self) -> u32 {
        if self.is_compact() { 1 } else { 2 }
    }

    /// Half of a marker's width.
    pub(super) fn marker_radius(&self) -> i32 {
        if self.is_compact() { 3 } else { 4 }
    }

    /// Empty space around everything.
    pub(super) fn margin(&self) -> i32 {
        if self.is_compact() { 6 } else { 12 }
    }

    /// From one line of text to the next.
    pub(super) fn line_height(&self) -> i32 {
        self.text_size() as i32 + 5
    }
}

/// What a mark is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Text and axes.
    Text,
    /// Text and lines of lesser interest.
    Muted,
    /// Grid lines.
    Grid,
    /// A series, by its number.
    Series(usize),
}

/// A series' marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    Circle,
    Square,
    Triangle,
    Diamond,
}

/// A red, a green and a blue.
pub(super) type Colour = (u8, u8, u8);

/// The series: colour on white, colour on dark paper, marker.
pub(super) const SERIES: [(Colour, Colour, Marker); 4] = [
    ((0x00, 0x72, 0xB2), (0x56, 0xB4, 0xE9), Marker::Circle),
    ((0xD5, 0x5E, 0x00), (0xF0, 0x83, 0x3A), Marker::Square),
    ((0x00, 0x5F, 0x46), (0x2D, 0xC0, 0x96), Marker::Triangle),
    ((0xA8, 0x4A, 0x80), (0xE0, 0x96, 0xC0), Marker::Diamond),
];

impl Ink {
    /// Every ink once.
    pub(super) const ALL: [Self; 7] = [
        Self::Text,
        Self::Muted,
        Self::Grid,
        Self::Series(0),
        Self::Series(1),
        Self::Series(2),
        Self::Series(3),
    ];

    /// On white.
    pub(super) fn on_white(self) -> Colour {
        match self {
            Self::Text => (0x22, 0x22, 0x22),
            Self::Muted => (0x66, 0x66, 0x66),
            Self::Grid => (0xDD, 0xDD, 0xDD),
            Self::Series(index) => SERIES[index % SERIES.len()].0,
        }
    }

    /// On dark paper.
    pub(super) fn on_dark(self) -> Colour {
        match self {
            Self::Text => (0xE6, 0xE6, 0xE6),
            Self::Muted => (0xA6, 0xA6, 0xA6),
            Self::Grid => (0x3C, 0x3C, 0x3C),
            Self::Series(index) => SERIES[index % SERIES.len()].1,
        }
    }
}

impl Marker {
    /// The marker of a series.
    pub(super) fn of(series: usize) -> Self {
        SERIES[series % SERIES.len()].2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of WCAG 2.2.
    fn luminance((red, green, blue): Colour) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(one: Colour, other: Colour) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_ink_but_the_grid_stands_out_on_its_paper() {
        for ink in Ink::ALL.into_iter().filter(|ink| *ink != Ink::Grid) {
            let least = if matches!(ink, Ink::Series(_)) { 3.0 } else { 4.5 };
            assert!(contrast(ink.on_white(), (255, 255, 255)) >= least, "{ink:?} on white");
            assert!(contrast(ink.on_dark(), (0x1E, 0x1E, 0x1E)) >= least, "{ink:?} on dark");
        }
    }

    #[test]
    fn the_first_three_series_differ_in_lightness_too() {
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            let ratio = contrast(Ink::Series(one).on_white(), Ink::Series(other).on_white());
            assert!(ratio > 1.2, "{one} and {other}: {ratio}");
        }
    }
}
