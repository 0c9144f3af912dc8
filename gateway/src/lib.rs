//! The gateway: HTTP, authentication, limits, and configuration. The binary `coach` is built on it, and the end-to-end
//! tests run its router.

pub mod app;
pub mod auth;
pub mod clock_offset;
pub mod database;
pub mod database_schema;
pub mod http;
pub mod process_start;
pub mod queues;
pub mod server;
pub mod settings;
pub mod settings_updates;
pub mod stop;
pub mod telemetry;
pub mod webhook;
pub mod worker_process;
