//! From a story to rows.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use uuid::Uuid;

use super::story::Story;
use crate::{
    Result,
    catalogue::Catalogue,
    check_in, consent, cycle,
    day::{choice_entity, completion_entity},
    favourite,
    id::MemberId,
    member, plan, preferences,
    seed::identity::id,
    subscription,
};

/// Demo members, and everything that they own.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Rows {
    pub(super) members: Vec<member::entity::Model>,
    pub(super) preferences: Vec<preferences::entity::Model>,
    pub(super) subscriptions: Vec<subscription::entity::Model>,
    pub(super) plans: Vec<plan::entity::Model>,
    pub(super) cycles: Vec<cycle::entity::Model>,
    pub(super) completions: Vec<completion_entity::Model>,
    pub(super) choices: Vec<choice_entity::Model>,
    pub(super) check_ins: Vec<check_in::entity::Model>,
    pub(super) favourites: Vec<favourite::entity::Model>,
    pub(super) consents: Vec<consent::entity::Model>,
}

impl Rows {
    /// Adds a story as of `today` in the member's time zone: the same for the same
    /// day. Ids of what has dates carry a date, so that a renewed member's cycle
    /// is another one to clients that kept the last.
    pub(super) fn tell(
        &mut self,
        story: &Story,
        today: NaiveDate,
        catalogue: &Catalogue,
    ) -> Result<()> {
        let teller = Teller {
            story,
            member: member_id(story),
            today,
            catalogue,
        };
        teller.profile(self);
        teller.course(self)
    }
}

/// The member of a story.
pub(super) fn member_id(story: &Story) -> MemberId {
    MemberId(id("member", story.subject))
}

/// Tells a story as of a day.
pub(super) struct Teller<'a> {
    pub(super) story: &'a Story,
    pub(super) member: MemberId,
    pub(super) today: NaiveDate,
    pub(super) catalogue: &'a Catalogue,
}

impl Teller<'_> {
    /// The date so many days before the day of seeding.
    pub(super) fn ago(&self, days: i64) -> NaiveDate {
        self.today - TimeDelta::days(days)
    }

    /// The moment at which it is so many hours and minutes after midnight where
    /// the member is.
    pub(super) fn at(&self, date: NaiveDate, (hour, minute): (u32, u32)) -> DateTime<Utc> {
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
        let local = date.and_time(time);
        // Clocks may be put forward over that time; then the same time in UTC.
        let there = local.and_local_timezone(self.story.time_zone).earliest();
        there.map_or_else(|| local.and_utc(), |there| there.to_utc())
    }

    /// The id of a row with a date.
    pub(super) fn id(&self, kind: &str, date: NaiveDate) -> Uuid {
        id(kind, &format!("{}/{date}", self.story.subject))
    }
}
