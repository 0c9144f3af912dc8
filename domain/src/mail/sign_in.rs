//! Sign-in codes, which an identity provider submits to be sent by email.

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
    outbox::{self, OutboxBatch},
    viewer::Subject,
};

/// The command name that is stored with the idempotency key.
const COMMAND: &str = "signInCode";

/// The result of submitting a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitResult {
    /// The code is sent with this envelope, now or when it was first submitted.
    Accepted(Uuid),
    /// The idempotency key was used with another request before.
    KeyReused,
}

/// Has a code sent, once for its idempotency key. `request` is the body of the provider's request, byte for byte: the
/// same key with another body is rejected.
///
/// # Errors
///
/// Database errors. The provider can submit the same request again.
pub async fn submit(
    session: &Session,
    clock: &dyn Clock,
    service: &Subject,
    key: &str,
    request: &[u8],
    code: &SignInCode,
) -> Result<SubmitResult> {
    let now = clock.now();
    let mut outbox = OutboxBatch::new(None, now);
    let envelope = outbox.enqueue(code)?;
    let arguments = Sha256::digest(request).to_vec();
    let transaction = session.begin().await?;
    // A concurrent request with the same key waits here for the first.
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
    let inserted = transaction
        .execute_raw(database::statement(sql, values))
        .await?;
    if inserted.rows_affected() == 0 {
        let earlier = find(&transaction, service, key, &arguments).await?;
        transaction.rollback().await?;
        return Ok(earlier.map_or(SubmitResult::KeyReused, SubmitResult::Accepted));
    }
    outbox::insert(&transaction, outbox.messages(), session.span()).await?;
    kill_point::reached("after-insert");
    transaction.commit().await?;
    kill_point::reached("after-commit");
    outbox::notify_relays();
    Ok(SubmitResult::Accepted(envelope))
}

/// The envelope of the request that was submitted with this key; `None` if it was another request.
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
