//! End-to-end tests: the router that ships, a real Postgres, HTTP.

#![expect(missing_docs, reason = "a test binary has no public items")]

mod harness;

mod budgets;
mod contract;
mod finders;
mod outage;
mod ownership;
mod plans;
mod renewal;
mod rules;
mod tokens;
mod today;
