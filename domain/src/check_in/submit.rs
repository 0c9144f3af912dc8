//! Submitting check-ins.

use sea_orm::ConnectionTrait as _;
use serde::{Deserialize, Serialize};

use super::{CheckIn, CheckInAnswers, changes, next::next_programme};
use crate::{
    command::{Command, CommandContext, CommandError, UserError, UserErrorReason},
    consent,
    cycle::{self, Cycle},
    database,
    event::CheckInSubmitted,
    id::{CheckInId, CycleId},
    mail::letter::CheckInReceived,
    tally,
};

/// Submits the check-in of a cycle, which closes the cycle and begins the next one on the date of the command.
#[derive(Clone, Debug, Serialize)]
pub struct SubmitCheckIn {
    /// The cycle that it closes.
    pub cycle: CycleId,
    /// The answers.
    #[serde(flatten)]
    pub answers: CheckInAnswers,
}

/// The output of [`SubmitCheckIn`].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Submitted {
    /// The check-in.
    pub check_in: CheckInId,
    /// The cycle that it closed.
    pub cycle: CycleId,
    /// The cycle that it began.
    pub next_cycle: CycleId,
}

const ARGUMENT: &str = "cycleId";

impl Command for SubmitCheckIn {
    const NAME: &'static str = "submitCheckIn";
    type Output = Submitted;

    fn count() {
        tally::count_check_in();
    }

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<Submitted, CommandError> {
        let closed = self.due_cycle(context).await?;
        let check_in = self.check_in(context)?;
        check_in.validate()?;
        if let Some(argument) = check_in.health_arguments().next() {
            consent::require_health_consent(context.member()?, argument)?;
        }
        database::insert(context.transaction(), "check_in", [check_in.columns()]).await?;
        // Storing health data for the member to read is allowed without an answer, but processing it requires consent.
        let has_consent = context.member()?.health_data == Some(true);
        let change = if has_consent {
            let mut changes = changes(context.transaction(), &[check_in.id]).await?;
            changes.remove(&check_in.id)
        } else {
            None
        };
        let next = next_programme(context, &closed, &check_in, change.as_ref()).await?;
        let today = context.today()?;
        let sql = "UPDATE cycle SET closed_on = $3 WHERE member_id = $1 AND id = $2 AND closed_on IS NULL";
        let values = [closed.id.member.0.into(), closed.id.id.into(), today.into()];
        let statement = database::statement(sql, values);
        context.transaction().execute_raw(statement).await?;
        context.enqueue(&CheckInSubmitted {
            check_in_id: check_in.id.id,
            cycle_id: closed.id.id,
            cycle_number: closed.number,
            submitted_at: check_in.submitted_at,
        })?;
        context.enqueue(&CheckInReceived {
            cycle_number: closed.number,
            submitted_at: check_in.submitted_at,
            weight_grams: check_in.weight_grams.filter(|_| has_consent),
            weight_change_grams: change.as_ref().and_then(|it| it.weight_grams),
            waist_change_millimetres: change.as_ref().and_then(|it| it.waist_millimetres),
            next_starts_on: Some(today),
        })?;
        let (plan, number) = (closed.plan_id, closed.number + 1);
        let (programme, wanted) = (&next.programme, next.wanted);
        let next_cycle = cycle::begin(context, plan, number, today, programme, wanted).await?;
        Ok(Submitted {
            check_in: check_in.id,
            cycle: closed.id,
            next_cycle,
        })
    }
}

impl SubmitCheckIn {
    /// The cycle, if its check-in was due when the member filled it in.
    async fn due_cycle(&self, context: &CommandContext<'_>) -> Result<Cycle, CommandError> {
        context.require_access()?;
        if self.cycle.member != context.member()?.id {
            return Err(UserError::not_found(ARGUMENT).into());
        }
        let cycle = cycle::find(context.transaction(), &[self.cycle], context.now()).await?;
        let cycle = cycle.into_iter().next();
        let cycle = cycle.ok_or_else(|| UserError::not_found(ARGUMENT))?;
        if cycle.closed_on.is_some() {
            return Err(UserError::new(UserErrorReason::CheckInExists, ARGUMENT).into());
        }
        if cycle.plan_ended_on.is_some() {
            return Err(UserError::new(UserErrorReason::PlanEnded, ARGUMENT).into());
        }
        if context.today()? < cycle.check_in_opens_on {
            let argument = if cycle.check_in_due {
                "occurredAt"
            } else {
                ARGUMENT
            };
            let reason = UserErrorReason::CheckInOpensOn(cycle.check_in_opens_on);
            return Err(UserError::new(reason, argument).into());
        }
        Ok(cycle)
    }

    fn check_in(&self, context: &CommandContext<'_>) -> Result<CheckIn, UserError> {
        let (member, id) = (self.cycle.member, context.new_id());
        Ok(CheckIn {
            id: CheckInId { member, id },
            cycle_id: self.cycle,
            submitted_at: context.occurred_at(),
            answers: self.answers.clone().normalized()?,
        })
    }
}
