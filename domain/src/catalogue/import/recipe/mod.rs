//! Recipes as Markdown with front matter: one file each.

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
use super::{Refusal, text};
use crate::{
    day::MealSlot,
    id::RecipeId,
    preferences::Diet,
    recipe::{Recipe, RecipeIngredient},
    seed::identity,
};

/// The most lines of ingredients, and the most steps.
const MOST: usize = 200;
/// The longest line of ingredients, in characters.
const LONGEST_LINE: usize = 1000;
/// The longest step, in characters.
const LONGEST_STEP: usize = 5000;

/// Reads a file; `slug` names the recipe for good.
fn recipe(slug: &str, file: &[u8]) -> Result<Recipe, Refusal> {
    let file = str::from_utf8(file).map_err(|error| {
        let before = String::from_utf8_lossy(&file[..error.valid_up_to()]);
        let line = text::lines(&before).split('\n').count();
        Refusal(format!("line {line} is not UTF-8; save the file as UTF-8"))
    })?;
    text::check("text", file)?;
    let file = text::lines(file);
    let (front_matter, markdown) = front_matter::split(&file)?;
    let title = one_line(front_matter.title.as_deref().unwrap_or_default());
    text::check_name("title", &title)?;
    let deep = "its lists or quotations are nested too deeply";
    let blocks = blocks(markdown).ok_or(Refusal::new(deep))?;
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

/// The headings of the first two levels with what is below them; what comes
/// before all headings first.
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

fn all_ingredients(sections: &Sections<'_>) -> Result<Vec<RecipeIngredient>, Refusal> {
    let found = titled(sections, is_ingredients);
    if found.is_empty() {
        return Err(Refusal::new("it has no section `## Ingredients`"));
    }
    let longest = found
        .iter()
        .flat_map(|(_, blocks)| blocks.iter())
        .find_map(too_long);
    if let Some(line) = longest {
        let begin: String = line.chars().take(40).collect();
        return Err(Refusal(format!(
            "its ingredient `{begin}…` has more than {LONGEST_LINE} characters; shorten it"
        )));
    }
    let own =
        |title: &str| !["ingredients", "ingredients:"].contains(&title.to_lowercase().as_str());
    let all = found
        .iter()
        .flat_map(|(title, blocks)| ingredients(Some(*title).filter(|it| own(it)), blocks));
    let all: Vec<_> = all.collect();
    match all.len() {
        0 => Err(Refusal::new(
            "its section `## Ingredients` has no list of ingredients",
        )),
        1..=MOST => Ok(all),
        many => Err(Refusal(format!(
            "it has {many} ingredients; {MOST} are the most"
        ))),
    }
}

fn too_long(block: &Block) -> Option<&str> {
    fn of(items: &[markdown::Item]) -> Option<&str> {
        items.iter().find_map(|item| {
            let long = item.text.chars().count() > LONGEST_LINE;
            long.then_some(item.text.as_str())
                .or_else(|| of(&item.items))
        })
    }
    match block {
        Block::List(items) => of(items),
        _ => None,
    }
}

fn all_steps(sections: &Sections<'_>) -> Result<Vec<String>, Refusal> {
    let found = titled(sections, is_directions);
    if found.is_empty() {
        return Err(Refusal::new("it has no section `## Directions`"));
    }
    let own = |title: &str| title.contains(' ');
    let all = found
        .iter()
        .flat_map(|(title, blocks)| steps(Some(*title).filter(|it| own(it)), blocks));
    let all: Vec<_> = all.collect();
    if let Some(at) = all
        .iter()
        .position(|step| step.chars().count() > LONGEST_STEP)
    {
        let reason = format!(
            "its step {} has more than {LONGEST_STEP} characters; split it",
            at + 1
        );
        return Err(Refusal(reason));
    }
    match all.len() {
        0 => Err(Refusal::new("its section `## Directions` says nothing")),
        1..=MOST => Ok(all),
        many => Err(Refusal(format!("it has {many} steps; {MOST} are the most"))),
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

/// Meals that the tags name.
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

/// Diets that the tags name, with those that allow as much; nothing is guessed
/// from the ingredients.
fn diets(tags: &[String]) -> Vec<Diet> {
    let tagged = |name: &str| tags.iter().any(|tag| tag == name);
    let strictest = match () {
        () if tagged("vegan") => Diet::Vegan,
        () if tagged("vegetarian") => Diet::Vegetarian,
        () => return Vec::new(),
    };
    // Diets are ordered from the widest.
    Diet::iter().filter(|diet| *diet <= strictest).collect()
}

#[cfg(test)]
mod tests;
