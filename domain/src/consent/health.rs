//! What becomes of health data when the consent to keep it is withdrawn.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum as _, ConnectionTrait, Iterable as _};

use crate::{
    Result, database,
    decision::{self, About},
    id::MemberId,
    preferences::Allergen,
};

/// Erases what was kept by consent alone: the measures and the notes of check-ins, and which allergens a member has.
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
        UPDATE check_in
        SET weight_grams = NULL, waist_millimetres = NULL, hips_millimetres = NULL, chest_millimetres = NULL,
            notes = NULL
        WHERE member_id = $1";
    db.execute_raw(database::statement(sql, [member.into()]))
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
