//! Agreeing and withdrawing.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum as _, ConnectionTrait};
use serde::Serialize;

use super::{ConsentPurpose, health};
use crate::{
    Result,
    command::{Command, Obstacle, Refusal, UserError, Work},
    database,
    decision::{self, About},
    event::ConsentChanged,
    id::MemberId,
    outbox::Effects,
    partner::ConsentRecord,
};

/// A member's answer on one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The purpose.
    pub purpose: ConsentPurpose,
    /// Whether the member agrees.
    pub granted: bool,
}

/// Records what a member agrees to or withdraws; purposes that are not mentioned stay as they are.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateConsents {
    /// At most one for each purpose.
    pub answers: Vec<Answer>,
}

impl Command for UpdateConsents {
    const NAME: &'static str = "updateConsents";
    // Consent can be withdrawn at any time (Article 7(3) of the GDPR).
    const WHILE_LEAVING: bool = true;
    type Outcome = MemberId;

    async fn run(&self, work: &mut Work<'_>) -> Result<MemberId, Refusal> {
        let twice = (self.answers.iter().enumerate())
            .find(|(place, answer)| given_before(&self.answers[..*place], answer.purpose));
        if let Some((place, _)) = twice {
            let path = ["input", "consents", &place.to_string(), "purpose"];
            let path = path.map(str::to_owned).to_vec();
            return Err(UserError::at(Obstacle::AnsweredTwice, path).into());
        }
        let (member, at) = (work.member()?.id, work.occurred_at());
        record(
            work.transaction(),
            work.effects(),
            member,
            &self.answers,
            at,
        )
        .await?;
        Ok(member)
    }
}

fn given_before(answers: &[Answer], purpose: ConsentPurpose) -> bool {
    answers.iter().any(|answer| answer.purpose == purpose)
}

/// Records a member's answers, and owes what follows from those that differ from what was answered before. An answer
/// that is older than the one that is there counts no more: a phone that was offline does not undo what was withdrawn
/// on the web since. To be called with the member's row locked.
pub(super) async fn record(
    db: &impl ConnectionTrait,
    owing: &mut Effects,
    member: MemberId,
    answers: &[Answer],
    at: DateTime<Utc>,
) -> Result<()> {
    // What was said again counts from then on, though nothing follows from it and the row keeps its time.
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
        DECIDED = decision::SEVERAL,
    );
    let about = answers.iter().map(|answer| About::consent(answer.purpose));
    let purposes = answers.iter().map(|answer| answer.purpose.to_value());
    let granted = answers.iter().map(|answer| answer.granted);
    let said = [
        purposes.collect::<Vec<String>>().into(),
        granted.collect::<Vec<bool>>().into(),
    ];
    let values = decision::several(member, about, at).into_iter().chain(said);
    for row in db.query_all_raw(database::statement(sql, values)).await? {
        let (purpose, granted) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        owing.owe(&ConsentChanged {
            purpose,
            granted,
            changed_at: at,
        })?;
        owing.owe(&ConsentRecord {
            purpose,
            granted,
            changed_at: at,
        })?;
        if (purpose, granted) == (ConsentPurpose::HealthData, false) {
            health::forget(db, member, at).await?;
        }
    }
    Ok(())
}
