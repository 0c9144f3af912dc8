//! The seed's members, by their email addresses.

/// In the middle of a cycle.
pub const MAYA: &str = "maya@demo.coach.example";
/// On the first day of a plan.
pub const DANI: &str = "dani@demo.coach.example";
/// Registered, without a plan.
pub const NORA: &str = "nora@demo.coach.example";
/// With a check-in to submit.
pub const CHEN: &str = "chen@demo.coach.example";
/// In the third cycle.
pub const THEO: &str = "theo@demo.coach.example";
/// With a lapsed subscription.
pub const LARA: &str = "lara@demo.coach.example";
/// On day 6, with a failed payment.
pub const GWEN: &str = "gwen@demo.coach.example";
/// With a plan that ended eleven days ago.
pub const RAVI: &str = "ravi@demo.coach.example";
/// Signed in, never registered.
pub const UNREGISTERED: &str = "nobody@demo.coach.example";
/// A member of the staff.
pub const SAM: &str = "sam@demo.coach.example";
