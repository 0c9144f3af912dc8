//! The generator's model of a schema.

use apollo_compiler::{
    ast::{Type, Value},
    collections::IndexMap,
};

/// The field of a mutation payload with errors that the user can correct, and the directive that declares its codes.
pub(crate) const USER_ERRORS: &str = "userErrors";

/// The schema with its bindings and policies.
pub(crate) struct Contract {
    pub(crate) types: IndexMap<String, TypeModel>,
    pub(crate) query: usize,
    pub(crate) mutation: Option<usize>,
}

pub(crate) struct TypeModel {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The name of the defining file without its extension; the resolver file has the same name.
    pub(crate) file_stem: String,
    /// The path of the Rust type that represents it.
    pub(crate) rust: Option<String>,
    /// The role that `@auth` on the type requires.
    pub(crate) requires: Option<String>,
    /// The field of the Rust type whose value `@auth(owner:)` compares with the viewer.
    pub(crate) owner: Option<String>,
    /// Whether it is the payload of a mutation, whose Rust type is generated.
    pub(crate) is_payload: bool,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    Scalar {
        specified_by: Option<String>,
    },
    Enum(Vec<EnumValue>),
    Input(Vec<InputField>),
    /// A `@oneOf` input object.
    OneOf(Vec<InputField>),
    Object {
        fields: Vec<Field>,
        implements: Vec<String>,
    },
    Interface {
        fields: Vec<Field>,
        implements: Vec<String>,
        possible: Vec<String>,
    },
    Union(Vec<String>),
}

pub(crate) struct EnumValue {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) deprecated: Option<String>,
}

pub(crate) struct InputField {
    pub(crate) name: String,
    /// `Type.field(argument:)` or `Type.field`.
    pub(crate) coordinate: String,
    pub(crate) description: Option<String>,
    pub(crate) ty: Type,
    pub(crate) default: Option<Value>,
    pub(crate) deprecated: Option<String>,
    pub(crate) constraint: Option<Constraint>,
}

pub(crate) struct Constraint {
    /// The limits of a value, by argument of `@constraint`.
    pub(crate) bounds: Vec<(&'static str, i64)>,
    /// The limits of the length of a list, likewise.
    pub(crate) items: Vec<(&'static str, i64)>,
    pub(crate) pattern: Option<String>,
}

pub(crate) struct Field {
    pub(crate) name: String,
    /// `Type.field`.
    pub(crate) coordinate: String,
    pub(crate) description: Option<String>,
    pub(crate) ty: Type,
    pub(crate) arguments: Vec<InputField>,
    pub(crate) deprecated: Option<String>,
    pub(crate) batch: Option<Batch>,
    /// Whether its function receives what is selected below it.
    pub(crate) looks_ahead: bool,
    /// The roles that `@auth` requires, on the field and on the type that it returns.
    pub(crate) requires: Vec<String>,
    pub(crate) cost: usize,
    pub(crate) list_size: Option<ListSize>,
    pub(crate) cache: Option<(u32, bool)>,
    /// The codes that `@userErrors` declares, if this is the field `userErrors` of a payload.
    pub(crate) codes: Vec<String>,
    /// The name of the declaring file without its extension; a root field is resolved in the file of the same name.
    pub(crate) file_stem: String,
}

pub(crate) struct Batch {
    pub(crate) keys: Vec<String>,
    /// The name of the Rust trait.
    pub(crate) function: String,
}

pub(crate) struct ListSize {
    pub(crate) assumed: usize,
    pub(crate) slicing: Vec<String>,
    pub(crate) sized_fields: Vec<String>,
}

impl TypeModel {
    /// The fields of an object; other types have none.
    pub(crate) fn fields(&self) -> &[Field] {
        match &self.kind {
            Kind::Object { fields, .. } => fields,
            _ => &[],
        }
    }
}

impl Contract {
    pub(crate) fn named(&self, name: &str) -> Option<&TypeModel> {
        self.types.get(name)
    }

    pub(crate) fn is_root(&self, index: usize) -> bool {
        index == self.query || self.mutation == Some(index)
    }

    /// The codes of the `userErrors` of the mutation's payload; `None` if the payload has no such field.
    pub(crate) fn codes(&self, mutation: &Field) -> Option<&[String]> {
        let payload = self.named(mutation.ty.inner_named_type())?.fields();
        let errors = payload.iter().find(|field| field.name == USER_ERRORS)?;
        Some(&errors.codes)
    }

    /// The fields of all objects, each with the indices of its type and of itself there.
    pub(crate) fn fields(&self) -> impl Iterator<Item = ((usize, usize), &Field)> {
        let types = self.types.values().enumerate();
        types.flat_map(|(index, model)| {
            let fields = model.fields().iter().enumerate();
            fields.map(move |(field_index, field)| ((index, field_index), field))
        })
    }
}
