//! What the generator knows of the written SDL, as static data: the executor
//! plans by it and the introspection registry is filled from it.

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
    /// A scalar of the schema's own.
    Scalar {
        /// `@specifiedBy(url:)`.
        specified_by: Option<&'static str>,
        /// Whether a literal or variable is of the kind that it takes, though a person may have to mend it.
        is_valid: fn(&Value) -> bool,
    },
    /// An enum.
    Enum(&'static [EnumValueDefinition]),
    /// An input object.
    InputObject(&'static [InputValueDefinition]),
    /// An object type.
    Object {
        /// Its fields, in the order written; a field's place is its index.
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
    /// The reason, when it is deprecated.
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
    /// The reason, when it is deprecated.
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
    /// The type at the core of `ty`, as an index into the types; `None` for
    /// the scalars that GraphQL itself defines.
    pub named: Option<usize>,
    /// Whether null is an answer.
    pub nullable: bool,
    /// Its arguments.
    pub arguments: &'static [InputValueDefinition],
    /// The reason, when it is deprecated.
    pub deprecated: Option<&'static str>,
    /// `@cost(weight:)`; composite fields weigh 1 and leaves 0 unless told.
    pub cost: usize,
    /// `@listSize`, for fields that return lists or connections.
    pub list_size: Option<ListSize>,
    /// `@cacheControl` of the field, or else of the type that it returns.
    pub cache: Option<CacheHint>,
}

/// `@listSize` of IBM's "GraphQL Cost Directives Specification".
#[derive(Debug)]
pub struct ListSize {
    /// The size taken where no slicing argument is given.
    pub assumed: usize,
    /// The arguments that bound the list.
    pub slicing: &'static [&'static str],
    /// The fields of the returned object to which the size applies; empty when
    /// the field itself is the list.
    pub sized_fields: &'static [&'static str],
}

/// `@cacheControl`, as Apollo Server has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheHint {
    /// Seconds.
    pub max_age: u32,
    /// Whether the answer belongs to one viewer.
    pub private: bool,
}

impl TypeDefinition {
    /// The fields of an object or interface; none for the others.
    pub fn fields(&self) -> &'static [FieldDefinition] {
        match self.kind {
            TypeKind::Object { fields, .. } | TypeKind::Interface { fields, .. } => fields,
            _ => &[],
        }
    }
}
