//! The real router over a real Postgres, asked through HTTP.

mod answer;
mod app;
pub(crate) mod canary;
mod operation;
mod outbox;
mod postgres;
mod sql;

pub(crate) use answer::Answer;
pub(crate) use app::{TestApp, noon};
pub(crate) use operation::{named, operations};
pub(crate) use outbox::{Owed, kinds};
pub(crate) use postgres::copy as database;

/// The members of the seed, by their addresses.
pub(crate) mod member {
    /// In the middle of a cycle.
    pub(crate) const MAYA: &str = "maya@demo.coach.example";
    /// On the first day.
    pub(crate) const DANI: &str = "dani@demo.coach.example";
    /// Registered, without a plan.
    pub(crate) const NORA: &str = "nora@demo.coach.example";
    /// With a check-in to submit.
    pub(crate) const CHEN: &str = "chen@demo.coach.example";
    /// In the third cycle.
    pub(crate) const THEO: &str = "theo@demo.coach.example";
    /// Whose subscription has lapsed.
    pub(crate) const LARA: &str = "lara@demo.coach.example";
    /// On day 6, with a payment that failed.
    pub(crate) const GWEN: &str = "gwen@demo.coach.example";
    /// Whose plan has ended eleven days ago.
    pub(crate) const RAVI: &str = "ravi@demo.coach.example";
    /// Signed in, never registered.
    pub(crate) const NOBODY: &str = "nobody@demo.coach.example";
    /// Of the staff.
    pub(crate) const SAM: &str = "sam@demo.coach.example";
}
