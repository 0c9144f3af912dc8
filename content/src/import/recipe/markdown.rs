//! The subset of Markdown that recipes use: headings, paragraphs and lists, all as plain text. Images and HTML are
//! dropped; links are replaced with their text.

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

impl Block {
    /// The items, if it is a list.
    pub(super) fn items(&self) -> &[Item] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }
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
    read_blocks(&mut Parser::new_ext(text, Options::empty()), 0)
}

/// The blocks up to the end of the enclosing element. Text that is in no paragraph, as in a tight list, becomes one.
fn read_blocks(events: &mut Parser<'_>, depth: usize) -> Option<Vec<Block>> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut blocks = Vec::new();
    let (mut text, mut is_strong) = (String::new(), true);
    let (mut strong, mut images) = (0_usize, 0_usize);
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::Image { .. }) => images += 1,
            Event::End(TagEnd::Image) => images -= 1,
            _ if images > 0 => {}
            Event::Start(Tag::Strong) => strong += 1,
            Event::End(TagEnd::Strong) => strong -= 1,
            Event::Text(part) | Event::Code(part) => {
                is_strong &= strong > 0 || part.trim().is_empty();
                text.push_str(&part);
            }
            Event::SoftBreak | Event::HardBreak => text.push('\n'),
            Event::Start(Tag::Emphasis | Tag::Link { .. })
            | Event::End(TagEnd::Emphasis | TagEnd::Link)
            | Event::InlineHtml(_) => {}
            // A block begins or ends here, and with it the text before.
            edge => {
                let paragraph = Paragraph {
                    is_strong: std::mem::replace(&mut is_strong, true),
                    text: std::mem::take(&mut text).trim().to_owned(),
                };
                if let Event::End(TagEnd::Heading(level)) = edge {
                    let (level, text) = (level as usize, paragraph.text);
                    blocks.push(Block::Heading { level, text });
                } else if !paragraph.text.is_empty() {
                    blocks.push(Block::Paragraph(paragraph));
                }
                match edge {
                    Event::Start(Tag::List(_)) => {
                        blocks.push(Block::List(read_items(events, depth + 1)?));
                    }
                    Event::Start(Tag::BlockQuote(_)) => {
                        blocks.extend(read_blocks(events, depth + 1)?);
                    }
                    Event::End(TagEnd::Item | TagEnd::BlockQuote(_)) => break,
                    _ => {}
                }
            }
        }
    }
    Some(blocks)
}

fn read_items(events: &mut Parser<'_>, depth: usize) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    while let Some(Event::Start(Tag::Item)) = events.next() {
        let mut item = Item::default();
        for block in read_blocks(events, depth + 1)? {
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

/// Text on one line, with one space between words.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A heading or label on one line, without the colon at its end.
pub(super) fn label(text: &str) -> String {
    one_line(text).trim_end_matches(':').trim().to_owned()
}
