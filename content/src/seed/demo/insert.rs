//! Inserting demo members.

use std::collections::HashSet;

use coach_domain::{
    Result,
    catalogue::Catalogue,
    check_in,
    clock::Clock,
    database::{self, insert},
    id::uuid_array,
    member::entity::{Column, Entity},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{LOCAL_ISSUER, members::MEMBERS, rows::Rows};

/// Inserts the missing demo members, and returns their number. Existing ones are not changed, whatever created them.
pub(in crate::seed) async fn insert_missing(
    db: &impl ConnectionTrait,
    clock: &dyn Clock,
    catalogue: &Catalogue,
) -> Result<usize> {
    let ours = Entity::find().filter(Column::Issuer.eq(LOCAL_ISSUER));
    let subjects = ours.select_only().column(Column::Subject).into_tuple();
    let present: HashSet<String> = subjects.all(db).await?.into_iter().collect();
    let mut rows = Rows::default();
    for definition in &MEMBERS {
        if !present.contains(definition.subject) {
            rows.add_member(definition, clock.today(definition.time_zone), catalogue)?;
        }
    }
    let inserted = rows.members.len();
    insert(db, std::mem::take(&mut rows.members)).await?;
    insert_owned(db, rows).await?;
    Ok(inserted)
}

/// Inserts the data of members, table by table.
pub(super) async fn insert_owned(db: &impl ConnectionTrait, rows: Rows) -> Result<()> {
    insert(db, rows.preferences).await?;
    let subscribers: Vec<_> = rows.subscriptions.iter().map(|it| it.member_id.0).collect();
    insert(db, rows.subscriptions).await?;
    // Links each purchase to the member who made it.
    let sql = "
        INSERT INTO subscription_link (member_id, provider, external_id, linked_at)
        SELECT member_id, provider, external_id, updated_at
        FROM subscription
        WHERE member_id = ANY($1) AND provider IS NOT NULL";
    let statement = database::statement(sql, [uuid_array(subscribers)]);
    db.execute_raw(statement).await?;
    insert(db, rows.plans).await?;
    insert(db, rows.cycles).await?;
    insert(db, rows.completions).await?;
    insert(db, rows.choices).await?;
    check_in::insert(db, rows.check_ins).await?;
    insert(db, rows.favourites).await?;
    insert(db, rows.consents).await
}
