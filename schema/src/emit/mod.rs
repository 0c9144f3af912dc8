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

use std::fmt::Write as _;

use crate::contract::Contract;

/// The source of the module. The module that includes it must define
/// `Resolvers`, `RequestContext`, `Error`, `Role`, `authorize` and `authorize_owner`; for mutations with `userErrors`
/// also `MutationError` and `MutationInput`, and that `RequestContext` implements `UserErrors`.
pub(crate) fn module(contract: &Contract, resolvers_dir: &str, sdl: &str) -> String {
    let mut out = String::from(
        "// Generated from the SDL by coach-schema; edit schema/graphql instead.\n\
         use std::sync::Arc;\n\
         use ::coach_execution::{Batch, BatchFunction, BatchLoader, Completed, ResolverError, Input, InputError, \
         InputObject, ArgumentValues, MaybeUndefined, Name, FieldResult, Output, PlannedField, UserErrorPayload, UserErrors, Value, builtin, complete_object, constraint, definition::*, leaf, scalar::Scalar};\n\
         use super::{Error, RequestContext, Resolvers, Role};\n\n",
    );
    let _ = writeln!(
        out,
        "/// The exported SDL.\npub const SDL: &str = {};\n",
        crate::names::literal(sdl)
    );
    out += "/// Marker types for the types of the SDL; they have no values.\npub mod types {\n";
    out += "    /// The scalar `ID` as an output.\n    pub enum ID {}\n";
    let types = contract.types.iter().enumerate();
    for (_, model) in types.filter(|(index, _)| !contract.is_root(*index)) {
        let _ = writeln!(
            out,
            "    /// `{0}`.\n    pub enum {1} {{}}",
            model.name,
            crate::names::pascal(&model.name)
        );
    }
    out += "}\n\n";
    leaf::emit(&mut out, contract);
    input::emit(&mut out, contract);
    object::emit(&mut out, contract);
    payload::emit(&mut out, contract);
    batch::emit(&mut out, contract, resolvers_dir);
    root::emit(&mut out, contract, resolvers_dir);
    definition::emit(&mut out, contract);
    out
}
