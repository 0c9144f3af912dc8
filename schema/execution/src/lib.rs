//! The executor behind the generated resolvers.
//!
//! It follows the GraphQL specification (September 2025). Values, errors and
//! variables are async-graphql's. apollo-compiler parses, validates and
//! answers introspection, all from the exported SDL; async-graphql's own
//! grammar, rules and introspection differ from the specification in places
//! that cannot be mended from outside. Operations run here, because
//! async-graphql's containers drop failed fields and answer keys in the order
//! of completion:
//!
//! * [`plan`]: `CollectFields` and `MergeSelectionSets`, once per request and
//!   object type instead of once per object;
//! * [`output`]: `CompleteValue`, synchronous wherever no data is awaited;
//! * [`outcome`]: "Handling Field Errors", null propagation included;
//! * [`batch`]: the loaders; every field that needs data is a batch function;
//! * [`input`]: coercion of arguments and variables, absent told from null;
//! * [`refusal`]: what is wrong with input, and who can mend it;
//! * [`document`]: limits, parsing and validation;
//! * [`contract`]: the seam to the generated code;
//! * [`schema`]: what a gateway serves.

pub mod batch;
pub mod constraint;
pub mod contract;
pub mod definition;
pub mod document;
pub mod fault;
pub mod input;
mod introspection;
pub mod outcome;
pub mod output;
pub mod plan;
pub mod refusal;
mod run;
pub mod scalar;
pub mod schema;
mod variables;

pub use apollo_compiler::executable::OperationType;
pub use async_graphql::{MaybeUndefined, Name, PathSegment, Value};
pub use batch::{Batch, BatchFunction, BatchLoader};
pub use contract::Contract;
pub use document::Document;
pub use fault::Fault;
pub use input::{ArgumentValues, Input, InputObject};
pub use outcome::{Completed, Outcome};
pub use output::{Output, complete_object, leaf, resolve, resolve_mutation};
pub use plan::PlannedField;
pub use refusal::{Cause, InputError, Problem, Refusable, Unacceptable};
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
