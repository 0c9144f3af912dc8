//! The real router over a real Postgres, asked through HTTP.

mod app;
pub(crate) mod canary;
mod operation;
mod postgres;

pub(crate) use app::{Answer, TestApp, noon};
pub(crate) use operation::{named, operations};

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
    /// Signed in, never registered.
    pub(crate) const NOBODY: &str = "nobody@demo.coach.example";
    /// Of the staff.
    pub(crate) const SAM: &str = "sam@demo.coach.example";
}
