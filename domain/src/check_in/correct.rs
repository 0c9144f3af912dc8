//! Correcting check-ins.

use sea_orm::{ConnectionTrait as _, FromQueryResult as _};
use serde::Serialize;

use super::{CheckIn, entity, find::COLUMNS, measures};
use crate::{
    Result,
    command::{Command, Given, Refusal, UserError, Work},
    consent, database,
    decision::{self, About},
    id::CheckInId,
};

/// Changes answers of a check-in; what is absent stays, and so does each answer that the member gave later than this. When it was submitted stays too, and so does the programme of
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
        let found = self.decide(work).await?;
        let (check_in, counting) = found.ok_or_else(|| UserError::not_found(ARGUMENT))?;
        measures::check(&self.corrected(check_in.clone())?)?;
        // One by one they are plausible, so they are together.
        let corrected = counting.corrected(check_in)?;
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
    /// The check-in, and those of the answers that count: what it says already was said no earlier than it was submitted.
    async fn decide(&self, work: &Work<'_>) -> Result<Option<(CheckIn, Self)>> {
        let id = self.check_in;
        let given = [
            ("weightGrams", self.weight_grams.is_given()),
            ("waistMillimetres", self.waist_millimetres.is_given()),
            ("hipsMillimetres", self.hips_millimetres.is_given()),
            ("chestMillimetres", self.chest_millimetres.is_given()),
            ("energy", self.energy.is_given()),
            ("sleep", self.sleep.is_given()),
            ("notes", self.notes.is_given()),
        ];
        let given = given.into_iter().filter(|(_, given)| *given);
        let about = given.map(|(field, _)| About::answer(id, field));
        let sql = format!(
            "{DECIDED}
            SELECT {COLUMNS}, ARRAY(SELECT about FROM decided) AS decided
            FROM check_in c
            WHERE c.member_id = $1 AND c.id = $4",
            DECIDED = decision::SEVERAL,
        );
        let values = decision::several(id.member, about, work.occurred_at());
        let statement = database::statement(sql, values.into_iter().chain([id.id.into()]));
        let Some(row) = work.transaction().query_one_raw(statement).await? else {
            return Ok(None);
        };
        let check_in = CheckIn::from(entity::Model::from_query_result(&row, "")?);
        let decided: Vec<String> = row.try_get("", "decided")?;
        let counts = |field| {
            let about = About::answer(id, field);
            work.occurred_at() >= check_in.submitted_at
                && decided.iter().any(|it| it == about.as_str())
        };
        let counting = Self {
            check_in: id,
            weight_grams: self.weight_grams.only_if(counts("weightGrams")),
            waist_millimetres: self.waist_millimetres.only_if(counts("waistMillimetres")),
            hips_millimetres: self.hips_millimetres.only_if(counts("hipsMillimetres")),
            chest_millimetres: self.chest_millimetres.only_if(counts("chestMillimetres")),
            energy: self.energy.only_if(counts("energy")),
            sleep: self.sleep.only_if(counts("sleep")),
            notes: self.notes.only_if(counts("notes")),
        };
        Ok(Some((check_in, counting)))
    }

    fn corrected(&self, was: CheckIn) -> std::result::Result<CheckIn, UserError> {
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
