//! The business: members, their plans and days, and the catalogue that these
//! are made of. Knows no GraphQL, no HTTP and no AWS.

pub mod audit;
pub mod catalogue;
pub mod check_in;
pub mod clock;
pub mod command;
pub mod consent;
pub mod cycle;
pub mod database;
pub mod day;
pub mod decision;
pub mod error;
pub mod event;
pub mod exercise;
pub mod favourite;
pub mod id;
pub mod image;
pub mod inbox;
pub mod kill_point;
pub mod live;
pub mod mail;
pub mod member;
pub mod nutrition;
pub mod object;
pub mod outbox;
pub mod page;
pub mod partner;
pub mod plan;
pub mod preferences;
pub mod programme;
pub mod queue;
pub mod recipe;
pub mod reminder;
mod search;
pub mod seed;
pub mod shopping;
pub mod subscription;
pub mod time_zone;
pub mod trace;
pub mod url;
pub mod viewer;
pub mod webhook;
pub mod workout;

pub use error::{Error, Result};
