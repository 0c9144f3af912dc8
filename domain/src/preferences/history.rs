//! What was preferred when.

use chrono::NaiveDate;

use super::Preferences;

/// What counts on a date: the entry with the latest `effective_from` that is not
/// after it, whatever the order of the history. Before the first entry it is the
/// first, so that a plan begun while the phone was offline has one too. `None`
/// only where there is no history.
pub fn on(history: &[Preferences], date: NaiveDate) -> Option<&Preferences> {
    history
        .iter()
        .filter(|entry| entry.effective_from <= date)
        .max_by_key(|entry| entry.effective_from)
        .or_else(|| history.iter().min_by_key(|entry| entry.effective_from))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::on;
    use crate::preferences::{Diet, Goal, Level, Preferences};

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
    fn a_change_counts_from_its_date_on() {
        let history = [from(20, Diet::Vegan), from(10, Diet::Omnivore)];
        let diet = |day| on(&history, date(day)).map(|entry| entry.diet);
        assert_eq!(diet(19), Some(Diet::Omnivore));
        assert_eq!(diet(20), Some(Diet::Vegan));
        assert_eq!(diet(31), Some(Diet::Vegan));
    }

    #[test]
    fn before_the_first_entry_it_is_the_first() {
        let history = [from(20, Diet::Vegan), from(10, Diet::Omnivore)];
        assert_eq!(on(&history, date(1)), Some(&history[1]));
        assert_eq!(on(&[], date(1)), None);
    }
}
