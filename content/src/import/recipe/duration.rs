//! Parsing of durations in recipes.

use crate::amount::{after_about, range, strip_any, strip_words};

/// The minutes of units, and the words for these.
const UNITS: [(f64, &[&str]); 4] = [
    (1.0, &["minutes", "minute", "mins", "min", "m"]),
    (60.0, &["hours", "hour", "hrs", "hr", "h"]),
    (1440.0, &["days", "day"]),
    (10_080.0, &["weeks", "week"]),
];

/// The minutes of a duration; of a range the maximum. A number without a unit means minutes. `None` when the text has
/// no duration, or mentions an additional time that it does not quantify.
pub(super) fn minutes(text: &str) -> Option<f64> {
    let text = text.trim().trim_end_matches('.');
    if let Some((_, max, "")) = range(after_about(text)) {
        return Some(max);
    }
    let (text, aside) = text.split_once('(').unwrap_or((text, ""));
    let aside = aside.trim_start();
    if strip_any(aside, &["not", "without", "excluding"]).is_some() {
        return None;
    }
    let plus = strip_words(aside, "plus").or_else(|| aside.strip_prefix('+'));
    let terms = text.replace(", +", " + ").replace(" plus ", " + ");
    let terms = terms.split(" + ").map(term).collect::<Option<Vec<_>>>()?;
    let more = plus.map_or(Some(0.0), term)?;
    Some(terms.iter().sum::<f64>() + more)
}

/// One summand of a duration: `1 hr 25 min`, `1h 10min or 2h 10min`, `2 hours for rising`.
fn term(text: &str) -> Option<f64> {
    let mut longest: f64 = 0.0;
    let mut rest = text;
    loop {
        let (minutes, after) = compound(rest)?;
        longest = longest.max(minutes);
        // `5 min/day` does not give the number of days.
        if after.starts_with('/') {
            return None;
        }
        match strip_words(after, "or").filter(|after| compound(after).is_some()) {
            Some(after) => rest = after,
            None => return Some(longest),
        }
    }
}

fn compound(text: &str) -> Option<(f64, &str)> {
    let (mut sum, mut rest) = single(text)?;
    while let Some((more, after)) = single(rest.trim_start_matches([' ', ','])) {
        (sum, rest) = (sum + more, after);
    }
    Some((sum, rest))
}

fn single(text: &str) -> Option<(f64, &str)> {
    let (_, max, rest) = range(after_about(text))?;
    let mut units = UNITS.iter();
    let (unit, rest) = units.find_map(|(unit, words)| Some((unit, strip_any(rest, words)?)))?;
    Some((max * unit, rest))
}

#[cfg(test)]
mod tests {
    use super::minutes;

    #[test]
    fn durations_add_up() {
        for (text, expected) in [
            ("20 min", 20.0),
            ("~30 minutes", 30.0),
            ("10 minutes.", 10.0),
            ("20", 20.0),
            ("0m", 0.0),
            ("1 hr 25 min", 85.0),
            ("2h 30min", 150.0),
            ("45 ~ 60 min", 60.0),
            ("35 to 40 min", 40.0),
            ("2.5 - 3.25 hr", 195.0),
            ("at least 4 hours", 240.0),
            ("1 Hour+ in fridge", 60.0),
            ("3 days", 4320.0),
            ("~1 week", 10_080.0),
            ("15 min + 30 min marinating", 45.0),
            ("1 hour + 2 hours for rising", 180.0),
            ("5 min, + 2 hours minimum chill time", 125.0),
            ("30 min (plus one hour rising)", 90.0),
            ("30 min (in 10 minute intervals)", 30.0),
            ("1h 10min or 2h 10min, (depending on how long)", 130.0),
        ] {
            assert_eq!(minutes(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn incomplete_durations_are_none() {
        for text in [
            "",
            "Simmer all day",
            "overnight",
            "30 min + overnight chill time",
            "~5 minutes + ingredients prep time",
            "40 minutes (not including dough rise time)",
            "5 min/day",
            "3 cups",
        ] {
            assert_eq!(minutes(text), None, "{text}");
        }
    }
}
