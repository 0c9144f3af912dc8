//! The ingredients of the lists in a section, with their groups.

use coach_domain::recipe::RecipeIngredient;

use super::{
    line::ingredient,
    markdown::{Block, Item, label, one_line},
};

/// The maximum length of a label in bytes. A longer text is a remark.
const MAX_LABEL_BYTES: usize = 100;

/// The ingredients of a section, in their order. `title` is the title of the section if it is more than just
/// "Ingredients".
pub(super) fn ingredients(title: Option<&str>, blocks: &[Block]) -> Vec<RecipeIngredient> {
    let mut group = title.map(str::to_owned);
    let mut groups: Vec<(Option<String>, &[Item])> = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        match block {
            Block::Heading { text, .. } => group = Some(label(text)),
            Block::Paragraph(paragraph) => {
                let before_list = matches!(blocks.get(index + 1), Some(Block::List(_)));
                if before_list && is_label(&paragraph.text, paragraph.is_strong) {
                    group = Some(label(&paragraph.text));
                }
            }
            Block::List(items) => groups.push((group.clone(), items)),
        }
    }
    let is_metric = |group: &str| group.eq_ignore_ascii_case("metric");
    let has_metric = groups
        .iter()
        .any(|(group, _)| group.as_deref().is_some_and(is_metric));
    let mut ingredients = Vec::new();
    for (group, items) in &groups {
        let group = group.as_deref().filter(|group| !is_metric(group));
        if !has_metric || !is_imperial(group) {
            ingredients.extend(items.iter().flat_map(|item| lines(item, group)));
        }
    }
    ingredients
}

/// Whether a group repeats the ingredients in imperial or American units.
fn is_imperial(group: Option<&str>) -> bool {
    let other = ["imperial", "us", "us customary", "american"];
    group.is_some_and(|group| other.contains(&group.to_lowercase().as_str()))
}

/// Whether a paragraph above a list is its label.
fn is_label(text: &str, is_strong: bool) -> bool {
    let words = text.split_whitespace().count();
    let short = !text.contains(['\n', '.']) && words <= 8;
    let about_amounts = text.to_lowercase().contains("ingredients are")
        || text.contains(|c: char| c.is_ascii_digit());
    let looks_like_label =
        is_strong || text.starts_with("For ") || text.ends_with(':') || words <= 4;
    short && looks_like_label && (!about_amounts || text.starts_with("For "))
}

/// The ingredient of an item, or those of its subitems when it is only their label.
fn lines(item: &Item, group: Option<&str>) -> Vec<RecipeIngredient> {
    let below = |group: Option<&str>| {
        item.items
            .iter()
            .flat_map(|item| lines(item, group))
            .collect::<Vec<_>>()
    };
    let text = one_line(&item.text);
    if text.is_empty() {
        return below(group);
    }
    if !item.items.is_empty() && is_label_of_subitems(item, &text) {
        let own = label(&text);
        let own = Some(own.as_str()).filter(|own| own.len() <= MAX_LABEL_BYTES);
        return below(own.or(group));
    }
    let mut extra_notes: Vec<_> = item.items.iter().map(sentence).collect();
    extra_notes.extend(group.map(str::to_owned));
    let line = ingredient(&item.text, extra_notes);
    if line.name.is_empty() {
        Vec::new()
    } else {
        vec![line]
    }
}

fn is_label_of_subitems(item: &Item, text: &str) -> bool {
    let remark = |item: &Item| item.text.ends_with('.') || item.text.chars().count() > 80;
    let has_amount = !ingredient(text, Vec::new()).quantity.is_empty();
    text.ends_with(':') || (!has_amount && !item.items.iter().any(remark))
}

fn sentence(item: &Item) -> String {
    let below = item.items.iter().map(sentence);
    let all = [one_line(&item.text)].into_iter().chain(below);
    all.collect::<Vec<_>>().join(" ")
}
