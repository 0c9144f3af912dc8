//! The summary of a recipe: the text before its ingredients.

use super::{
    facts::Facts,
    markdown::{Block, Item, one_line},
};

/// The maximum length in characters. A longer summary is cut at the end of a sentence.
const MAX_CHARS: usize = 600;

/// The paragraphs as one text, without the lines that go into `facts`. The items of lists go into `facts` only.
pub(super) fn summary<'a>(
    blocks: impl Iterator<Item = &'a Block>,
    facts: &mut Facts,
) -> Option<String> {
    let mut lines = Vec::new();
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) => {
                let remaining = paragraph
                    .text
                    .lines()
                    .filter(|line| !is_key(line) && !facts.read_line(line));
                lines.extend(remaining);
            }
            Block::List(items) => items.iter().for_each(|Item { text, .. }| {
                facts.read_line(text);
            }),
            Block::Heading { .. } => {}
        }
    }
    let text = one_line(&lines.join(" "));
    let text = cut(&text);
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether a line is a key of the front matter that was written after it by mistake.
fn is_key(line: &str) -> bool {
    ["author: ", "date: ", "tags: "]
        .iter()
        .any(|key| line.starts_with(key))
}

fn cut(text: &str) -> &str {
    let Some((end, _)) = text.char_indices().nth(MAX_CHARS) else {
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
