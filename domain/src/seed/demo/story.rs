//! How a demo member's past is written down. All times are whole days before
//! the day of seeding, in the member's time zone; 0 is that day itself.

use chrono_tz::Tz;

use crate::{
    consent::ConsentPurpose,
    member::Units,
    preferences::{Allergen, Diet, Goal, Level},
    subscription::SubscriptionProvider,
};

/// A demo member.
pub(super) struct Story {
    pub(super) subject: &'static str,
    pub(super) display_name: &'static str,
    pub(super) locale: &'static str,
    pub(super) time_zone: Tz,
    pub(super) units: Units,
    /// The earliest first; it is from when the member registered.
    pub(super) preferences: &'static [Wish],
    pub(super) plan: Option<Plan>,
    pub(super) subscription: Option<Payment>,
    /// Slugs of recipes, the latest favourite first.
    pub(super) favourites: &'static [&'static str],
    pub(super) consents: &'static [(ConsentPurpose, bool)],
    /// For how many days from the day of seeding the member is in the state that
    /// they stand for. After that they are renewed.
    pub(super) holds_for: i64,
}

/// What a member wanted from a day on.
pub(super) struct Wish {
    pub(super) since: i64,
    pub(super) goal: Goal,
    pub(super) level: Level,
    pub(super) diet: Diet,
    pub(super) allergens: &'static [Allergen],
    pub(super) days_per_week: i32,
}

/// A plan. Its goal, and the programme of each cycle, follow from what was wanted
/// on day 1.
pub(super) struct Plan {
    pub(super) cycles: &'static [Cycle],
    /// Its last day, where it was ended.
    pub(super) ended: Option<i64>,
    /// The last day on which the member logged anything. Never the day of
    /// seeding: what was done by then would depend on the time of day.
    pub(super) last_active: i64,
    /// Numbers of days of the last cycle on which another dinner was chosen.
    pub(super) swapped_dinners: &'static [u8],
}

/// A cycle.
pub(super) struct Cycle {
    /// Day 1.
    pub(super) began: i64,
    /// When and how it was closed.
    pub(super) check_in: Option<(i64, Answers)>,
}

/// What a check-in says.
pub(super) struct Answers {
    pub(super) weight_grams: Option<i32>,
    pub(super) waist_millimetres: Option<i32>,
    pub(super) hips_millimetres: Option<i32>,
    pub(super) chest_millimetres: Option<i32>,
    pub(super) energy: i32,
    pub(super) sleep: i32,
    pub(super) notes: Option<&'static str>,
}

/// A subscription. Its ends lie so many days after the day of seeding, or before
/// it where negative.
pub(super) struct Payment {
    pub(super) provider: Option<SubscriptionProvider>,
    pub(super) trial_ends: Option<i64>,
    pub(super) expires: Option<i64>,
    pub(super) grace_ends: Option<i64>,
    pub(super) will_renew: bool,
}
