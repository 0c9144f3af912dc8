//! Emits the static definitions of the types, which the executor plans operations with.

use crate::{
    contract::{Contract, EnumValue, Field, InputField, Kind, TypeModel},
    names::pascal,
};

pub(super) fn emit(contract: &Contract) -> String {
    let types = contract.types.values().map(|model| {
        let TypeModel {
            name, description, ..
        } = model;
        let kind = kind(contract, model);
        format!(
            "    TypeDefinition {{ name: {name:?}, description: {description:?}, kind: {kind} }},\n"
        )
    });
    format!(
        "const TYPES: &[TypeDefinition] = &[\n{}];\n",
        types.collect::<String>()
    )
}

fn kind(contract: &Contract, model: &TypeModel) -> String {
    match &model.kind {
        Kind::Scalar { specified_by } => format!(
            "TypeKind::Scalar {{ specified_by: {specified_by:?}, is_valid: ::coach_execution::scalar::accepts_type::<types::{}> }}",
            pascal(&model.name),
        ),
        Kind::Enum(values) => format!("TypeKind::Enum({})", slice(values.iter().map(enum_value))),
        Kind::Input(fields) | Kind::OneOf(fields) => {
            format!("TypeKind::InputObject({})", inputs(fields))
        }
        Kind::Object { fields, implements } => format!(
            "TypeKind::Object {{ fields: {}, implements: &{implements:?} }}",
            slice(fields.iter().map(|one| field(contract, one))),
        ),
        Kind::Interface {
            fields,
            implements,
            possible,
        } => format!(
            "TypeKind::Interface {{ fields: {}, implements: &{implements:?}, possible: {} }}",
            slice(fields.iter().map(|one| field(contract, one))),
            indices(contract, possible),
        ),
        Kind::Union(members) => format!("TypeKind::Union({})", indices(contract, members)),
    }
}

fn enum_value(value: &EnumValue) -> String {
    format!(
        "EnumValueDefinition {{ name: {:?}, description: {:?}, deprecated: {:?} }}",
        value.name, value.description, value.deprecated,
    )
}

fn inputs(fields: &[InputField]) -> String {
    slice(fields.iter().map(|field| {
        let default = field.default.as_ref();
        format!(
            "InputValueDefinition {{ name: {:?}, description: {:?}, ty: {:?}, default: {:?}, deprecated: {:?} }}",
            field.name,
            field.description,
            field.ty.to_string(),
            default.map(|value| value.serialize().no_indent().to_string()),
            field.deprecated,
        )
    }))
}

fn field(contract: &Contract, field: &Field) -> String {
    let list_size = field.list_size.as_ref().map(|size| {
        format!(
            "ListSize {{ assumed: {}, slicing: &{:?}, sized_fields: &{:?} }}",
            size.assumed, size.slicing, size.sized_fields,
        )
    });
    let cache = field.cache.map(|(max_age, private)| {
        format!("CacheHint {{ max_age: {max_age}, private: {private} }}")
    });
    format!(
        "FieldDefinition {{ name: {:?}, description: {:?}, ty: {:?}, named_type: {:?}, nullable: {}, arguments: {}, deprecated: {:?}, cost: {}, list_size: {}, cache: {} }}",
        field.name,
        field.description,
        field.ty.to_string(),
        contract
            .types
            .get_index_of(field.ty.inner_named_type().as_str()),
        !field.ty.is_non_null(),
        inputs(&field.arguments),
        field.deprecated,
        field.cost,
        optional(list_size),
        optional(cache),
    )
}

fn indices(contract: &Contract, names: &[String]) -> String {
    let indices = names
        .iter()
        .filter_map(|name| contract.types.get_index_of(name));
    format!("&{:?}", indices.collect::<Vec<_>>())
}

fn slice(items: impl Iterator<Item = String>) -> String {
    format!("&[{}]", items.collect::<Vec<_>>().join(", "))
}

/// A Rust expression for an optional value, of that for the value.
pub(super) fn optional(value: Option<String>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| format!("Some({value})"))
}
