//! The executor behind the generated resolvers.
//!
//! async-graphql parses, validates and answers introspection; everything
//! below a root field runs here, because its own containers drop failed
//! fields and answer keys in the order of completion. What this crate does
//! follows the GraphQL specification (October 2021), section 6 "Execution":
//!
//! * [`plan`]: `CollectFields` and `MergeSelectionSets`, once per request and
//!   object type instead of once per object;
//! * [`output`]: `CompleteValue`, synchronous wherever no data is awaited;
//! * [`outcome`]: "Handling Field Errors", null propagation included;
//! * [`batch`]: the loaders; every field that needs data is a batch function;
//! * [`input`]: coercion of arguments and variables, absent told from null;
//! * [`document`]: what is refused before it is parsed or validated;
//! * [`contract`]: the seam to the generated code;
//! * [`schema`]: the seam to async-graphql.

pub mod batch;
pub mod constraint;
pub mod contract;
pub mod definition;
pub mod document;
pub mod fault;
pub mod input;
pub mod outcome;
pub mod output;
pub mod plan;
mod registry;
mod run;
pub mod scalar;
pub mod schema;
mod variables;

pub use async_graphql::{MaybeUndefined, Name, Value};
pub use batch::{Batch, BatchFunction, BatchLoader};
pub use contract::Contract;
pub use fault::Fault;
pub use input::{ArgumentValues, Input, InputError, InputObject};
pub use outcome::{Completed, Outcome};
pub use output::{Output, complete_object, leaf, resolve};
pub use plan::PlannedField;
pub use regex::Regex;
pub use schema::{Gateway, Response};

/// Markers for the scalars that GraphQL itself defines.
pub mod builtin {
    /// `Int`: a signed 32-bit integer.
    pub enum Int {}
    /// `Float`: an IEEE 754 double.
    pub enum Float {}
    /// `String`: UTF-8 text.
    pub enum String {}
    /// `Boolean`.
    pub enum Boolean {}
    /// `ID` as an argument: an opaque text, or a whole number taken as one.
    pub enum Id {}
}
