//! Background work: the relay of the outbox, the consumers and the scheduler, and the implementations of the queue, the
//! object store and the mail transport that they use.

mod api;
pub mod aws;
mod backoff;
pub mod consumer;
pub mod event;
mod export;
mod gauges;
pub mod live;
pub mod mail;
pub mod object;
pub mod partner;
pub mod queue;
pub mod relay;
pub mod schedule;
pub mod shop;
mod ticker;
pub mod webhook;
mod worker;

pub use api::ApiSettings;
pub use export::Exports;
pub use worker::Worker;
