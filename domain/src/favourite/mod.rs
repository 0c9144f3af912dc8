//! The recipes that members keep.

pub mod entity;
mod find;
mod keep;

pub use find::{FavouriteRows, among, pages};
pub use keep::SetFavouriteRecipe;
