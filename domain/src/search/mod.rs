//! Searching the catalogue: the words of its items, and the statement that
//! lists those that match.

mod listing;
mod script;
mod words;

pub(crate) use listing::Listing;
pub(crate) use words::document;
