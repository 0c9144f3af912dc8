//! Decides which fields a command may change, since its decision may be older than the stored value.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait as _, FromQueryResult};

use super::Preferences;
use crate::{
    Result,
    command::CommandContext,
    database,
    decision::{self, DecisionTopic},
    id::MemberId,
    time_zone,
};

/// The name of a field in the API, and a function that returns the date since which its current value has been
/// effective, for fields with a history.
pub(super) type Field = (&'static str, fn(&[Preferences]) -> Option<NaiveDate>);

/// The stored preferences, and the fields that the command may change.
pub(super) struct FieldDecisions {
    /// The history of the member's preferences, earliest first.
    pub(super) history: Vec<Preferences>,
    effective: HashSet<&'static str>,
}

impl FieldDecisions {
    /// Records that the member has decided on these fields, and reads the history, in one statement.
    pub(super) async fn record(
        context: &CommandContext<'_>,
        member: MemberId,
        fields: &[Field],
    ) -> Result<Self> {
        let topics: HashMap<_, _> = (fields.iter())
            .map(|(field, _)| (*field, DecisionTopic::preference(field)))
            .collect();
        let sql = format!(
            "{DECIDED}
            SELECT member_id, effective_from, goal, level, diet, allergens, days_per_week,
                   ARRAY(SELECT about FROM decided) AS decided, ARRAY(SELECT about FROM known) AS known
            FROM member_preferences
            WHERE member_id = $1
            ORDER BY effective_from",
            DECIDED = decision::RECORD_MANY,
        );
        let values =
            decision::record_many_values(member, topics.values().cloned(), context.occurred_at());
        let statement = database::statement(sql, values);
        let rows = context.transaction().query_all_raw(statement).await?;
        let (mut history, mut decided, mut known) = (Vec::new(), Vec::new(), Vec::new());
        for row in &rows {
            history.push(Preferences::from_query_result(row, "")?);
            decided = row.try_get::<Vec<String>>("", "decided")?;
            known = row.try_get::<Vec<String>>("", "known")?;
        }
        let contains =
            |of: &[String], topic: &DecisionTopic| of.iter().any(|it| it == topic.as_str());
        let is_effective = |(field, effective_since): &Field| {
            let topic = &topics[field];
            // Without a recorded decision only the date of the value is known: it was decided no earlier than the date
            // began in any time zone.
            let is_older = || {
                let date = effective_since(&history);
                date.is_some_and(|date| context.occurred_at() < time_zone::earliest_start(date))
            };
            contains(&decided, topic) && (contains(&known, topic) || !is_older())
        };
        let effective = fields.iter().filter(|field| is_effective(field));
        Ok(Self {
            effective: effective.map(|(field, _)| *field).collect(),
            history,
        })
    }

    /// Whether the command's decision on a field is in effect.
    pub(super) fn is_effective(&self, field: &str) -> bool {
        self.effective.contains(field)
    }
}

/// The date since which the current value of a field has been effective without a change.
pub(super) fn effective_since<T: PartialEq>(
    history: &[Preferences],
    field: impl Fn(&Preferences) -> &T,
) -> Option<NaiveDate> {
    let current = field(history.last()?);
    let same = history.iter().rev().take_while(|it| field(it) == current);
    same.last().map(|it| it.effective_from)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::effective_since;
    use crate::{
        enums::{Allergen, Diet, Goal, Level},
        preferences::Preferences,
    };

    #[test]
    fn a_value_is_effective_since_its_last_change() {
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
        assert_eq!(effective_since(&history, |it| &it.diet), date(9));
        assert_eq!(effective_since(&history, |it| &it.allergens), date(5));
        assert_eq!(effective_since(&history, |it| &it.goal), date(1));
        assert_eq!(effective_since(&[], |it| &it.goal), None);
    }
}
