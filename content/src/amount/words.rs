//! The words for units.

use coach_domain::recipe::MeasuringUnit as Unit;

use super::number::strip_any;

/// Words in lower case and singular; the plural adds `s` or `es`. Single letters are case-sensitive: `T` is a
/// tablespoon, `t` a teaspoon.
const WORDS: [(Unit, &[&str]); 46] = [
    (Unit::Gram, &["g", "gr", "gm", "gram", "gramm", "gramme"]),
    (Unit::Kilogram, &["kg", "kilo", "kilogram"]),
    (Unit::Ounce, &["oz", "ounce"]),
    (Unit::Pound, &["lb", "pound"]),
    (Unit::Millilitre, &["ml", "millilitre", "milliliter"]),
    (Unit::Centilitre, &["cl", "centilitre", "centiliter"]),
    (Unit::Decilitre, &["dl", "decilitre", "deciliter"]),
    (Unit::Litre, &["l", "L", "lt", "ltr", "litre", "liter"]),
    (
        Unit::Teaspoon,
        // The last one is a common misspelling.
        &[
            "t",
            "tsp",
            "teaspoon",
            "tea spoon",
            "teaspoonful",
            "tea-spoonful",
            "teapsoon",
        ],
    ),
    (
        Unit::Tablespoon,
        &[
            "T",
            "tb",
            "tbs",
            "tbsp",
            "tblsp",
            "tablespoon",
            "table spoon",
            "tablespoonful",
            "table-spoonful",
        ],
    ),
    (Unit::Spoon, &["spoon", "spoonful", "salt-spoonful"]),
    (Unit::Cup, &["c", "cup"]),
    (Unit::FluidOunce, &["fl oz", "fl. oz", "fluid ounce"]),
    (Unit::Pint, &["pt", "pint"]),
    (Unit::Quart, &["qt", "quart"]),
    (Unit::Gallon, &["gal", "gallon"]),
    (Unit::Centimetre, &["cm", "centimetre", "centimeter"]),
    (Unit::Inch, &["inch"]),
    (Unit::Pinch, &["pinch"]),
    (Unit::Dash, &["dash"]),
    (Unit::Splash, &["splash"]),
    (Unit::Drizzle, &["drizzle"]),
    (Unit::Handful, &["handful", "handfull"]),
    (Unit::Clove, &["clove"]),
    (Unit::Head, &["head"]),
    (Unit::Stalk, &["stalk", "rib"]),
    (Unit::Sprig, &["sprig", "twig", "branch"]),
    (Unit::Bunch, &["bunch"]),
    (Unit::Leaf, &["leaf", "leaves"]),
    (Unit::Slice, &["slice", "strip", "rasher"]),
    (Unit::Stick, &["stick"]),
    (Unit::Cube, &["cube"]),
    (Unit::Block, &["block"]),
    (Unit::Sheet, &["sheet"]),
    (Unit::Loaf, &["loaf", "loaves"]),
    (Unit::Glass, &["glass", "wine-glass"]),
    (Unit::Shot, &["shot", "jigger"]),
    (Unit::Mug, &["mug"]),
    (Unit::Bowl, &["bowl"]),
    (Unit::Can, &["can", "tin"]),
    (Unit::Jar, &["jar"]),
    (Unit::Bottle, &["bottle"]),
    (
        Unit::Package,
        &[
            "package",
            "packet",
            "pack",
            "pkg",
            "pck",
            "sachet",
            "envelope",
            "container",
        ],
    ),
    (Unit::Box, &["box"]),
    (Unit::Bag, &["bag"]),
    (Unit::Serving, &["serving", "portion"]),
];

/// Words that only express that something is counted.
const PIECES: [&str; 8] = [
    "piece", "pc", "ear", "pod", "strand", "thumb", "knob", "ball",
];

/// Words of size, which may stand between a number and its unit, or in place of the unit.
const SIZES: [&str; 18] = [
    "medium-sized",
    "medium sized",
    "normal sized",
    "extra-large",
    "extra large",
    "large",
    "medium",
    "small",
    "big",
    "mini",
    "long",
    "short",
    "heaped",
    "heaping",
    "level",
    "rounded",
    "overfilled",
    "metric",
];

/// Words in front of an approximate number.
const ABOUT: [&str; 8] = [
    "about",
    "around",
    "approximately",
    "approx.",
    "appr.",
    "roughly",
    "up to",
    "at least",
];

/// A word for a unit at the beginning of a text.
pub(super) struct Word<'a> {
    /// `None` for a word such as `pieces`.
    pub(super) unit: Option<Unit>,
    pub(super) is_plural: bool,
    pub(super) rest: &'a str,
}

/// The word for a unit at the beginning of a text; the longest one that matches.
pub(super) fn unit(text: &str) -> Option<Word<'_>> {
    let units = WORDS.iter().map(|(unit, words)| (Some(*unit), *words));
    let words = units.chain([(None, PIECES.as_slice())]);
    let words = words.flat_map(|(unit, words)| words.iter().map(move |word| (unit, *word)));
    let found = words.filter_map(|(unit, word)| {
        let (rest, is_plural) = strip(text.trim_start(), word)?;
        Some(Word {
            unit,
            is_plural,
            rest,
        })
    });
    found.min_by_key(|word| word.rest.len())
}

fn strip<'a>(text: &'a str, word: &str) -> Option<(&'a str, bool)> {
    let (start, rest) = text.split_at_checked(word.len())?;
    let same = match word.len() {
        1 => start == word,
        _ => start.eq_ignore_ascii_case(word),
    };
    if !same {
        return None;
    }
    let mut plurals = ["(s)", "es", "s"].iter();
    let plural = plurals.find_map(|end| rest.strip_prefix(end).filter(|rest| is_word_end(rest)));
    let is_plural = plural.is_some() || matches!(word, "leaves" | "loaves");
    let rest = plural.unwrap_or(rest);
    let abbreviated = rest.strip_prefix('.').filter(|_| word.len() <= 5);
    let rest = abbreviated.unwrap_or(rest);
    is_word_end(rest).then_some((rest, is_plural))
}

fn is_word_end(rest: &str) -> bool {
    !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '-')
}

/// The text after the words of size at the beginning, such as `large` and `heaped`.
pub(super) fn after_sizes(text: &str) -> &str {
    let mut rest = text;
    while let Some(after) = strip_any(rest, &SIZES) {
        // As in `small/medium-sized`.
        rest = after.strip_prefix('/').unwrap_or(after);
    }
    rest
}

/// The text after `about`, `~` and the like.
pub(crate) fn after_about(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let mark = rest.strip_prefix(['~', '≈', '<', '±']);
        match mark.or_else(|| strip_any(rest, &ABOUT)) {
            Some(after) => rest = after.trim_start(),
            None => return rest,
        }
    }
}
