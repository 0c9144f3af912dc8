//! What the consent `HEALTH_DATA` is needed for, and what becomes of health data when it is withdrawn.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum as _, ConnectionTrait, Iterable as _};

use crate::{
    Result,
    command::{Obstacle, UserError},
    database,
    decision::{self, About},
    id::MemberId,
    member::Member,
    preferences::Allergen,
};

/// Refuses to keep something on the health of a member who refused that or withdrew it. Who was never asked may say what
/// they like: whoever registers says what they must not eat before there is a member who could answer, and an allergy
/// that is not kept is dangerous. `argument` is what names it in the input.
///
/// # Errors
///
/// `HEALTH_CONSENT_REQUIRED`.
pub(crate) fn may_keep(member: &Member, argument: &str) -> Result<(), UserError> {
    if member.health_data == Some(false) {
        return Err(UserError::new(Obstacle::NoHealthConsent, argument));
    }
    Ok(())
}

/// The same for a list of allergens that takes the place of another. All fourteen are always taken, because they tell
/// nothing and exclude everything. Any other list is refused, the empty one too: in place of the fourteen that stand for
/// allergens which are forgotten, it would put one of them on the table.
///
/// # Errors
///
/// `HEALTH_CONSENT_REQUIRED`.
pub(crate) fn may_keep_allergens(
    member: &Member,
    before: &[Allergen],
    after: &[Allergen],
) -> Result<(), UserError> {
    let excludes_all = Allergen::iter().all(|allergen| after.contains(&allergen));
    if before == after || excludes_all {
        return Ok(());
    }
    may_keep(member, "allergens")
}

/// Erases what was kept by consent alone: the measures and the notes of check-ins, which allergens a member has, and
/// archives, which hold all that. The objects go with the next `export::remove_expired`, and are not mailed any more.
///
/// Meals are made from preferences, those of past days too, and a list of allergens that were forgotten must not put
/// one of them on the table: all fourteen take its place, which tells nothing and excludes everything. Decided when the
/// consent was withdrawn, so that a phone does not bring back later what was said before.
pub(super) async fn forget(
    db: &impl ConnectionTrait,
    member: MemberId,
    at: DateTime<Utc>,
) -> Result<()> {
    let sql = "
        WITH archives AS (
            UPDATE data_export
            SET expires_at = $2
            WHERE member_id = $1 AND built_at IS NOT NULL AND expires_at > $2
        )
        UPDATE check_in
        SET weight_grams = NULL, waist_millimetres = NULL, hips_millimetres = NULL, chest_millimetres = NULL,
            notes = NULL
        WHERE member_id = $1";
    db.execute_raw(database::statement(sql, [member.into(), at.into()]))
        .await?;
    let sql = format!(
        "{DECIDED}
        UPDATE member_preferences
        SET allergens = $4
        WHERE member_id = $1 AND allergens <> '{{}}'",
        DECIDED = decision::ONE,
    );
    let all = Allergen::iter().map(|allergen| allergen.to_value());
    let about = About::preference("allergens");
    let values = decision::one(member, &about, at).into_iter();
    let values = values.chain([all.collect::<Vec<String>>().into()]);
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}
