//! Emits the Rust module. It is emitted as text, so that each line that can fail
//! to compile ends with the comment `// Type.field`, which rustc prints.

mod batch;
mod definition;
mod input;
mod leaf;
mod object;
mod payload;
mod root;
mod rust_type;
mod selection;

use crate::{contract::Contract, names::pascal};

/// The source of the module. The module that includes it must define
/// `Resolvers`, `RequestContext`, `Error`, `Role`, `authorize` and `authorize_owner`; for mutations with `userErrors`
/// also `MutationError` and `MutationInput`, and that `RequestContext` implements `UserErrors`.
pub(crate) fn module(contract: &Contract, resolvers_dir: &str, sdl: &str) -> String {
    let types = contract.types.keys().enumerate();
    let types = types.filter(|(index, _)| !contract.is_root(*index));
    let markers =
        types.map(|(_, name)| format!("    /// `{name}`.\n    pub enum {} {{}}\n", pascal(name)));
    let markers: String = markers.collect();
    let header = format!(
        "// Generated from the SDL by coach-schema; edit schema/graphql instead.
use std::sync::Arc;
use ::coach_execution::{{Batch, BatchFunction, BatchLoader, ResolverError, Input, InputError, \
         InputObject, ArgumentValues, MaybeUndefined, Name, Output, PlannedField, Selection, UserErrorPayload, UserErrors, Value, Writer, Written, builtin, constraint, definition::*, scalar::Scalar}};
use super::{{Error, RequestContext, Resolvers, Role}};

/// The exported SDL.
pub const SDL: &str = {sdl:?};

/// Marker types for the types of the SDL; they have no values.
pub mod types {{
    /// The scalar `ID` as an output.
    pub enum ID {{}}
{markers}}}

"
    );
    [
        header,
        leaf::emit(contract),
        input::emit(contract),
        object::emit(contract),
        payload::emit(contract),
        batch::emit(contract, resolvers_dir),
        selection::emit(contract),
        root::emit(contract, resolvers_dir),
        definition::emit(contract),
    ]
    .concat()
}
