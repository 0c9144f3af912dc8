//! The production router with a real Postgres, called through HTTP.

mod app;
pub(crate) mod leaks;
mod operation;
mod outbox;
mod postgres;
mod response;
mod sql;

pub(crate) use app::{TestApp, noon};
pub(crate) use operation::{operations, read_operation};
pub(crate) use outbox::{EnqueuedMessage, kinds};
pub(crate) use postgres::copy as copy_database;
pub(crate) use response::GraphqlResponse;

/// The seed's members, by their email addresses.
pub(crate) mod member {
    /// In the middle of a cycle.
    pub(crate) const MAYA: &str = "maya@demo.coach.example";
    /// On the first day of a plan.
    pub(crate) const DANI: &str = "dani@demo.coach.example";
    /// Registered, without a plan.
    pub(crate) const NORA: &str = "nora@demo.coach.example";
    /// With a check-in to submit.
    pub(crate) const CHEN: &str = "chen@demo.coach.example";
    /// In the third cycle.
    pub(crate) const THEO: &str = "theo@demo.coach.example";
    /// With a lapsed subscription.
    pub(crate) const LARA: &str = "lara@demo.coach.example";
    /// On day 6, with a failed payment.
    pub(crate) const GWEN: &str = "gwen@demo.coach.example";
    /// With a plan that ended eleven days ago.
    pub(crate) const RAVI: &str = "ravi@demo.coach.example";
    /// Signed in, never registered.
    pub(crate) const UNREGISTERED: &str = "nobody@demo.coach.example";
    /// A member of the staff.
    pub(crate) const SAM: &str = "sam@demo.coach.example";
}
