//! Parsing of a line of a list of ingredients.

use coach_domain::recipe::{IngredientAmount, RecipeIngredient};

use super::{
    markdown::one_line,
    note::{has_letters, separate_notes},
};
use crate::amount::{Quantity, counted, leading, strip_words, whole};

/// The maximum number of words in a name before an amount. More words are a sentence.
const MAX_NAME_WORDS: usize = 10;

/// Parses a line, and adds `extra_notes` to its notes. Parsing cannot fail: a line without an amount is only a name.
pub(super) fn ingredient(line: &str, extra_notes: Vec<String>) -> RecipeIngredient {
    let line = cleaned(line);
    let (prefix_note, line) = prefix_note(&line);
    let places = [
        at_the_beginning,
        after_colon,
        after_comma,
        at_the_end,
        in_parentheses,
    ];
    let found = places.iter().find_map(|find| find(line));
    let (quantity, rest) = match found {
        Some((quantity, rest)) => (Some(quantity), rest),
        None => (None, line.to_owned()),
    };
    let (mut name, mut notes) = separate_notes(&rest);
    let mut amount = quantity.and_then(|quantity| quantity.amount);
    // An amount per person is not that of the whole recipe.
    if let Some((before, each)) = name.split_once(" per ") {
        notes.insert(0, format!("per {each}"));
        let length = before.len();
        name.truncate(length);
        amount = None;
    }
    let stated = notes.iter().find_map(|note| whole(note)?.grams);
    // A weight beside several cans may be that of each of them.
    let total = amount.is_some_and(IngredientAmount::is_total);
    let grams = quantity.and_then(|quantity| quantity.grams);
    let grams = grams.or(stated.filter(|_| total));
    notes.splice(0..0, prefix_note.map(str::to_owned));
    notes.extend(extra_notes);
    let notes: Vec<_> = notes.iter().map(|note| lower_optional(note)).collect();
    RecipeIngredient {
        name,
        quantity: quantity.map_or_else(String::new, |quantity| quantity.text.to_owned()),
        amount,
        grams: grams.filter(|_| amount.is_some()),
        note: (!notes.is_empty()).then(|| notes.join("; ")),
    }
}

/// The text on one line, without footnote and list markers.
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

/// A note in parentheses at the beginning, such as `(Optional)`, and the rest.
fn prefix_note(line: &str) -> (Option<&str>, &str) {
    let split = line.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    match split.filter(|(_, rest)| has_letters(rest)) {
        Some((inside, rest)) => (Some(inside.trim()), rest.trim_start()),
        None => (None, line),
    }
}

fn lower_optional(note: &str) -> String {
    match note {
        "Optional" | "optionnal" => "optional".to_owned(),
        note => note.to_owned(),
    }
}

type Found<'a> = (Quantity<'a>, String);

/// An amount before the name: `2 tbsp butter`. When nothing follows the unit, as in `2 cloves`, the unit is the name.
fn at_the_beginning(line: &str) -> Option<Found<'_>> {
    let named = |quantity: &Quantity<'_>| has_letters(&separate_notes(quantity.rest).0);
    let quantity = leading(line)
        .filter(named)
        .or_else(|| counted(line).filter(named))?;
    Some((quantity, quantity.rest.to_owned()))
}

/// An amount after a colon: `pasta: 800g | 1 1/2 lb`.
fn after_colon(line: &str) -> Option<Found<'_>> {
    let at = outside(line, ':').next()?;
    let (name, value) = (&line[..at], line[at + 1..].trim_start());
    let quantity = leading(value).filter(|_| has_letters(name))?;
    Some((quantity, format!("{name} {}", as_note(quantity.rest))))
}

/// An amount after a comma, with nothing else after it: `Paprika, 2 tsp`.
fn after_comma(line: &str) -> Option<Found<'_>> {
    outside(line, ',').find_map(|at| {
        let (name, value) = (&line[..at], line[at + 1..].trim_start());
        let quantity = leading(value)?;
        let (more, _) = separate_notes(quantity.rest);
        (has_letters(name) && !has_letters(&more))
            .then(|| (quantity, format!("{name} {}", quantity.rest)))
    })
}

/// An amount in parentheses: `Rice (50 grams)`.
fn in_parentheses(line: &str) -> Option<Found<'_>> {
    line.match_indices('(').find_map(|(at, _)| {
        let (inside, after) = line[at + 1..].split_once(')')?;
        let inside = inside.strip_suffix(" medium sized").unwrap_or(inside);
        let quantity = whole(inside)
            .filter(|_| !inside.starts_with(char::is_alphabetic) || inside.starts_with('a'))?;
        has_letters(&line[..at]).then(|| (quantity, format!("{} {after}", &line[..at])))
    })
}

/// An amount with a unit, and only notes after it: `Oil 2 tbsp`, `Salt - 1 1/2 teaspoons`.
fn at_the_end(line: &str) -> Option<Found<'_>> {
    outside(line, ' ').find_map(|at| {
        let value = line[at..].trim_start();
        let numeric = value.starts_with(|letter: char| letter.is_numeric() || letter == '~');
        let quantity = leading(value).filter(|quantity| numeric && quantity.is_certain)?;
        let rest = quantity.rest.trim_start();
        let ended = rest.is_empty() || rest.starts_with([',', '(', '*']);
        let name = line[..at].trim_end_matches([' ', '-', ',', '–']);
        let short = name.split(' ').count() <= MAX_NAME_WORDS;
        (ended && short && has_letters(name))
            .then(|| (quantity, format!("{name}{}", quantity.rest)))
    })
}

/// Puts the text after a value into parentheses, so that it becomes a note and no part of the name.
fn as_note(rest: &str) -> String {
    let rest = rest.trim();
    if rest.starts_with('(') || !has_letters(rest) {
        return rest.to_owned();
    }
    format!("({})", strip_words(rest, "of").unwrap_or(rest).trim())
}

/// The indexes of a character outside of parentheses.
fn outside(line: &str, sought: char) -> impl Iterator<Item = usize> {
    let mut depth = 0_i32;
    line.char_indices().filter_map(move |(at, letter)| {
        depth += i32::from(letter == '(');
        let found = letter == sought && depth <= 0;
        depth -= i32::from(letter == ')');
        found.then_some(at)
    })
}

#[cfg(test)]
mod tests;
