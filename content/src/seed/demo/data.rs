//! The data of a demo member, made from its definition.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use coach_domain::{
    Result,
    catalogue::Catalogue,
    check_in::CheckIn,
    consent::Consent,
    cycle::Cycle,
    database::Columns,
    day::log::{MealChoice, WorkoutCompletion},
    id::{CycleId, MemberId, RecipeId},
    plan::Plan,
    preferences::Preferences,
    subscription::Entitlement,
};
use uuid::Uuid;

use super::definition::DemoMember;
use crate::seed::identity::id;

/// A demo member with all their data.
#[derive(Debug, PartialEq)]
pub(super) struct DemoData {
    pub(super) id: MemberId,
    pub(super) member: Columns,
    pub(super) registered_at: DateTime<Utc>,
    pub(super) preferences: Vec<Preferences>,
    pub(super) subscription: Option<Subscription>,
    pub(super) favourites: Vec<(RecipeId, DateTime<Utc>)>,
    pub(super) consents: Vec<Consent>,
    pub(super) plan: Option<Plan>,
    pub(super) cycles: Vec<Cycle>,
    pub(super) completions: Vec<(CycleId, WorkoutCompletion)>,
    pub(super) choices: Vec<(CycleId, MealChoice)>,
    pub(super) check_ins: Vec<CheckIn>,
}

/// A subscription, as the shop stated it last.
#[derive(Debug, PartialEq)]
pub(super) struct Subscription {
    pub(super) id: Uuid,
    pub(super) external_id: Option<String>,
    pub(super) entitlement: Entitlement,
    pub(super) updated_at: DateTime<Utc>,
}

impl DemoData {
    /// The data of a member as of `today` in their time zone; it depends on nothing else. IDs of rows with dates
    /// contain a date, so that clients that have cached a cycle see a new one after the member is renewed.
    pub(super) fn new(
        definition: &DemoMember,
        today: NaiveDate,
        catalogue: &Catalogue,
    ) -> Result<Self> {
        let builder = DataBuilder {
            definition,
            member: member_id(definition),
            today,
            catalogue,
        };
        let mut data = builder.profile();
        builder.add_plan(&mut data)?;
        Ok(data)
    }
}

/// The ID of a demo member.
pub(super) fn member_id(definition: &DemoMember) -> MemberId {
    MemberId(id("member", definition.subject))
}

/// Builds the data of a demo member as of a day.
pub(super) struct DataBuilder<'a> {
    pub(super) definition: &'a DemoMember,
    pub(super) member: MemberId,
    pub(super) today: NaiveDate,
    pub(super) catalogue: &'a Catalogue,
}

impl DataBuilder<'_> {
    /// The date this many days before the day of seeding.
    pub(super) fn ago(&self, days: i64) -> NaiveDate {
        self.today - TimeDelta::days(days)
    }

    /// A time on a date in the member's time zone.
    pub(super) fn at(&self, date: NaiveDate, (hour, minute): (u32, u32)) -> DateTime<Utc> {
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
        let local = date.and_time(time);
        // The time may not exist when clocks are put forward; then the same time in UTC is used.
        let there = local
            .and_local_timezone(self.definition.time_zone)
            .earliest();
        there.map_or_else(|| local.and_utc(), |there| there.to_utc())
    }

    /// The ID of a row with a date.
    pub(super) fn id(&self, kind: &str, date: NaiveDate) -> Uuid {
        id(kind, &format!("{}/{date}", self.definition.subject))
    }
}
