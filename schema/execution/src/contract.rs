//! The seam to the generated code.

use std::{any::Any, sync::Arc};

use crate::{
    ArgumentValues, Completed, Fault, InputError, PlannedField, definition::TypeDefinition,
};

/// What the generator makes of a written schema.
pub trait Contract: Sized + Send + Sync + 'static {
    /// What the hand-written side gets with each call: viewer, database, clock.
    type Context: Send + Sync + 'static;
    /// The context with the loaders of one request.
    type Request: Send + Sync;
    /// The exported SDL, which documents are validated against.
    const SDL: &'static str;
    /// Every type of the schema.
    const TYPES: &'static [TypeDefinition];
    /// The index of the query root.
    const QUERY: usize;
    /// The index of the mutation root.
    const MUTATION: Option<usize>;

    /// A request with loaders of its own.
    fn request(context: Arc<Self::Context>) -> Self::Request;
    /// A context for a root field of a mutation, which has seen nothing yet: what was read before the field ran may
    /// have changed.
    fn renewed(context: &Self::Context) -> Arc<Self::Context>;
    /// Whether nobody is signed in: what is private to a viewer is then the same for all.
    fn is_anonymous(context: &Self::Context) -> bool;
    /// Whether the viewer may ask for a field at all (`@auth`).
    fn guard(type_index: usize, field: usize, context: &Self::Context) -> Result<(), Fault>;
    /// Coerces and checks the arguments of a field.
    fn arguments(
        type_index: usize,
        field: usize,
        values: &mut ArgumentValues,
    ) -> Result<Box<dyn Any + Send + Sync>, InputError>;
    /// Resolves a field of a root type.
    fn resolve_root<'r>(
        type_index: usize,
        field: &'r PlannedField,
        request: &'r Self::Request,
    ) -> Completed<'r>;
}
