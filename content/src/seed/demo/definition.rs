//! The types that define a demo member. Unless stated otherwise, times are whole days before the day of seeding, in the
//! member's time zone; 0 is that day itself.

use chrono_tz::Tz;
use coach_domain::{
    check_in::CheckInAnswers,
    enums::{Allergen, ConsentPurpose, Diet, Goal, Level},
    member::Units,
    subscription::SubscriptionProvider,
};

/// A demo member.
pub(super) struct DemoMember {
    pub(super) subject: &'static str,
    pub(super) display_name: &'static str,
    pub(super) locale: &'static str,
    pub(super) time_zone: Tz,
    pub(super) units: Units,
    /// The history of preferences, oldest first. The member registered on the day of the first.
    pub(super) preferences: &'static [DatedPreferences],
    pub(super) plan: Option<Plan>,
    pub(super) subscription: Option<DemoSubscription>,
    /// Slugs of recipes, the latest favourite first.
    pub(super) favourites: &'static [&'static str],
    pub(super) consents: &'static [(ConsentPurpose, bool)],
    /// The number of days after seeding for which the member stays in the state that they demonstrate. Then they are
    /// seeded again.
    pub(super) valid_for: i64,
}

/// Preferences that are in effect from a day on.
pub(super) struct DatedPreferences {
    pub(super) since: i64,
    pub(super) goal: Goal,
    pub(super) level: Level,
    pub(super) diet: Diet,
    pub(super) allergens: &'static [Allergen],
    pub(super) days_per_week: i32,
}

/// A plan. Its goal, and the programme of each cycle, follow from the preferences on day 1.
pub(super) struct Plan {
    pub(super) cycles: &'static [Cycle],
    /// Its last day, if it was ended.
    pub(super) ended: Option<i64>,
    /// The last day on which the member logged anything. It is before the day of seeding, because the log of that day
    /// would depend on the time of day.
    pub(super) last_active: i64,
    /// The numbers of the days of the last cycle on which the dinner was swapped.
    pub(super) swapped_dinners: &'static [u8],
}

/// A cycle.
pub(super) struct Cycle {
    /// Day 1.
    pub(super) began: i64,
    /// The day and the answers of the check-in that closed it.
    pub(super) check_in: Option<(i64, fn() -> CheckInAnswers)>,
}

/// A subscription. Its ends are in days after the day of seeding, or before it if negative.
pub(super) struct DemoSubscription {
    pub(super) provider: Option<SubscriptionProvider>,
    pub(super) trial_ends: Option<i64>,
    pub(super) expires: Option<i64>,
    pub(super) grace_ends: Option<i64>,
    pub(super) will_renew: bool,
}
