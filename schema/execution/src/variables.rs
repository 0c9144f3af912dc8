//! `CoerceVariableValues` (specification 6.1.2): what is given is checked once,
//! before validation, which would repeat a bad value in every error.

use async_graphql::{
    Name, ServerError, Value, Variables,
    parser::types::{BaseType, ExecutableDocument, Type},
};

use crate::{
    Fault, InputError,
    contract::Contract,
    definition::{InputValueDefinition, TypeKind},
};

/// The variables of the operation that will run: those that it declares, with
/// their defaults.
pub(crate) fn coerce<K: Contract>(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    given: Variables,
) -> Result<Variables, ServerError> {
    let mut operations = document.operations.iter();
    let named = |operation: Option<&Name>| {
        operation_name.is_none_or(|name| operation.is_some_and(|own| own == name))
    };
    let Some((_, operation)) = operations.find(|(own, _)| named(*own)) else {
        // Validation says that there is no such operation.
        return Ok(Variables::default());
    };
    let mut given = given;
    let mut coerced = Variables::default();
    for definition in &operation.node.variable_definitions {
        let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
        let default = definition.node.default_value.as_ref();
        let value = match (given.remove(name), default) {
            (Some(value), _) => value,
            (None, Some(default)) => default.node.clone(),
            (None, None) if ty.nullable => continue,
            (None, None) => {
                let error = InputError::new(format!("a value of type {ty} is required"));
                return Err(refusal(error, name).into_error(Some(definition.pos)));
            }
        };
        check::<K>(ty, &value)
            .map_err(|error| refusal(error, name).into_error(Some(definition.pos)))?;
        coerced.insert(name.clone(), value);
    }
    Ok(coerced)
}

fn refusal(error: InputError, name: &Name) -> Fault {
    error.into_fault(&format!("${name}"))
}

/// Whether a value is one of a type. The message never repeats the value.
fn check<K: Contract>(ty: &Type, value: &Value) -> Result<(), InputError> {
    match (value, &ty.base) {
        (Value::Null, _) if ty.nullable => Ok(()),
        (Value::Null, _) => Err(InputError::new("must not be null")),
        (Value::List(items), BaseType::List(item)) => {
            items.iter().enumerate().try_for_each(|(index, value)| {
                check::<K>(item, value).map_err(|error| error.within(index.to_string()))
            })
        }
        (value, BaseType::List(item)) => check::<K>(item, value),
        (value, BaseType::Named(name)) => check_named::<K>(name, value),
    }
}

fn check_named<K: Contract>(name: &str, value: &Value) -> Result<(), InputError> {
    let integer = |value: &Value| match value {
        Value::Number(number) => number.as_i64(),
        _ => None,
    };
    let valid = match name {
        "Int" => integer(value).is_some_and(|number| i32::try_from(number).is_ok()),
        "Float" => matches!(value, Value::Number(_)),
        "Boolean" => matches!(value, Value::Boolean(_)),
        "String" => matches!(value, Value::String(_)),
        "ID" => matches!(value, Value::String(_)) || integer(value).is_some(),
        name => match K::TYPES
            .iter()
            .find(|ty| ty.name == name)
            .map(|ty| &ty.kind)
        {
            Some(TypeKind::Scalar { is_valid, .. }) => is_valid(value),
            Some(TypeKind::Enum(values)) => match value {
                Value::String(text) => values.iter().any(|value| value.name == text),
                Value::Enum(text) => values.iter().any(|value| value.name == text.as_str()),
                _ => false,
            },
            Some(TypeKind::InputObject(fields)) => return check_object::<K>(fields, value),
            // Validation says that variables cannot be of this type.
            _ => true,
        },
    };
    if valid {
        return Ok(());
    }
    Err(InputError::new(format!(
        "is not a value of the type {name}"
    )))
}

fn check_object<K: Contract>(
    fields: &[InputValueDefinition],
    value: &Value,
) -> Result<(), InputError> {
    let Value::Object(given) = value else {
        return Err(InputError::new("is not an input object"));
    };
    if !given
        .keys()
        .all(|name| fields.iter().any(|field| field.name == name.as_str()))
    {
        return Err(InputError::new("has a field that this input does not have"));
    }
    for field in fields {
        // Types of the schema are well-formed.
        let Some(ty) = Type::new(field.ty) else {
            continue;
        };
        match given.get(field.name) {
            Some(value) => check::<K>(&ty, value).map_err(|error| error.within(field.name))?,
            None if ty.nullable || field.default.is_some() => {}
            None => return Err(InputError::new("is required").within(field.name)),
        }
    }
    Ok(())
}
