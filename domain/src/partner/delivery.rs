//! What became of records at partners: the table `partner_delivery`. It holds neither members nor contents.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DeriveActiveEnum, EnumIter, FromQueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Result,
    database::{self, Sweep},
    preferences::stored_enum,
};

stored_enum! {
    /// What became of a record at a partner.
    DeliveryStatus {
        /// The partner has it.
        Taken = "TAKEN",
        /// The member does not agree that the partner has it.
        Withheld = "WITHHELD",
        /// The partner will not have it, as things are.
        Refused = "REFUSED",
        /// The partner could not take it, or said nothing: it is tried again.
        Failed = "FAILED",
    }
}

/// What a partner answered to a record, or why it was not asked.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Delivery {
    /// The envelope.
    pub envelope_id: Uuid,
    /// The partner's name.
    pub partner: String,
    /// The envelope's kind.
    pub kind: String,
    /// What became of it.
    pub status: DeliveryStatus,
    /// The HTTP status of the answer, where there was one.
    pub answer: Option<i16>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Records it. What is [`Taken`](DeliveryStatus::Taken) or [`Withheld`](DeliveryStatus::Withheld) belongs into the
/// transaction that enters it into the inbox.
pub async fn record(db: &impl ConnectionTrait, delivery: &Delivery) -> Result<()> {
    let sql = "
        INSERT INTO partner_delivery (envelope_id, partner, kind, status, answer, at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let values = [
        delivery.envelope_id.into(),
        delivery.partner.as_str().into(),
        delivery.kind.as_str().into(),
        delivery.status.into(),
        delivery.answer.into(),
        delivery.at.into(),
    ];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}

/// What became of a record last, by partner.
pub async fn latest(
    db: &impl ConnectionTrait,
    envelope: Uuid,
) -> Result<HashMap<String, DeliveryStatus>> {
    let sql = "
        SELECT DISTINCT ON (partner) partner, status
        FROM partner_delivery
        WHERE envelope_id = $1
        ORDER BY partner, id DESC";
    let statement = database::statement(sql, [envelope.into()]);
    let rows = db.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}

/// All that is recorded of an envelope, in order.
pub async fn of(db: &impl ConnectionTrait, envelope: Uuid) -> Result<Vec<Delivery>> {
    let sql = "
        SELECT envelope_id, partner, kind, status, answer, at
        FROM partner_delivery
        WHERE envelope_id = $1
        ORDER BY id";
    let statement = database::statement(sql, [envelope.into()]);
    Ok(Delivery::find_by_statement(statement).all(db).await?)
}

/// Deletes at most `most` rows written before a moment, oldest first, and says how many.
pub async fn forget(db: &impl ConnectionTrait, before: DateTime<Utc>, most: u32) -> Result<u64> {
    let sweep = Sweep {
        table: "partner_delivery",
        key: "id",
        age: "at",
    };
    sweep.run(db, before, most).await
}
