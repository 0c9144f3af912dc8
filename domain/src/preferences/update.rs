//! Changing preferences and profile.

use chrono_tz::Tz;
use serde::Serialize;

use super::{
    Allergen, Diet, Goal, Level, Preferences,
    field_decisions::{Field, FieldDecisions, effective_since},
    write,
};
use crate::{
    Error, Result,
    command::{Command, CommandContext, CommandError, Patch, name},
    consent, database,
    id::MemberId,
    locale,
    member::{Member, Units},
    time_zone,
};

/// Changes preferences and profile. Absent fields are unchanged, and so are those on which the member decided later
/// than this command. Meals need no new planning: a day is computed from the preferences that are effective on its
/// date, so the days from today on change accordingly.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdatePreferences {
    /// What the member trains for; existing plans keep their goal.
    pub goal: Patch<Goal>,
    /// How demanding training may be.
    pub level: Patch<Level>,
    /// What the member eats.
    pub diet: Patch<Diet>,
    /// Everything that the member must not eat.
    pub allergens: Patch<Vec<Allergen>>,
    /// Training days per week, 2 to 6.
    pub days_per_week: Patch<i32>,
    /// What the member wants to be called, 1 to 80 characters.
    pub display_name: Patch<String>,
    /// A BCP 47 tag, or the same with `_` for `-`.
    pub locale: Patch<String>,
    /// The time zone in which the member's days begin and end from now on.
    pub time_zone: Patch<Tz>,
    /// The units that the app shows measures in.
    pub units: Patch<Units>,
}

impl Command for UpdatePreferences {
    const NAME: &'static str = "updatePreferences";
    type Output = MemberId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<MemberId, CommandError> {
        let member = context.member()?.clone();
        self.with_profile(&member)?;
        let decisions = FieldDecisions::record(context, member.id, &self.fields()).await?;
        // The latest entry, even if its date lies in the future after a move west: it is the last decision.
        let latest = decisions.history.last();
        let latest =
            latest.ok_or_else(|| Error::Invariant("a member has no preferences".into()))?;
        self.with_preferences(latest)?;
        let effective = self.only(|field| decisions.is_effective(field));
        let profile = effective.with_profile(&member)?;
        // Effective from the day on which the command arrives, however long ago the member decided: the meals of past
        // days are history, and were shown.
        let today = context.now().with_timezone(&profile.time_zone).date_naive();
        let from_today = |preferences: Preferences| Preferences {
            effective_from: today,
            ..preferences
        };
        let preferences = from_today(effective.with_preferences(latest)?);
        consent::require_consent_for_allergens(&member, &latest.allergens, &preferences.allergens)?;
        if preferences != from_today(latest.clone()) || latest.effective_from > today {
            write(context.transaction(), member.id, &preferences).await?;
        }
        update_profile(context, &member, &profile).await?;
        Ok(member.id)
    }
}

impl UpdatePreferences {
    /// The fields that are present.
    fn fields(&self) -> Vec<Field> {
        let all: [(bool, Field); 9] = [
            (
                self.goal.is_present(),
                ("goal", |it| effective_since(it, |it| &it.goal)),
            ),
            (
                self.level.is_present(),
                ("level", |it| effective_since(it, |it| &it.level)),
            ),
            (
                self.diet.is_present(),
                ("diet", |it| effective_since(it, |it| &it.diet)),
            ),
            (
                self.allergens.is_present(),
                ("allergens", |it| effective_since(it, |it| &it.allergens)),
            ),
            (
                self.days_per_week.is_present(),
                ("daysPerWeek", |it| {
                    effective_since(it, |it| &it.days_per_week)
                }),
            ),
            (self.display_name.is_present(), ("displayName", |_| None)),
            (self.locale.is_present(), ("locale", |_| None)),
            (self.time_zone.is_present(), ("timeZone", |_| None)),
            (self.units.is_present(), ("units", |_| None)),
        ];
        let present = all.into_iter().filter(|(is_present, _)| *is_present);
        present.map(|(_, field)| field).collect()
    }

    /// Only the fields that the filter selects; the others become absent.
    fn only(&self, is_selected: impl Fn(&str) -> bool) -> Self {
        Self {
            goal: self.goal.only_if(is_selected("goal")),
            level: self.level.only_if(is_selected("level")),
            diet: self.diet.only_if(is_selected("diet")),
            allergens: self.allergens.only_if(is_selected("allergens")),
            days_per_week: self.days_per_week.only_if(is_selected("daysPerWeek")),
            display_name: self.display_name.only_if(is_selected("displayName")),
            locale: self.locale.only_if(is_selected("locale")),
            time_zone: self.time_zone.only_if(is_selected("timeZone")),
            units: self.units.only_if(is_selected("units")),
        }
    }

    /// The member with the new profile.
    fn with_profile(&self, member: &Member) -> Result<Member, CommandError> {
        let display_name = self
            .display_name
            .apply_required(member.display_name.clone(), "displayName")?;
        let tag = self
            .locale
            .apply_required(member.locale.clone(), "locale")?;
        Ok(Member {
            display_name: if display_name == member.display_name {
                display_name
            } else {
                name(&display_name, "displayName")?
            },
            locale: locale::language_tag(&tag).unwrap_or(tag),
            time_zone: time_zone::canonical(
                self.time_zone
                    .apply_required(member.time_zone, "timeZone")?,
            ),
            units: self.units.apply_required(member.units, "units")?,
            ..member.clone()
        })
    }

    /// The preferences with the new values.
    fn with_preferences(&self, latest: &Preferences) -> Result<Preferences, CommandError> {
        let mut allergens = self
            .allergens
            .apply_required(latest.allergens.clone(), "allergens")?;
        allergens.sort_unstable();
        allergens.dedup();
        Ok(Preferences {
            effective_from: latest.effective_from,
            goal: self.goal.apply_required(latest.goal, "goal")?,
            level: self.level.apply_required(latest.level, "level")?,
            diet: self.diet.apply_required(latest.diet, "diet")?,
            allergens,
            days_per_week: self
                .days_per_week
                .apply_required(latest.days_per_week, "daysPerWeek")?,
        })
    }
}

async fn update_profile(
    context: &CommandContext<'_>,
    before: &Member,
    after: &Member,
) -> Result<()> {
    let profile = |member: &Member| {
        (
            member.display_name.clone(),
            member.locale.clone(),
            member.units,
        )
    };
    if profile(before) == profile(after) && before.time_zone == after.time_zone {
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
    sea_orm::ConnectionTrait::execute_raw(context.transaction(), statement).await?;
    Ok(())
}
