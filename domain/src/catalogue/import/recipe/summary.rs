//! What is said of a dish before its ingredients.

use super::{
    facts::Facts,
    markdown::{Block, Item, one_line},
};

/// In characters; more is cut at the end of a sentence.
const LONGEST: usize = 600;

/// The paragraphs as one text, and the facts, which are taken out of them and of
/// the lists.
pub(super) fn summary<'a>(
    blocks: impl Iterator<Item = &'a Block>,
    facts: &mut Facts,
) -> Option<String> {
    let mut lines = Vec::new();
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) => {
                let said = paragraph
                    .text
                    .lines()
                    .filter(|line| !is_key(line) && !facts.take(line));
                lines.extend(said);
            }
            Block::List(items) => items.iter().for_each(|Item { text, .. }| {
                facts.take(text);
            }),
            Block::Heading { .. } => {}
        }
    }
    let text = one_line(&lines.join(" "));
    let text = cut(&text);
    (!text.is_empty()).then(|| text.to_owned())
}

/// A key that belongs into the front matter and stands behind it.
fn is_key(line: &str) -> bool {
    ["author: ", "date: ", "tags: "]
        .iter()
        .any(|key| line.starts_with(key))
}

fn cut(text: &str) -> &str {
    let Some((end, _)) = text.char_indices().nth(LONGEST) else {
        return text;
    };
    let text = &text[..end];
    let ends = text
        .match_indices(['.', '!', '?'])
        .map(|(at, mark)| at + mark.len());
    let mut ends = ends.filter(|at| text[*at..].starts_with(' '));
    let sentence = ends.next_back().or_else(|| text.rfind(' '));
    &text[..sentence.unwrap_or(end)]
}
