//! The lines with the times and the servings of a recipe.

use super::{duration::minutes, markdown::one_line};
use crate::amount::{after_about, range, strip_any};

/// The maximum time of a recipe, a year: more is a mistake.
const MAX_MINUTES: f64 = 525_600.0;

/// The times and servings of all lines.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// One for each stated time, in minutes; `None` if it could not be parsed.
    times: Vec<Option<f64>>,
    total: Option<f64>,
    servings: Option<i32>,
}

impl Facts {
    /// Reads a line, and returns whether it is a line with a time or servings.
    pub(super) fn read_line(&mut self, line: &str) -> bool {
        let line = one_line(line);
        let Some((label, value)) = split(&line) else {
            return false;
        };
        let is_time = label.ends_with("time") || TIMES.contains(&label.as_str());
        if label.starts_with("serv") || label == "yield" || label == "portions" {
            self.servings = self.servings.or_else(|| servings(value));
        } else if is_time && label.starts_with("total") {
            self.total = self.total.or_else(|| minutes(value));
        } else if is_time {
            // A label without a value is ignored.
            self.times
                .extend((!value.is_empty()).then(|| minutes(value)));
        } else {
            return false;
        }
        true
    }

    /// Minutes from start to serving: the total if it is stated, or else the sum of the stated times. `None` when there
    /// is none, or one that cannot be parsed, because then the sum would be too small.
    pub(super) fn minutes(&self) -> Option<i32> {
        let sum = || self.times.iter().copied().sum::<Option<f64>>();
        let minutes = self.total.or_else(sum)?;
        #[expect(clippy::cast_possible_truncation, reason = "just checked")]
        (1.0..=MAX_MINUTES)
            .contains(&minutes)
            .then_some(minutes.ceil() as i32)
    }

    /// The number of servings, or the minimum of a range.
    pub(super) fn servings(&self) -> Option<i32> {
        self.servings
    }
}

/// Labels of times that do not end in `time`.
const TIMES: [&str; 6] = ["prep", "cook", "chill", "rest", "wait", "total"];

/// The label in lower case and the value of a line: `🍳 Cook time: 20 min`, `Servings 4`.
fn split(line: &str) -> Option<(String, &str)> {
    let line = line.trim_start_matches(|letter: char| !letter.is_alphanumeric() && letter != '"');
    let (label, value) = line.split_once(':').or_else(|| line.split_once(' '))?;
    let is_letter = |letter: &char| letter.is_alphabetic() || *letter == ' ';
    let label: String = label.chars().filter(is_letter).collect();
    let label = label.trim().to_lowercase();
    (label.len() <= 24).then_some((label, value.trim()))
}

/// Words that mean a number of servings.
const SERVING_WORDS: [&str; 14] = [
    "people",
    "persons",
    "person",
    "portions",
    "portion",
    "servings",
    "serving",
    "hearty serving",
    "bowls",
    "bowl",
    "plates",
    "plate",
    "adults",
    "eaters",
];

/// Parses a number of servings; `None` for other units, such as slices or litres.
fn servings(value: &str) -> Option<i32> {
    let value = value.trim_end_matches('.');
    let (least, _, rest) = range(after_about(value))?;
    // `2/3` people are two or three.
    let least = match value.split_once('/') {
        Some((least, _)) if least.len() == 1 => least.parse().ok()?,
        _ => least,
    };
    let rest = rest.trim_start();
    let alone = rest.is_empty() || rest.starts_with(['+', '?', '(', ',']);
    let is_servings = strip_any(rest, &SERVING_WORDS).is_some();
    let whole = least.fract() == 0.0 && (1.0..=1000.0).contains(&least);
    #[expect(clippy::cast_possible_truncation, reason = "just checked")]
    (whole && (alone || is_servings)).then_some(least as i32)
}

#[cfg(test)]
mod tests {
    use super::Facts;

    fn of(lines: &[&str]) -> (Option<i32>, Option<i32>) {
        let mut facts = Facts::default();
        for line in lines {
            assert!(facts.read_line(line), "{line}");
        }
        (facts.minutes(), facts.servings())
    }

    #[test]
    fn all_stated_times_are_added_up() {
        let lines = [
            "⏲️ Prep time: 15-30 min",
            "🍳 Cook time: 1 hr",
            "🥶 Chill: 2 hrs",
        ];
        assert_eq!(of(&lines), (Some(210), None));
        assert_eq!(of(&["Prep time: 10 min", "Cook time:"]).0, Some(10));
        assert_eq!(of(&["\"Cook\" time: 30 min"]).0, Some(30));
        assert_eq!(of(&["Prep time: 10 min", "Total time: 1 hr"]).0, Some(60));
        assert_eq!(of(&["Prep time: 10 min", "Cook time: all day"]).0, None);
        assert_eq!(of(&["Prep time: 0 min"]).0, None);
    }

    #[test]
    fn servings_are_the_minimum_of_a_range_and_other_units_are_ignored() {
        for (line, servings) in [
            ("🍽️ Servings: 4", Some(4)),
            ("🍽️ Serving : 3", Some(3)),
            ("🍽️ Servings 4", Some(4)),
            ("Serves: 8 - 10", Some(8)),
            ("Servings: 2/3", Some(2)),
            ("Servings: 3-4 people", Some(3)),
            ("Servings: 8 bowls", Some(8)),
            ("Servings: 6+", Some(6)),
            ("Servings: 16? (It depends)", Some(16)),
            ("Servings: 1~2, about 1 plate full", Some(1)),
            ("Serving: 1 hearty serving", Some(1)),
            ("Servings: 10 breads", None),
            ("Servings: 2 litres", None),
            ("Servings: 8-12 slices", None),
            ("Servings: Depends", None),
            ("Servings: Five-dozen individual cookies", None),
            ("Servings: 0", None),
            ("Servings Varies", None),
            ("Servings:", None),
        ] {
            assert_eq!(of(&[line]).1, servings, "{line}");
        }
    }

    #[test]
    fn other_lines_are_ignored() {
        for line in [
            "as a side dish, often with meat",
            "Ketchup/Catsup",
            "",
            "Note: salt",
        ] {
            assert!(!Facts::default().read_line(line), "{line}");
        }
    }
}
