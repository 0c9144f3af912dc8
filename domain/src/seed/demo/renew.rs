//! Bringing demo members back to the state that they stand for, once time has
//! taken them out of it.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use super::{
    LOCAL_ISSUER,
    cast::CAST,
    insert::owned,
    rows::{Rows, member_id},
    story::Story,
};
use crate::{
    Result,
    catalogue::Catalogue,
    check_in,
    clock::Clock,
    consent, cycle, database,
    day::{choice_entity, completion_entity},
    favourite,
    id::MemberId,
    member, plan, preferences, subscription,
};

/// Renews the members whose time has passed, and says who they are.
pub(in crate::seed) async fn passed_members(
    db: &impl ConnectionTrait,
    clock: &dyn Clock,
    catalogue: &Catalogue,
) -> Result<Vec<&'static str>> {
    let ids = CAST.iter().map(member_id);
    // Commands lock the member's row first; so what they do is either in what is
    // deleted here, or comes after.
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
    let mut passed = Vec::new();
    for story in &CAST {
        let (id, today) = (member_id(story), clock.today(story.time_zone));
        if present.contains(&id) && has_passed(story, began.get(&id).copied(), today) {
            rows.tell(story, today, catalogue)?;
            passed.push(story.subject);
        }
    }
    for row in std::mem::take(&mut rows.members) {
        delete_owned(db, row.id).await?;
        row.into_active_model().reset_all().update(db).await?;
    }
    owned(db, rows).await?;
    Ok(passed)
}

/// Whether a story that was told when its last cycle `began` holds no more. The
/// day of telling is not stored; it follows from that cycle. A member who has gone
/// on to another cycle since has more time accordingly.
fn has_passed(story: &Story, began: Option<NaiveDate>, today: NaiveDate) -> bool {
    let cycles = story.plan.as_ref().map(|plan| plan.cycles);
    let Some(last) = cycles.and_then(|cycles| cycles.last()) else {
        return false;
    };
    let days = TimeDelta::days(last.began + story.holds_for);
    began.is_none_or(|began| today > began + days)
}

/// When each member's latest cycle began.
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

/// Deletes everything that a member owns, in the order of what refers to what.
async fn delete_owned(db: &impl ConnectionTrait, member: MemberId) -> Result<()> {
    delete::<check_in::entity::Entity>(db, check_in::entity::Column::MemberId.eq(member)).await?;
    delete::<choice_entity::Entity>(db, choice_entity::Column::MemberId.eq(member)).await?;
    delete::<completion_entity::Entity>(db, completion_entity::Column::MemberId.eq(member)).await?;
    delete::<cycle::entity::Entity>(db, cycle::entity::Column::MemberId.eq(member)).await?;
    delete::<plan::entity::Entity>(db, plan::entity::Column::MemberId.eq(member)).await?;
    delete::<favourite::entity::Entity>(db, favourite::entity::Column::MemberId.eq(member)).await?;
    delete::<consent::entity::Entity>(db, consent::entity::Column::MemberId.eq(member)).await?;
    let sql = "DELETE FROM subscription_link WHERE member_id = $1";
    db.execute_raw(database::statement(sql, [member.into()]))
        .await?;
    let of = subscription::entity::Column::MemberId.eq(member);
    delete::<subscription::entity::Entity>(db, of).await?;
    let of = preferences::entity::Column::MemberId.eq(member);
    delete::<preferences::entity::Entity>(db, of).await
}

async fn delete<E: EntityTrait>(
    db: &impl ConnectionTrait,
    of: sea_orm::sea_query::SimpleExpr,
) -> Result<()> {
    E::delete_many().filter(of).exec(db).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{CAST, TimeDelta, has_passed};
    use crate::seed::DEMO;

    #[test]
    fn a_story_holds_to_its_last_day() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 10).expect("a date");
        for story in &CAST {
            let cycles = story.plan.as_ref().map(|plan| plan.cycles);
            let last = cycles.and_then(|cycles| cycles.last());
            let began = last.map(|cycle| today - TimeDelta::days(cycle.began));
            let on = |days| has_passed(story, began, today + TimeDelta::days(days));
            assert!(!on(0) && !on(story.holds_for), "{}", story.subject);
            let for_ever = story.subject == DEMO.no_plan;
            assert_eq!(on(story.holds_for + 1), !for_ever, "{}", story.subject);
        }
    }
}
