//! The log of deliveries to partners: the table `partner_delivery`. It holds neither members nor contents.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DeriveActiveEnum, EnumIter, FromQueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Result,
    database::{self, Purge},
    enums::stored_enum,
};

stored_enum! {
    /// The result of a delivery to a partner.
    DeliveryStatus {
        /// The partner accepted the record.
        Taken = "TAKEN",
        /// The record was not sent, since the member does not consent to it.
        Withheld = "WITHHELD",
        /// The partner rejected the record; a retry would not help.
        Refused = "REFUSED",
        /// The partner could not process the record, or did not respond: the delivery is retried.
        Failed = "FAILED",
    }
}

/// An attempt to deliver a record to a partner.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct PartnerDelivery {
    /// The id of the record's envelope.
    pub envelope_id: Uuid,
    /// The partner's name.
    pub partner: String,
    /// The envelope's kind.
    pub kind: String,
    /// The result of the attempt.
    pub status: DeliveryStatus,
    /// The HTTP status of the response, if there was one.
    pub answer: Option<i16>,
    /// When the attempt ended.
    pub at: DateTime<Utc>,
}

/// Records an attempt. [`Taken`](DeliveryStatus::Taken) and [`Withheld`](DeliveryStatus::Withheld) must be recorded in
/// the transaction that inserts the envelope into the inbox.
pub async fn record(db: &impl ConnectionTrait, delivery: &PartnerDelivery) -> Result<()> {
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

/// The latest status of a record's delivery, by partner.
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

/// All delivery attempts of an envelope, in order.
pub async fn find_all(db: &impl ConnectionTrait, envelope: Uuid) -> Result<Vec<PartnerDelivery>> {
    let sql = "
        SELECT envelope_id, partner, kind, status, answer, at
        FROM partner_delivery
        WHERE envelope_id = $1
        ORDER BY id";
    let statement = database::statement(sql, [envelope.into()]);
    Ok(PartnerDelivery::find_by_statement(statement)
        .all(db)
        .await?)
}

/// Deletes records, by when the attempt ended.
pub const PURGE: Purge = Purge::new("partner_delivery", "id", "at");
