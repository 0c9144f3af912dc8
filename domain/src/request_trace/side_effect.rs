//! What has become of the messages that a request wrote to the outbox.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Result, database, enums::stored_enum, id::uuid_array, queue::MAX_RECEIVES};

stored_enum! {
    /// What is known of a message.
    SideEffectState {
        /// In the outbox.
        Unsent = "UNSENT",
        /// In its queue, or done by a consumer that leaves no record.
        Sent = "SENT",
        /// Done, by one of its consumers at least.
        Done = "DONE",
        /// In the dead letters, though others of its consumers may have done it.
        Dead = "DEAD",
    }
}

/// The states of messages, each given by its id and its queue. Dead letters on SQS are not looked through: their messages
/// are `SENT`.
///
/// # Errors
///
/// Database errors.
pub async fn side_effect_states(
    db: &impl ConnectionTrait,
    messages: &[(Uuid, String)],
) -> Result<HashMap<Uuid, SideEffectState>> {
    // A message that is not in the outbox any more was sent.
    let sql = format!(
        "
        SELECT m.id,
            CASE
                WHEN EXISTS (SELECT FROM outbox o WHERE o.id = m.id AND o.sent_at IS NULL) THEN 'UNSENT'
                WHEN EXISTS (
                    SELECT
                    FROM queue_message q
                    WHERE q.queue = m.queue AND q.receives >= {MAX_RECEIVES} AND q.visible_at <= statement_timestamp()
                        AND strpos(q.body, m.id::text) > 0
                ) THEN 'DEAD'
                WHEN EXISTS (SELECT FROM inbox i WHERE i.envelope_id = m.id) THEN 'DONE'
                ELSE 'SENT'
            END
        FROM unnest($1::uuid[], $2::text[]) AS m (id, queue)"
    );
    let queues = messages.iter().map(|(_, queue)| queue.clone());
    let values = [
        uuid_array(messages.iter().map(|(id, _)| *id)),
        queues.collect::<Vec<_>>().into(),
    ];
    let rows = db.query_all_raw(database::statement(sql, values)).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}
