//! The steps of a recipe.

use super::markdown::{Block, Item, Paragraph, label, one_line};

/// The maximum length of a label in characters. A longer text is a step.
const MAX_LABEL_CHARS: usize = 80;

/// The steps of a section, in their order. `title` is the title of the section if it is more than just "Directions".
/// Headings and labels become the beginning of the next step.
pub(super) fn steps(title: Option<&str>, blocks: &[Block]) -> Vec<String> {
    let has_list = blocks.iter().any(|block| matches!(block, Block::List(_)));
    let mut steps = Steps {
        label: title.map(label),
        steps: Vec::new(),
    };
    for (index, block) in blocks.iter().enumerate() {
        match block {
            Block::Heading { text, .. } => steps.label = Some(label(text)),
            Block::List(items) => items.iter().for_each(|item| steps.push(&flat(item))),
            Block::Paragraph(paragraph) => {
                let before_list = matches!(blocks.get(index + 1), Some(Block::List(_)));
                if before_list && is_label(paragraph) {
                    steps.label = Some(label(&paragraph.text));
                } else if has_list || !has_sentence_per_line(&paragraph.text) {
                    steps.push(&paragraph.text);
                } else {
                    paragraph.text.lines().for_each(|line| steps.push(line));
                }
            }
        }
    }
    steps.steps
}

struct Steps {
    label: Option<String>,
    steps: Vec<String>,
}

impl Steps {
    fn push(&mut self, text: &str) {
        let text = one_line(text);
        let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
        // The source of a recipe is no step, and neither is a stray character.
        if letters < 2 || text.starts_with("Originally published at ") {
            return;
        }
        let text = match self.label.take() {
            Some(label) => format!("{label}: {text}"),
            None => text,
        };
        self.steps.push(text);
    }
}

fn is_label(paragraph: &Paragraph) -> bool {
    let short = paragraph.text.chars().count() <= MAX_LABEL_CHARS && !paragraph.text.contains('\n');
    short && (paragraph.is_strong || paragraph.text.ends_with(':'))
}

/// Whether each line of a paragraph is a sentence.
fn has_sentence_per_line(text: &str) -> bool {
    let mut lines = text.lines().rev().skip(1);
    text.contains('\n') && lines.all(|line| line.trim_end().ends_with(['.', '!', '?', ')']))
}

/// An item with its subitems, as sentences.
fn flat(item: &Item) -> String {
    let mut text = one_line(&item.text);
    for item in &item.items {
        if text.ends_with(char::is_alphanumeric) {
            text.push('.');
        }
        text.push(' ');
        text.push_str(&flat(item));
    }
    text
}
