//! What one writes by hand: axum over tokio-postgres with seven statements, of which the three that need nothing from each
//! other are sent together on one connection.

use std::{collections::HashSet, sync::Arc};

use coach_domain::{
    catalogue::Catalogue,
    clock::{Clock as _, SystemClock},
    day::log::DayLog,
    id::{MemberId, PlanId, RecipeId},
    viewer::Subject,
};
use deadpool_postgres::{Client, Pool};
use futures_util::future::try_join3;
use uuid::Uuid;

use super::{
    Peer,
    pool::select,
    rows::{self, EFFECTIVE_SUBSCRIPTION, PROFILE},
    today::{ActivePlan, Schedule, Today},
    view,
};

const PLAN: &str = "SELECT id, goal FROM plan WHERE member_id = $1 AND status = 'ACTIVE'";

const CYCLE: &str = "
    SELECT id, number, starts_on, programme_id, programme_version, seed
    FROM cycle
    WHERE member_id = $1 AND plan_id = $2 AND closed_on IS NULL";

const PREFERENCES: &str = "
    SELECT effective_from, goal, level, diet, allergens, days_per_week
    FROM member_preferences
    WHERE member_id = $1";

const COMPLETIONS: &str = "
    SELECT day, position, workout_id, completed_at, effort
    FROM workout_completion
    WHERE member_id = $1 AND cycle_id = $2";

const CHOICES: &str = "
    SELECT day, slot, position, recipe_id, servings, eaten_at
    FROM meal_choice
    WHERE member_id = $1 AND cycle_id = $2";

const FAVOURITES: &str =
    "SELECT recipe_id FROM favourite_recipe WHERE member_id = $1 AND recipe_id = ANY($2)";

/// The server.
pub(super) struct Plain {
    pub(super) db: Pool,
    pub(super) catalogue: Arc<Catalogue>,
}

impl Peer for Plain {
    async fn respond(&self, subject: &Subject, _: &[u8]) -> anyhow::Result<Vec<u8>> {
        let today = self.load(subject).await?;
        Ok(serde_json::to_vec(&view::Body::of(&today))?)
    }
}

impl Plain {
    async fn load(&self, subject: &Subject) -> anyhow::Result<Today> {
        let client = self.db.get().await?;
        let mut today = Today::default();
        let now = SystemClock.now();
        let member = format!(
            "SELECT {PROFILE} FROM member m {EFFECTIVE_SUBSCRIPTION} WHERE m.issuer = $1 AND m.subject = $2"
        );
        let found = select(&client, &member, &[&subject.issuer, &subject.subject]).await?;
        let Some(row) = found.first() else {
            return Ok(today);
        };
        let time_zone: &str = row.try_get("time_zone")?;
        let member = today.profile.insert(rows::profile(row, now)?).id;
        let found = select(&client, PLAN, &[&member.0]).await?;
        let Some(row) = found.first() else {
            return Ok(today);
        };
        let id = row.try_get("id")?;
        let plan = PlanId { member, id };
        let goal = rows::stored(row.try_get("goal")?)?;
        today.plan = Some(ActivePlan { id: plan, goal });
        let found = select(&client, CYCLE, &[&member.0, &id]).await?;
        let Some(row) = found.first() else {
            return Ok(today);
        };
        let cycle = rows::open_cycle(row, plan, time_zone, now)?;
        let schedule = schedule(&client, member, cycle.id.id).await?;
        today.follow(cycle, &schedule, &self.catalogue, now)?;
        today.favourites = favourites(&client, member, &today.recipes()).await?;
        Ok(today)
    }
}

async fn schedule(client: &Client, member: MemberId, cycle: Uuid) -> anyhow::Result<Schedule> {
    let (history, completions, choices) = try_join3(
        select(client, PREFERENCES, &[&member.0]),
        select(client, COMPLETIONS, &[&member.0, &cycle]),
        select(client, CHOICES, &[&member.0, &cycle]),
    )
    .await?;
    let history = history.iter().map(rows::preferences);
    let completions = completions.iter().map(rows::completion);
    let choices = choices.iter().map(rows::choice);
    Ok(Schedule {
        history: history.collect::<Result<_, _>>()?,
        log: DayLog {
            completions: completions.collect::<Result<_, _>>()?,
            choices: choices.collect::<Result<_, _>>()?,
        },
    })
}

async fn favourites(
    client: &Client,
    member: MemberId,
    recipes: &[RecipeId],
) -> anyhow::Result<HashSet<RecipeId>> {
    let recipes: Vec<Uuid> = recipes.iter().map(|id| id.0).collect();
    let found = select(client, FAVOURITES, &[&member.0, &recipes]).await?;
    let ids = found
        .iter()
        .map(|row| Ok(RecipeId(row.try_get("recipe_id")?)));
    ids.collect()
}
