//! End-to-end tests: the router that ships, a real Postgres, HTTP.

mod harness;

mod budgets;
mod contract;
mod finders;
mod graphiql;
mod outage;
mod ownership;
mod plans;
mod renewal;
mod rules;
mod today;
mod tokens;
