//! Submitting check-ins.

use sea_orm::ConnectionTrait as _;
use serde::{Deserialize, Serialize};

use super::{CheckIn, changes, entity, measures, next::next_programme};
use crate::{
    command::{Command, Obstacle, Refusal, UserError, Work},
    consent,
    cycle::{self, Cycle},
    database,
    event::CheckInSubmitted,
    id::{CheckInId, CycleId},
    mail::letter::CheckInReceived,
};

/// Submits the check-in of a cycle, which closes it and opens the next on the date on which it happened.
#[derive(Clone, Debug, Serialize)]
pub struct SubmitCheckIn {
    /// The cycle that it closes.
    pub cycle: CycleId,
    /// Grams.
    pub weight_grams: Option<i32>,
    /// Millimetres.
    pub waist_millimetres: Option<i32>,
    /// Millimetres.
    pub hips_millimetres: Option<i32>,
    /// Millimetres.
    pub chest_millimetres: Option<i32>,
    /// 1 to 5.
    pub energy: i32,
    /// 1 to 5.
    pub sleep: i32,
    /// At most 2,000 characters.
    pub notes: Option<String>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Submitted {
    /// The check-in.
    pub check_in: CheckInId,
    /// The cycle that it closed.
    pub cycle: CycleId,
    /// The cycle that it opened.
    pub next_cycle: CycleId,
}

const ARGUMENT: &str = "cycleId";

impl Command for SubmitCheckIn {
    const NAME: &'static str = "submitCheckIn";
    type Outcome = Submitted;

    async fn run(&self, work: &mut Work<'_>) -> Result<Submitted, Refusal> {
        let closed = self.due_cycle(work).await?;
        let check_in = self.said(work)?;
        measures::check(&check_in)?;
        if let Some(argument) = measures::on_health(&check_in).next() {
            consent::may_keep(work.member()?, argument)?;
        }
        database::insert(work.transaction(), vec![row(&check_in)]).await?;
        // To be worked with, and not only kept for the member to read, it needs an answer.
        let health = work.member()?.health_data == Some(true);
        let change = if health {
            let mut changes = changes(work.transaction(), &[check_in.id]).await?;
            changes.remove(&check_in.id)
        } else {
            None
        };
        let next = next_programme(work, &closed, &check_in, change.as_ref()).await?;
        let today = work.today()?;
        let sql = "UPDATE cycle SET closed_on = $3 WHERE member_id = $1 AND id = $2 AND closed_on IS NULL";
        let values = [closed.id.member.0.into(), closed.id.id.into(), today.into()];
        let statement = database::statement(sql, values);
        work.transaction().execute_raw(statement).await?;
        work.owe(&CheckInSubmitted {
            check_in_id: check_in.id.id,
            cycle_id: closed.id.id,
            cycle_number: closed.number,
            submitted_at: check_in.submitted_at,
        })?;
        work.owe(&CheckInReceived {
            cycle_number: closed.number,
            submitted_at: check_in.submitted_at,
            weight_grams: check_in.weight_grams.filter(|_| health),
            weight_change_grams: change.as_ref().and_then(|it| it.weight_grams),
            waist_change_millimetres: change.as_ref().and_then(|it| it.waist_millimetres),
            next_starts_on: Some(today),
        })?;
        let (plan, number) = (closed.plan_id, closed.number + 1);
        let (programme, wanted) = (&next.programme, next.wanted);
        let next_cycle = cycle::begin(work, plan, number, today, programme, wanted).await?;
        Ok(Submitted {
            check_in: check_in.id,
            cycle: closed.id,
            next_cycle,
        })
    }
}

impl SubmitCheckIn {
    /// The cycle, which waits for its check-in and did so when it was filled in.
    async fn due_cycle(&self, work: &Work<'_>) -> Result<Cycle, Refusal> {
        work.require_access()?;
        if self.cycle.member != work.member()?.id {
            return Err(UserError::not_found(ARGUMENT).into());
        }
        let cycle = cycle::find(work.transaction(), &[self.cycle], work.now()).await?;
        let cycle = cycle.into_iter().next();
        let cycle = cycle.ok_or_else(|| UserError::not_found(ARGUMENT))?;
        if cycle.closed_on.is_some() {
            return Err(UserError::new(Obstacle::CheckInExists, ARGUMENT).into());
        }
        if cycle.plan_ended_on.is_some() {
            return Err(UserError::new(Obstacle::PlanEnded, ARGUMENT).into());
        }
        if work.today()? < cycle.check_in_opens_on {
            let argument = if cycle.check_in_due {
                "occurredAt"
            } else {
                ARGUMENT
            };
            let obstacle = Obstacle::CheckInOpensOn(cycle.check_in_opens_on);
            return Err(UserError::new(obstacle, argument).into());
        }
        Ok(cycle)
    }

    fn said(&self, work: &Work<'_>) -> Result<CheckIn, UserError> {
        let (member, id) = (self.cycle.member, work.new_id());
        Ok(CheckIn {
            id: CheckInId { member, id },
            cycle_id: self.cycle,
            submitted_at: work.occurred_at(),
            weight_grams: self.weight_grams,
            waist_millimetres: self.waist_millimetres,
            hips_millimetres: self.hips_millimetres,
            chest_millimetres: self.chest_millimetres,
            energy: self.energy,
            sleep: self.sleep,
            notes: measures::notes(self.notes.clone())?,
        })
    }
}

fn row(of: &CheckIn) -> entity::Model {
    entity::Model {
        member_id: of.id.member,
        id: of.id.id,
        cycle_id: of.cycle_id.id,
        submitted_at: of.submitted_at,
        weight_grams: of.weight_grams,
        waist_millimetres: of.waist_millimetres,
        hips_millimetres: of.hips_millimetres,
        chest_millimetres: of.chest_millimetres,
        energy: of.energy,
        sleep: of.sleep,
        notes: of.notes.clone(),
    }
}
