//! One line of a list of ingredients.

use super::{
    markdown::one_line,
    note::{self, has_letters},
};
use crate::recipe::{
    IngredientAmount, RecipeIngredient,
    amount::{Quantity, counted, leading, strip_words, whole},
};

/// The most words of a name that an amount may follow; more are a sentence.
const LONGEST_NAME: usize = 10;

/// Reads a line, with further notes that belong to it. There is none that cannot
/// be read: one without an amount has only a name.
pub(super) fn ingredient(line: &str, further: Vec<String>) -> RecipeIngredient {
    let line = cleaned(line);
    let (aside, line) = aside(&line);
    let found = at_the_beginning(line).or_else(|| behind(line));
    let (quantity, rest) = match found {
        Some((quantity, rest)) => (Some(quantity), rest),
        None => (None, line.to_owned()),
    };
    let (mut name, mut notes) = note::split(&rest);
    let mut amount = quantity.and_then(|quantity| quantity.amount);
    // What is for each person is not for the whole recipe.
    if let Some((before, each)) = name.split_once(" per ") {
        notes.insert(0, format!("per {each}"));
        let length = before.len();
        name.truncate(length);
        amount = None;
    }
    let stated = notes.iter().find_map(|note| whole(note)?.grams);
    // What is said of several cans may be meant for each of them.
    let total = amount.is_some_and(IngredientAmount::is_total);
    let grams = quantity.and_then(|quantity| quantity.grams);
    let grams = grams.or(stated.filter(|_| total));
    notes.splice(0..0, aside.map(str::to_owned));
    notes.extend(further);
    let notes: Vec<_> = notes.iter().map(|note| lower_optional(note)).collect();
    RecipeIngredient {
        name,
        quantity: quantity.map_or_else(String::new, |quantity| quantity.text.to_owned()),
        amount,
        grams: grams.filter(|_| amount.is_some()),
        note: (!notes.is_empty()).then(|| notes.join("; ")),
    }
}

/// One line, without marks that lead to footnotes or begin a list.
fn cleaned(line: &str) -> String {
    let line = one_line(line);
    let line = line
        .trim_start_matches(['+', '…'])
        .trim_start_matches("...");
    let line = line.trim().trim_end_matches('*').trim_end_matches("…");
    let line = line
        .strip_suffix('.')
        .filter(|line| !line.ends_with("etc"))
        .unwrap_or(line);
    line.trim().to_owned()
}

/// `(Optional)` and the like in front of all.
fn aside(line: &str) -> (Option<&str>, &str) {
    let split = line.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let split = split.filter(|(_, rest)| has_letters(rest));
    split.map_or((None, line), |(inside, rest)| {
        (Some(inside.trim()), rest.trim_start())
    })
}

fn lower_optional(note: &str) -> String {
    match note {
        "Optional" | "optionnal" => "optional".to_owned(),
        note => note.to_owned(),
    }
}

type Found<'a> = (Quantity<'a>, String);

/// `2 tbsp butter`; where nothing is left after a unit, as of `2 cloves`, it is
/// what is counted.
fn at_the_beginning(line: &str) -> Option<Found<'_>> {
    let named = |quantity: &Quantity<'_>| has_letters(&note::split(quantity.rest).0);
    let quantity = leading(line)
        .filter(named)
        .or_else(|| counted(line).filter(named))?;
    Some((quantity, quantity.rest.to_owned()))
}

/// An amount that comes after the name.
fn behind(line: &str) -> Option<Found<'_>> {
    after_colon(line)
        .or_else(|| after_comma(line))
        .or_else(|| at_the_end(line))
        .or_else(|| in_parentheses(line))
}

/// `pasta: 800g | 1 1/2 lb`
fn after_colon(line: &str) -> Option<Found<'_>> {
    let at = outside(line).find(|(_, letter)| *letter == ':')?.0;
    let (name, value) = (&line[..at], line[at + 1..].trim_start());
    let quantity = leading(value).filter(|_| has_letters(name))?;
    Some((quantity, format!("{name} {}", as_note(quantity.rest))))
}

/// `Paprika, 2 tsp`, where nothing else follows.
fn after_comma(line: &str) -> Option<Found<'_>> {
    let mut commas = outside(line).filter(|(_, letter)| *letter == ',');
    commas.find_map(|(at, _)| {
        let (name, value) = (&line[..at], line[at + 1..].trim_start());
        let quantity = leading(value)?;
        let (more, _) = note::split(quantity.rest);
        (has_letters(name) && !has_letters(&more))
            .then(|| (quantity, format!("{name} {}", quantity.rest)))
    })
}

/// `Rice (50 grams)`
fn in_parentheses(line: &str) -> Option<Found<'_>> {
    let mut begins = line.match_indices('(');
    begins.find_map(|(at, _)| {
        let (inside, after) = line[at + 1..].split_once(')')?;
        let inside = inside.strip_suffix(" medium sized").unwrap_or(inside);
        let quantity = whole(inside)
            .filter(|_| !inside.starts_with(char::is_alphabetic) || inside.starts_with('a'))?;
        has_letters(&line[..at]).then(|| (quantity, format!("{} {after}", &line[..at])))
    })
}

/// `Oil 2 tbsp`, `Salt - 1 1/2 teaspoons`: with a unit, and nothing but notes
/// after it.
fn at_the_end(line: &str) -> Option<Found<'_>> {
    let mut words = outside(line).filter(|(_, letter)| *letter == ' ');
    words.find_map(|(at, _)| {
        let value = line[at..].trim_start();
        let numeric = value.starts_with(|letter: char| letter.is_numeric() || letter == '~');
        let quantity = leading(value).filter(|quantity| numeric && quantity.is_certain)?;
        let rest = quantity.rest.trim_start();
        let ended = rest.is_empty() || rest.starts_with([',', '(', '*']);
        let name = line[..at].trim_end_matches([' ', '-', ',', '–']);
        let short = name.split(' ').count() <= LONGEST_NAME;
        (ended && short && has_letters(name))
            .then(|| (quantity, format!("{name}{}", quantity.rest)))
    })
}

/// What comes after a value belongs to no name.
fn as_note(rest: &str) -> String {
    let rest = rest.trim();
    if rest.starts_with('(') || !has_letters(rest) {
        return rest.to_owned();
    }
    format!("({})", strip_words(rest, "of").unwrap_or(rest).trim())
}

/// The letters that are not in parentheses, with their places.
fn outside(line: &str) -> impl Iterator<Item = (usize, char)> {
    let mut depth = 0_i32;
    line.char_indices().filter(move |(_, letter)| {
        depth += i32::from(*letter == '(');
        let outside = depth <= 0;
        depth -= i32::from(*letter == ')');
        outside
    })
}

#[cfg(test)]
mod tests;
