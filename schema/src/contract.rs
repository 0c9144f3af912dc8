//! What the generator knows of a schema.

use std::collections::HashMap;

use apollo_compiler::ast::{Type, Value};

/// The field in which a mutation's payload says what a person can mend, and the directive that names its codes.
pub(crate) const USER_ERRORS: &str = "userErrors";

/// The schema with its bindings and policy.
pub(crate) struct Contract {
    pub(crate) types: Vec<TypeModel>,
    pub(crate) index: HashMap<String, usize>,
    pub(crate) query: usize,
    pub(crate) mutation: Option<usize>,
}

pub(crate) struct TypeModel {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The stem of the file that defines it, which is the noun.
    pub(crate) noun: String,
    /// The Rust type behind it.
    pub(crate) rust: Option<String>,
    /// The role that `@auth` asks for on the type.
    pub(crate) requires: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    Scalar {
        specified_by: Option<String>,
    },
    Enum(Vec<EnumValue>),
    Input(Vec<InputField>),
    /// An input object of which exactly one field is given.
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
    pub(crate) description: Option<String>,
    pub(crate) ty: Type,
    pub(crate) default: Option<Value>,
    pub(crate) deprecated: Option<String>,
    pub(crate) constraint: Option<Constraint>,
}

#[derive(Default)]
pub(crate) struct Constraint {
    pub(crate) bounds: Vec<(&'static str, i64)>,
    pub(crate) items: Vec<(&'static str, i64)>,
    pub(crate) pattern: Option<String>,
}

pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) ty: Type,
    pub(crate) arguments: Vec<InputField>,
    pub(crate) deprecated: Option<String>,
    pub(crate) batch: Option<Batch>,
    /// The roles that `@auth` asks for: the field's and that of its type.
    pub(crate) requires: Vec<String>,
    pub(crate) cost: usize,
    pub(crate) list_size: Option<ListSize>,
    pub(crate) cache: Option<(u32, bool)>,
    /// The codes that `@userErrors` names for `userErrors` of a mutation's payload.
    pub(crate) codes: Vec<String>,
    /// The stem of the file that declares it, for a root field the noun.
    pub(crate) noun: String,
}

pub(crate) struct Batch {
    pub(crate) keys: Vec<String>,
    /// Its name in Rust.
    pub(crate) function: String,
}

pub(crate) struct ListSize {
    pub(crate) assumed: usize,
    pub(crate) slicing: Vec<String>,
    pub(crate) sized_fields: Vec<String>,
}

impl Contract {
    pub(crate) fn named(&self, name: &str) -> Option<&TypeModel> {
        self.index.get(name).map(|&index| &self.types[index])
    }

    pub(crate) fn is_root(&self, index: usize) -> bool {
        index == self.query || self.mutation == Some(index)
    }

    /// The codes of the `userErrors` of a mutation's payload; none where it has no such field.
    pub(crate) fn codes(&self, mutation: &Field) -> Option<&[String]> {
        let payload = self.named(mutation.ty.inner_named_type())?;
        let Kind::Object { fields, .. } = &payload.kind else {
            return None;
        };
        let errors = fields.iter().find(|field| field.name == USER_ERRORS)?;
        Some(&errors.codes)
    }

    /// Every `Type.field` that has a resolver or a binding.
    pub(crate) fn fields(&self) -> Vec<String> {
        let fields = self.types.iter().flat_map(|model| match &model.kind {
            Kind::Object { fields, .. } => fields
                .iter()
                .map(|field| format!("{}.{}", model.name, field.name))
                .collect(),
            _ => Vec::new(),
        });
        fields.collect()
    }
}
