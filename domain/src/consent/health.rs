//! What requires the consent `HEALTH_DATA`, and the erasure of health data when it is withdrawn.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum as _, ConnectionTrait, Iterable as _};

use crate::{
    Result,
    answers::CheckInAnswers,
    command::{UserError, UserErrorReason},
    database,
    decision::{self, DecisionTopic},
    enums::Allergen,
    id::MemberId,
    member::Member,
};

/// Rejects health data of a member who has refused or withdrawn the consent. A member who was never asked may enter it:
/// allergens are part of the registration, before there is a member who could answer, and an allergy that is not stored
/// is dangerous. `argument` is the name of the data in the input.
///
/// # Errors
///
/// `HEALTH_CONSENT_REQUIRED`.
pub(crate) fn require_health_consent(member: &Member, argument: &str) -> Result<(), UserError> {
    if member.health_data == Some(false) {
        return Err(UserError::new(
            UserErrorReason::HealthConsentRequired,
            argument,
        ));
    }
    Ok(())
}

/// Like [`require_health_consent`], for a list of allergens that replaces another. All fourteen are always accepted,
/// because they reveal nothing and exclude everything. Any other change is rejected, the empty list too: the fourteen
/// may stand for allergens that were erased, and a shorter list could put one of them on the table.
///
/// # Errors
///
/// `HEALTH_CONSENT_REQUIRED`.
pub(crate) fn require_consent_for_allergens(
    member: &Member,
    before: &[Allergen],
    after: &[Allergen],
) -> Result<(), UserError> {
    let excludes_all = Allergen::iter().all(|allergen| after.contains(&allergen));
    if before == after || excludes_all {
        return Ok(());
    }
    require_health_consent(member, "allergens")
}

/// Erases the data that is stored only by consent: the measures and notes of check-ins, the member's allergens, and
/// export archives, which contain all of that. The next `export::remove_expired` deletes the objects; until then they
/// are no longer mailed.
///
/// Meals are computed from preferences, those of past days too, and erasing a list of allergens must not put one of
/// them on the table. So the list is replaced by all fourteen, which reveals nothing and excludes everything. The
/// replacement is dated by the withdrawal, so that an older decision that arrives late does not restore the list.
pub(super) async fn erase(
    db: &impl ConnectionTrait,
    member: MemberId,
    at: DateTime<Utc>,
) -> Result<()> {
    let health: Vec<_> = CheckInAnswers::health_columns().collect();
    let sql = format!(
        "
        WITH archives AS (
            UPDATE data_export
            SET expires_at = $2
            WHERE member_id = $1 AND built_at IS NOT NULL AND expires_at > $2
        )
        UPDATE check_in
        SET {HEALTH} = NULL
        WHERE member_id = $1",
        HEALTH = health.join(" = NULL, "),
    );
    db.execute_raw(database::statement(sql, [member.into(), at.into()]))
        .await?;
    let sql = format!(
        "{DECIDED}
        UPDATE member_preferences
        SET allergens = $4
        WHERE member_id = $1 AND allergens <> '{{}}'",
        DECIDED = decision::RECORD_ONE,
    );
    let all = Allergen::iter().map(|allergen| allergen.to_value());
    let topic = DecisionTopic::preference("allergens");
    let values = decision::record_one_values(member, &topic, at).into_iter();
    let values = values.chain([all.collect::<Vec<String>>().into()]);
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}
