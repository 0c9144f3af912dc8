//! Sign-in codes, as an identity provider hands them over.

use sea_orm::{ConnectionTrait as _, TransactionSession as _, TransactionTrait as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::letter::SignInCode;
use crate::{
    Result,
    clock::Clock,
    database::{self, Session},
    kill_point,
    outbox::{self, Effects},
    viewer::Subject,
};

/// What the key is kept with.
const COMMAND: &str = "signInCode";

/// What became of a code that was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandedOver {
    /// It is on its way, under this envelope; so it is when the same is handed over again.
    Accepted(Uuid),
    /// The key was used with another code or address before.
    KeyReused,
}

/// Has a code sent, once for its key. `request` is what the provider asked, word for word: the same key for something
/// else is refused.
///
/// # Errors
///
/// Those of the database; handing over the same again tells.
pub async fn hand_over(
    session: &Session,
    clock: &dyn Clock,
    service: &Subject,
    key: &str,
    request: &[u8],
    code: &SignInCode,
) -> Result<HandedOver> {
    let now = clock.now();
    let mut effects = Effects::new(None, now);
    let envelope = effects.owe(code)?;
    let arguments = Sha256::digest(request).to_vec();
    let transaction = session.begin().await?;
    // Who comes second with a key waits here for the first.
    let sql = "
        INSERT INTO idempotency_key (issuer, subject, key, command, arguments, outcome, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT DO NOTHING";
    let values = [
        service.issuer.as_str().into(),
        service.subject.as_str().into(),
        key.into(),
        COMMAND.into(),
        arguments.clone().into(),
        json!(envelope).into(),
        now.into(),
    ];
    let kept = transaction
        .execute_raw(database::statement(sql, values))
        .await?;
    if kept.rows_affected() == 0 {
        let before = find(&transaction, service, key, &arguments).await?;
        transaction.rollback().await?;
        return Ok(before.map_or(HandedOver::KeyReused, HandedOver::Accepted));
    }
    outbox::insert(&transaction, effects.owed(), session.span(), now).await?;
    kill_point::reached("after-insert");
    transaction.commit().await?;
    kill_point::reached("after-commit");
    outbox::announce();
    Ok(HandedOver::Accepted(envelope))
}

/// The envelope of what was handed over with a key; `None` where it was something else.
async fn find(
    db: &impl sea_orm::ConnectionTrait,
    service: &Subject,
    key: &str,
    arguments: &[u8],
) -> Result<Option<Uuid>> {
    let sql = "
        SELECT outcome
        FROM idempotency_key
        WHERE issuer = $1 AND subject = $2 AND key = $3 AND command = $4 AND arguments = $5";
    let values = [
        service.issuer.as_str().into(),
        service.subject.as_str().into(),
        key.into(),
        COMMAND.into(),
        arguments.to_vec().into(),
    ];
    let row = db.query_one_raw(database::statement(sql, values)).await?;
    let outcome: Option<Value> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(outcome.and_then(|outcome| serde_json::from_value(outcome).ok()))
}
