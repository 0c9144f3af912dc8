//! The recipes that members keep.

pub mod entity;
mod find;

pub use find::{FavouriteRows, among, pages};
