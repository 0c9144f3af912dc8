//! Inserting demo members.

use coach_domain::{
    Result,
    catalogue::Catalogue,
    check_in::CheckIn,
    clock::Clock,
    cycle::Cycle,
    database::{self, Columns, insert},
    id::CycleId,
    plan::Plan,
    preferences,
};
use sea_orm::{ConnectionTrait, Value};

use super::{LOCAL_ISSUER, data::DemoData, members::MEMBERS};

/// Inserts the missing demo members, and returns their number. Existing ones are not changed, whatever created them.
pub(in crate::seed) async fn insert_missing(
    db: &impl ConnectionTrait,
    clock: &dyn Clock,
    catalogue: &Catalogue,
) -> Result<usize> {
    let sql = "SELECT FROM member WHERE issuer = $1 AND subject = $2";
    let mut inserted = 0;
    for definition in &MEMBERS {
        let subject = [LOCAL_ISSUER.into(), definition.subject.into()];
        let present = db.query_one_raw(database::statement(sql, subject)).await?;
        if present.is_none() {
            let today = clock.today(definition.time_zone);
            let data = DemoData::new(definition, today, catalogue)?;
            insert(db, "member", [data.member.clone()]).await?;
            insert_owned(db, &data).await?;
            inserted += 1;
        }
    }
    Ok(inserted)
}

/// Inserts the data of a member, table by table.
pub(super) async fn insert_owned(db: &impl ConnectionTrait, data: &DemoData) -> Result<()> {
    for preferences in &data.preferences {
        preferences::write(db, data.id, preferences).await?;
    }
    insert_subscription(db, data).await?;
    insert(db, "plan", data.plan.iter().map(Plan::columns)).await?;
    insert(db, "cycle", data.cycles.iter().map(cycle)).await?;
    let completions = data.completions.iter().map(|(cycle, it)| {
        let mut columns = in_cycle(*cycle, it.day, it.position);
        columns.extend([
            ("workout_id", it.workout_id.into()),
            ("completed_at", it.completed_at.into()),
            ("effort", it.effort.into()),
        ]);
        columns
    });
    insert(db, "workout_completion", completions).await?;
    let choices = data.choices.iter().map(|(cycle, it)| {
        let mut columns = in_cycle(*cycle, it.day, it.position);
        columns.extend([
            ("slot", it.slot.into()),
            ("recipe_id", it.recipe_id.into()),
            ("servings", it.servings.into()),
            ("eaten_at", it.eaten_at.into()),
        ]);
        columns
    });
    insert(db, "meal_choice", choices).await?;
    insert(db, "check_in", data.check_ins.iter().map(CheckIn::columns)).await?;
    let favourites = data.favourites.iter().map(|(recipe, added_at)| {
        vec![
            ("member_id", data.id.into()),
            ("recipe_id", (*recipe).into()),
            ("created_at", (*added_at).into()),
        ]
    });
    insert(db, "favourite_recipe", favourites).await?;
    let consents = data.consents.iter().map(|it| {
        vec![
            ("member_id", data.id.into()),
            ("purpose", it.purpose.into()),
            ("granted", it.granted.into()),
            ("changed_at", it.changed_at.into()),
        ]
    });
    insert(db, "consent", consents).await
}

/// Inserts the subscription, and links a purchase to the member who made it.
async fn insert_subscription(db: &impl ConnectionTrait, data: &DemoData) -> Result<()> {
    let Some(subscription) = &data.subscription else {
        return Ok(());
    };
    let of_shop: [(&str, Value); 3] = [
        ("member_id", data.id.into()),
        ("provider", subscription.entitlement.provider.into()),
        ("external_id", subscription.external_id.clone().into()),
    ];
    let mut columns = of_shop.to_vec();
    columns.extend([
        ("id", subscription.id.into()),
        (
            "trial_ends_at",
            subscription.entitlement.trial_ends_at.into(),
        ),
        ("expires_at", subscription.entitlement.expires_at.into()),
        (
            "grace_ends_at",
            subscription.entitlement.grace_ends_at.into(),
        ),
        ("will_renew", subscription.entitlement.will_renew.into()),
        ("updated_at", subscription.updated_at.into()),
    ]);
    insert(db, "subscription", [columns]).await?;
    if subscription.entitlement.provider.is_some() {
        let mut link = of_shop.to_vec();
        link.push(("linked_at", subscription.updated_at.into()));
        insert(db, "subscription_link", [link]).await?;
    }
    Ok(())
}

fn cycle(cycle: &Cycle) -> Columns {
    vec![
        ("member_id", cycle.id.member.into()),
        ("id", cycle.id.id.into()),
        ("plan_id", cycle.plan_id.id.into()),
        ("number", cycle.number.into()),
        ("starts_on", cycle.starts_on.into()),
        ("closed_on", cycle.closed_on.into()),
        ("programme_id", cycle.programme.into()),
        ("programme_version", cycle.programme_version.into()),
        ("seed", cycle.seed.into()),
        ("wanted_level", cycle.wanted.map(|it| it.level).into()),
        (
            "wanted_days_per_week",
            cycle.wanted.map(|it| it.days_per_week).into(),
        ),
    ]
}

fn in_cycle(cycle: CycleId, day: u8, position: u8) -> Columns {
    vec![
        ("member_id", cycle.member.into()),
        ("cycle_id", cycle.id.into()),
        ("day", i32::from(day).into()),
        ("position", i32::from(position).into()),
    ]
}
