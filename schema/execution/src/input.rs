//! Coercion of arguments (specification 6.4.1) and input objects (3.10). Absent
//! and null are distinct.

use apollo_compiler::{
    Node,
    ast::{Argument, Value as Literal},
};
use async_graphql::{MaybeUndefined, Name, Number, Value, Variables, indexmap::IndexMap};

use crate::{InputError, Violation, builtin, definition::FieldDefinition};

/// A Rust type that accepts values of a GraphQL input type. `G` is the type's
/// marker, in the notation that [`Output`](crate::Output) describes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not take the GraphQL input type `{G}`",
    label = "the SDL and the Rust type differ here; the comment at the end of the line names the argument"
)]
pub trait Input<G: ?Sized>: Sized {
    /// Coerces a value.
    fn coerce(value: Value) -> Result<Self, InputError>;

    /// The result when there is neither a value nor a default.
    fn absent() -> Result<Self, InputError> {
        Err(InputError::new("is required"))
    }
}

/// An input object or the arguments of a field; generated code reads them field by field.
pub trait InputObject: Sized {
    /// Coerces the fields.
    fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError>;
}

/// A nullable type without a default: absent and null are distinct.
impl<T: Input<G>, G> Input<Option<G>> for MaybeUndefined<T> {
    fn coerce(value: Value) -> Result<Self, InputError> {
        match value {
            Value::Null => Ok(Self::Null),
            value => T::coerce(value).map(Self::Value),
        }
    }

    fn absent() -> Result<Self, InputError> {
        Ok(Self::Undefined)
    }
}

/// A nullable type with a default, or a list item: it is never absent.
impl<T: Input<G>, G> Input<Option<G>> for Option<T> {
    fn coerce(value: Value) -> Result<Self, InputError> {
        match value {
            Value::Null => Ok(None),
            value => T::coerce(value).map(Some),
        }
    }
}

/// A single value is coerced to a list of one item (3.11 "List", input coercion).
impl<T: Input<G>, G> Input<Vec<G>> for Vec<T> {
    fn coerce(value: Value) -> Result<Self, InputError> {
        let Value::List(items) = value else {
            return Ok(vec![T::coerce(value)?]);
        };
        let items = items.into_iter().enumerate();
        let coerced = items.map(|(index, item)| T::coerce(item).map_err(|error| error.at(index)));
        let (items, errors): (Vec<_>, Vec<_>) = coerced.partition(Result::is_ok);
        if errors.is_empty() {
            return Ok(items.into_iter().flatten().collect());
        }
        Err(InputError::all(errors.into_iter().map(Result::err)))
    }
}

impl<T: Input<G>, G> Input<G> for Box<T> {
    fn coerce(value: Value) -> Result<Self, InputError> {
        T::coerce(value).map(Self::new)
    }
}

impl Input<builtin::Int> for i32 {
    fn coerce(value: Value) -> Result<Self, InputError> {
        let number = match &value {
            Value::Number(number) => number.as_i64(),
            _ => None,
        };
        let number = number.and_then(|number| Self::try_from(number).ok());
        number.ok_or_else(|| InputError::new("is not a 32-bit integer"))
    }
}

impl Input<builtin::Float> for f64 {
    fn coerce(value: Value) -> Result<Self, InputError> {
        match &value {
            Value::Number(number) => number.as_f64(),
            _ => None,
        }
        .ok_or_else(|| InputError::new("is not a number"))
    }
}

impl Input<builtin::Boolean> for bool {
    fn coerce(value: Value) -> Result<Self, InputError> {
        match value {
            Value::Boolean(value) => Ok(value),
            _ => Err(InputError::new("is not true or false")),
        }
    }
}

impl Input<builtin::String> for String {
    fn coerce(value: Value) -> Result<Self, InputError> {
        match value {
            // Postgres cannot store U+0000 in text columns, so no string may contain it.
            Value::String(text) if text.contains('\0') => {
                Err(InputError::violation(Violation::InvalidScalar {
                    code: "INVALID",
                    message: "contains the character U+0000",
                }))
            }
            Value::String(text) => Ok(text),
            _ => Err(InputError::new("is not a string")),
        }
    }
}

impl Input<builtin::Id> for String {
    fn coerce(value: Value) -> Result<Self, InputError> {
        match value {
            Value::Number(number) if number.is_i64() => Ok(number.to_string()),
            value => <Self as Input<builtin::String>>::coerce(value)
                .map_err(InputError::into_type_mismatch),
        }
    }
}

/// The values of the arguments of a field, or of the fields of an input object.
pub struct ArgumentValues(IndexMap<Name, Value>);

impl ArgumentValues {
    pub(crate) fn new(arguments: &[Node<Argument>], variables: &Variables) -> Self {
        let values = arguments.iter().filter_map(|argument| {
            let value = substitute(&argument.value, &mut |name| variables.get(name).cloned())?;
            Some((Name::new(&argument.name), value))
        });
        Self(values.collect())
    }

    /// Takes the fields of an input object.
    pub fn of_object(value: Value) -> Result<Self, InputError> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(InputError::new("is not an input object")),
        }
    }

    /// Whether `name` has a value, which may be null.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The list size that an argument determines: its value if it is an integer, its length if it is a list.
    pub(crate) fn size(&self, name: &str) -> Option<usize> {
        match self.0.get(name)? {
            Value::Number(number) => usize::try_from(number.as_i64()?).ok(),
            Value::List(items) => Some(items.len()),
            _ => None,
        }
    }

    /// Removes and coerces the argument `name`, or its `default` when it is absent.
    pub fn take<T: Input<G>, G>(
        &mut self,
        name: &str,
        default: Option<Value>,
    ) -> Result<T, InputError> {
        let value = self.0.swap_remove(name).or(default);
        let taken = value.map_or_else(T::absent, T::coerce);
        taken.map_err(|error| error.within(name))
    }

    /// The number of items by the field's `@listSize`: the largest slicing argument, given or default, or the assumed size
    /// if there is none; 1 for a field that has no such size.
    pub(crate) fn list_size(&self, definition: &FieldDefinition) -> usize {
        let Some(rule) = &definition.list_size else {
            return 1;
        };
        let sizes = rule.slicing.iter().filter_map(|name| {
            self.size(name).or_else(|| {
                let mut arguments = definition.arguments.iter();
                let argument = arguments.find(|argument| argument.name == *name);
                argument?.default?.parse().ok()
            })
        });
        sizes.max().unwrap_or(rule.assumed)
    }

    /// Rejects the values that were not taken: they belong to no known field.
    pub fn reject_unknown(self) -> Result<(), InputError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let unknown = |name: Name| {
            Some(InputError::new("is not a field of this input").within(name.as_str()))
        };
        Err(InputError::all(self.0.into_keys().map(unknown)))
    }
}

/// Converts a literal; variables in it become null.
pub(crate) fn literal(value: &Literal) -> Value {
    substitute(value, &mut |_| Some(Value::Null)).unwrap_or(Value::Null)
}

/// Converts a literal and substitutes variables; `None` for a variable that has
/// neither value nor default, which counts as absent.
fn substitute(value: &Literal, variable: &mut dyn FnMut(&str) -> Option<Value>) -> Option<Value> {
    Some(match value {
        Literal::Variable(name) => return variable(name),
        Literal::Null => Value::Null,
        Literal::Boolean(value) => Value::Boolean(*value),
        Literal::String(text) => Value::String(text.clone()),
        Literal::Enum(name) => Value::Enum(Name::new(name)),
        Literal::Int(number) => match number.as_str().parse::<i64>() {
            Ok(number) => Value::from(number),
            Err(_) => float(number.try_to_f64().ok()),
        },
        Literal::Float(number) => float(number.try_to_f64().ok()),
        Literal::List(items) => {
            let items = items.iter();
            Value::List(
                items
                    .map(|item| substitute(item, variable).unwrap_or(Value::Null))
                    .collect(),
            )
        }
        Literal::Object(fields) => {
            let fields = fields.iter();
            let present = fields
                .filter_map(|(name, value)| Some((Name::new(name), substitute(value, variable)?)));
            Value::Object(present.collect())
        }
    })
}

/// Null for a number that is not finite, which validation has already rejected.
fn float(number: Option<f64>) -> Value {
    let number = number.and_then(Number::from_f64);
    number.map_or(Value::Null, Value::Number)
}
