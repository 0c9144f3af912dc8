//! Parsing of a whole quantity: a measure, and repetitions of it in other units or in parentheses.

use coach_domain::recipe::{IngredientAmount, MeasuringUnit as Unit};

use super::{
    measure::{Measure, measure, starts_with_digit},
    number::{range, strip_any, strip_words},
    words::{self, after_about, after_sizes},
};

/// Words of amounts that cannot be measured, and words that may precede them.
const VAGUE: [&str; 8] = [
    "little bit",
    "few",
    "little",
    "bit",
    "amount",
    "coating",
    "lot",
    "some",
];
const BEFORE_VAGUE: [&str; 9] = [
    "a", "an", "small", "good", "tiny", "teensy", "thin", "ample", "very",
];

/// A quantity at the beginning of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quantity<'a> {
    /// As written.
    pub(crate) text: &'a str,
    /// `None` when it cannot be measured.
    pub(crate) amount: Option<IngredientAmount>,
    /// The weight in grams, when the text gives it.
    pub(crate) grams: Option<i32>,
    /// Whether the number has a unit or a size.
    pub(crate) is_certain: bool,
    /// The text after the quantity.
    pub(crate) rest: &'a str,
}

/// The quantity at the beginning of a text.
pub(crate) fn leading(text: &str) -> Option<Quantity<'_>> {
    if let Some(rest) = vague(text) {
        return Some(Quantity {
            text: text[..text.len() - rest.len()].trim(),
            amount: None,
            grams: None,
            is_certain: true,
            rest,
        });
    }
    let from = strip_words(text, "from").unwrap_or(text);
    let first = measure(from)?;
    let (mut first, is_sum) = sum(first);
    let mut grams = first.grams_of_amount().or(first.grams);
    let mut rest = first.rest;
    while let Some(other) = alternative(&first, rest) {
        // Grams given by the author are better than a conversion, but after a number of cans they may be meant for
        // each.
        if is_sum || first.amount.is_some_and(IngredientAmount::is_total) {
            grams = other.metric_grams().or(grams);
        }
        // Ounces that are repeated as a volume are fluid ounces.
        if let Some(amount) = &mut first.amount
            && amount.unit == Some(Unit::Ounce)
            && other.unit().is_some_and(Unit::is_volume)
        {
            (amount.unit, grams) = (Some(Unit::FluidOunce), None);
        }
        rest = other.rest;
    }
    let rest = strip_any(rest, &["or less", "or more", "or so"]).unwrap_or(rest);
    Some(Quantity {
        text: without_of(&text[..text.len() - rest.len()]),
        amount: first.amount,
        grams,
        is_certain: first.is_certain,
        rest,
    })
}

/// Removes the words that join a quantity to its noun: `1/4 of an onion`.
fn without_of(text: &str) -> &str {
    let text = text.trim();
    let mut joined = [" of an", " of a", " of", " an", " a"].iter();
    joined
        .find_map(|end| text.strip_suffix(end))
        .unwrap_or(text)
}

/// Parses only the number at the beginning: a word that looks like a unit is the thing that is counted.
pub(crate) fn counted(text: &str) -> Option<Quantity<'_>> {
    let (min, max, rest) = range(after_about(text))?;
    (!rest.starts_with('%')).then(|| Quantity {
        text: text[..text.len() - rest.len()].trim(),
        amount: IngredientAmount::new((min, max), None),
        grams: None,
        is_certain: false,
        rest,
    })
}

/// Parses a text that consists of a quantity only.
pub(crate) fn whole(text: &str) -> Option<Quantity<'_>> {
    let quantity = leading(text)?;
    let rest = quantity.rest.trim().trim_end_matches('.');
    let is_complete = ["", "or so", "approx", "each", "sized"].contains(&rest);
    (is_complete && !quantity.text.is_empty()).then_some(quantity)
}

/// The text after a vague amount: `some`, `a few`, `Small amount of`.
fn vague(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(after) = strip_any(rest, &BEFORE_VAGUE) {
        rest = after;
    }
    let rest = strip_any(rest, &VAGUE)?;
    // `A few cloves`, `Few pinches`
    let unit = words::unit(rest).filter(|word| strip_words(word.rest, "of").is_some());
    Some(unit.map_or(rest, |word| word.rest))
}

/// Adds a second measure after `+`, as in `1/4 cup + 1/2 tsp`. The flag is whether there is one.
fn sum(first: Measure<'_>) -> (Measure<'_>, bool) {
    let after = first.rest.trim_start().strip_prefix('+');
    let Some(second) = after.and_then(measure).filter(Measure::is_weight_or_volume) else {
        return (first, false);
    };
    let amount = first.amount.zip(second.amount).and_then(|(one, other)| {
        let ((family, size), (same, part)) = (one.unit?.size()?, other.unit?.size()?);
        let bounds = (
            one.minimum + other.minimum * part / size,
            one.maximum + other.maximum * part / size,
        );
        IngredientAmount::new(bounds, one.unit).filter(|_| family == same)
    });
    let sum = Measure::unreadable(second.rest);
    (Measure { amount, ..sum }, true)
}

/// A repetition of the measure: `/ 14 grams`, `| 1 1/2 lb`, `or 1lb`, `(110g)`, or the container of a weight.
fn alternative<'a>(first: &Measure<'_>, rest: &'a str) -> Option<Measure<'a>> {
    let trimmed = rest.trim_start();
    if let Some(inside) = trimmed.strip_prefix('(') {
        let (inside, rest) = inside.split_once(')')?;
        return inside_parentheses(inside).map(|other| Measure { rest, ..other });
    }
    if let Some(after) = trimmed
        .strip_prefix(['/', '|', '='])
        .or_else(|| strip_words(trimmed, "or"))
    {
        // `1 clove/teaspoon`
        let unit = || words::unit(after).map(|word| Measure::unreadable(word.rest));
        let other = measure(after).or_else(|| unit().filter(|_| trimmed.starts_with('/')));
        return other.filter(|other| other.is_certain && first.is_certain);
    }
    // `270 g - 800 mL`
    if let Some(after) = trimmed.strip_prefix("- ") {
        return measure(after).filter(|other| other.is_weight_or_volume() && first.is_certain);
    }
    // `1 bottle 700ml red wine`
    if first.unit().is_some_and(Unit::is_container) {
        return measure(trimmed)
            .filter(|other| other.is_weight_or_volume() && starts_with_digit(trimmed));
    }
    let container = first
        .unit()
        .is_some_and(|unit| unit.is_measure() || unit.is_length());
    let word =
        words::unit(after_sizes(trimmed)).filter(|word| word.unit.is_none_or(Unit::is_container));
    let spaced = trimmed.len() < rest.len() || rest.starts_with('-');
    let word = word.filter(|word| container && spaced && word.rest.contains(char::is_alphabetic));
    word.map(|word| Measure::unreadable(word.rest))
}

/// The measure in parentheses that contain only measures; the one in grams, if there are several.
fn inside_parentheses(text: &str) -> Option<Measure<'_>> {
    let mut found: Option<Measure<'_>> = None;
    let mut rest = after_about(text);
    loop {
        let other = measure(rest).filter(|other| other.unit().is_some())?;
        rest = other.rest.trim_start();
        let metric = matches!(other.unit(), Some(Unit::Gram | Unit::Kilogram));
        if found.is_none() || metric {
            found = Some(other);
        }
        if rest.is_empty() {
            return found;
        }
        rest = rest
            .strip_prefix(['/', '|', ',', '-', '='])
            .or_else(|| strip_words(rest, "or"))?;
    }
}
