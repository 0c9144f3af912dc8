//! Correcting check-ins.

use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::{CheckIn, find, measures};
use crate::{
    command::{Command, Given, Refusal, UserError, Work},
    consent, database,
    id::CheckInId,
};

/// Changes answers of a check-in; what is absent stays. When it was submitted stays too, and so does the programme of
/// the cycle that it opened. It is the member's own history, so neither a subscription nor an active plan is needed.
#[derive(Clone, Debug, Serialize)]
pub struct CorrectCheckIn {
    /// Which.
    pub check_in: CheckInId,
    /// Grams.
    pub weight_grams: Given<i32>,
    /// Millimetres.
    pub waist_millimetres: Given<i32>,
    /// Millimetres.
    pub hips_millimetres: Given<i32>,
    /// Millimetres.
    pub chest_millimetres: Given<i32>,
    /// 1 to 5.
    pub energy: Given<i32>,
    /// 1 to 5.
    pub sleep: Given<i32>,
    /// At most 2,000 characters.
    pub notes: Given<String>,
}

const ARGUMENT: &str = "checkInId";

impl Command for CorrectCheckIn {
    const NAME: &'static str = "correctCheckIn";
    type Outcome = CheckInId;

    async fn run(&self, work: &mut Work<'_>) -> Result<CheckInId, Refusal> {
        let id = self.check_in;
        if id.member != work.member()?.id {
            return Err(UserError::not_found(ARGUMENT).into());
        }
        let found = find(work.transaction(), &[id]).await?.pop();
        let found = found.ok_or_else(|| UserError::not_found(ARGUMENT))?;
        let corrected = self.corrected(found)?;
        measures::check(&corrected)?;
        // What was there was erased when the consent was withdrawn: whatever is there now is new.
        if let Some(argument) = measures::on_health(&corrected).next() {
            consent::may_keep(work.member()?, argument)?;
        }
        let sql = "
            UPDATE check_in
            SET weight_grams = $3, waist_millimetres = $4, hips_millimetres = $5, chest_millimetres = $6,
                energy = $7, sleep = $8, notes = $9
            WHERE member_id = $1 AND id = $2";
        let values = [
            id.member.0.into(),
            id.id.into(),
            corrected.weight_grams.into(),
            corrected.waist_millimetres.into(),
            corrected.hips_millimetres.into(),
            corrected.chest_millimetres.into(),
            corrected.energy.into(),
            corrected.sleep.into(),
            corrected.notes.into(),
        ];
        let statement = database::statement(sql, values);
        work.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}

impl CorrectCheckIn {
    fn corrected(&self, was: CheckIn) -> Result<CheckIn, UserError> {
        Ok(CheckIn {
            weight_grams: self.weight_grams.or_none(was.weight_grams),
            waist_millimetres: self.waist_millimetres.or_none(was.waist_millimetres),
            hips_millimetres: self.hips_millimetres.or_none(was.hips_millimetres),
            chest_millimetres: self.chest_millimetres.or_none(was.chest_millimetres),
            energy: self.energy.or(was.energy, "energy")?,
            sleep: self.sleep.or(was.sleep, "sleep")?,
            notes: measures::notes(self.notes.or_none(was.notes))?,
            ..was
        })
    }
}
