//! The subset of Markdown that recipes use: headings, paragraphs and lists, all as plain text. Images and HTML are
//! dropped; links are replaced with their text.

use std::iter::Peekable;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The maximum nesting depth of lists and quotations.
const MAX_DEPTH: usize = 16;

/// A block of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Heading {
        /// The level, from 1 for the highest.
        level: usize,
        text: String,
    },
    Paragraph(Paragraph),
    List(Vec<Item>),
}

/// A paragraph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Paragraph {
    /// The text, with the line breaks of the file.
    pub(super) text: String,
    /// Whether all of it is bold, as in an informal heading.
    pub(super) is_strong: bool,
}

/// An item of a list, with its subitems.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Item {
    /// The text, with line breaks.
    pub(super) text: String,
    pub(super) items: Vec<Item>,
}

/// The blocks of a document; `None` when it is nested more than [`MAX_DEPTH`] levels deep.
pub(super) fn blocks(text: &str) -> Option<Vec<Block>> {
    let parser = Parser::new_ext(text, Options::empty());
    Reader {
        events: parser.peekable(),
    }
    .blocks(0)
}

struct Reader<'a> {
    events: Peekable<Parser<'a>>,
}

impl Reader<'_> {
    /// The blocks up to the end of the enclosing element.
    fn blocks(&mut self, depth: usize) -> Option<Vec<Block>> {
        let mut blocks = Vec::new();
        if depth > MAX_DEPTH {
            return None;
        }
        while let Some(event) = self.events.peek() {
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    let level = *level as usize;
                    self.events.next();
                    let text = self.inline().text;
                    blocks.push(Block::Heading { level, text });
                }
                Event::Start(Tag::List(_)) => {
                    self.events.next();
                    blocks.push(Block::List(self.items(depth + 1)?));
                }
                Event::Start(Tag::BlockQuote(_)) => {
                    self.events.next();
                    blocks.extend(self.blocks(depth + 1)?);
                }
                Event::Start(Tag::HtmlBlock) => self.skip(),
                Event::Start(Tag::Paragraph | Tag::CodeBlock(_)) => {
                    self.events.next();
                    push(&mut blocks, self.inline());
                }
                Event::End(_) => {
                    self.events.next();
                    return Some(blocks);
                }
                // The text of a tight list is in no paragraph.
                Event::Text(_)
                | Event::Code(_)
                | Event::InlineHtml(_)
                | Event::SoftBreak
                | Event::HardBreak
                | Event::Start(
                    Tag::Emphasis | Tag::Strong | Tag::Link { .. } | Tag::Image { .. },
                ) => push(&mut blocks, self.inline()),
                _ => {
                    self.events.next();
                }
            }
        }
        Some(blocks)
    }

    fn items(&mut self, depth: usize) -> Option<Vec<Item>> {
        let mut items = Vec::new();
        while let Some(Event::Start(Tag::Item)) = self.events.next() {
            let mut item = Item::default();
            for block in self.blocks(depth + 1)? {
                match block {
                    Block::List(items) => item.items.extend(items),
                    Block::Heading { text, .. } | Block::Paragraph(Paragraph { text, .. }) => {
                        let mark = if item.text.is_empty() { "" } else { "\n" };
                        item.text = format!("{}{mark}{text}", item.text);
                    }
                }
            }
            items.push(item);
        }
        Some(items)
    }

    /// The text up to the end of its block. Also consumes the end event, if the block is a paragraph, heading or code
    /// block.
    fn inline(&mut self) -> Paragraph {
        let mut text = String::new();
        let (mut depth, mut strong) = (0_usize, 0_usize);
        let mut is_strong = true;
        while let Some(event) = self.events.peek() {
            match event {
                Event::Start(Tag::Image { .. }) => {
                    self.skip();
                    continue;
                }
                Event::Start(Tag::Strong) => (depth, strong) = (depth + 1, strong + 1),
                Event::Start(Tag::Emphasis | Tag::Link { .. }) => depth += 1,
                Event::End(TagEnd::Strong) => (depth, strong) = (depth - 1, strong - 1),
                Event::End(TagEnd::Emphasis | TagEnd::Link) => depth -= 1,
                Event::Text(part) | Event::Code(part) => {
                    is_strong &= strong > 0 || part.trim().is_empty();
                    text.push_str(part);
                }
                Event::SoftBreak | Event::HardBreak => text.push('\n'),
                Event::InlineHtml(_) | Event::Html(_) => {}
                Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock) => {
                    self.events.next();
                    break;
                }
                _ => break,
            }
            self.events.next();
        }
        let is_strong = is_strong && !text.trim().is_empty();
        let text = text.trim().to_owned();
        Paragraph { text, is_strong }
    }

    /// Skips the element that begins here.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        for event in self.events.by_ref() {
            match event {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
}

fn push(blocks: &mut Vec<Block>, paragraph: Paragraph) {
    if !paragraph.text.is_empty() {
        blocks.push(Block::Paragraph(paragraph));
    }
}

/// Text on one line, with one space between words.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
