//! The interface between the executor and the generated code.

use std::{any::Any, sync::Arc};

use crate::{
    ArgumentValues, InputError, PlannedField, ResolverError, Writer, Written,
    definition::TypeDefinition,
};

/// The context of a request, with its loaders. The generator implements it.
pub trait Request: Send + Sync {
    /// The context that resolvers receive.
    type Context;

    /// The context.
    fn context(&self) -> &Self::Context;
}

/// A schema. The generator implements this trait from the SDL.
pub trait GeneratedSchema: Sized + Send + Sync + 'static {
    /// The context of a request that is passed to each resolver: viewer, database, clock.
    type Context: Send + Sync + 'static;
    /// The context together with the loaders of one request.
    type Request: Request<Context = Self::Context>;
    /// The exported SDL, against which documents are validated.
    const SDL: &'static str;
    /// Every type of the schema.
    const TYPES: &'static [TypeDefinition];
    /// The index of the query root type.
    const QUERY: usize;
    /// The index of the mutation root type, if there is one.
    const MUTATION: Option<usize>;

    /// A request with new, empty loaders.
    fn request(context: Arc<Self::Context>) -> Self::Request;
    /// A copy of the context without cached rows. Each root field of a mutation gets one, because the fields before it
    /// may have changed the rows.
    fn fork(context: &Self::Context) -> Arc<Self::Context>;
    /// Whether the viewer is anonymous. Fields whose cache scope is private are the same for all anonymous viewers, so
    /// that responses to them can be cached publicly.
    fn is_anonymous(context: &Self::Context) -> bool;
    /// Checks the roles that `@auth` requires for a field.
    fn guard(
        type_index: usize,
        field_index: usize,
        context: &Self::Context,
    ) -> Result<(), ResolverError>;
    /// Coerces and validates the arguments of a field.
    fn arguments(
        type_index: usize,
        field_index: usize,
        values: &mut ArgumentValues,
    ) -> Result<Box<dyn Any + Send + Sync>, InputError>;
    /// Writes a field of a root type.
    fn resolve_root<'r>(
        type_index: usize,
        field: &'r PlannedField,
        request: &'r Self::Request,
        out: &mut Writer<'r, Self::Request>,
    ) -> Written;
}
