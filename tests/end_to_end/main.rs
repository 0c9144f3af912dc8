//! End-to-end tests: the production router, a real Postgres, HTTP.

mod harness;

mod budgets;
mod connections;
mod contract;
mod delivery;
mod field_errors;
mod finders;
mod graphiql;
mod http;
mod import;
mod letters;
mod lists;
mod live;
mod live_stream;
mod mailbox;
mod operations;
mod outage;
mod ownership;
mod plans;
mod privacy;
mod rate;
mod rebinding;
mod renewal;
mod reporting;
mod rules;
mod shops;
mod sign_in;
mod today;
mod tokens;
mod trace;
mod unsubscribe;
mod user_errors;
mod webhooks;
mod whole_seconds;
mod writes;
