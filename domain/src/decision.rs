//! The times of members' decisions, by which conflicting changes are resolved: last write wins, by the time of the
//! decision.
//!
//! Phones can be offline and send a decision long after it was made. Of two decisions on one topic, the one that was
//! made later wins, whichever arrives first; of two that were made at the same time, the one that arrives last wins. A
//! command prefixes its statement with one of the common table expressions here, and changes nothing unless the
//! decision is in `decided`. The member's row must be locked.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveEnum as _, ConnectionTrait, Value};

use crate::{
    Result,
    database::{self, Purge},
    enums::ConsentPurpose,
    id::{CheckInId, MemberId, PlannedMealId, RecipeId, ScheduledWorkoutId},
};

/// How far in the past `occurredAt` may lie, for changes that a phone made while it was offline.
pub const MAX_OFFLINE_AGE: TimeDelta = TimeDelta::days(14);

/// How long the time of a decision is kept: [`MAX_OFFLINE_AGE`], after which no earlier decision can arrive any more,
/// and as long again. The second part is for values without a row here, such as preferences, of which only the day of
/// arrival is known: they arrived at most [`MAX_OFFLINE_AGE`] after the decision, and only decisions of later days
/// override them.
pub const RETENTION: TimeDelta = TimeDelta::days(2 * MAX_OFFLINE_AGE.num_days() + 1);

/// The topic of a decision: decisions on one topic override each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DecisionTopic(String);

impl DecisionTopic {
    /// Whether a recipe is a favourite.
    pub(crate) fn favourite(recipe: RecipeId) -> Self {
        Self(format!("favourite/{}", recipe.0))
    }

    /// Whether a workout was completed, when, and how hard it was.
    pub(crate) fn workout(id: ScheduledWorkoutId) -> Self {
        let (cycle, day) = (id.day.cycle.id, id.day.number);
        Self(format!("workout/{cycle}/{day}/{}", id.position))
    }

    /// Which recipe is planned for a meal.
    pub(crate) fn meal_choice(id: PlannedMealId) -> Self {
        Self(format!("meal/{}/choice", meal_path(id)))
    }

    /// Whether a meal was eaten, when, and how much of it.
    pub(crate) fn meal_log(id: PlannedMealId) -> Self {
        Self(format!("meal/{}/log", meal_path(id)))
    }

    /// Whether the member consents to a purpose.
    pub(crate) fn consent(purpose: ConsentPurpose) -> Self {
        Self(format!("consent/{}", purpose.to_value()))
    }

    /// A field of the preferences or the profile, by its name in the GraphQL schema.
    pub(crate) fn preference(field: &str) -> Self {
        Self(format!("preferences/{field}"))
    }

    /// An answer of a check-in, by its name in the GraphQL schema.
    pub(crate) fn answer(id: CheckInId, field: &str) -> Self {
        Self(format!("check-in/{}/{field}", id.id))
    }

    /// The text that is stored in the column `about`.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn meal_path(id: PlannedMealId) -> String {
    let (cycle, day) = (id.day.cycle.id, id.day.number);
    format!("{cycle}/{day}/{}/{}", id.slot.to_value(), id.position)
}

/// The SQL prefix that records one decision: the common table expression `decided` has a row if the decision wins. Its
/// parameters are [`record_one_values`].
pub(crate) const RECORD_ONE: &str = "
        WITH decided AS (
            INSERT INTO decision AS d (member_id, about, decided_at)
            VALUES ($1, $2, $3)
            ON CONFLICT (member_id, about) DO UPDATE
            SET decided_at = excluded.decided_at
            WHERE d.decided_at <= excluded.decided_at
            RETURNING about
        )";

/// The parameters of [`RECORD_ONE`]: `$1` the member, `$2` the topic, `$3` the time of the decision.
pub(crate) fn record_one_values(
    member: MemberId,
    topic: &DecisionTopic,
    at: DateTime<Utc>,
) -> [Value; 3] {
    [member.into(), topic.as_str().into(), at.into()]
}

/// The SQL prefix that records several decisions of the same time. The common table expression `decided` has the topics
/// whose decisions win, and `known` those for which an earlier decision was recorded. Its parameters are
/// [`record_many_values`].
pub(crate) const RECORD_MANY: &str = "
        WITH known AS (
            SELECT about FROM decision WHERE member_id = $1 AND about = ANY($2)
        ), decided AS (
            INSERT INTO decision AS d (member_id, about, decided_at)
            SELECT $1, about, $3
            FROM unnest($2::text[]) AS about
            ON CONFLICT (member_id, about) DO UPDATE
            SET decided_at = excluded.decided_at
            WHERE d.decided_at <= excluded.decided_at
            RETURNING about
        )";

/// The parameters of [`RECORD_MANY`]: `$1` the member, `$2` the topics, `$3` the time of the decisions.
pub(crate) fn record_many_values(
    member: MemberId,
    topics: impl IntoIterator<Item = DecisionTopic>,
    at: DateTime<Utc>,
) -> [Value; 3] {
    let topics = topics.into_iter().map(|topic| topic.0);
    [
        member.into(),
        topics.collect::<Vec<String>>().into(),
        at.into(),
    ]
}

/// Records a decision that changes no other row.
pub(crate) async fn record(
    db: &impl ConnectionTrait,
    member: MemberId,
    topic: &DecisionTopic,
    at: DateTime<Utc>,
) -> Result<()> {
    let sql = format!("{RECORD_ONE} SELECT about FROM decided");
    let values = record_one_values(member, topic, at);
    db.query_all_raw(database::statement(sql, values)).await?;
    Ok(())
}

/// Deletes decisions, by when they were made.
pub const PURGE: Purge = Purge::new("decision", "member_id, about", "decided_at");
