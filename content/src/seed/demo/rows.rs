//! Conversion of definitions to rows.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use coach_domain::{
    Result,
    catalogue::Catalogue,
    check_in::CheckIn,
    consent, cycle,
    day::{choice_entity, completion_entity},
    favourite,
    id::MemberId,
    member, plan, preferences, subscription,
};
use uuid::Uuid;

use super::definition::DemoMember;
use crate::seed::identity::id;

/// The rows of demo members and of all their data.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Rows {
    pub(super) members: Vec<member::entity::Model>,
    pub(super) preferences: Vec<preferences::entity::Model>,
    pub(super) subscriptions: Vec<subscription::entity::Model>,
    pub(super) plans: Vec<plan::entity::Model>,
    pub(super) cycles: Vec<cycle::entity::Model>,
    pub(super) completions: Vec<completion_entity::Model>,
    pub(super) choices: Vec<choice_entity::Model>,
    pub(super) check_ins: Vec<CheckIn>,
    pub(super) favourites: Vec<favourite::entity::Model>,
    pub(super) consents: Vec<consent::entity::Model>,
}

impl Rows {
    /// Adds the rows of a member as of `today` in their time zone; they depend on nothing else. IDs of rows with dates
    /// contain a date, so that clients that have cached a cycle see a new one after the member is renewed.
    pub(super) fn add_member(
        &mut self,
        definition: &DemoMember,
        today: NaiveDate,
        catalogue: &Catalogue,
    ) -> Result<()> {
        let builder = RowBuilder {
            definition,
            member: member_id(definition),
            today,
            catalogue,
        };
        builder.add_profile(self);
        builder.add_plan(self)
    }
}

/// The ID of a demo member.
pub(super) fn member_id(definition: &DemoMember) -> MemberId {
    MemberId(id("member", definition.subject))
}

/// Builds the rows of a demo member as of a day.
pub(super) struct RowBuilder<'a> {
    pub(super) definition: &'a DemoMember,
    pub(super) member: MemberId,
    pub(super) today: NaiveDate,
    pub(super) catalogue: &'a Catalogue,
}

impl RowBuilder<'_> {
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
