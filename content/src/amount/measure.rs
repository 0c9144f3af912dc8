//! Parsing of a number with its unit.

use coach_domain::recipe::{IngredientAmount, MeasuringUnit as Unit};

use super::{
    number::{article, number, range, strip_any, strip_words},
    words::{self, after_about, after_sizes},
};

/// A greater number without a unit is no number of pieces: the unit was probably forgotten.
const MAX_PIECES: f64 = 100.0;

/// A measure at the beginning of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure<'a> {
    /// `None` when there is an amount that cannot be parsed.
    pub(super) amount: Option<IngredientAmount>,
    /// Whether the number has a unit or a size, so that it is certainly a measure.
    pub(super) is_certain: bool,
    /// The weight that is given between the number and the unit.
    pub(super) grams: Option<i32>,
    pub(super) rest: &'a str,
}

impl<'a> Measure<'a> {
    fn of(bounds: (f64, f64), unit: Option<Unit>, is_certain: bool, rest: &'a str) -> Self {
        let countable = unit.is_some() || bounds.1 <= MAX_PIECES;
        Self {
            amount: IngredientAmount::new(bounds, unit).filter(|_| countable),
            is_certain,
            ..Self::unreadable(rest)
        }
    }

    /// A measure whose amount cannot be parsed.
    pub(super) fn unreadable(rest: &'a str) -> Self {
        Self {
            amount: None,
            is_certain: true,
            grams: None,
            rest,
        }
    }

    pub(super) fn unit(&self) -> Option<Unit> {
        self.amount?.unit
    }

    /// Whether the unit is one of weight or volume.
    pub(super) fn is_weight_or_volume(&self) -> bool {
        self.unit().is_some_and(Unit::is_measure)
    }

    /// The weight, if it is metric.
    pub(super) fn metric_grams(&self) -> Option<i32> {
        let metric = matches!(self.unit(), Some(Unit::Gram | Unit::Kilogram));
        self.grams_of_amount().filter(|_| metric)
    }

    /// The weight, if the amount is one.
    pub(super) fn grams_of_amount(&self) -> Option<i32> {
        self.amount.and_then(IngredientAmount::grams)
    }

    fn times(self, count: f64) -> Self {
        let amount = self.amount.and_then(|each| {
            IngredientAmount::new((each.minimum * count, each.maximum * count), each.unit)
        });
        Self { amount, ..self }
    }
}

/// The measure at the beginning of a text.
pub(super) fn measure(text: &str) -> Option<Measure<'_>> {
    let text = after_about(text);
    let Some((min, max, rest)) = range(text) else {
        return without_number(text);
    };
    if rest.starts_with('%') {
        return None;
    }
    if let Some(inside) = rest.trim_start().strip_prefix('(')
        && let Some(measure) = with_size((min, max), inside)
    {
        return Some(measure);
    }
    if min.fract() == 0.0
        && min >= max
        && let Some(product) = product(min, rest)
    {
        return Some(product);
    }
    let joined = rest.trim_start().strip_prefix('-').unwrap_or(rest);
    let sized = after_sizes(joined);
    if let Some(word) = words::unit(sized) {
        let length = word.unit.is_some_and(Unit::is_length);
        if length && describes(word.rest) {
            return count_before_dimension(text);
        }
        // `Two glass marbles`
        if word.unit == Some(Unit::Glass) && !word.is_plural && min > 1.0 {
            return Some(Measure::of((min, max), None, false, rest));
        }
        return Some(with_unit((min, max), &word));
    }
    let is_sized = sized.len() < joined.len();
    let rest = if is_sized { sized } else { rest };
    let rest = strip_words(rest, "each").unwrap_or(rest);
    let bounds = fraction_as_range(text, rest).unwrap_or((min, max));
    Some(Measure::of(bounds, None, is_sized, rest))
}

/// The measure with this number and unit, and what may follow the unit: `a pint and a half`, `a pound or two`.
fn with_unit<'a>((min, max): (f64, f64), word: &words::Word<'a>) -> Measure<'a> {
    if let Some(rest) = strip_words(word.rest, "and a half") {
        return Measure::of((min + 0.5, max + 0.5), word.unit, true, rest);
    }
    if let Some((upper, rest)) = strip_words(word.rest, "or").and_then(number)
        && min < upper
        && (rest.is_empty() || strip_words(rest, "of").is_some())
    {
        return Measure::of((min, upper), word.unit, true, rest);
    }
    // `from 30g to 70g`
    let to = word.rest.trim_start();
    let to = strip_words(to, "to").or_else(|| to.strip_prefix(['-', '–', '—']));
    if min >= max
        && let Some((upper, rest)) = to.and_then(number)
        && let Some(other) = words::unit(rest)
        && min < upper
        && word.unit == other.unit
    {
        return Measure::of((min, upper), word.unit, true, other.rest);
    }
    let rest = word.rest.strip_prefix('+').unwrap_or(word.rest);
    Measure::of((min, max), word.unit, true, rest)
}

/// A number of equal measures: `2 x 400g` and `2 33cl bottles`.
fn product(count: f64, rest: &str) -> Option<Measure<'_>> {
    let trimmed = rest.trim_start();
    let times = trimmed.strip_prefix(['x', '×', 'X']);
    if let Some(after) = times.filter(|after| !after.starts_with(char::is_alphabetic)) {
        let once = || Measure::of((count, count), None, true, after);
        return Some(weight_or_volume(after).map_or_else(once, |each| each.times(count)));
    }
    let spaced = trimmed.len() < rest.len();
    let each = weight_or_volume(trimmed).filter(|_| spaced && starts_with_digit(trimmed));
    each.map(|each| each.times(count))
}

/// A measure with a size in parentheses after the number: `1 (15-ounce) can` is one can, `4.5 (650g) cups` are cups,
/// and `2 (32 oz)` and `2 (3 1/2) pound` are twice that much.
fn with_size((min, max): (f64, f64), inside: &str) -> Option<Measure<'_>> {
    let (inside, after) = inside.split_once(')')?;
    let word = words::unit(after_sizes(after));
    if let Some((each, "")) = number(inside) {
        let word = word.filter(|word| word.unit.is_some_and(Unit::is_measure))?;
        let bounds = (min * each, max * each);
        return Some(Measure::of(bounds, word.unit, true, word.rest));
    }
    let size = weight_or_volume(inside).filter(|size| size.rest.trim().is_empty())?;
    let Some(word) = word else {
        return (min >= max && min.fract() == 0.0).then(|| Measure {
            rest: after,
            ..size.times(min)
        });
    };
    // Beside cans it is the size of each.
    let count = match word.unit {
        Some(unit) if unit.is_measure() => Some(1.0),
        _ => (min >= max).then_some(min),
    };
    let all = size.metric_grams().and(count);
    Some(Measure {
        grams: all.and_then(|count| size.times(count).grams_of_amount()),
        ..Measure::of((min, max), word.unit, true, word.rest)
    })
}

/// A number with a unit of weight or volume.
fn weight_or_volume(text: &str) -> Option<Measure<'_>> {
    let (min, max, rest) = range(after_about(text))?;
    let rest = rest.trim_start().strip_prefix('-').unwrap_or(rest);
    let word = words::unit(rest).filter(|word| word.unit.is_some_and(Unit::is_measure))?;
    Some(Measure::of((min, max), word.unit, true, word.rest))
}

pub(super) fn starts_with_digit(text: &str) -> bool {
    text.trim_start()
        .starts_with(|letter: char| letter.is_ascii_digit())
}

/// Whether a length only describes a dimension, as in `1 inch thick`.
fn describes(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '-']);
    let adjectives = ["thick", "long", "wide", "square", "cubes", "in diameter"];
    strip_any(rest, &adjectives).is_some()
}

/// The number of pieces before a dimension: `4 ¼ inch thick steaks` are four.
fn count_before_dimension(text: &str) -> Option<Measure<'_>> {
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let count = text[..end].parse().ok()?;
    Some(Measure::of((count, count), None, false, &text[end..]))
}

/// Reads a fraction of plural things as a range: `2/3 pods` are two or three, and `5/6 leaves` are five or six.
fn fraction_as_range(text: &str, rest: &str) -> Option<(f64, f64)> {
    let (upper, lower) = text[..text.len() - rest.len()].split_once('/')?;
    let (upper, lower) = (
        upper.trim().parse::<u8>().ok()?,
        lower.trim().parse::<u8>().ok()?,
    );
    let noun = rest.split([',', '(']).next().unwrap_or_default().trim_end();
    let several = lower > 4 || (noun.ends_with('s') && !noun.ends_with("ss"));
    (upper > 1 && lower == upper + 1 && several).then_some((upper.into(), lower.into()))
}

/// A measure without a number: `a pinch`, `Pinch of`, `a white onion`.
fn without_number(text: &str) -> Option<Measure<'_>> {
    use Unit::{Dash, Handful, Pinch, Splash, Tablespoon, Teaspoon};

    let one = (1.0, 1.0);
    if let Some(noun) = article(text) {
        let sized = after_sizes(noun);
        let counted = || Measure::of(one, None, sized.len() < noun.len(), sized);
        return Some(words::unit(sized).map_or_else(counted, |word| with_unit(one, &word)));
    }
    let word = words::unit(after_sizes(text)).filter(|word| word.unit.is_some())?;
    let spelled = text.len() - word.rest.len() > 2;
    let small = [Pinch, Dash, Splash, Handful, Teaspoon, Tablespoon];
    let follows = strip_words(word.rest, "of").is_some()
        || (word.unit.is_some_and(|unit| small.contains(&unit)) && word.rest.starts_with(' '));
    if !spelled || !follows {
        return None;
    }
    if word.is_plural {
        return Some(Measure::unreadable(word.rest));
    }
    Some(Measure::of(one, word.unit, true, word.rest))
}
