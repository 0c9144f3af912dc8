//! When members decided what they have decided.
//!
//! Phones are offline and send later what was decided earlier. Of two decisions about one thing the later one counts,
//! whichever arrives last; of two of the same moment the one that arrives last. A command that changes something puts one
//! of the statements' beginnings here in front of its own, and changes nothing where the decision is not in `decided`.
//! To be called with the member's row locked.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveEnum as _, ConnectionTrait, Value};

use crate::{
    Result,
    command::OFFLINE_FOR,
    consent::ConsentPurpose,
    database::{self, Sweep},
    id::{CheckInId, MemberId, PlannedMealId, RecipeId, ScheduledWorkoutId},
};

/// For how long it is remembered when something was decided: until nothing that is decided before can arrive any more,
/// and again as long. What is only known by the day on which it arrived, as preferences are without a row here, has
/// arrived at most [`OFFLINE_FOR`] after it was decided, and only what is decided later than that day goes before it.
pub const KEPT_FOR: TimeDelta = TimeDelta::days(2 * OFFLINE_FOR.num_days() + 1);

/// What a decision is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct About(String);

impl About {
    /// Whether a recipe is a favourite.
    pub(crate) fn favourite(recipe: RecipeId) -> Self {
        Self(format!("favourite/{}", recipe.0))
    }

    /// Whether a workout was done, when, and how hard it was.
    pub(crate) fn workout(id: ScheduledWorkoutId) -> Self {
        let (cycle, day) = (id.day.cycle.id, id.day.number);
        Self(format!("workout/{cycle}/{day}/{}", id.position))
    }

    /// Which recipe a meal is to have.
    pub(crate) fn choice_of_meal(id: PlannedMealId) -> Self {
        Self(format!("meal/{}/choice", place(id)))
    }

    /// Whether a meal was eaten, when, and how much of it.
    pub(crate) fn log_of_meal(id: PlannedMealId) -> Self {
        Self(format!("meal/{}/log", place(id)))
    }

    /// The answer on a purpose.
    pub(crate) fn consent(purpose: ConsentPurpose) -> Self {
        Self(format!("consent/{}", purpose.to_value()))
    }

    /// A field of preferences or profile, by its name in the contract.
    pub(crate) fn preference(field: &str) -> Self {
        Self(format!("preferences/{field}"))
    }

    /// An answer of a check-in, by its name in the contract.
    pub(crate) fn answer(id: CheckInId, field: &str) -> Self {
        Self(format!("check-in/{}/{field}", id.id))
    }

    /// The text that is stored.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn place(id: PlannedMealId) -> String {
    let (cycle, day) = (id.day.cycle.id, id.day.number);
    format!("{cycle}/{day}/{}/{}", id.slot.to_value(), id.position)
}

/// The beginning of a statement that carries out one decision: `decided` has a row if it counts. Parameters are those of
/// [`one`].
pub(crate) const ONE: &str = "
        WITH decided AS (
            INSERT INTO decision AS d (member_id, about, decided_at)
            VALUES ($1, $2, $3)
            ON CONFLICT (member_id, about) DO UPDATE
            SET decided_at = excluded.decided_at
            WHERE d.decided_at <= excluded.decided_at
            RETURNING about
        )";

/// The parameters of [`ONE`]: `$1` the member, `$2` what it is about, `$3` when it was decided.
pub(crate) fn one(member: MemberId, about: &About, at: DateTime<Utc>) -> [Value; 3] {
    [member.into(), about.as_str().into(), at.into()]
}

/// The beginning of a statement that carries out several decisions of one moment: `decided` has those that count, and
/// `known` those about things of which it was known when they were decided before. Parameters are those of [`several`].
pub(crate) const SEVERAL: &str = "
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

/// The parameters of [`SEVERAL`]: `$1` the member, `$2` what they are about, `$3` when they were made.
pub(crate) fn several(
    member: MemberId,
    about: impl IntoIterator<Item = About>,
    at: DateTime<Utc>,
) -> [Value; 3] {
    let about = about.into_iter().map(|about| about.0);
    [
        member.into(),
        about.collect::<Vec<String>>().into(),
        at.into(),
    ]
}

/// Remembers a decision that changes no row.
pub(crate) async fn remember(
    db: &impl ConnectionTrait,
    member: MemberId,
    about: &About,
    at: DateTime<Utc>,
) -> Result<()> {
    let sql = format!("{ONE} SELECT about FROM decided");
    db.query_all_raw(database::statement(sql, one(member, about, at)))
        .await?;
    Ok(())
}

/// Forgets at most `most` decisions that were made before a moment; says how many there were.
///
/// # Errors
///
/// Those of the database.
pub async fn forget(db: &impl ConnectionTrait, before: DateTime<Utc>, most: u32) -> Result<u64> {
    let sweep = Sweep {
        table: "decision",
        key: "member_id, about",
        age: "decided_at",
    };
    sweep.run(db, before, most).await
}
