//! Fills async-graphql's registry, which validation and introspection read,
//! from what the generator knows of the SDL.

use std::sync::Arc;

use async_graphql::{
    CacheControl,
    indexmap::IndexMap,
    registry::{Deprecation, MetaEnumValue, MetaField, MetaInputValue, MetaType, Registry},
};

use crate::{
    contract::Contract,
    definition::{
        EnumValueDefinition, FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind,
    },
};

pub(crate) fn fill<K: Contract>(registry: &mut Registry) {
    for definition in K::TYPES {
        let name = definition.name.to_owned();
        if let TypeKind::Object { implements, .. } | TypeKind::Interface { implements, .. } =
            definition.kind
        {
            for interface in implements {
                registry.add_implements(definition.name, interface);
            }
        }
        registry.types.insert(name, meta_type::<K>(definition));
    }
}

fn meta_type<K: Contract>(definition: &TypeDefinition) -> MetaType {
    let name = definition.name.to_owned();
    let description = definition.description.map(str::to_owned);
    let names = |indices: &[usize]| {
        indices
            .iter()
            .map(|&index| K::TYPES[index].name.to_owned())
            .collect()
    };
    match &definition.kind {
        TypeKind::Scalar {
            specified_by,
            is_valid,
        } => {
            let is_valid = *is_valid;
            MetaType::Scalar {
                name,
                description,
                is_valid: Some(Arc::new(is_valid)),
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                specified_by_url: specified_by.map(str::to_owned),
                directive_invocations: Vec::new(),
                requires_scopes: Vec::new(),
            }
        }
        TypeKind::Enum(values) => MetaType::Enum {
            name,
            description,
            enum_values: values.iter().map(enum_value).collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        },
        TypeKind::InputObject(fields) => MetaType::InputObject {
            name,
            description,
            input_fields: input_values(fields),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: None,
            oneof: false,
            directive_invocations: Vec::new(),
        },
        TypeKind::Object { fields: own, .. } => MetaType::Object {
            name,
            description,
            fields: fields(own),
            cache_control: CacheControl::default(),
            extends: false,
            shareable: false,
            resolvable: true,
            keys: None,
            visible: None,
            inaccessible: false,
            interface_object: false,
            tags: Vec::new(),
            is_subscription: false,
            rust_typename: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        },
        TypeKind::Interface {
            fields: own,
            possible,
            ..
        } => MetaType::Interface {
            name,
            description,
            fields: fields(own),
            possible_types: names(possible),
            extends: false,
            keys: None,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        },
        TypeKind::Union(members) => MetaType::Union {
            name,
            description,
            possible_types: names(members),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: None,
            directive_invocations: Vec::new(),
        },
    }
}

fn fields(definitions: &[FieldDefinition]) -> IndexMap<String, MetaField> {
    let fields = definitions.iter().map(|definition| {
        let field = MetaField {
            name: definition.name.to_owned(),
            description: definition.description.map(str::to_owned),
            args: input_values(definition.arguments),
            ty: definition.ty.to_owned(),
            deprecation: deprecation(definition.deprecated),
            cache_control: CacheControl::default(),
            external: false,
            requires: None,
            provides: None,
            visible: None,
            shareable: false,
            inaccessible: false,
            tags: Vec::new(),
            override_from: None,
            compute_complexity: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        };
        (definition.name.to_owned(), field)
    });
    fields.collect()
}

fn input_values(definitions: &[InputValueDefinition]) -> IndexMap<String, MetaInputValue> {
    let values = definitions.iter().map(|definition| {
        let value = MetaInputValue {
            name: definition.name.to_owned(),
            description: definition.description.map(str::to_owned),
            ty: definition.ty.to_owned(),
            deprecation: deprecation(definition.deprecated),
            default_value: definition.default.map(str::to_owned),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            is_secret: false,
            directive_invocations: Vec::new(),
        };
        (definition.name.to_owned(), value)
    });
    values.collect()
}

fn enum_value(definition: &EnumValueDefinition) -> (String, MetaEnumValue) {
    let value = MetaEnumValue {
        name: definition.name.to_owned(),
        description: definition.description.map(str::to_owned),
        deprecation: deprecation(definition.deprecated),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    };
    (definition.name.to_owned(), value)
}

fn deprecation(reason: Option<&str>) -> Deprecation {
    match reason {
        None => Deprecation::NoDeprecated,
        Some(reason) => Deprecation::Deprecated {
            reason: Some(reason.to_owned()),
        },
    }
}
