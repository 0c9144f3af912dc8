//! Which of several fields are changed by a decision that may be older than what is there.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait as _, FromQueryResult};

use super::{Preferences, entity};
use crate::{
    Result,
    command::Work,
    database,
    decision::{self, About},
    id::MemberId,
    time_zone,
};

/// A field by its name in the contract, and the date from which on its present value counts, where that is kept.
pub(super) type Field = (&'static str, fn(&[Preferences]) -> Option<NaiveDate>);

/// What is there, and which fields may be changed.
pub(super) struct Decided {
    /// All that the member has preferred, the earliest first.
    pub(super) history: Vec<Preferences>,
    counting: HashSet<&'static str>,
}

impl Decided {
    /// Remembers that the member has decided on some fields, and reads the history: in one statement.
    pub(super) async fn of(work: &Work<'_>, member: MemberId, fields: &[Field]) -> Result<Self> {
        let about: HashMap<_, _> = (fields.iter())
            .map(|(field, _)| (*field, About::preference(field)))
            .collect();
        let sql = format!(
            "{DECIDED}
            SELECT member_id, effective_from, goal, level, diet, allergens, days_per_week,
                   ARRAY(SELECT about FROM decided) AS decided, ARRAY(SELECT about FROM known) AS known
            FROM member_preferences
            WHERE member_id = $1
            ORDER BY effective_from",
            DECIDED = decision::SEVERAL,
        );
        let values = decision::several(member, about.values().cloned(), work.occurred_at());
        let statement = database::statement(sql, values);
        let rows = work.transaction().query_all_raw(statement).await?;
        let (mut history, mut decided, mut known) = (Vec::new(), Vec::new(), Vec::new());
        for row in &rows {
            history.push(Preferences::from(entity::Model::from_query_result(
                row, "",
            )?));
            decided = row.try_get::<Vec<String>>("", "decided")?;
            known = row.try_get::<Vec<String>>("", "known")?;
        }
        let holds = |of: &[String], about: &About| of.iter().any(|it| it == about.as_str());
        let counts = |(field, since): &Field| {
            let about = &about[field];
            // Without a row it is only known on which date it arrived: no earlier than that date began anywhere.
            let older = || {
                let date = since(&history);
                date.is_some_and(|date| work.occurred_at() < time_zone::begins(date))
            };
            holds(&decided, about) && (holds(&known, about) || !older())
        };
        let counting = fields.iter().filter(|field| counts(field));
        Ok(Self {
            counting: counting.map(|(field, _)| *field).collect(),
            history,
        })
    }

    /// Whether what the member decided on a field now counts.
    pub(super) fn counts(&self, field: &str) -> bool {
        self.counting.contains(field)
    }
}

/// The date from which on the present value of a field counts without a change.
pub(super) fn since<T: PartialEq>(
    history: &[Preferences],
    field: impl Fn(&Preferences) -> &T,
) -> Option<NaiveDate> {
    let present = field(history.last()?);
    let same = history.iter().rev().take_while(|it| field(it) == present);
    same.last().map(|it| it.effective_from)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::since;
    use crate::preferences::{Allergen, Diet, Goal, Level, Preferences};

    #[test]
    fn a_value_counts_since_it_last_changed() {
        let date = |day| NaiveDate::from_ymd_opt(2026, 3, day);
        let from = |day, diet, allergens: &[Allergen]| Preferences {
            effective_from: date(day).expect("a date"),
            goal: Goal::BuildStrength,
            level: Level::Beginner,
            diet,
            allergens: allergens.to_vec(),
            days_per_week: 3,
        };
        let history = [
            from(1, Diet::Vegan, &[]),
            from(5, Diet::Omnivore, &[Allergen::Nuts]),
            from(9, Diet::Vegan, &[Allergen::Nuts]),
        ];
        assert_eq!(since(&history, |it| &it.diet), date(9));
        assert_eq!(since(&history, |it| &it.allergens), date(5));
        assert_eq!(since(&history, |it| &it.goal), date(1));
        assert_eq!(since(&[], |it| &it.goal), None);
    }
}
