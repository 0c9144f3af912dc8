//! Parsing of numbers as recipes write them: `1 1/2`, `½`, `2,5`, `half a`, `three`.

use unicode_normalization::UnicodeNormalization as _;

/// Numbers that are spelled out.
const SPELLED: [(&str, f64); 17] = [
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("twenty", 20.0),
    ("dozen", 12.0),
    ("half", 0.5),
    ("quarter", 0.25),
    ("couple", 2.0),
];

/// The number at the beginning of a text, and the rest of the text. A word such as `a` alone is no number, see
/// [`article`].
pub(super) fn number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim_start();
    if let Some((whole, rest)) = decimal(text) {
        let is_whole = !text[..text.len() - rest.len()].contains(['.', ',']);
        if is_whole && let Some((divisor, rest)) = divisor(rest) {
            return (divisor > 0.0).then(|| (whole / divisor, skip_of_a(rest)));
        }
        let (part, rest) = part(rest).filter(|_| is_whole).unwrap_or((0.0, rest));
        return Some((whole + part, rest));
    }
    if let Some((value, rest)) = vulgar(text) {
        return Some((value, skip_of_a(rest)));
    }
    let (value, rest) = spelled(text)?;
    let half = strip_words(rest, "and a half");
    Some(half.map_or((value, rest), |rest| (value + 0.5, rest)))
}

/// The text after `a` or `an` at the beginning, which means one before a noun.
pub(super) fn article(text: &str) -> Option<&str> {
    strip_any(text, &["a", "an"])
}

/// The bounds of a range at the beginning of a text, and the rest: `2-3`, `2 to 3`, `two or three`, `1 (or 2)`. A
/// single number is both bounds.
pub(crate) fn range(text: &str) -> Option<(f64, f64, &str)> {
    let (min, rest) = number(text)?;
    let max = upper(rest).filter(|(max, _)| *max > min);
    Some(max.map_or((min, min, rest), |(max, rest)| (min, max, rest)))
}

fn upper(rest: &str) -> Option<(f64, &str)> {
    let rest = rest.trim_start();
    if let Some(inside) = rest.strip_prefix("(or ") {
        let (max, rest) = number(inside)?;
        return Some((max, rest.trim_start().strip_prefix(')')?));
    }
    let mark = ["-", "–", "—", "~", "/ "];
    let after = mark.iter().find_map(|mark| rest.strip_prefix(mark));
    let after = after.or_else(|| strip_any(rest, &["to", "or"]))?;
    number(after.trim_start().trim_start_matches('~'))
}

/// Digits with a decimal point or comma. A comma before three digits separates thousands.
fn decimal(text: &str) -> Option<(f64, &str)> {
    let (whole, rest) = digits(text);
    let point = rest.strip_prefix(['.', ',']).map(digits);
    let (value, rest) = match point {
        Some((part, after)) if !part.is_empty() => {
            let thousands = rest.starts_with(',') && part.len() == 3 && !whole.is_empty();
            let point = if thousands { "" } else { "." };
            (format!("{whole}{point}{part}"), after)
        }
        _ => (whole.to_owned(), rest),
    };
    // Longer numbers are no amounts, and would not be exact.
    let value = value.parse().ok().filter(|_| value.len() <= 12);
    value.map(|value| (value, rest))
}

fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    text.split_at(end.unwrap_or(text.len()))
}

/// The divisor of a fraction: `/4`.
fn divisor(rest: &str) -> Option<(f64, &str)> {
    let (digits, rest) = digits(rest.strip_prefix(['/', '⁄'])?);
    Some((digits.parse().ok().filter(|_| digits.len() <= 3)?, rest))
}

/// The fraction of a mixed number: what follows the `1` of `1 1/2`, `1½`,
/// `1-1/2` and `1 and 1/2`.
fn part(rest: &str) -> Option<(f64, &str)> {
    let trimmed = rest.trim_start();
    if let Some(part) = vulgar(trimmed) {
        return Some(part);
    }
    let joined = trimmed.strip_prefix('-').map(str::trim_start);
    let joined = joined.or_else(|| strip_words(trimmed, "and"));
    let text = match joined {
        Some(text) => text.trim_start(),
        None if trimmed.len() < rest.len() => trimmed,
        None => return None,
    };
    if let Some(part) = vulgar(text).filter(|_| joined.is_some()) {
        return Some(part);
    }
    let (upper, rest) = digits(text);
    let (lower, rest) = divisor(rest)?;
    let value = upper.parse::<f64>().ok()? / lower;
    (value < 1.0).then_some((value, rest))
}

/// A fraction that is one character: `½` is compatible with `1⁄2`.
fn vulgar(text: &str) -> Option<(f64, &str)> {
    let mut letters = text.chars();
    let fraction: String = letters.next()?.nfkd().collect();
    let (upper, lower) = fraction.split_once('⁄')?;
    let value = upper.parse::<f64>().ok()? / lower.parse::<f64>().ok()?;
    Some((value, letters.as_str()))
}

fn spelled(text: &str) -> Option<(f64, &str)> {
    let find = |text| {
        let mut words = SPELLED.iter();
        words.find_map(|(word, value)| Some((*value, strip_words(text, word)?)))
    };
    let (value, rest) = match article(text) {
        // `a half` is a number, `a one` and `a three` are not.
        Some(noun) => find(noun).filter(|(value, _)| ![1.0, 3.0].contains(value))?,
        None => find(text)?,
    };
    Some((value, skip_of_a(rest)))
}

/// Skips `a` or `of a` after a fraction: `half a`, `1/4 of an`.
fn skip_of_a(rest: &str) -> &str {
    let of = strip_words(rest, "of").unwrap_or(rest);
    article(of).unwrap_or(rest)
}

/// The text after these words at the beginning, ignoring case.
pub(crate) fn strip_words<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let text = text.trim_start();
    let (start, rest) = text.split_at_checked(words.len())?;
    let whole = !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '-');
    (whole && start.eq_ignore_ascii_case(words)).then_some(rest)
}

/// The text after the first of several words that is at the beginning, ignoring case.
pub(crate) fn strip_any<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|word| strip_words(text, word))
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn numbers_are_parsed_as_recipes_write_them() {
        let third = 1.0 / 3.0;
        for (text, min, max, rest) in [
            ("3 eggs", 3.0, 3.0, " eggs"),
            ("400g flour", 400.0, 400.0, "g flour"),
            ("1 1/2 cups", 1.5, 1.5, " cups"),
            ("1-1/2 cups", 1.5, 1.5, " cups"),
            (
                "1 - 2/3 cups",
                1.0 + 2.0 * third,
                1.0 + 2.0 * third,
                " cups",
            ),
            ("2 and 1/4 teaspoons", 2.25, 2.25, " teaspoons"),
            ("1⁄2 cup", 0.5, 0.5, " cup"),
            ("1½T salt", 1.5, 1.5, "T salt"),
            ("1 ½ tsp", 1.5, 1.5, " tsp"),
            ("⅓ cup", third, third, " cup"),
            (".5 TB", 0.5, 0.5, " TB"),
            ("2,5kg", 2.5, 2.5, "kg"),
            ("1,500 g", 1500.0, 1500.0, " g"),
            ("5-6 cloves", 5.0, 6.0, " cloves"),
            ("1–2 tablespoons", 1.0, 2.0, " tablespoons"),
            ("45 ~ 60 min", 45.0, 60.0, " min"),
            ("2 to 3 carrots", 2.0, 3.0, " carrots"),
            ("1 or 2 onions", 1.0, 2.0, " onions"),
            ("1 (or 2) cloves", 1.0, 2.0, " cloves"),
            ("1/4-1/2 cup", 0.25, 0.5, " cup"),
            ("½-1 teaspoon", 0.5, 1.0, " teaspoon"),
            ("3 / 4 lemons", 3.0, 4.0, " lemons"),
            ("3 - inch piece", 3.0, 3.0, " - inch piece"),
            ("Two pounds", 2.0, 2.0, " pounds"),
            ("two or three onions", 2.0, 3.0, " onions"),
            ("Three or four spoons", 3.0, 4.0, " spoons"),
            ("one and a half hours", 1.5, 1.5, " hours"),
            ("half a tin", 0.5, 0.5, " tin"),
            ("Half a pint", 0.5, 0.5, " pint"),
            ("A quarter of a pound", 0.25, 0.25, " pound"),
            ("A half wine-glass", 0.5, 0.5, " wine-glass"),
            ("a dozen small ones", 12.0, 12.0, " small ones"),
            ("a couple of loaves", 2.0, 2.0, " of loaves"),
            ("3/4 of a cup", 0.75, 0.75, " cup"),
            ("1/4 a stick", 0.25, 0.25, " stick"),
            ("1/2 of the dough", 0.5, 0.5, " of the dough"),
        ] {
            assert_eq!(range(text), Some((min, max, rest)), "{text}");
        }
    }

    #[test]
    fn other_words_and_odd_numbers_are_none() {
        for text in [
            "", "salt", "a pinch", "1/0 cup", "onesie", "half-fat", "/2", ".",
        ] {
            assert_eq!(range(text), None, "{text}");
        }
        assert_eq!(range("123456789012345 g"), None);
    }
}
