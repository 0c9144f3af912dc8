//! Emits the static definitions of the types, which the executor plans operations with.

use std::fmt::Write as _;

use crate::{
    contract::{Contract, EnumValue, Field, InputField, Kind, TypeModel},
    names::{literal, pascal},
};

pub(super) fn emit(out: &mut String, contract: &Contract) {
    *out += "const TYPES: &[TypeDefinition] = &[\n";
    for model in &contract.types {
        let _ = writeln!(
            out,
            "    TypeDefinition {{ name: {}, description: {}, kind: {} }},",
            literal(&model.name),
            optional(model.description.as_deref()),
            kind(contract, model),
        );
    }
    *out += "];\n";
}

fn kind(contract: &Contract, model: &TypeModel) -> String {
    match &model.kind {
        Kind::Scalar { specified_by } => format!(
            "TypeKind::Scalar {{ specified_by: {}, is_valid: ::coach_execution::scalar::accepts_type::<types::{}> }}",
            optional(specified_by.as_deref()),
            pascal(&model.name),
        ),
        Kind::Enum(values) => format!("TypeKind::Enum({})", slice(values.iter().map(enum_value))),
        Kind::Input(fields) | Kind::OneOf(fields) => {
            format!("TypeKind::InputObject({})", inputs(fields))
        }
        Kind::Object { fields, implements } => format!(
            "TypeKind::Object {{ fields: {}, implements: {} }}",
            slice(fields.iter().map(|one| field(contract, one))),
            slice(implements.iter().map(|name| literal(name))),
        ),
        Kind::Interface {
            fields,
            implements,
            possible,
        } => format!(
            "TypeKind::Interface {{ fields: {}, implements: {}, possible: {} }}",
            slice(fields.iter().map(|one| field(contract, one))),
            slice(implements.iter().map(|name| literal(name))),
            indices(contract, possible),
        ),
        Kind::Union(members) => format!("TypeKind::Union({})", indices(contract, members)),
    }
}

fn enum_value(value: &EnumValue) -> String {
    format!(
        "EnumValueDefinition {{ name: {}, description: {}, deprecated: {} }}",
        literal(&value.name),
        optional(value.description.as_deref()),
        optional(value.deprecated.as_deref()),
    )
}

fn inputs(fields: &[InputField]) -> String {
    slice(fields.iter().map(|field| {
        format!(
            "InputValueDefinition {{ name: {}, description: {}, ty: {}, default: {}, deprecated: {} }}",
            literal(&field.name),
            optional(field.description.as_deref()),
            literal(&field.ty.to_string()),
            optional(field.default.as_ref().map(|value| value.serialize().no_indent().to_string()).as_deref()),
            optional(field.deprecated.as_deref()),
        )
    }))
}

fn field(contract: &Contract, field: &Field) -> String {
    let named_type = contract.index.get(field.ty.inner_named_type().as_str());
    let list_size = field.list_size.as_ref().map(|size| {
        format!(
            "ListSize {{ assumed: {}, slicing: {}, sized_fields: {} }}",
            size.assumed,
            slice(size.slicing.iter().map(|name| literal(name))),
            slice(size.sized_fields.iter().map(|name| literal(name))),
        )
    });
    let cache = field.cache.map(|(max_age, private)| {
        format!("CacheHint {{ max_age: {max_age}, private: {private} }}")
    });
    format!(
        "FieldDefinition {{ name: {}, description: {}, ty: {}, named_type: {named_type:?}, nullable: {}, arguments: {}, deprecated: {}, cost: {}, list_size: {}, cache: {} }}",
        literal(&field.name),
        optional(field.description.as_deref()),
        literal(&field.ty.to_string()),
        !field.ty.is_non_null(),
        inputs(&field.arguments),
        optional(field.deprecated.as_deref()),
        field.cost,
        list_size.map_or_else(|| "None".to_owned(), |size| format!("Some({size})")),
        cache.map_or_else(|| "None".to_owned(), |hint| format!("Some({hint})")),
    )
}

fn indices(contract: &Contract, names: &[String]) -> String {
    slice(names.iter().map(|name| contract.index[name].to_string()))
}

fn slice(items: impl Iterator<Item = String>) -> String {
    format!("&[{}]", items.collect::<Vec<_>>().join(", "))
}

fn optional(text: Option<&str>) -> String {
    text.map_or_else(
        || "None".to_owned(),
        |text| format!("Some({})", literal(text)),
    )
}
