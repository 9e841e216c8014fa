//! The embedded font: text is measured and painted the same everywhere, whatever fonts the system has.

use ab_glyph::{Font as _, FontRef, Glyph, PxScale, ScaleFont as _, point};

/// The family's name in SVG. A browser shows a sans-serif font of its own for it; DejaVu Sans, by which text is measured
/// here, is among the widest, so that what fits here fits there.
pub(super) const FAMILY: &str = "sans-serif";

/// DejaVu Sans, cut down to the letters that names of benchmarks are made of; `assets/README.md` says how.
static DEJAVU_SANS: &[u8] = include_bytes!("../../assets/DejaVuSans-subset.ttf");

/// The ready font.
#[derive(Debug, Clone)]
pub(super) struct Font(FontRef<'static>);

impl Font {
    /// Read the embedded file: some tables of it, no glyph.
    pub(super) fn load() -> Result<Self, String> {
        FontRef::try_from_slice(DEJAVU_SANS).map(Self).map_err(|error| format!("the embedded font: {error}"))
    }

    /// How wide a text is, in pixels, at a size in pixels per em.
    pub(super) fn width(&self, text: &str, size: u32) -> i32 {
        let (_, end) = self.glyphs(text, size);
        end.ceil() as i32
    }

    /// How much of each pixel a text covers, from 0 to 1, for pixels relative to where its baseline begins.
    pub(super) fn cover(&self, text: &str, size: u32, mut pixel: impl FnMut(i32, i32, f32)) {
        for glyph in self.glyphs(text, size).0 {
            let Some(outline) = self.0.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, share| {
                pixel(corner.x as i32 + x as i32, corner.y as i32 + y as i32, share.clamp(0.0, 1.0));
            });
        }
    }

    /// The glyphs side by side, and where the last one ends.
    fn glyphs(&self, text: &str, size: u32) -> (Vec<Glyph>, f32) {
        let scale =
            self.0.pt_to_px_scale(size as f32 * POINTS_PER_PIXEL).unwrap_or(PxScale::from(size as f32));
        let font = self.0.as_scaled(scale);
        let (mut glyphs, mut at, mut previous) = (Vec::new(), 0.0, None);
        for letter in text.chars() {
            let id = font.glyph_id(letter);
            if let Some(previous) = previous {
                at += font.kern(previous, id);
            }
            glyphs.push(id.with_scale_and_position(scale, point(at, 0.0)));
            at += font.h_advance(id);
            previous = Some(id);
        }
        (glyphs, at)
    }
}

/// A point is 1/72 of an inch, a pixel 1/96.
const POINTS_PER_PIXEL: f32 = 0.75;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_units_and_intervals_have_glyphs_of_their_own() {
        let font = Font::load().unwrap();
        for sign in "µ−×±½≤…·√éж".chars() {
            assert_ne!(font.0.glyph_id(sign).0, 0, "{sign}");
        }
    }

    #[test]
    fn a_size_is_pixels_per_em() {
        let font = Font::load().unwrap();
        // An em dash is as wide as an em.
        assert_eq!(font.width("\u{2014}", 100), 100);
    }

    #[test]
    fn a_text_covers_pixels_above_its_baseline() {
        let font = Font::load().unwrap();
        let (mut above, mut below) = (0.0, 0.0);
        font.cover("H", 40, |_, y, share| if y < 0 { above += share } else { below += share });
        assert!(above > 100.0 && below < 1.0, "{above} {below}");
    }
}
