//! Resetting demo members to the state that they represent once it has expired.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};
use coach_domain::{
    Result, catalogue::Catalogue, clock::Clock, cycle, database, id::MemberId, member,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use super::{
    LOCAL_ISSUER,
    definition::DemoMember,
    insert::insert_owned,
    members::MEMBERS,
    rows::{Rows, member_id},
};

/// Renews the members whose state has expired, and returns their subjects.
pub(in crate::seed) async fn renew_expired(
    db: &impl ConnectionTrait,
    clock: &dyn Clock,
    catalogue: &Catalogue,
) -> Result<Vec<&'static str>> {
    let ids = MEMBERS.iter().map(member_id);
    // Commands lock the member's row first, so their writes are either deleted here or happen afterwards.
    let present: Vec<MemberId> = member::entity::Entity::find()
        .filter(member::entity::Column::Issuer.eq(LOCAL_ISSUER))
        .filter(member::entity::Column::Id.is_in(ids))
        .select_only()
        .column(member::entity::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(db)
        .await?;
    let began = latest_cycles(db, &present).await?;
    let mut rows = Rows::default();
    let mut renewed = Vec::new();
    for definition in &MEMBERS {
        let (id, today) = (member_id(definition), clock.today(definition.time_zone));
        if present.contains(&id) && is_expired(definition, began.get(&id).copied(), today) {
            rows.add_member(definition, today, catalogue)?;
            renewed.push(definition.subject);
        }
    }
    for row in std::mem::take(&mut rows.members) {
        delete_owned(db, row.id).await?;
        row.into_active_model().reset_all().update(db).await?;
    }
    insert_owned(db, rows).await?;
    Ok(renewed)
}

/// Whether the state of a demo member whose latest cycle `began` then has expired. The day of seeding is not stored; it
/// follows from that cycle. A member who has continued with another cycle has more time accordingly.
fn is_expired(definition: &DemoMember, began: Option<NaiveDate>, today: NaiveDate) -> bool {
    let cycles = definition.plan.as_ref().map(|plan| plan.cycles);
    let Some(last) = cycles.and_then(|cycles| cycles.last()) else {
        return false;
    };
    let days = TimeDelta::days(last.began + definition.valid_for);
    began.is_none_or(|began| today > began + days)
}

/// The date on which each member's latest cycle began.
async fn latest_cycles(
    db: &impl ConnectionTrait,
    members: &[MemberId],
) -> Result<HashMap<MemberId, NaiveDate>> {
    use cycle::entity::{Column, Entity};
    let cycles = Entity::find().filter(Column::MemberId.is_in(members.iter().copied()));
    let latest: Vec<(MemberId, NaiveDate)> = cycles
        .select_only()
        .column(Column::MemberId)
        .column_as(Column::StartsOn.max(), "began")
        .group_by(Column::MemberId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(latest.into_iter().collect())
}

/// The tables with data of a member, in the order in which foreign keys allow to delete it.
const OWNED: [&str; 10] = [
    "check_in",
    "meal_choice",
    "workout_completion",
    "cycle",
    "plan",
    "favourite_recipe",
    "consent",
    "subscription_link",
    "subscription",
    "member_preferences",
];

/// Deletes all data of a member.
async fn delete_owned(db: &impl ConnectionTrait, member: MemberId) -> Result<()> {
    for table in OWNED {
        let sql = format!("DELETE FROM {table} WHERE member_id = $1");
        db.execute_raw(database::statement(sql, [member.into()]))
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{MEMBERS, TimeDelta, is_expired};
    use crate::seed::DEMO;

    #[test]
    fn a_state_is_valid_up_to_its_last_day() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 10).expect("a date");
        for definition in &MEMBERS {
            let cycles = definition.plan.as_ref().map(|plan| plan.cycles);
            let last = cycles.and_then(|cycles| cycles.last());
            let began = last.map(|cycle| today - TimeDelta::days(cycle.began));
            let on = |days| is_expired(definition, began, today + TimeDelta::days(days));
            assert!(
                !on(0) && !on(definition.valid_for),
                "{}",
                definition.subject
            );
            let for_ever = definition.subject == DEMO.no_plan;
            assert_eq!(
                on(definition.valid_for + 1),
                !for_ever,
                "{}",
                definition.subject
            );
        }
    }
}
