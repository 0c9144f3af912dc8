//! Changing what is preferred, and how the member is addressed.

use chrono_tz::Tz;
use serde::Serialize;

use super::{Allergen, Diet, Goal, Level, Preferences, history, write};
use crate::{
    Error, Result,
    command::{Command, Given, Refusal, Work, name},
    consent, database,
    id::MemberId,
    member::{Member, Units},
};

/// Changes preferences and profile; what is absent stays. No meal has to be planned anew: days are made from the
/// preferences that count on their date, so those from today on follow by themselves.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdatePreferences {
    /// What the member trains for; plans keep theirs.
    pub goal: Given<Goal>,
    /// How demanding training may be.
    pub level: Given<Level>,
    /// What the member eats.
    pub diet: Given<Diet>,
    /// All that the member must not eat.
    pub allergens: Given<Vec<Allergen>>,
    /// Training days a week, 2 to 6.
    pub days_per_week: Given<i32>,
    /// What the member wants to be called, 1 to 80 characters.
    pub display_name: Given<String>,
    /// A BCP 47 tag.
    pub locale: Given<String>,
    /// Where the member's days begin and end from now on.
    pub time_zone: Given<Tz>,
    /// The units that the app shows.
    pub units: Given<Units>,
}

impl Command for UpdatePreferences {
    const NAME: &'static str = "updatePreferences";
    type Outcome = MemberId;

    async fn run(&self, work: &mut Work<'_>) -> Result<MemberId, Refusal> {
        let member = work.member()?.clone();
        let addressed = self.addressed(&member)?;
        let histories = history(work.transaction(), &[member.id]).await?;
        // The latest, even where its date has not come again after a move west: it is what was said last.
        let latest = histories.get(&member.id).and_then(|all| all.last());
        let latest = latest.ok_or_else(|| Error::Invariant("a member prefers nothing".into()))?;
        // By the day on which it arrives, however long ago the member decided it: meals of days that have passed are
        // history, and were shown.
        let today = work.now().with_timezone(&addressed.time_zone).date_naive();
        let from_today = |of: Preferences| Preferences {
            effective_from: today,
            ..of
        };
        let preferred = from_today(self.preferred(latest)?);
        consent::may_keep_allergens(&member, &latest.allergens, &preferred.allergens)?;
        if preferred != from_today(latest.clone()) || latest.effective_from > today {
            write(work.transaction(), member.id, &preferred).await?;
        }
        address(work, &member, &addressed).await?;
        Ok(member.id)
    }
}

impl UpdatePreferences {
    fn addressed(&self, member: &Member) -> Result<Member, Refusal> {
        let given = self
            .display_name
            .or(member.display_name.clone(), "displayName")?;
        Ok(Member {
            display_name: if given == member.display_name {
                given
            } else {
                name(&given, "displayName")?
            },
            locale: self.locale.or(member.locale.clone(), "locale")?,
            time_zone: self.time_zone.or(member.time_zone, "timeZone")?,
            units: self.units.or(member.units, "units")?,
            ..member.clone()
        })
    }

    fn preferred(&self, latest: &Preferences) -> Result<Preferences, Refusal> {
        let mut allergens = self.allergens.or(latest.allergens.clone(), "allergens")?;
        allergens.sort_unstable();
        allergens.dedup();
        Ok(Preferences {
            effective_from: latest.effective_from,
            goal: self.goal.or(latest.goal, "goal")?,
            level: self.level.or(latest.level, "level")?,
            diet: self.diet.or(latest.diet, "diet")?,
            allergens,
            days_per_week: self.days_per_week.or(latest.days_per_week, "daysPerWeek")?,
        })
    }
}

async fn address(work: &Work<'_>, before: &Member, after: &Member) -> Result<()> {
    let said = |of: &Member| (of.display_name.clone(), of.locale.clone(), of.units);
    if said(before) == said(after) && before.time_zone == after.time_zone {
        return Ok(());
    }
    let sql = "UPDATE member SET display_name = $2, locale = $3, time_zone = $4, units = $5 WHERE id = $1";
    let values = [
        after.id.0.into(),
        after.display_name.as_str().into(),
        after.locale.as_str().into(),
        after.time_zone.name().into(),
        after.units.into(),
    ];
    let statement = database::statement(sql, values);
    sea_orm::ConnectionTrait::execute_raw(work.transaction(), statement).await?;
    Ok(())
}
