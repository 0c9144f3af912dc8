//! Correcting check-ins.

use serde::Serialize;

use super::{CheckIn, CheckInPatch, find::columns};
use crate::{
    Result,
    command::{Command, CommandContext, CommandError, UserError},
    consent,
    database::{self, Fetch as _, Keyed},
    decision::{self, DecisionTopic},
    id::CheckInId,
};

/// Corrects answers of a check-in. Absent answers are unchanged, and so are those on which the member decided later
/// than this command. The time of submission and the programme of the next cycle do not change either. It is the
/// member's own history, so neither a subscription nor an active plan is required.
#[derive(Clone, Debug, Serialize)]
pub struct CorrectCheckIn {
    /// The check-in to correct.
    pub check_in: CheckInId,
    /// The answers that were wrong.
    #[serde(flatten)]
    pub answers: CheckInPatch,
}

const ARGUMENT: &str = "checkInId";

impl Command for CorrectCheckIn {
    const NAME: &'static str = "correctCheckIn";
    type Output = CheckInId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<CheckInId, CommandError> {
        let id = self.check_in;
        if id.member != context.member()?.id {
            return Err(UserError::not_found(ARGUMENT).into());
        }
        let found = self.record_decisions(context).await?;
        let (check_in, effective) = found.ok_or_else(|| UserError::not_found(ARGUMENT))?;
        let before = check_in.answers;
        let wanted = self.answers.apply(before.clone())?.normalized()?;
        wanted.validate()?;
        // Each answer is validated on its own, so any subset of them is valid too.
        let corrected = effective.apply(before)?.normalized()?;
        // The earlier health data was erased when the consent was withdrawn: any that is present now is new.
        if let Some(argument) = corrected.health_arguments().next() {
            consent::require_health_consent(context.member()?, argument)?;
        }
        let key = [("member_id", id.member.into()), ("id", id.id.into())];
        let columns = corrected.columns();
        database::update(context.transaction(), "check_in", key, columns).await?;
        Ok(id)
    }
}

impl CorrectCheckIn {
    /// Records the time of the decision on each present answer. Returns the check-in, and the answers that are in
    /// effect: those decided neither before the submission nor before a later decision.
    async fn record_decisions(
        &self,
        context: &CommandContext<'_>,
    ) -> Result<Option<(CheckIn, CheckInPatch)>> {
        let id = self.check_in;
        let topics = self.answers.present();
        let topics = topics.map(|name| DecisionTopic::answer(id, name));
        let sql = format!(
            "{DECIDED}
            SELECT ARRAY(SELECT about FROM decided), {COLUMNS}
            FROM check_in c
            WHERE c.member_id = $1 AND c.id = $4",
            DECIDED = decision::RECORD_MANY,
            COLUMNS = columns(),
        );
        let values = decision::record_many_values(id.member, topics, context.occurred_at());
        let statement = database::statement(sql, values.into_iter().chain([id.id.into()]));
        let row = context.transaction().fetch_one(statement).await?;
        let Some(Keyed::<Vec<String>, CheckIn>(decided, check_in)) = row else {
            return Ok(None);
        };
        let effective = self.answers.only(|name| {
            let topic = DecisionTopic::answer(id, name);
            context.occurred_at() >= check_in.submitted_at
                && decided.iter().any(|it| it == topic.as_str())
        });
        Ok(Some((check_in, effective)))
    }
}
