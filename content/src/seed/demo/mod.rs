//! Demo members, in every state that a member can be in. [`members`] defines them, with times in days before the day of
//! seeding; [`data`] makes their data of the definitions, with dates in each member's own time zone.

mod activity;
mod data;
mod definition;
pub(super) mod insert;
mod members;
mod plan;
mod profile;
pub(super) mod renew;

/// The local issuer, whose tokens the demo members use.
pub const LOCAL_ISSUER: &str = "coach-local";

/// The subjects of the demo members' tokens, which are also their email addresses.
#[derive(Clone, Copy, Debug)]
pub struct Demo {
    /// Signed in but not registered: there is no member. Access NONE.
    pub not_registered: &'static str,
    /// Registered today, without a subscription or a plan. Access NONE.
    pub no_plan: &'static str,
    /// On day 1 of a first cycle. Access TRIAL.
    pub day_one: &'static str,
    /// On day 12, with completed workouts, eaten meals, swapped dinners (today's is not eaten yet), favourites and a
    /// nut allergy. Access ACTIVE. The default demo member.
    pub mid_cycle: &'static str,
    /// On day 30, with a check-in to submit. Access ACTIVE.
    pub check_in_due: &'static str,
    /// On day 9 of a third cycle, with two check-ins, and with preferences that changed from cycle to cycle. Access
    /// ACTIVE.
    pub third_cycle: &'static str,
    /// On day 16, with a subscription that expired four days ago. Access LAPSED.
    pub lapsed: &'static str,
    /// On day 6, with a payment that failed. Access GRACE.
    pub in_grace: &'static str,
    /// Has ended a plan when its check-in was due, and has not begun another. Access ACTIVE.
    pub plan_ended: &'static str,
    /// A staff user, by the role in the token; not a member.
    pub staff: &'static str,
}

/// The demo members.
pub const DEMO: Demo = Demo {
    not_registered: "nobody@demo.coach.example",
    no_plan: "nora@demo.coach.example",
    day_one: "dani@demo.coach.example",
    mid_cycle: "maya@demo.coach.example",
    check_in_due: "chen@demo.coach.example",
    third_cycle: "theo@demo.coach.example",
    lapsed: "lara@demo.coach.example",
    in_grace: "gwen@demo.coach.example",
    plan_ended: "ravi@demo.coach.example",
    staff: "sam@demo.coach.example",
};

#[cfg(test)]
mod tests;
