//! Resetting demo members to the state that they represent once it has expired.

use chrono::{NaiveDate, TimeDelta};
use coach_domain::{Result, catalogue::Catalogue, clock::Clock, database, id::MemberId};
use sea_orm::ConnectionTrait;

use super::{
    LOCAL_ISSUER,
    data::{DemoData, member_id},
    definition::DemoMember,
    insert::insert_owned,
    members::MEMBERS,
};

/// Renews the members whose state has expired, and returns their subjects.
pub(in crate::seed) async fn renew_expired(
    db: &impl ConnectionTrait,
    clock: &dyn Clock,
    catalogue: &Catalogue,
) -> Result<Vec<&'static str>> {
    let mut renewed = Vec::new();
    for definition in &MEMBERS {
        let (id, today) = (member_id(definition), clock.today(definition.time_zone));
        let Some(began) = lock_and_find_latest_cycle(db, id).await? else {
            continue;
        };
        if is_expired(definition, began, today) {
            let data = DemoData::new(definition, today, catalogue)?;
            delete_owned(db, id).await?;
            let columns = data.member.clone();
            database::update(db, "member", [("id", id.into())], columns).await?;
            insert_owned(db, &data).await?;
            renewed.push(definition.subject);
        }
    }
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

/// Locks a demo member's row, and returns when the latest cycle began, if there is one; `None` if there is no such member.
async fn lock_and_find_latest_cycle(
    db: &impl ConnectionTrait,
    member: MemberId,
) -> Result<Option<Option<NaiveDate>>> {
    // Commands lock the member's row first, so their writes are either deleted here or happen afterwards.
    let lock = "SELECT FROM member WHERE id = $1 AND issuer = $2 FOR UPDATE";
    let values = [member.into(), LOCAL_ISSUER.into()];
    let locked = db.query_one_raw(database::statement(lock, values)).await?;
    if locked.is_none() {
        return Ok(None);
    }
    let latest = "SELECT max(starts_on) FROM cycle WHERE member_id = $1";
    let row = db
        .query_one_raw(database::statement(latest, [member.into()]))
        .await?;
    row.map(|row| Ok(row.try_get_by_index(0)?)).transpose()
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
