//! Where on which page everything stands. Lengths are points, downwards from the upper left corner.

use super::face::{Face, Faces};

/// A4.
pub(super) const SIZE: (f32, f32) = (595.0, 842.0);
/// Around the text.
pub(super) const MARGIN: f32 = 56.0;
/// Of a box to tick.
const BOX: f32 = 8.0;
/// From the left of a box to its text.
const AFTER_BOX: f32 = 16.0;
/// Between two columns.
const GUTTER: f32 = 24.0;

/// What a block is, for who has the document read out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Title,
    Section,
    Day,
    Text,
    /// One of a list; neighbours are of one list.
    Item,
}

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Black,
    Grey,
    Green,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) is_bold: bool,
    pub(super) ink: Ink,
    /// From one line to the next.
    leading: f32,
    /// Above the block, unless it begins a page.
    above: f32,
    below: f32,
}

impl Style {
    pub(super) const TITLE: Self = Self {
        size: 22.0,
        is_bold: true,
        ink: Ink::Black,
        leading: 28.0,
        above: 0.0,
        below: 2.0,
    };
    pub(super) const SECTION: Self = Self {
        size: 14.0,
        is_bold: true,
        ink: Ink::Green,
        leading: 19.0,
        above: 14.0,
        below: 5.0,
    };
    pub(super) const DAY: Self = Self {
        size: 10.5,
        is_bold: true,
        ink: Ink::Black,
        leading: 15.0,
        above: 7.0,
        below: 1.0,
    };
    pub(super) const QUIET: Self = Self {
        ink: Ink::Grey,
        ..Self::BODY
    };
    pub(super) const BODY: Self = Self {
        size: 10.0,
        is_bold: false,
        ink: Ink::Black,
        leading: 14.0,
        above: 0.0,
        below: 0.0,
    };
}

/// Something on a page.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    /// A line of text, its baseline at `y`.
    Line {
        x: f32,
        y: f32,
        style: Style,
        text: String,
        block: usize,
    },
    /// A box to tick, its upper left corner.
    Box { x: f32, y: f32 },
}

/// The pages, and what stands on them.
pub(super) struct Paper<'a> {
    faces: &'a Faces,
    pub(super) pages: Vec<Vec<Mark>>,
    /// The role of each block, with its text, in the order in which they are read.
    pub(super) blocks: Vec<(Role, String)>,
    /// Where the next block begins.
    y: f32,
}

impl<'a> Paper<'a> {
    pub(super) fn new(faces: &'a Faces) -> Self {
        Self {
            faces,
            pages: vec![Vec::new()],
            blocks: Vec::new(),
            y: MARGIN,
        }
    }

    /// Goes on with a new page.
    pub(super) fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    /// Writes a block across the page.
    pub(super) fn write(&mut self, role: Role, style: Style, text: &str) {
        let block = self.begin(role, text);
        if self.y > MARGIN {
            self.y += style.above;
        }
        for line in self.lines(style, text, SIZE.0 - 2.0 * MARGIN) {
            self.make_room(style.leading);
            self.put(MARGIN, style, line, block);
        }
        self.y += style.below;
    }

    /// Writes a label and, beside it, a text; together they are one item.
    pub(super) fn write_beside(&mut self, label: &str, ink: Ink, beside: f32, text: &str) {
        let block = self.begin(Role::Item, text);
        let quiet = Style { ink, ..Style::BODY };
        let lines = self.lines(Style::BODY, text, SIZE.0 - 2.0 * MARGIN - beside);
        for (line, number) in lines.into_iter().zip(0..) {
            self.make_room(Style::BODY.leading);
            if number == 0 {
                self.put(MARGIN, quiet, label.to_owned(), block);
                self.y -= quiet.leading;
            }
            self.put(MARGIN + beside, Style::BODY, line, block);
        }
    }

    /// Writes what must not be parted by the end of a page, unless it is longer than one.
    pub(super) fn keep_together(&mut self, write: impl Fn(&mut Self)) {
        let (page, marks) = (self.pages.len(), self.pages.last().map_or(0, Vec::len));
        let (blocks, y) = (self.blocks.len(), self.y);
        write(self);
        if self.pages.len() > page && y > MARGIN {
            self.pages.truncate(page);
            if let Some(page) = self.pages.last_mut() {
                page.truncate(marks);
            }
            self.blocks.truncate(blocks);
            self.turn();
            write(self);
        }
    }

    /// Writes items with boxes to tick, in two columns of about the same height.
    pub(super) fn write_boxes(&mut self, items: &[String]) {
        let width = (SIZE.0 - 2.0 * MARGIN - GUTTER) / 2.0;
        let style = Style::BODY;
        let lines = items
            .iter()
            .map(|item| self.lines(style, item, width - AFTER_BOX));
        let items: Vec<_> = items.iter().zip(lines).collect();
        let height = |lines: &[String]| {
            #[expect(clippy::cast_precision_loss, reason = "an item has a few lines")]
            let count = lines.len() as f32;
            count * style.leading + 3.0
        };
        let mut rest = items.as_slice();
        while !rest.is_empty() {
            let room = SIZE.1 - MARGIN - self.y;
            let fitting = |items: &[(&String, Vec<String>)], room: f32| {
                let mut used = 0.0;
                let fits = items.iter().take_while(|(_, lines)| {
                    used += height(lines);
                    used <= room
                });
                fits.count()
            };
            let left = fitting(rest, room).max(1).min(rest.len());
            let right = fitting(&rest[left..], room);
            let left = if left + right == rest.len() {
                let whole: f32 = rest.iter().map(|(_, lines)| height(lines)).sum();
                // The item that crosses the middle stands on the left.
                (fitting(rest, whole / 2.0) + 1).min(left)
            } else {
                left
            };
            let here = left + fitting(&rest[left..], room);
            let top = self.y;
            for ((item, lines), place) in rest[..here].iter().zip(0..) {
                if place == left {
                    self.y = top;
                }
                let x = if place < left {
                    MARGIN
                } else {
                    MARGIN + width + GUTTER
                };
                self.put_box(x, item, lines);
                self.y += 3.0;
            }
            rest = &rest[here..];
            if !rest.is_empty() {
                self.turn();
            }
        }
    }

    fn put_box(&mut self, x: f32, item: &str, lines: &[String]) {
        let block = self.begin(Role::Item, item);
        let y = self.y + (Style::BODY.leading - BOX) / 2.0;
        self.mark(Mark::Box { x, y });
        for line in lines {
            self.put(x + AFTER_BOX, Style::BODY, line.clone(), block);
        }
    }

    fn begin(&mut self, role: Role, text: &str) -> usize {
        self.blocks.push((role, text.to_owned()));
        self.blocks.len() - 1
    }

    fn make_room(&mut self, height: f32) {
        if self.y + height > SIZE.1 - MARGIN && self.y > MARGIN {
            self.turn();
        }
    }

    fn put(&mut self, x: f32, style: Style, text: String, block: usize) {
        // Glyphs stand a little above the middle of their line.
        let y = self.y + style.leading * 0.5 + style.size * 0.36;
        self.mark(Mark::Line {
            x,
            y,
            style,
            text,
            block,
        });
        self.y += style.leading;
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn lines(&self, style: Style, text: &str, width: f32) -> Vec<String> {
        break_lines(self.faces.face(style.is_bold), text, width / style.size)
    }
}

/// A text in lines of at most `width` ems, broken between words, and within those that are wider than a line. All but
/// the last end in a space, which parts words for who has the document read out.
fn break_lines(face: &Face, text: &str, width: f32) -> Vec<String> {
    let text = face.legible(text);
    let mut lines = vec![String::new()];
    let mut used = 0.0;
    for word in text.split_whitespace() {
        let size = face.width(word);
        if used > 0.0 && used + size > width {
            lines.push(String::new());
            used = 0.0;
        }
        for c in word.chars() {
            let advance = face.width(c.encode_utf8(&mut [0; 4]));
            if used + advance > width && used > 0.0 {
                lines.push(String::new());
                used = 0.0;
            }
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
            used += advance;
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
        }
        used += face.width(" ");
    }
    if let Some(line) = lines.last_mut() {
        line.truncate(line.trim_end().len());
    }
    lines
}
