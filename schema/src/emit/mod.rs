//! Writes the Rust module. Text, so that each line that can fail to compile
//! ends with its `// Type.field`, which rustc prints.

mod batch;
mod definition;
mod input;
mod leaf;
mod object;
mod root;
mod rust_type;

use std::fmt::Write as _;

use crate::contract::Contract;

/// The module's text. It expects beside it, in the module that includes it:
/// `Resolvers`, `RequestContext`, `Error`, `Role`, `authorize` and `owns`.
pub(crate) fn module(contract: &Contract, nouns: &str, sdl: &str) -> String {
    let mut out = String::from(
        "// Generated from the SDL by coach-schema; edit schema/graphql instead.\n\
         use std::sync::Arc;\n\
         use ::coach_execution::{Batch, BatchFunction, BatchLoader, Completed, Fault, Input, InputError, \
         InputObject, ArgumentValues, MaybeUndefined, Name, Outcome, Output, PlannedField, Refusable, Value, builtin, complete_object, constraint, definition::*, leaf, scalar::Scalar};\n\
         use super::{Error, RequestContext, Resolvers, Role};\n\n",
    );
    let _ = writeln!(
        out,
        "/// The exported SDL.\npub const SDL: &str = {};\n",
        crate::names::literal(sdl)
    );
    out += "/// Markers for the types of the SDL; none of them is ever a value.\npub mod types {\n";
    out += "    /// The scalar `ID` as the answer to a field.\n    pub enum ID {}\n";
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
    batch::emit(&mut out, contract, nouns);
    root::emit(&mut out, contract, nouns);
    definition::emit(&mut out, contract);
    out
}
