//! Favourite recipes of members.

mod find;
mod set;

pub use find::{FavouriteRows, among, few, pages};
pub use set::SetFavouriteRecipe;
