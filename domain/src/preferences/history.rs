//! Which preferences are effective on a date.

use chrono::NaiveDate;

use super::Preferences;

/// The preferences that are effective on a date: the entry with the latest `effective_from` that is not after it, in
/// any order of the history. For dates before the first entry it is the first, so that a plan started while the phone
/// was offline has preferences too. `None` only if the history is empty.
pub fn effective_on(history: &[Preferences], date: NaiveDate) -> Option<&Preferences> {
    history
        .iter()
        .filter(|entry| entry.effective_from <= date)
        .max_by_key(|entry| entry.effective_from)
        .or_else(|| history.iter().min_by_key(|entry| entry.effective_from))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::effective_on;
    use crate::{
        enums::{Diet, Goal, Level},
        preferences::Preferences,
    };

    fn date(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).expect("a date in March")
    }

    fn from(day: u32, diet: Diet) -> Preferences {
        Preferences {
            effective_from: date(day),
            goal: Goal::BuildStrength,
            level: Level::Beginner,
            diet,
            allergens: Vec::new(),
            days_per_week: 3,
        }
    }

    #[test]
    fn a_change_is_effective_from_its_date_on() {
        let history = [from(20, Diet::Vegan), from(10, Diet::Omnivore)];
        let diet = |day| effective_on(&history, date(day)).map(|entry| entry.diet);
        assert_eq!(diet(19), Some(Diet::Omnivore));
        assert_eq!(diet(20), Some(Diet::Vegan));
        assert_eq!(diet(31), Some(Diet::Vegan));
    }

    #[test]
    fn before_the_first_entry_the_first_is_effective() {
        let history = [from(20, Diet::Vegan), from(10, Diet::Omnivore)];
        assert_eq!(effective_on(&history, date(1)), Some(&history[1]));
        assert_eq!(effective_on(&[], date(1)), None);
    }
}
