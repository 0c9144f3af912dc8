//! Import of recipes from Markdown with front matter: one file for each recipe.

mod duration;
mod facts;
mod folder;
mod front_matter;
mod ingredients;
mod line;
mod markdown;
mod note;
mod steps;
mod summary;

use std::str;

use sea_orm::Iterable;

pub use folder::read_recipes;

use self::{
    facts::Facts,
    ingredients::ingredients,
    markdown::{Block, Item, blocks, one_line},
    steps::steps,
};
use super::{ItemError, text};
use crate::seed::identity;
use coach_domain::{
    enums::{Diet, MealSlot},
    id::RecipeId,
    recipe::{Recipe, RecipeIngredient},
};

/// The maximum number of ingredients, and of steps.
const MAX_ITEMS: usize = 200;
/// The maximum length of an ingredient line, in characters.
const MAX_LINE_CHARS: usize = 1000;
/// The maximum length of a step, in characters.
const MAX_STEP_CHARS: usize = 5000;

/// Reads the recipe of a file. Its ID is derived from `slug`.
fn recipe(slug: &str, file: &[u8]) -> Result<Recipe, ItemError> {
    let file = str::from_utf8(file).map_err(|error| {
        let before = String::from_utf8_lossy(&file[..error.valid_up_to()]);
        let line = text::normalize_lines(&before).split('\n').count();
        ItemError(format!("line {line} is not UTF-8; save the file as UTF-8"))
    })?;
    text::check("text", file)?;
    let file = text::normalize_lines(file);
    let (front_matter, markdown) = front_matter::split(&file)?;
    let title = one_line(front_matter.title.as_deref().unwrap_or_default());
    text::check_name("title", &title)?;
    let too_deep = "its lists or quotations are nested too deeply";
    let blocks = blocks(markdown).ok_or(ItemError::new(too_deep))?;
    let sections = sections(&blocks);
    let mut facts = Facts::default();
    let opening = sections
        .iter()
        .take_while(|(title, _)| !is_ingredients(title) && !is_directions(title))
        .flat_map(|(_, blocks)| *blocks);
    let summary = summary::summary(opening, &mut facts);
    let tags = front_matter.tags;
    Ok(Recipe {
        id: RecipeId(identity::id("recipe", slug)),
        title,
        summary,
        slots: slots(&tags),
        diets: diets(&tags),
        allergens: None,
        minutes: facts.minutes(),
        servings: facts.servings(),
        nutrition: None,
        ingredients: all_ingredients(&sections)?,
        steps: all_steps(&sections)?,
        image: None,
        archived: false,
    })
}

/// A heading of one of the first two levels, and the blocks below it.
type Section<'a> = (&'a str, &'a [Block]);

/// The sections of a document. The first one has an empty heading: its blocks come before all headings.
fn sections(blocks: &[Block]) -> Vec<Section<'_>> {
    let mut sections = Vec::new();
    let (mut title, mut begin) = ("", 0);
    for (index, block) in blocks.iter().enumerate() {
        if let Block::Heading { level: 1 | 2, text } = block {
            sections.push((title, &blocks[begin..index]));
            (title, begin) = (text.as_str(), index + 1);
        }
    }
    sections.push((title, &blocks[begin..]));
    sections
}

fn is_ingredients(title: &str) -> bool {
    title.to_lowercase().contains("ingredients")
}

fn is_directions(title: &str) -> bool {
    let title = title.to_lowercase();
    let others = ["instructions", "method", "preparation", "steps"];
    title.contains("directions") || others.contains(&title.trim_end_matches(':'))
}

fn all_ingredients(sections: &[Section<'_>]) -> Result<Vec<RecipeIngredient>, ItemError> {
    let found = titled(sections, is_ingredients, "Ingredients")?;
    let mut blocks = found.iter().flat_map(|(_, blocks)| *blocks);
    if let Some(line) = blocks.find_map(|block| too_long(block.items())) {
        let begin: String = line.chars().take(40).collect();
        return Err(ItemError(format!(
            "its ingredient `{begin}…` has more than {MAX_LINE_CHARS} characters; shorten it"
        )));
    }
    let own =
        |title: &str| !["ingredients", "ingredients:"].contains(&title.to_lowercase().as_str());
    let all = found
        .iter()
        .flat_map(|(title, blocks)| ingredients(Some(*title).filter(|it| own(it)), blocks));
    let none = "its section `## Ingredients` has no list of ingredients";
    check_count(all.collect(), "ingredients", none)
}

/// The first line that is too long.
fn too_long(items: &[Item]) -> Option<&str> {
    items.iter().find_map(|item| {
        let long = item.text.chars().count() > MAX_LINE_CHARS;
        long.then_some(item.text.as_str())
            .or_else(|| too_long(&item.items))
    })
}

fn all_steps(sections: &[Section<'_>]) -> Result<Vec<String>, ItemError> {
    let found = titled(sections, is_directions, "Directions")?;
    let all = found
        .iter()
        .flat_map(|(title, blocks)| steps(Some(*title).filter(|it| it.contains(' ')), blocks));
    let all: Vec<_> = all.collect();
    let is_long = |step: &String| step.chars().count() > MAX_STEP_CHARS;
    if let Some(at) = all.iter().position(is_long) {
        let step = at + 1;
        return Err(ItemError(format!(
            "its step {step} has more than {MAX_STEP_CHARS} characters; split it"
        )));
    }
    check_count(all, "steps", "its section `## Directions` says nothing")
}

/// The sections with a fitting title. `usual` is the usual one, for the message when there are none.
fn titled<'a>(
    sections: &[Section<'a>],
    is_fitting: fn(&str) -> bool,
    usual: &str,
) -> Result<Vec<Section<'a>>, ItemError> {
    let found = sections.iter().filter(|(title, _)| is_fitting(title));
    let found: Vec<_> = found.copied().collect();
    if found.is_empty() {
        return Err(ItemError(format!("it has no section `## {usual}`")));
    }
    Ok(found)
}

/// The items, if there are neither too many nor none; `none` is the message for that.
fn check_count<T>(all: Vec<T>, kind: &str, none: &str) -> Result<Vec<T>, ItemError> {
    match all.len() {
        0 => Err(ItemError::new(none)),
        1..=MAX_ITEMS => Ok(all),
        many => Err(ItemError(format!(
            "it has {many} {kind}; {MAX_ITEMS} are the most"
        ))),
    }
}

/// The slots that the tags name.
fn slots(tags: &[String]) -> Vec<MealSlot> {
    let named = |slot: &MealSlot| {
        has_tag(tags, slot.as_str()) || (*slot == MealSlot::Dinner && has_tag(tags, "supper"))
    };
    MealSlot::iter().filter(named).collect()
}

/// The diet that the tags name, and all less restrictive ones. Nothing is inferred from the ingredients.
fn diets(tags: &[String]) -> Vec<Diet> {
    let named = |diet: &Diet| has_tag(tags, diet.as_str());
    let strictest = [Diet::Vegan, Diet::Vegetarian].into_iter().find(named);
    // Diets are ordered from the least restrictive one.
    Diet::iter()
        .filter(|diet| strictest.is_some_and(|strictest| *diet <= strictest))
        .collect()
}

fn has_tag(tags: &[String], name: &str) -> bool {
    tags.iter().any(|tag| tag.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests;
