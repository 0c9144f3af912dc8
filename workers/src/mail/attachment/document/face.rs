//! Fonts, and the glyphs of texts. Latin, Greek and Cyrillic need no shaping: each character has one glyph.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::{
    FontRef, MetadataProvider as _,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
};
use unicode_normalization::UnicodeNormalization as _;

const REGULAR: &[u8] = include_bytes!("../font/OpenSans-Regular.ttf");
const SEMIBOLD: &[u8] = include_bytes!("../font/OpenSans-Semibold.ttf");

/// The fonts of a document.
pub(super) struct Faces {
    regular: Face,
    semibold: Face,
}

impl Faces {
    pub(super) fn new() -> Option<Self> {
        Some(Self {
            regular: Face::new(REGULAR)?,
            semibold: Face::new(SEMIBOLD)?,
        })
    }

    /// Whether both fonts have the glyphs of a text.
    pub(super) fn can_show(&self, text: &str) -> bool {
        self.regular.can_show(text) && self.semibold.can_show(text)
    }

    pub(super) fn face(&self, is_bold: bool) -> &Face {
        if is_bold {
            &self.semibold
        } else {
            &self.regular
        }
    }
}

/// A font.
pub(super) struct Face {
    pub(super) font: Font,
    characters: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    units: f32,
}

impl Face {
    fn new(bytes: &'static [u8]) -> Option<Self> {
        let font = Font::new(bytes.into(), 0)?;
        let reference = FontRef::new(bytes).ok()?;
        Some(Self {
            units: font.units_per_em(),
            font,
            characters: reference.charmap(),
            metrics: reference.glyph_metrics(Size::unscaled(), LocationRef::default()),
        })
    }

    /// Replaces characters that the font lacks by their compatibility decomposition, such as `⅓` by `1⁄3`, and drops
    /// those that have none. [`Faces::can_show`] tells whether any would be dropped.
    pub(super) fn to_displayable(&self, text: &str) -> String {
        let mut displayable = String::with_capacity(text.len());
        for c in text.nfc().filter(|c| !is_invisible(*c)) {
            if c.is_control() || c.is_whitespace() {
                displayable.push(' ');
            } else if self.has(c) {
                displayable.push(c);
            } else {
                displayable.extend(std::iter::once(c).nfkd().filter(|c| self.has(*c)));
            }
        }
        displayable
    }

    /// Whether each character has a glyph, at least without its accents.
    fn can_show(&self, text: &str) -> bool {
        text.nfc().all(|c| {
            let base = std::iter::once(c).nfkd().next();
            c.is_control()
                || c.is_whitespace()
                || is_invisible(c)
                || self.has(c)
                || base.is_some_and(|c| self.has(c))
        })
    }

    /// The glyphs of a displayable text. Advances are in ems.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let glyph = |(start, c): (usize, char)| {
            let glyph = self.characters.map(c).unwrap_or_default();
            let id = GlyphId::new(glyph.to_u32());
            let range = start..start + c.len_utf8();
            KrillaGlyph::new(id, self.advance(c), 0.0, 0.0, 0.0, range, None)
        };
        text.char_indices().map(glyph).collect()
    }

    /// The width of a displayable text, in ems.
    pub(super) fn width(&self, text: &str) -> f32 {
        text.chars().map(|c| self.advance(c)).sum()
    }

    fn has(&self, c: char) -> bool {
        self.characters.map(c).is_some()
    }

    fn advance(&self, c: char) -> f32 {
        let glyph = self.characters.map(c).unwrap_or_default();
        self.metrics.advance_width(glyph).unwrap_or_default() / self.units
    }
}

/// Whether a character has no glyph of its own: soft hyphens, joiners, marks of direction, variation selectors.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
