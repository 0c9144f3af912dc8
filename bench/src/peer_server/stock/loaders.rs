//! The batch functions, one for each kind of key.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use async_graphql::dataloader::Loader;
use chrono::{DateTime, Utc};
use coach_domain::{
    cycle::Cycle,
    day::log::{MealChoice, WorkoutCompletion},
    enums::Goal,
    id::{CycleId, MemberId, PlanId, RecipeId},
    preferences::Preferences,
    viewer::Subject,
};
use deadpool_postgres::Pool;
use tokio_postgres::{Row, types::ToSql};
use uuid::Uuid;

use crate::peer_server::{
    pool::select,
    rows::{self, EFFECTIVE_SUBSCRIPTION, PROFILE},
    today::Profile,
};

/// What async-graphql wants to be cloned for every key of a batch that failed.
type Error = Arc<anyhow::Error>;

/// Loads rows, as of a time.
pub(super) struct Rows {
    pub(super) db: Pool,
    pub(super) now: DateTime<Utc>,
}

/// The key of a member's active plan.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PlanOf(pub(super) MemberId);

/// The key of a plan's open cycle.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct CycleOf(pub(super) PlanId);

/// The key of all preferences that a member has had.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PreferencesOf(pub(super) MemberId);

/// The key of the workouts that were completed in a cycle.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct CompletionsOf(pub(super) CycleId);

/// The key of the meals that were swapped or eaten in a cycle.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ChoicesOf(pub(super) CycleId);

/// The key of whether a recipe is a favourite of a member.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FavouriteOf(pub(super) MemberId, pub(super) RecipeId);

impl Rows {
    /// The member with this subject.
    pub(super) async fn profile(&self, subject: &Subject) -> anyhow::Result<Option<Profile>> {
        let sql = format!(
            "SELECT {PROFILE} FROM member m {EFFECTIVE_SUBSCRIPTION} WHERE m.issuer = $1 AND m.subject = $2"
        );
        let client = self.db.get().await?;
        let found = select(&client, &sql, &[&subject.issuer, &subject.subject]).await?;
        found
            .first()
            .map(|row| rows::profile(row, self.now))
            .transpose()
    }

    /// The rows of a statement, as entries of a map.
    async fn map<K: Eq + Hash, V>(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
        entry: impl Fn(&Row) -> anyhow::Result<(K, V)>,
    ) -> Result<HashMap<K, V>, Error> {
        let found = self.rows(sql, parameters).await?;
        let entries = found.iter().map(entry);
        entries.collect::<anyhow::Result<_>>().map_err(Arc::new)
    }

    /// The rows of a statement, grouped by key.
    async fn groups<K: Eq + Hash, V>(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
        entry: impl Fn(&Row) -> anyhow::Result<(K, V)>,
    ) -> Result<HashMap<K, Arc<Vec<V>>>, Error> {
        let mut groups: HashMap<K, Vec<V>> = HashMap::new();
        for row in &self.rows(sql, parameters).await? {
            let (key, value) = entry(row)?;
            groups.entry(key).or_default().push(value);
        }
        let groups = groups
            .into_iter()
            .map(|(key, values)| (key, Arc::new(values)));
        Ok(groups.collect())
    }

    async fn rows(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
        let client = self.db.get().await.map_err(anyhow::Error::from)?;
        Ok(select(&client, sql, parameters).await?)
    }
}

impl Loader<PlanOf> for Rows {
    type Value = (PlanId, Goal);
    type Error = Error;

    async fn load(&self, keys: &[PlanOf]) -> Result<HashMap<PlanOf, Self::Value>, Error> {
        let sql =
            "SELECT member_id, id, goal FROM plan WHERE member_id = ANY($1) AND status = 'ACTIVE'";
        let members: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        self.map(sql, &[&members], |row| {
            let member = MemberId(row.try_get("member_id")?);
            let id = row.try_get("id")?;
            let goal = rows::stored(row.try_get("goal")?)?;
            Ok((PlanOf(member), (PlanId { member, id }, goal)))
        })
        .await
    }
}

impl Loader<CycleOf> for Rows {
    type Value = Arc<Cycle>;
    type Error = Error;

    async fn load(&self, keys: &[CycleOf]) -> Result<HashMap<CycleOf, Self::Value>, Error> {
        let sql = "
            SELECT c.member_id, c.plan_id, c.id, c.number, c.starts_on, c.programme_id, c.programme_version, c.seed,
                   m.time_zone
            FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, plan_id)
            JOIN cycle c USING (member_id, plan_id)
            JOIN member m ON m.id = c.member_id
            WHERE c.closed_on IS NULL";
        let members: Vec<Uuid> = keys.iter().map(|key| key.0.member.0).collect();
        let plans: Vec<Uuid> = keys.iter().map(|key| key.0.id).collect();
        self.map(sql, &[&members, &plans], |row| {
            let member = MemberId(row.try_get("member_id")?);
            let id = row.try_get("plan_id")?;
            let plan = PlanId { member, id };
            let cycle = rows::open_cycle(row, plan, row.try_get("time_zone")?, self.now)?;
            Ok((CycleOf(plan), Arc::new(cycle)))
        })
        .await
    }
}

impl Loader<PreferencesOf> for Rows {
    type Value = Arc<Vec<Preferences>>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[PreferencesOf],
    ) -> Result<HashMap<PreferencesOf, Self::Value>, Error> {
        let sql = "
            SELECT member_id, effective_from, goal, level, diet, allergens, days_per_week
            FROM member_preferences
            WHERE member_id = ANY($1)";
        let members: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        self.groups(sql, &[&members], |row| {
            let key = PreferencesOf(MemberId(row.try_get("member_id")?));
            Ok((key, rows::preferences(row)?))
        })
        .await
    }
}

impl Loader<CompletionsOf> for Rows {
    type Value = Arc<Vec<WorkoutCompletion>>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[CompletionsOf],
    ) -> Result<HashMap<CompletionsOf, Self::Value>, Error> {
        let sql = "
            SELECT member_id, cycle_id, day, position, workout_id, completed_at, effort
            FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, cycle_id)
            JOIN workout_completion USING (member_id, cycle_id)";
        let (members, cycles) = uuids(keys.iter().map(|key| key.0));
        self.groups(sql, &[&members, &cycles], |row| {
            Ok((CompletionsOf(cycle_id(row)?), rows::completion(row)?))
        })
        .await
    }
}

impl Loader<ChoicesOf> for Rows {
    type Value = Arc<Vec<MealChoice>>;
    type Error = Error;

    async fn load(&self, keys: &[ChoicesOf]) -> Result<HashMap<ChoicesOf, Self::Value>, Error> {
        let sql = "
            SELECT member_id, cycle_id, day, slot, position, recipe_id, servings, eaten_at
            FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, cycle_id)
            JOIN meal_choice USING (member_id, cycle_id)";
        let (members, cycles) = uuids(keys.iter().map(|key| key.0));
        self.groups(sql, &[&members, &cycles], |row| {
            Ok((ChoicesOf(cycle_id(row)?), rows::choice(row)?))
        })
        .await
    }
}

impl Loader<FavouriteOf> for Rows {
    /// Recipes that are no favourites have no entry.
    type Value = ();
    type Error = Error;

    async fn load(&self, keys: &[FavouriteOf]) -> Result<HashMap<FavouriteOf, ()>, Error> {
        let sql = "
            SELECT member_id, recipe_id
            FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, recipe_id)
            JOIN favourite_recipe USING (member_id, recipe_id)";
        let members: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        let recipes: Vec<Uuid> = keys.iter().map(|key| key.1.0).collect();
        self.map(sql, &[&members, &recipes], |row| {
            let member = MemberId(row.try_get("member_id")?);
            let recipe = RecipeId(row.try_get("recipe_id")?);
            Ok((FavouriteOf(member, recipe), ()))
        })
        .await
    }
}

fn uuids(cycles: impl Iterator<Item = CycleId>) -> (Vec<Uuid>, Vec<Uuid>) {
    cycles.map(|cycle| (cycle.member.0, cycle.id)).unzip()
}

fn cycle_id(row: &Row) -> anyhow::Result<CycleId> {
    Ok(CycleId {
        member: MemberId(row.try_get("member_id")?),
        id: row.try_get("cycle_id")?,
    })
}
