//! Formats results as Markdown for `bench/RESULTS.md`.

pub(crate) mod chart;
mod heading;
mod machine;
mod results;
pub(crate) mod table;

pub(crate) use self::{heading::Heading, machine::memory, results::save_plot};
