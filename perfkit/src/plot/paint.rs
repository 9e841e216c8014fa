//! Painting a sheet, by plotters: SVG without what a browser does not need, or pixels in a PNG file.

use std::fmt::{self, Write as _};

use plotters::{
    backend::DrawingBackend,
    prelude::{BitMapBackend, Color as _, RGBColor, SVGBackend},
    style::{IntoFont as _, ShapeStyle, TextStyle, text_anchor},
};

use super::{
    PlotError,
    font::FAMILY,
    marks::{Mark, Sheet, Side},
    theme::{Colour, Ink, Paper, Shape},
};

/// plotters gives a letter's size as the height of a line.
const LINE_PER_LETTER: f64 = 1.24;

/// From the middle of a text's height down to its baseline, in letter sizes.
const BASELINE_BELOW_MIDDLE: f32 = 0.36;

/// A pixel is a red, a green and a blue byte.
const BYTES_PER_PIXEL: usize = 3;

pub(super) fn svg(sheet: &Sheet, shape: &Shape, title: &str) -> Result<String, PlotError> {
    let mut painted = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut painted, (shape.width, shape.height));
        paint(sheet, &mut backend, true).map_err(|why| failed(title, why))?;
    }
    Ok(dressed(&painted, shape, title))
}

pub(super) fn png(sheet: &Sheet, shape: &Shape, title: &str) -> Result<Vec<u8>, PlotError> {
    let (width, height) = (shape.width, shape.height);
    let mut pixels = vec![0xFF; width as usize * height as usize * BYTES_PER_PIXEL];
    {
        let mut backend = BitMapBackend::with_buffer(&mut pixels, (width, height));
        paint(sheet, &mut backend, false).map_err(|why| failed(title, why))?;
    }
    write_texts(sheet, &mut pixels, shape);
    encoded(&pixels, width, height).map_err(|why| failed(title, why))
}

fn failed(title: &str, why: impl fmt::Display) -> PlotError {
    PlotError::Painting { title: title.to_owned(), why: why.to_string() }
}

fn encoded(pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}

/// Everything, or everything but the texts.
fn paint<Backend: DrawingBackend>(sheet: &Sheet, backend: &mut Backend, texts: bool) -> Result<(), String> {
    let colour = |ink: Ink| {
        let (red, green, blue) = ink.on_white();
        RGBColor(red, green, blue)
    };
    for mark in &sheet.marks {
        let painted = match mark {
            Mark::Path { places, ink, width } => {
                let style = ShapeStyle { color: colour(*ink).to_rgba(), filled: false, stroke_width: *width };
                backend.draw_path(places.iter().copied(), &style)
            }
            Mark::Area { places, ink } => backend.fill_polygon(places.iter().copied(), &colour(*ink)),
            Mark::Disc { centre, radius, ink } => backend.draw_circle(*centre, *radius, &colour(*ink), true),
            Mark::Text { .. } if !texts => Ok(()),
            Mark::Text { text, at, side, size, ink } => {
                backend.draw_text(text, &text_style(*size, *side, &colour(*ink)), *at)
            }
        };
        painted.map_err(|error| error.to_string())?;
    }
    backend.present().map_err(|error| error.to_string())
}

/// Texts on pixels: plotters moves every glyph to a whole pixel and forgets the space before it, which is hard to read.
fn write_texts(sheet: &Sheet, pixels: &mut [u8], shape: &Shape) {
    let (width, height) = (shape.width as i32, shape.height as i32);
    for mark in &sheet.marks {
        let Mark::Text { text, at, side, size, ink } = mark else { continue };
        let (left, _) = sheet.span(text, at.0, *side, *size);
        let baseline = at.1 + (*size as f32 * BASELINE_BELOW_MIDDLE).round() as i32;
        let (red, green, blue) = ink.on_white();
        sheet.font.cover(text, *size, |x, y, share| {
            let (x, y) = (left + x, baseline + y);
            if !(0..width).contains(&x) || !(0..height).contains(&y) {
                return;
            }
            let start = (y * width + x) as usize * BYTES_PER_PIXEL;
            for (offset, part) in [red, green, blue].into_iter().enumerate() {
                if let Some(under) = pixels.get_mut(start + offset) {
                    let mixed = f32::from(part) * share + f32::from(*under) * (1.0 - share);
                    *under = mixed.round() as u8;
                }
            }
        });
    }
}

fn text_style(size: u32, side: Side, colour: &RGBColor) -> TextStyle<'static> {
    let across = match side {
        Side::Right => text_anchor::HPos::Left,
        Side::Middle => text_anchor::HPos::Center,
        Side::Left => text_anchor::HPos::Right,
    };
    let font = (FAMILY, f64::from(size) * LINE_PER_LETTER).into_font();
    font.color(colour).pos(text_anchor::Pos::new(across, text_anchor::VPos::Center))
}

/// The picture with a title for those who cannot see it, its paper, and without what says nothing: defaults and
/// line breaks. Attributes cannot be confused with text, in which quotation marks are escaped.
fn dressed(painted: &str, shape: &Shape, title: &str) -> String {
    let (width, height) = (shape.width, shape.height);
    let body = painted.split_once('>').map_or(painted, |(_, body)| body);
    let body = body
        .replace(&format!(" font-family=\"{FAMILY}\""), "")
        .replace(" opacity=\"1\"", "")
        .replace(" stroke=\"none\"", "")
        .replace(" stroke-width=\"1\"", "")
        .replace(" text-anchor=\"start\"", "")
        .replace(" \"/>", "\"/>")
        .replace('\n', "");
    let paper = match shape.paper {
        Paper::White => "<path fill=\"#FFF\" d=\"M0 0h4096v4096H0z\"/>".to_owned(),
        Paper::Adaptive => dark_ink(&body),
    };
    format!(
        "<svg class=\"perfkit-plot\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"{FAMILY}\" role=\"img\"><title>{}</title>{paper}{body}",
        escaped(title)
    )
}

/// Attributes give the colours on white; a rule overrides them where the reader prefers dark pages. The selectors reach
/// into plots only, so that a page may hold them inline.
fn dark_ink(body: &str) -> String {
    let hex = |(red, green, blue): Colour| format!("#{red:02X}{green:02X}{blue:02X}");
    let mut rules = String::new();
    for ink in Ink::ALL {
        let (white, dark) = (hex(ink.on_white()), hex(ink.on_dark()));
        for attribute in ["fill", "stroke"] {
            let selector = format!("{attribute}=\"{white}\"");
            if body.contains(&selector) {
                // Writing to a string does not fail.
                let _ = write!(rules, ".perfkit-plot [{selector}]{{{attribute}:{dark}}}");
            }
        }
    }
    format!("<style>@media(prefers-color-scheme:dark){{{rules}}}</style>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
