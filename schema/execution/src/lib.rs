//! The GraphQL executor that the generated code runs on.
//!
//! It follows the GraphQL specification (September 2025). It uses the value,
//! error and variable types of async-graphql. apollo-compiler parses, validates
//! and executes introspection, based on the exported SDL, because
//! async-graphql's own grammar, validation rules and introspection differ from
//! the specification in ways that cannot be corrected from outside. Operations
//! are executed here, because async-graphql's containers drop failed fields and
//! write response keys in the order of completion, and build a tree of values first:
//!
//! * `planner`: `CollectFields` and `MergeSelectionSets`, once per operation and
//!   object type; plans are kept with their documents;
//! * `prepared`: what a request adds: authorization, arguments, cost;
//! * [`output`] and [`writer`]: `CompleteValue`, straight to JSON, and "Handling
//!   Field Errors", including null propagation;
//! * [`batch`]: every field that needs data has a batch function;
//! * `selection`: what is selected below a field, for those that load it with the field;
//! * `run`: level by level: what awaits data is loaded for a whole level at once;
//! * `assembly`: puts the levels together;
//! * [`loader`]: rows that several batch functions share, cached for a request;
//! * [`input`]: coercion of arguments, which distinguishes absent from null;
//! * [`input_error`]: invalid input, as type mismatches or user errors;
//! * [`document`]: limits, parsing and validation; `document_cache`: the results;
//! * [`generated_schema`]: the interface to the generated code;
//! * [`schema`]: the engine that the gateway uses.

mod assembly;
pub mod batch;
pub mod constraint;
mod cost;
mod data;
pub mod definition;
pub mod document;
mod document_cache;
pub mod generated_schema;
pub mod input;
pub mod input_error;
mod introspection;
pub mod loader;
pub mod output;
pub mod plan;
mod planned_document;
mod planner;
mod prepared;
pub mod resolver_error;
mod run;
pub mod scalar;
pub mod schema;
mod selection;
mod small_map;
mod variables;
pub mod writer;

pub use apollo_compiler::executable::OperationType;
pub use async_graphql::{MaybeUndefined, Name, PathSegment, Value};
pub use batch::{Batch, BatchFunction, BatchLoader};
pub use data::Data;
pub use document::Document;
pub use generated_schema::{GeneratedSchema, Request};
pub use input::{ArgumentValues, Input, InputObject};
pub use input_error::{Cause, InputError, Problem, UserErrorPayload, UserErrors, Violation};
pub use loader::Loader;
pub use output::{Output, resolve, resolve_mutation};
pub use plan::PlannedField;
pub use planned_document::PlannedDocument;
pub use prepared::Prepared;
pub use regex::Regex;
pub use resolver_error::ResolverError;
pub use schema::{Engine, Response};
pub use selection::Selection;
pub use small_map::SmallMap;
pub use writer::{Writer, Written};

/// Marker types for the built-in scalars.
pub mod builtin {
    /// `Int`: a signed 32-bit integer.
    pub enum Int {}
    /// `Float`: an IEEE 754 double.
    pub enum Float {}
    /// `String`: a Unicode string.
    pub enum String {}
    /// `Boolean`.
    pub enum Boolean {}
    /// `ID` as an input: an opaque string, or an integer that is converted to a string.
    pub enum Id {}
}
