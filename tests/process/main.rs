//! Tests of the binary, run as a user runs it.

mod bad_input;
mod coach;
mod collector;
mod database;
mod dev;
mod doctor;
mod health;
mod import;
mod live;
mod probe;
mod queue;
mod schema;
mod serve;
mod telemetry;
mod trace;
