//! Giving and withdrawing consent.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum as _, ConnectionTrait};
use serde::Serialize;

use super::health;
use crate::{
    Result,
    command::{Command, CommandContext, CommandError, UserError, UserErrorReason},
    database,
    decision::{self, DecisionTopic},
    enums::ConsentPurpose,
    event::ConsentChanged,
    id::MemberId,
    outbox::OutboxBatch,
    partner::ConsentRecord,
};

/// A member's new answer for one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The purpose.
    pub purpose: ConsentPurpose,
    /// Whether the member agrees.
    pub granted: bool,
}

/// Updates the consents of a member; purposes without an answer are unchanged.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateConsents {
    /// At most one answer for each purpose.
    pub answers: Vec<Answer>,
}

impl Command for UpdateConsents {
    const NAME: &'static str = "updateConsents";
    // Consent can be withdrawn at any time (Article 7(3) of the GDPR).
    const ALLOWED_DURING_DELETION: bool = true;
    type Output = MemberId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<MemberId, CommandError> {
        let duplicate = (self.answers.iter().enumerate())
            .find(|(index, answer)| has_answer(&self.answers[..*index], answer.purpose));
        if let Some((index, _)) = duplicate {
            let path = ["input", "consents", &index.to_string(), "purpose"];
            let path = path.map(str::to_owned).to_vec();
            return Err(UserError::at(UserErrorReason::DuplicateAnswer, path).into());
        }
        let (member, at) = (context.member()?.id, context.occurred_at());
        record(
            context.transaction(),
            context.outbox(),
            member,
            &self.answers,
            at,
        )
        .await?;
        Ok(member)
    }
}

fn has_answer(answers: &[Answer], purpose: ConsentPurpose) -> bool {
    answers.iter().any(|answer| answer.purpose == purpose)
}

/// Records a member's answers, and enqueues the messages about those that changed. An answer that is older than the
/// stored one has no effect: a phone that was offline does not undo a withdrawal made on the web since. The caller must
/// have locked the member's row.
pub(super) async fn record(
    db: &impl ConnectionTrait,
    outbox: &mut OutboxBatch,
    member: MemberId,
    answers: &[Answer],
    at: DateTime<Utc>,
) -> Result<()> {
    // The time of a repeated answer is recorded as a decision, but the row of the consent keeps its time.
    let sql = format!(
        "{DECIDED}
        INSERT INTO consent AS c (member_id, purpose, granted, changed_at)
        SELECT $1, purpose, granted, $3
        FROM unnest($4::text[], $5::boolean[], $2::text[]) AS answer (purpose, granted, about)
        JOIN decided USING (about)
        ON CONFLICT (member_id, purpose) DO UPDATE
        SET granted = excluded.granted, changed_at = excluded.changed_at
        WHERE c.granted <> excluded.granted AND c.changed_at <= excluded.changed_at
        RETURNING purpose, granted",
        DECIDED = decision::RECORD_MANY,
    );
    let topics = answers
        .iter()
        .map(|answer| DecisionTopic::consent(answer.purpose));
    let purposes = answers.iter().map(|answer| answer.purpose.to_value());
    let granted = answers.iter().map(|answer| answer.granted);
    let columns = [
        purposes.collect::<Vec<String>>().into(),
        granted.collect::<Vec<bool>>().into(),
    ];
    let values = decision::record_many_values(member, topics, at)
        .into_iter()
        .chain(columns);
    for row in db.query_all_raw(database::statement(sql, values)).await? {
        let (purpose, granted) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        outbox.enqueue(&ConsentChanged {
            purpose,
            granted,
            changed_at: at,
        })?;
        outbox.enqueue(&ConsentRecord {
            purpose,
            granted,
            changed_at: at,
        })?;
        if (purpose, granted) == (ConsentPurpose::HealthData, false) {
            health::erase(db, member, at).await?;
        }
    }
    Ok(())
}
