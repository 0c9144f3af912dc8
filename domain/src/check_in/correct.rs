//! Correcting check-ins.

use sea_orm::{ConnectionTrait as _, FromQueryResult as _};
use serde::Serialize;

use super::{CheckIn, entity, find::COLUMNS, measures};
use crate::{
    Result,
    command::{Command, CommandContext, CommandError, Patch, UserError},
    consent, database,
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
    /// Body weight in grams.
    pub weight_grams: Patch<i32>,
    /// Waist circumference in millimetres.
    pub waist_millimetres: Patch<i32>,
    /// Hip circumference in millimetres.
    pub hips_millimetres: Patch<i32>,
    /// Chest circumference in millimetres.
    pub chest_millimetres: Patch<i32>,
    /// Energy, from 1 to 5 points.
    pub energy: Patch<i32>,
    /// Quality of sleep, from 1 to 5 points.
    pub sleep: Patch<i32>,
    /// Free text, at most 2,000 characters.
    pub notes: Patch<String>,
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
        measures::validate(&self.corrected(check_in.clone())?)?;
        // Each answer is validated on its own, so any subset of them is valid too.
        let corrected = effective.corrected(check_in)?;
        // The earlier health data was erased when the consent was withdrawn: any that is present now is new.
        if let Some(argument) = measures::health_arguments(&corrected).next() {
            consent::require_health_consent(context.member()?, argument)?;
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
        context.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}

impl CorrectCheckIn {
    /// Records the time of the decision on each present answer. Returns the check-in, and the command reduced to the
    /// answers that are in effect: those decided neither before the submission nor before a later decision.
    async fn record_decisions(
        &self,
        context: &CommandContext<'_>,
    ) -> Result<Option<(CheckIn, Self)>> {
        let id = self.check_in;
        let fields = [
            ("weightGrams", self.weight_grams.is_present()),
            ("waistMillimetres", self.waist_millimetres.is_present()),
            ("hipsMillimetres", self.hips_millimetres.is_present()),
            ("chestMillimetres", self.chest_millimetres.is_present()),
            ("energy", self.energy.is_present()),
            ("sleep", self.sleep.is_present()),
            ("notes", self.notes.is_present()),
        ];
        let present = fields.into_iter().filter(|(_, is_present)| *is_present);
        let topics = present.map(|(field, _)| DecisionTopic::answer(id, field));
        let sql = format!(
            "{DECIDED}
            SELECT {COLUMNS}, ARRAY(SELECT about FROM decided) AS decided
            FROM check_in c
            WHERE c.member_id = $1 AND c.id = $4",
            DECIDED = decision::RECORD_MANY,
        );
        let values = decision::record_many_values(id.member, topics, context.occurred_at());
        let statement = database::statement(sql, values.into_iter().chain([id.id.into()]));
        let Some(row) = context.transaction().query_one_raw(statement).await? else {
            return Ok(None);
        };
        let check_in = CheckIn::from(entity::Model::from_query_result(&row, "")?);
        let decided: Vec<String> = row.try_get("", "decided")?;
        let is_effective = |field| {
            let topic = DecisionTopic::answer(id, field);
            context.occurred_at() >= check_in.submitted_at
                && decided.iter().any(|it| it == topic.as_str())
        };
        let effective = Self {
            check_in: id,
            weight_grams: self.weight_grams.only_if(is_effective("weightGrams")),
            waist_millimetres: self
                .waist_millimetres
                .only_if(is_effective("waistMillimetres")),
            hips_millimetres: self
                .hips_millimetres
                .only_if(is_effective("hipsMillimetres")),
            chest_millimetres: self
                .chest_millimetres
                .only_if(is_effective("chestMillimetres")),
            energy: self.energy.only_if(is_effective("energy")),
            sleep: self.sleep.only_if(is_effective("sleep")),
            notes: self.notes.only_if(is_effective("notes")),
        };
        Ok(Some((check_in, effective)))
    }

    fn corrected(&self, before: CheckIn) -> std::result::Result<CheckIn, UserError> {
        Ok(CheckIn {
            weight_grams: self.weight_grams.apply(before.weight_grams),
            waist_millimetres: self.waist_millimetres.apply(before.waist_millimetres),
            hips_millimetres: self.hips_millimetres.apply(before.hips_millimetres),
            chest_millimetres: self.chest_millimetres.apply(before.chest_millimetres),
            energy: self.energy.apply_required(before.energy, "energy")?,
            sleep: self.sleep.apply_required(before.sleep, "sleep")?,
            notes: measures::notes(self.notes.apply(before.notes))?,
            ..before
        })
    }
}
