//! Writing demo members.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{LOCAL_ISSUER, cast::CAST, rows::Rows};
use crate::{
    Result,
    catalogue::Catalogue,
    clock::Clock,
    database::{self, insert},
    id::column,
    member::entity::{Column, Entity},
};

/// Inserts the demo members that are not there yet, and says how many. One that
/// is there is left as it is, whoever made it.
pub(in crate::seed) async fn missing_members(
    db: &impl ConnectionTrait,
    clock: &dyn Clock,
    catalogue: &Catalogue,
) -> Result<usize> {
    let ours = Entity::find().filter(Column::Issuer.eq(LOCAL_ISSUER));
    let subjects = ours.select_only().column(Column::Subject).into_tuple();
    let present: HashSet<String> = subjects.all(db).await?.into_iter().collect();
    let mut rows = Rows::default();
    for story in &CAST {
        if !present.contains(story.subject) {
            rows.tell(story, clock.today(story.time_zone), catalogue)?;
        }
    }
    let inserted = rows.members.len();
    insert(db, std::mem::take(&mut rows.members)).await?;
    owned(db, rows).await?;
    Ok(inserted)
}

/// Inserts what members own, for each table all at once.
pub(super) async fn owned(db: &impl ConnectionTrait, rows: Rows) -> Result<()> {
    insert(db, rows.preferences).await?;
    let subscribers: Vec<_> = rows.subscriptions.iter().map(|it| it.member_id.0).collect();
    insert(db, rows.subscriptions).await?;
    // What was bought is linked to who bought it.
    let sql = "
        INSERT INTO subscription_link (member_id, provider, external_id, linked_at)
        SELECT member_id, provider, external_id, updated_at
        FROM subscription
        WHERE member_id = ANY($1) AND provider IS NOT NULL";
    let statement = database::statement(sql, [column(subscribers)]);
    db.execute_raw(statement).await?;
    insert(db, rows.plans).await?;
    insert(db, rows.cycles).await?;
    insert(db, rows.completions).await?;
    insert(db, rows.choices).await?;
    insert(db, rows.check_ins).await?;
    insert(db, rows.favourites).await?;
    insert(db, rows.consents).await
}
