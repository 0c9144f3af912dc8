//! Background work: the relay, the consumers and the scheduler, with a real Postgres and the queue on it.

mod budgets;
mod consumer;
mod events;
mod exports;
mod fixture;
mod gateway;
mod gauges;
mod inbox;
mod letters;
mod live;
mod mail_settings;
mod relay;
mod reminders;
mod scheduled_tasks;
mod webhooks;
