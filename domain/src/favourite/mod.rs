//! Favourite recipes of members.

pub mod entity;
mod find;
mod set;

pub use find::{FavouriteRows, among, pages};
pub use set::SetFavouriteRecipe;
