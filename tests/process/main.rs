//! The binary itself, run as a person runs it.

mod bad_input;
mod coach;
mod collector;
mod dev;
mod import;
mod live;
mod queue;
mod schema;
mod serve;
mod telemetry;
