//! What becomes of health data when the consent to keep it is withdrawn.

use sea_orm::{ActiveEnum as _, ConnectionTrait, Iterable as _};

use crate::{Result, database, id::MemberId, preferences::Allergen};

/// Erases what was kept by consent alone: the measures and the notes of check-ins, and which allergens a member has.
///
/// Meals are made from preferences, those of past days too, and a list of allergens that were forgotten must not put
/// one of them on the table: all fourteen take its place, which tells nothing and excludes everything.
pub(super) async fn forget(db: &impl ConnectionTrait, member: MemberId) -> Result<()> {
    let sql = "
        UPDATE check_in
        SET weight_grams = NULL, waist_millimetres = NULL, hips_millimetres = NULL, chest_millimetres = NULL,
            notes = NULL
        WHERE member_id = $1";
    db.execute_raw(database::statement(sql, [member.into()]))
        .await?;
    let sql = "
        UPDATE member_preferences
        SET allergens = $2
        WHERE member_id = $1 AND allergens <> '{}'";
    let all = Allergen::iter().map(|allergen| allergen.to_value());
    let values = [member.into(), all.collect::<Vec<String>>().into()];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}
