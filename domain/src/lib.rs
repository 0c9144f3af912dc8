//! The business: members, their plans and days, and the catalogue that these
//! are made of. Knows no GraphQL, no HTTP and no AWS.

pub mod catalogue;
pub mod check_in;
pub mod clock;
pub mod consent;
pub mod cycle;
pub mod database;
pub mod day;
pub mod error;
pub mod exercise;
pub mod favourite;
pub mod id;
pub mod image;
pub mod member;
pub mod nutrition;
pub mod page;
pub mod plan;
pub mod preferences;
pub mod programme;
pub mod recipe;
mod search;
pub mod seed;
pub mod shopping;
pub mod subscription;
pub mod url;
pub mod viewer;
pub mod workout;

pub use error::{Error, Result};
