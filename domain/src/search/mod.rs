//! Search in the catalogue: the search terms of its items, and the statement that lists matching items.

mod listing;
mod script;
mod words;

pub(crate) use listing::Listing;
pub(crate) use words::document;
