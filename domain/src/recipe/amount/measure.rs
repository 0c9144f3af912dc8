//! A number with its unit.

use super::{
    IngredientAmount, MeasuringUnit as Unit,
    number::{article, number, range, strip_words},
    words::{self, after_about, after_sizes},
};

/// Counted things of which nobody takes so many: the unit was forgotten.
const TOO_MANY_PIECES: f64 = 100.0;

/// A measure at the beginning of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure<'a> {
    /// `None` where there is one that cannot be read.
    pub(super) amount: Option<IngredientAmount>,
    /// Whether a unit or a size was with the number, so that it can be nothing
    /// but a measure.
    pub(super) is_certain: bool,
    /// What it is said to weigh, between the number and the unit.
    pub(super) grams: Option<i32>,
    pub(super) rest: &'a str,
}

impl<'a> Measure<'a> {
    fn of(bounds: (f64, f64), unit: Option<Unit>, is_certain: bool, rest: &'a str) -> Self {
        let countable = unit.is_some() || bounds.1 <= TOO_MANY_PIECES;
        Self {
            amount: IngredientAmount::new(bounds, unit).filter(|_| countable),
            is_certain,
            grams: None,
            rest,
        }
    }

    /// One that cannot be read.
    pub(super) fn unread(rest: &'a str) -> Self {
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
}

/// The measure at the beginning of a text.
pub(super) fn measure(text: &str) -> Option<Measure<'_>> {
    let text = after_about(text);
    let Some((least, most, rest)) = range(text) else {
        return without_number(text);
    };
    if rest.starts_with('%') {
        return None;
    }
    if let Some(inside) = rest.trim_start().strip_prefix('(')
        && let Some(measure) = with_size((least, most), inside)
    {
        return Some(measure);
    }
    if least.fract() == 0.0
        && least >= most
        && let Some(product) = product(least, rest)
    {
        return Some(product);
    }
    let joined = rest.trim_start().strip_prefix('-').unwrap_or(rest);
    let sized = after_sizes(joined);
    if let Some(word) = words::unit(sized) {
        let length = word.unit.is_some_and(Unit::is_length);
        if length && describes(word.rest) {
            return thick(text);
        }
        // `Two glass marbles`
        if word.unit == Some(Unit::Glass) && !word.is_plural && least > 1.0 {
            return Some(Measure::of((least, most), None, false, rest));
        }
        return Some(with_unit((least, most), &word));
    }
    let is_sized = sized.len() < joined.len();
    let rest = if is_sized { sized } else { rest };
    let rest = strip_words(rest, "each").unwrap_or(rest);
    let bounds = neighbours(text, rest).unwrap_or((least, most));
    Some(Measure::of(bounds, None, is_sized, rest))
}

/// With the unit found; `a pint and a half` and `a pound or two` end after it.
fn with_unit<'a>((least, most): (f64, f64), word: &words::Word<'a>) -> Measure<'a> {
    if let Some(rest) = strip_words(word.rest, "and a half") {
        return Measure::of((least + 0.5, most + 0.5), word.unit, true, rest);
    }
    if let Some((upper, rest)) = strip_words(word.rest, "or").and_then(number)
        && least < upper
        && (rest.is_empty() || strip_words(rest, "of").is_some())
    {
        return Measure::of((least, upper), word.unit, true, rest);
    }
    // `from 30g to 70g`
    let to = word.rest.trim_start();
    let to = strip_words(to, "to").or_else(|| to.strip_prefix(['-', '–', '—']));
    if least >= most
        && let Some((upper, rest)) = to.and_then(number)
        && let Some(other) = words::unit(rest)
        && least < upper
        && word.unit == other.unit
    {
        return Measure::of((least, upper), word.unit, true, other.rest);
    }
    let rest = word.rest.strip_prefix('+').unwrap_or(word.rest);
    Measure::of((least, most), word.unit, true, rest)
}

/// `2 x 400g` and `2 33cl bottles`: that much each.
fn product(count: f64, rest: &str) -> Option<Measure<'_>> {
    let trimmed = rest.trim_start();
    let times = trimmed.strip_prefix(['x', '×', 'X']);
    if let Some(after) = times.filter(|after| !after.starts_with(char::is_alphabetic)) {
        let once = || Measure::of((count, count), None, true, after);
        return Some(sized(after).map_or_else(once, |each| each.times(count)));
    }
    let spaced = trimmed.len() < rest.len();
    let each = sized(trimmed).filter(|_| spaced && starts_with_digit(trimmed));
    each.map(|each| each.times(count))
}

/// What follows a number and `(`: `1 (15-ounce) can` is a can, `4.5 (650g) cups`
/// are cups, and `2 (32 oz)` and `2 (3 1/2) pound` are that much each.
fn with_size((least, most): (f64, f64), inside: &str) -> Option<Measure<'_>> {
    let (inside, after) = inside.split_once(')')?;
    let word = words::unit(after_sizes(after));
    if let Some((each, "")) = number(inside) {
        let word = word.filter(|word| word.unit.is_some_and(Unit::is_measure))?;
        let bounds = (least * each, most * each);
        return Some(Measure::of(bounds, word.unit, true, word.rest));
    }
    let size = sized(inside).filter(|size| size.rest.trim().is_empty())?;
    let metric = matches!(size.unit(), Some(Unit::Gram | Unit::Kilogram));
    let grams = size
        .amount
        .and_then(IngredientAmount::grams)
        .filter(|_| metric);
    match word {
        Some(word) if word.unit.is_some_and(Unit::is_measure) => Some(Measure {
            grams,
            ..Measure::of((least, most), word.unit, true, word.rest)
        }),
        Some(word) => {
            let all = (least >= most).then(|| size.times(least).amount).flatten();
            let grams = grams.and(all).and_then(IngredientAmount::grams);
            Some(Measure {
                grams,
                ..Measure::of((least, most), word.unit, true, word.rest)
            })
        }
        None => (least >= most && least.fract() == 0.0).then(|| Measure {
            rest: after,
            ..size.times(least)
        }),
    }
}

/// A number with a unit of weight or volume.
fn sized(text: &str) -> Option<Measure<'_>> {
    let (least, most, rest) = range(after_about(text))?;
    let rest = rest.trim_start().strip_prefix('-').unwrap_or(rest);
    let word = words::unit(rest).filter(|word| word.unit.is_some_and(Unit::is_measure))?;
    Some(Measure::of((least, most), word.unit, true, word.rest))
}

impl Measure<'_> {
    fn times(self, count: f64) -> Self {
        let amount = self.amount.and_then(|each| {
            IngredientAmount::new((each.minimum * count, each.maximum * count), each.unit)
        });
        Self { amount, ..self }
    }
}

pub(super) fn starts_with_digit(text: &str) -> bool {
    text.trim_start()
        .starts_with(|letter: char| letter.is_ascii_digit())
}

/// Whether a length only says how thick or long something is.
fn describes(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '-']);
    let adjectives = ["thick", "long", "wide", "square", "cubes", "in diameter"];
    adjectives
        .iter()
        .any(|word| strip_words(rest, word).is_some())
}

/// `4 ¼ inch thick steaks` are four.
fn thick(text: &str) -> Option<Measure<'_>> {
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let count = text[..end].parse().ok()?;
    Some(Measure::of((count, count), None, false, &text[end..]))
}

/// `2/3 pods` and `5/6 leaves` are two or three and five or six, since nobody
/// takes two thirds of several.
fn neighbours(text: &str, rest: &str) -> Option<(f64, f64)> {
    let (upper, lower) = text[..text.len() - rest.len()].split_once('/')?;
    let (upper, lower) = (
        upper.trim().parse::<u8>().ok()?,
        lower.trim().parse::<u8>().ok()?,
    );
    let noun = rest.split([',', '(']).next().unwrap_or_default().trim_end();
    let several = lower > 4 || (noun.ends_with('s') && !noun.ends_with("ss"));
    (upper > 1 && lower == upper + 1 && several).then_some((upper.into(), lower.into()))
}

/// `a pinch`, `Pinch of`, `a white onion`.
fn without_number(text: &str) -> Option<Measure<'_>> {
    let one = (1.0, 1.0);
    if let Some(noun) = article(text) {
        let sized = after_sizes(noun);
        let counted = || Measure::of(one, None, sized.len() < noun.len(), sized);
        return Some(words::unit(sized).map_or_else(counted, |word| with_unit(one, &word)));
    }
    let word = words::unit(after_sizes(text)).filter(|word| word.unit.is_some())?;
    let spelled = text.len() - word.rest.len() > 2;
    let small = [
        Unit::Pinch,
        Unit::Dash,
        Unit::Splash,
        Unit::Handful,
        Unit::Teaspoon,
        Unit::Tablespoon,
    ];
    let follows = strip_words(word.rest, "of").is_some()
        || (word.unit.is_some_and(|unit| small.contains(&unit)) && word.rest.starts_with(' '));
    if !spelled || !follows {
        return None;
    }
    if word.is_plural {
        return Some(Measure::unread(word.rest));
    }
    Some(Measure::of(one, word.unit, true, word.rest))
}
