//! The types of the SDL as static data, which the generator emits and the
//! executor plans operations with.

use crate::Value;

/// A type of the schema.
#[derive(Debug)]
pub struct TypeDefinition {
    /// Its GraphQL name.
    pub name: &'static str,
    /// Its description.
    pub description: Option<&'static str>,
    /// What kind of type it is, and what that kind has.
    pub kind: TypeKind,
}

/// The kinds of GraphQL types, each with what only it has.
#[derive(Debug)]
pub enum TypeKind {
    /// A custom scalar.
    Scalar {
        /// `@specifiedBy(url:)`.
        specified_by: Option<&'static str>,
        /// Whether a literal or variable has a type that the scalar accepts. It may still be an invalid value, which is
        /// a user error.
        is_valid: fn(&Value) -> bool,
    },
    /// An enum.
    Enum(&'static [EnumValueDefinition]),
    /// An input object.
    InputObject(&'static [InputValueDefinition]),
    /// An object type.
    Object {
        /// Its fields, in the order of the SDL; fields are referred to by their position here.
        fields: &'static [FieldDefinition],
        /// The interfaces it implements.
        implements: &'static [&'static str],
    },
    /// An interface.
    Interface {
        /// Its fields.
        fields: &'static [FieldDefinition],
        /// The interfaces it implements.
        implements: &'static [&'static str],
        /// The object types that implement it, as indices into the types.
        possible: &'static [usize],
    },
    /// A union; its members are indices into the types.
    Union(&'static [usize]),
}

/// One value of an enum.
#[derive(Debug)]
pub struct EnumValueDefinition {
    /// Its name.
    pub name: &'static str,
    /// Its description.
    pub description: Option<&'static str>,
    /// The deprecation reason; `None` when it is not deprecated.
    pub deprecated: Option<&'static str>,
}

/// An argument, or a field of an input object.
#[derive(Debug)]
pub struct InputValueDefinition {
    /// Its name.
    pub name: &'static str,
    /// Its description.
    pub description: Option<&'static str>,
    /// Its type as written, e.g. `[Int!]!`.
    pub ty: &'static str,
    /// Its default, as a GraphQL literal.
    pub default: Option<&'static str>,
    /// The deprecation reason; `None` when it is not deprecated.
    pub deprecated: Option<&'static str>,
}

/// A field of an object or interface.
#[derive(Debug)]
pub struct FieldDefinition {
    /// Its name.
    pub name: &'static str,
    /// Its description.
    pub description: Option<&'static str>,
    /// Its type as written, e.g. `[Recipe!]!`.
    pub ty: &'static str,
    /// The named type inside the wrappers of `ty`, as an index into the types;
    /// `None` for the built-in scalars.
    pub named_type: Option<usize>,
    /// Whether the field's own type is nullable.
    pub nullable: bool,
    /// Its arguments.
    pub arguments: &'static [InputValueDefinition],
    /// The deprecation reason; `None` when it is not deprecated.
    pub deprecated: Option<&'static str>,
    /// `@cost(weight:)`; by default 1 for composite fields and 0 for leaves.
    pub cost: usize,
    /// `@listSize`, for fields that return lists or connections.
    pub list_size: Option<ListSize>,
    /// `@cacheControl` of the field, or else of the type that it returns.
    pub cache: Option<CacheHint>,
}

/// `@listSize` of IBM's "GraphQL Cost Directives Specification".
#[derive(Debug)]
pub struct ListSize {
    /// The size to assume when no slicing argument is given.
    pub assumed: usize,
    /// The names of the arguments that limit the length of the list.
    pub slicing: &'static [&'static str],
    /// The fields of the returned object to which the size applies; empty when
    /// the field itself is the list.
    pub sized_fields: &'static [&'static str],
}

/// `@cacheControl`, with the semantics of Apollo Server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheHint {
    /// How long the response may be cached, in seconds.
    pub max_age: u32,
    /// Whether the response is specific to one viewer.
    pub private: bool,
}

impl TypeDefinition {
    /// The fields of an object or interface; empty for other kinds.
    pub fn fields(&self) -> &'static [FieldDefinition] {
        match self.kind {
            TypeKind::Object { fields, .. } | TypeKind::Interface { fields, .. } => fields,
            _ => &[],
        }
    }
}
