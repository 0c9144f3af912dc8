//! Changing what is preferred, and how the member is addressed.

use chrono_tz::Tz;
use serde::Serialize;

use super::{
    Allergen, Diet, Goal, Level, Preferences,
    decide::{Decided, Field, since},
    write,
};
use crate::{
    Error, Result,
    command::{Command, Given, Refusal, Work, name},
    consent, database,
    id::MemberId,
    locale,
    member::{Member, Units},
    time_zone,
};

/// Changes preferences and profile; what is absent stays, and so does each field on which the member has decided later
/// than this. No meal has to be planned anew: days are made from the
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
    /// A BCP 47 tag, or the same with `_` for `-`.
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
        self.addressed(&member)?;
        let decided = Decided::of(work, member.id, &self.fields()).await?;
        // The latest, even where its date has not come again after a move west: it is what was said last.
        let latest = decided.history.last();
        let latest = latest.ok_or_else(|| Error::Invariant("a member prefers nothing".into()))?;
        self.preferred(latest)?;
        let counting = self.only(|field| decided.counts(field));
        let addressed = counting.addressed(&member)?;
        // By the day on which it arrives, however long ago the member decided it: meals of days that have passed are
        // history, and were shown.
        let today = work.now().with_timezone(&addressed.time_zone).date_naive();
        let from_today = |of: Preferences| Preferences {
            effective_from: today,
            ..of
        };
        let preferred = from_today(counting.preferred(latest)?);
        consent::may_keep_allergens(&member, &latest.allergens, &preferred.allergens)?;
        if preferred != from_today(latest.clone()) || latest.effective_from > today {
            write(work.transaction(), member.id, &preferred).await?;
        }
        address(work, &member, &addressed).await?;
        Ok(member.id)
    }
}

impl UpdatePreferences {
    /// The fields that are given.
    fn fields(&self) -> Vec<Field> {
        let all: [(bool, Field); 9] = [
            (
                self.goal.is_given(),
                ("goal", |it| since(it, |it| &it.goal)),
            ),
            (
                self.level.is_given(),
                ("level", |it| since(it, |it| &it.level)),
            ),
            (
                self.diet.is_given(),
                ("diet", |it| since(it, |it| &it.diet)),
            ),
            (
                self.allergens.is_given(),
                ("allergens", |it| since(it, |it| &it.allergens)),
            ),
            (
                self.days_per_week.is_given(),
                ("daysPerWeek", |it| since(it, |it| &it.days_per_week)),
            ),
            (self.display_name.is_given(), ("displayName", |_| None)),
            (self.locale.is_given(), ("locale", |_| None)),
            (self.time_zone.is_given(), ("timeZone", |_| None)),
            (self.units.is_given(), ("units", |_| None)),
        ];
        let given = all.into_iter().filter(|(given, _)| *given);
        given.map(|(_, field)| field).collect()
    }

    /// With some of the fields alone.
    fn only(&self, counts: impl Fn(&str) -> bool) -> Self {
        Self {
            goal: self.goal.only_if(counts("goal")),
            level: self.level.only_if(counts("level")),
            diet: self.diet.only_if(counts("diet")),
            allergens: self.allergens.only_if(counts("allergens")),
            days_per_week: self.days_per_week.only_if(counts("daysPerWeek")),
            display_name: self.display_name.only_if(counts("displayName")),
            locale: self.locale.only_if(counts("locale")),
            time_zone: self.time_zone.only_if(counts("timeZone")),
            units: self.units.only_if(counts("units")),
        }
    }

    fn addressed(&self, member: &Member) -> Result<Member, Refusal> {
        let given = self
            .display_name
            .or(member.display_name.clone(), "displayName")?;
        let tag = self.locale.or(member.locale.clone(), "locale")?;
        Ok(Member {
            display_name: if given == member.display_name {
                given
            } else {
                name(&given, "displayName")?
            },
            locale: locale::language_tag(&tag).unwrap_or(tag),
            time_zone: time_zone::canonical(self.time_zone.or(member.time_zone, "timeZone")?),
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
