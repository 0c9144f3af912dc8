//! Writing preferences.

use sea_orm::{ActiveEnum as _, ConnectionTrait};

use super::{Allergen, Preferences};
use crate::{Result, database, id::MemberId};

/// Stores preferences from their date on. Those of earlier dates are unchanged.
///
/// A member who moved west may have older entries with later dates. They get the same preferences, since otherwise they
/// would bring back what is excluded now.
pub async fn write(
    db: &impl ConnectionTrait,
    member: MemberId,
    preferences: &Preferences,
) -> Result<()> {
    let sql = "
        INSERT INTO member_preferences
            (member_id, effective_from, goal, level, diet, allergens, days_per_week)
        SELECT $1, dates.effective_from, $3, $4, $5, $6, $7
        FROM (
            SELECT $2::date AS effective_from
            UNION
            SELECT effective_from FROM member_preferences WHERE member_id = $1 AND effective_from > $2
        ) AS dates
        ON CONFLICT (member_id, effective_from) DO UPDATE
        SET goal = excluded.goal, level = excluded.level, diet = excluded.diet,
            allergens = excluded.allergens, days_per_week = excluded.days_per_week";
    let allergens = preferences.allergens.iter().map(Allergen::to_value);
    let values = [
        member.0.into(),
        preferences.effective_from.into(),
        preferences.goal.to_value().into(),
        preferences.level.to_value().into(),
        preferences.diet.to_value().into(),
        allergens.collect::<Vec<String>>().into(),
        preferences.days_per_week.into(),
    ];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}
