//! Lays out text on pages. Lengths are in points; the origin is the upper left corner.

use super::face::{Face, Faces};

/// The size of a page: A4.
pub(super) const PAGE_SIZE: (f32, f32) = (595.0, 842.0);
/// The margin of a page.
pub(super) const MARGIN: f32 = 56.0;
/// The size of a checkbox.
const BOX_SIZE: f32 = 8.0;
/// The distance from the left of a checkbox to its text.
const BOX_INDENT: f32 = 16.0;
/// The distance between two columns.
const GUTTER: f32 = 24.0;

/// The role of a block, for screen readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Title,
    Section,
    Day,
    Text,
    /// A list item. Adjacent items form one list.
    Item,
}

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Black,
    Grey,
    Green,
}

/// The style of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) is_bold: bool,
    pub(super) ink: Ink,
    /// The height of a line.
    leading: f32,
    /// The space above the block, except at the top of a page.
    space_above: f32,
    space_below: f32,
}

impl Style {
    const BODY: Self = Self {
        size: 10.0,
        is_bold: false,
        ink: Ink::Black,
        leading: 14.0,
        space_above: 0.0,
        space_below: 0.0,
    };
}

impl Role {
    /// The style of a block of this role.
    fn style(self) -> Style {
        match self {
            Self::Title => Style {
                size: 22.0,
                is_bold: true,
                leading: 28.0,
                space_below: 2.0,
                ..Style::BODY
            },
            Self::Section => Style {
                size: 14.0,
                is_bold: true,
                ink: Ink::Green,
                leading: 19.0,
                space_above: 14.0,
                space_below: 5.0,
            },
            Self::Day => Style {
                size: 10.5,
                is_bold: true,
                leading: 15.0,
                space_above: 7.0,
                space_below: 1.0,
                ..Style::BODY
            },
            Self::Text => Style {
                ink: Ink::Grey,
                ..Style::BODY
            },
            Self::Item => Style::BODY,
        }
    }
}

/// A drawing on a page.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    /// A line of text. `y` is its baseline.
    Line {
        x: f32,
        y: f32,
        style: Style,
        text: String,
        block: usize,
    },
    /// A checkbox. `x` and `y` are its upper left corner.
    Box { x: f32, y: f32 },
}

/// The pages with their drawings.
pub(super) struct Layout<'a> {
    faces: &'a Faces,
    pub(super) pages: Vec<Vec<Mark>>,
    /// The role and the text of each block, in reading order.
    pub(super) blocks: Vec<(Role, String)>,
    /// The position of the next block.
    y: f32,
}

impl<'a> Layout<'a> {
    pub(super) fn new(faces: &'a Faces) -> Self {
        Self {
            faces,
            pages: vec![Vec::new()],
            blocks: Vec::new(),
            y: MARGIN,
        }
    }

    /// Begins a new page.
    pub(super) fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    /// Writes a block of the width of the page.
    pub(super) fn write(&mut self, role: Role, text: &str) {
        let (block, style) = (self.begin(role, text), role.style());
        if self.y > MARGIN {
            self.y += style.space_above;
        }
        for line in self.lines(style, text, PAGE_SIZE.0 - 2.0 * MARGIN) {
            self.make_room(style.leading);
            self.put(MARGIN, style, line, block);
        }
        self.y += style.space_below;
    }

    /// Writes a label with a text beside it, as one list item.
    pub(super) fn write_labelled(&mut self, label: &str, ink: Ink, label_width: f32, text: &str) {
        let block = self.begin(Role::Item, text);
        let quiet = Style { ink, ..Style::BODY };
        let lines = self.lines(Style::BODY, text, PAGE_SIZE.0 - 2.0 * MARGIN - label_width);
        for (line, number) in lines.into_iter().zip(0..) {
            self.make_room(Style::BODY.leading);
            if number == 0 {
                self.put(MARGIN, quiet, label.to_owned(), block);
                self.y -= quiet.leading;
            }
            self.put(MARGIN + label_width, Style::BODY, line, block);
        }
    }

    /// Keeps what `write` writes on one page, unless it is longer than a page.
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
            self.new_page();
            write(self);
        }
    }

    /// Writes items with checkboxes, in two columns of about the same height.
    pub(super) fn write_checklist(&mut self, items: &[String]) {
        let width = (PAGE_SIZE.0 - 2.0 * MARGIN - GUTTER) / 2.0;
        let style = Style::BODY;
        let lines = items
            .iter()
            .map(|item| self.lines(style, item, width - BOX_INDENT));
        let items: Vec<_> = items.iter().zip(lines).collect();
        let height = |lines: &[String]| {
            #[expect(clippy::cast_precision_loss, reason = "an item has a few lines")]
            let count = lines.len() as f32;
            count * style.leading + 3.0
        };
        let mut rest = items.as_slice();
        while !rest.is_empty() {
            let room = PAGE_SIZE.1 - MARGIN - self.y;
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
                // The item that crosses the middle belongs to the left column.
                (fitting(rest, whole / 2.0) + 1).min(left)
            } else {
                left
            };
            let here = left + fitting(&rest[left..], room);
            let top = self.y;
            for ((item, lines), index) in rest[..here].iter().zip(0..) {
                if index == left {
                    self.y = top;
                }
                let x = if index < left {
                    MARGIN
                } else {
                    MARGIN + width + GUTTER
                };
                self.put_box(x, item, lines);
                self.y += 3.0;
            }
            rest = &rest[here..];
            if !rest.is_empty() {
                self.new_page();
            }
        }
    }

    fn put_box(&mut self, x: f32, item: &str, lines: &[String]) {
        let block = self.begin(Role::Item, item);
        let y = self.y + (Style::BODY.leading - BOX_SIZE) / 2.0;
        self.mark(Mark::Box { x, y });
        for line in lines {
            self.put(x + BOX_INDENT, Style::BODY, line.clone(), block);
        }
    }

    fn begin(&mut self, role: Role, text: &str) -> usize {
        self.blocks.push((role, text.to_owned()));
        self.blocks.len() - 1
    }

    fn make_room(&mut self, height: f32) {
        if self.y + height > PAGE_SIZE.1 - MARGIN && self.y > MARGIN {
            self.new_page();
        }
    }

    fn put(&mut self, x: f32, style: Style, text: String, block: usize) {
        // Centres the glyphs within the height of the line.
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

/// Breaks a text into lines of at most `width` ems, between words, and within words that are wider than a line. All
/// lines but the last end with a space, which separates words for screen readers.
fn break_lines(face: &Face, text: &str, width: f32) -> Vec<String> {
    let text = face.to_displayable(text);
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
