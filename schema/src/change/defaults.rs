//! Normalizes default values, so that they can be compared by meaning.

use apollo_compiler::{
    Name, Node, Schema,
    ast::{FloatValue, InputValueDefinition, IntValue, Type, Value},
    schema::{ExtendedType, InputObjectType},
};

/// The default coerced to its type: the fields of input objects are sorted and
/// include defaults, and a single value for a list becomes a list. `None` if
/// there is no default, or one of the wrong type; neither graphql-js nor
/// apollo-compiler rejects those.
pub(super) fn canonical(schema: &Schema, input: &InputValueDefinition) -> Option<Value> {
    let mut coercion = Coercion {
        schema,
        in_progress: Vec::new(),
    };
    coercion.coerce(input.default_value.as_ref()?, &input.ty)
}

/// Whether clients must send the input: it is non-null and has no valid default.
pub(super) fn is_required(schema: &Schema, input: &InputValueDefinition) -> bool {
    input.ty.is_non_null() && canonical(schema, input).is_none()
}

struct Coercion<'a> {
    schema: &'a Schema,
    /// The types and fields whose defaults are being coerced, by which cycles are
    /// detected.
    in_progress: Vec<(Name, Name)>,
}

impl Coercion<'_> {
    fn coerce(&mut self, value: &Value, ty: &Type) -> Option<Value> {
        match (ty, value) {
            (ty, Value::Null) => (!ty.is_non_null()).then_some(Value::Null),
            (Type::List(item) | Type::NonNullList(item), Value::List(items)) => {
                let items = items.iter().map(|value| self.coerce(value, item));
                Some(Value::List(
                    items
                        .map(|item| Some(item?.into()))
                        .collect::<Option<_>>()?,
                ))
            }
            (Type::List(item) | Type::NonNullList(item), value) => {
                Some(Value::List(vec![self.coerce(value, item)?.into()]))
            }
            (Type::Named(name) | Type::NonNullNamed(name), value) => self.named(value, name),
        }
    }

    fn named(&mut self, value: &Value, name: &Name) -> Option<Value> {
        match (self.schema.types.get(name)?, value) {
            (ExtendedType::InputObject(ty), Value::Object(fields)) => self.object(fields, ty),
            (ExtendedType::Enum(ty), Value::Enum(value)) => {
                let known = ty.values.contains_key(value);
                known.then(|| Value::Enum(value.clone()))
            }
            (ExtendedType::Scalar(scalar), value) if scalar.is_built_in() => {
                built_in_scalar(value, name)
            }
            (ExtendedType::Scalar(_), value) => Some(custom_scalar(value)),
            _ => None,
        }
    }

    fn object(&mut self, values: &[(Name, Node<Value>)], ty: &InputObjectType) -> Option<Value> {
        let mut fields: Vec<(Name, Node<Value>)> = Vec::new();
        for (name, field) in &ty.fields {
            let coordinate = (ty.name.clone(), name.clone());
            if let Some((_, value)) = values.iter().find(|(other, _)| other == name) {
                fields.push((name.clone(), self.coerce(value, &field.ty)?.into()));
            } else if self.in_progress.contains(&coordinate) {
                // The default refers to itself: the field stays absent.
            } else {
                self.in_progress.push(coordinate);
                let default = field.default_value.as_ref();
                let default = default.and_then(|default| self.coerce(default, &field.ty));
                self.in_progress.pop();
                match default {
                    Some(default) => fields.push((name.clone(), default.into())),
                    None if field.ty.is_non_null() => return None,
                    None => {}
                }
            }
        }
        let exactly_one = matches!(&fields[..], [(_, value)] if !value.is_null());
        (exactly_one || !ty.directives.has("oneOf")).then(|| sorted(fields))
    }
}

fn built_in_scalar(value: &Value, scalar: &str) -> Option<Value> {
    match (scalar, value) {
        ("Int", Value::Int(int)) => Some(Value::Int(int.try_to_i32().ok()?.into())),
        ("Float", Value::Int(int)) => Some(number(int.as_str())),
        ("Float", Value::Float(float)) => Some(number(float.as_str())),
        ("ID", Value::Int(int)) => Some(Value::String(int.as_str().to_owned())),
        ("ID" | "String", Value::String(_)) | ("Boolean", Value::Boolean(_)) => Some(value.clone()),
        _ => None,
    }
}

/// The value of a custom scalar, which can have any structure.
fn custom_scalar(value: &Value) -> Value {
    match value {
        // For custom scalars, an enum value and a string are equal.
        Value::Enum(name) => Value::String(name.to_string()),
        Value::Float(float) => number(float.as_str()),
        Value::Int(int) if int.as_str() == "-0" => Value::Int(0.into()),
        Value::List(items) => Value::List(
            items
                .iter()
                .map(|value| custom_scalar(value).into())
                .collect(),
        ),
        Value::Object(fields) => {
            let fields = fields.iter();
            sorted(
                fields
                    .map(|(name, value)| (name.clone(), custom_scalar(value).into()))
                    .collect(),
            )
        }
        value => value.clone(),
    }
}

fn sorted(mut fields: Vec<(Name, Node<Value>)>) -> Value {
    fields.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
    Value::Object(fields)
}

/// Normalizes a number: `1`, `1.0` and `1e0` are equal.
fn number(text: &str) -> Value {
    match text.parse::<f64>() {
        Ok(0.0) => Value::Int(0.into()),
        Ok(number) if number.is_finite() && number.fract() == 0.0 => {
            Value::Int(IntValue::new_parsed(&format!("{number:.0}")))
        }
        Ok(number) if number.is_finite() => Value::Float(number.into()),
        _ => Value::Float(FloatValue::new_parsed(text)),
    }
}
