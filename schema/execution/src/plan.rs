//! The plan of an operation: what [`planner`](crate::planner) makes once, and all requests share.

use std::{
    any::Any,
    sync::{Arc, atomic::AtomicUsize},
};

use apollo_compiler::{Node, ast::Argument};
use async_graphql::Pos;

use crate::definition::{CacheHint, FieldDefinition};

/// The field index of `__typename`, which every object has.
pub(crate) const TYPENAME: usize = usize::MAX;
/// The field index of `__schema` and `__type`, which [`introspection`](crate::introspection) resolves.
pub(crate) const INTROSPECTION: usize = usize::MAX - 1;

/// The plan of an operation. It is the same for all requests, and kept with the document.
pub(crate) struct Plan {
    pub(crate) root: Arc<ObjectPlan>,
    /// All objects, each after those below it; the last is the root.
    pub(crate) objects: Vec<Arc<ObjectPlan>>,
    /// The number of fields whose arguments or size depend on variables.
    pub(crate) slots: usize,
    /// The cost of the operation, unless it depends on variables.
    pub(crate) constant_cost: Option<usize>,
    /// The bytes of the longest answer.
    pub(crate) answer_bytes: AtomicUsize,
    /// The strictest `@cacheControl` hint of all selected fields, for anonymous viewers and for all others.
    pub(crate) cache: Cacheability,
    /// Whether `__schema` or `__type` is selected.
    pub(crate) introspects: bool,
}

/// The strictest `@cacheControl` hint of an operation. A private value is the same for all anonymous viewers, so it does
/// not restrict their responses.
#[derive(Clone, Copy)]
pub(crate) struct Cacheability {
    pub(crate) for_anonymous: CacheHint,
    pub(crate) for_others: CacheHint,
}

/// The fields selected on one object type at one position of the document.
pub struct ObjectPlan {
    /// Its place in [`Plan::objects`].
    pub(crate) index: usize,
    pub(crate) type_index: usize,
    pub(crate) name: &'static str,
    pub(crate) fields: Vec<PlannedField>,
    /// The size that `@listSize(sizedFields:)` of the parent assigns to these fields.
    pub(crate) sized_by: SizedFields,
}

/// A response key with the merged fields that share it.
pub struct PlannedField {
    /// The response key (alias or name).
    pub(crate) key: Box<str>,
    /// The key as it is written: with quotes and a colon.
    pub(crate) key_json: Box<[u8]>,
    /// The definition of the field in the SDL.
    pub definition: &'static FieldDefinition,
    /// The index among the fields of the parent type.
    pub index: usize,
    pub(crate) position: Pos,
    /// Its number in the plan.
    pub(crate) id: usize,
    pub(crate) arguments: Arguments,
    pub(crate) size: Size,
    /// Whether it is a mutation whose payload has `userErrors`.
    pub(crate) has_user_errors: bool,
    /// A plan for each object type that the field can return.
    pub(crate) objects: Vec<Arc<ObjectPlan>>,
}

/// The arguments of a field.
pub(crate) enum Arguments {
    /// The field has none, or there are no variables in them: they are coerced, as the type that the generator emits.
    Constant(Box<dyn Any + Send + Sync>),
    /// They depend on variables, or are invalid: a request coerces them, in this slot.
    Variable(usize, Vec<Node<Argument>>),
}

/// The number of items of a field, by `@listSize`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Size {
    Constant(usize),
    /// That of the request, in this slot.
    Variable(usize),
}

impl PlannedField {
    /// The fields selected on the object type with this index.
    ///
    /// # Panics
    ///
    /// If the field cannot return that type, which validation rules out.
    pub fn object(&self, type_index: usize) -> &ObjectPlan {
        self.objects
            .iter()
            .find(|object| object.type_index == type_index)
            .expect("a planned field holds a plan for each type that it can return")
    }

    /// Whether it is `__typename`, `__schema` or `__type`.
    pub(crate) fn is_meta(&self) -> bool {
        self.index >= INTROSPECTION
    }
}

/// The size that `@listSize(sizedFields:)` of the parent assigns to these fields of the object.
pub(crate) type SizedFields = Option<(Size, &'static [&'static str])>;
