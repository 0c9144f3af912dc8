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
    markdown::{Block, blocks, one_line},
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
    let opening = sections.iter().take_while(|(title, _)| {
        !title.is_some_and(|title| is_ingredients(title) || is_directions(title))
    });
    let opening = opening.flat_map(|(_, blocks)| blocks.iter());
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

/// The headings of the first two levels with the blocks below them. The first section has the blocks before the first
/// heading.
fn sections(blocks: &[Block]) -> Vec<(Option<&str>, &[Block])> {
    let mut sections = Vec::new();
    let (mut title, mut begin) = (None, 0);
    for (index, block) in blocks.iter().enumerate() {
        if let Block::Heading { level: 1 | 2, text } = block {
            sections.push((title, &blocks[begin..index]));
            (title, begin) = (Some(text.as_str()), index + 1);
        }
    }
    sections.push((title, &blocks[begin..]));
    sections
}

type Sections<'a> = [(Option<&'a str>, &'a [Block])];

fn is_ingredients(title: &str) -> bool {
    title.to_lowercase().contains("ingredients")
}

fn is_directions(title: &str) -> bool {
    let title = title.trim().to_lowercase();
    let others = ["instructions", "method", "preparation", "steps"];
    title.contains("directions") || others.contains(&title.trim_end_matches(':'))
}

fn all_ingredients(sections: &Sections<'_>) -> Result<Vec<RecipeIngredient>, ItemError> {
    let found = titled(sections, is_ingredients);
    if found.is_empty() {
        return Err(ItemError::new("it has no section `## Ingredients`"));
    }
    let longest = found
        .iter()
        .flat_map(|(_, blocks)| blocks.iter())
        .find_map(too_long);
    if let Some(line) = longest {
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
    let all: Vec<_> = all.collect();
    match all.len() {
        0 => Err(ItemError::new(
            "its section `## Ingredients` has no list of ingredients",
        )),
        1..=MAX_ITEMS => Ok(all),
        many => Err(ItemError(format!(
            "it has {many} ingredients; {MAX_ITEMS} are the most"
        ))),
    }
}

fn too_long(block: &Block) -> Option<&str> {
    fn of(items: &[markdown::Item]) -> Option<&str> {
        items.iter().find_map(|item| {
            let long = item.text.chars().count() > MAX_LINE_CHARS;
            long.then_some(item.text.as_str())
                .or_else(|| of(&item.items))
        })
    }
    match block {
        Block::List(items) => of(items),
        _ => None,
    }
}

fn all_steps(sections: &Sections<'_>) -> Result<Vec<String>, ItemError> {
    let found = titled(sections, is_directions);
    if found.is_empty() {
        return Err(ItemError::new("it has no section `## Directions`"));
    }
    let own = |title: &str| title.contains(' ');
    let all = found
        .iter()
        .flat_map(|(title, blocks)| steps(Some(*title).filter(|it| own(it)), blocks));
    let all: Vec<_> = all.collect();
    if let Some(at) = all
        .iter()
        .position(|step| step.chars().count() > MAX_STEP_CHARS)
    {
        let reason = format!(
            "its step {} has more than {MAX_STEP_CHARS} characters; split it",
            at + 1
        );
        return Err(ItemError(reason));
    }
    match all.len() {
        0 => Err(ItemError::new("its section `## Directions` says nothing")),
        1..=MAX_ITEMS => Ok(all),
        many => Err(ItemError(format!(
            "it has {many} steps; {MAX_ITEMS} are the most"
        ))),
    }
}

fn titled<'a>(
    sections: &Sections<'a>,
    is_one: impl Fn(&str) -> bool,
) -> Vec<(&'a str, &'a [Block])> {
    let titled = sections
        .iter()
        .filter_map(|(title, blocks)| Some(((*title)?.trim(), *blocks)));
    titled.filter(|(title, _)| is_one(title)).collect()
}

/// The slots that the tags name.
fn slots(tags: &[String]) -> Vec<MealSlot> {
    let named = |slot: &MealSlot| {
        let names: &[&str] = match slot {
            MealSlot::Breakfast => &["breakfast"],
            MealSlot::Lunch => &["lunch"],
            MealSlot::Dinner => &["dinner", "supper"],
            MealSlot::Snack => &["snack"],
        };
        tags.iter().any(|tag| names.contains(&tag.as_str()))
    };
    MealSlot::iter().filter(named).collect()
}

/// The diet that the tags name, and all less restrictive ones. Nothing is inferred from the ingredients.
fn diets(tags: &[String]) -> Vec<Diet> {
    let tagged = |name: &str| tags.iter().any(|tag| tag == name);
    let strictest = match () {
        () if tagged("vegan") => Diet::Vegan,
        () if tagged("vegetarian") => Diet::Vegetarian,
        () => return Vec::new(),
    };
    // Diets are ordered from the least restrictive one.
    Diet::iter().filter(|diet| *diet <= strictest).collect()
}

#[cfg(test)]
mod tests;
