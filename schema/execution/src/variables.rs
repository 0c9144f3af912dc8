//! `CoerceVariableValues` (specification 6.1.2). All problems are reported at
//! once, each with the variable, the path within it, and the expected type.
//! Messages never contain the value, which may be personal data.

use apollo_compiler::{
    Node, Schema,
    ast::{Type, Value as Literal, VariableDefinition},
    executable::{Operation, Selection, SelectionSet},
    schema::{EnumType, ExtendedType, InputObjectType},
    validation::Valid,
};
use async_graphql::{
    ErrorExtensionValues, Name, Number, PathSegment, ServerError, Value, Variables,
    indexmap::IndexMap,
};

use crate::{
    ResolverError, definition::TypeKind, document::Document, generated_schema::GeneratedSchema,
    input,
};

/// The maximum number of errors in a response.
const MAX_ERRORS: usize = 20;

/// Coerces the variables that the operation declares, and applies their defaults.
pub(crate) fn coerce<S: GeneratedSchema>(
    schema: &Valid<Schema>,
    document: &Document,
    operation: &Operation,
    mut values: Variables,
) -> Result<Variables, Vec<ServerError>> {
    let mut coerced = Variables::default();
    let mut errors = Vec::new();
    for definition in &operation.variables {
        let name = definition.name.as_str();
        let mut coercion = Coercion::<'_, S> {
            schema,
            path: Vec::new(),
            problems: Vec::new(),
            generated: std::marker::PhantomData,
        };
        let default = definition.default_value.as_deref();
        let value = match (values.remove(name), default) {
            (Some(value), _) => coercion.value(&definition.ty, value),
            (None, Some(default)) => coercion.value(&definition.ty, input::literal(default)),
            (None, None) if !definition.ty.is_non_null() => continue,
            (None, None) => {
                coercion.problem(format!(
                    "is missing; a value of the type {} is required",
                    definition.ty
                ));
                None
            }
        };
        if let Some(value) = value {
            coerced.insert(Name::new(name), value);
        }
        let problems = coercion.problems.into_iter();
        errors.extend(problems.map(|problem| problem.into_error(document, operation, definition)));
    }
    if errors.is_empty() {
        Ok(coerced)
    } else {
        errors.truncate(MAX_ERRORS);
        Err(errors)
    }
}

/// One problem of a variable.
struct Problem {
    /// Input fields and list indices.
    path: Vec<PathSegment>,
    message: String,
}

/// The coercion of one variable.
struct Coercion<'s, S> {
    schema: &'s Valid<Schema>,
    path: Vec<PathSegment>,
    problems: Vec<Problem>,
    generated: std::marker::PhantomData<S>,
}

impl<S: GeneratedSchema> Coercion<'_, S> {
    fn problem(&mut self, message: String) {
        let path = self.path.clone();
        self.problems.push(Problem { path, message });
    }

    /// Coerces a value nested in the variable, with `segment` added to the path.
    fn nested(&mut self, segment: PathSegment, ty: &Type, value: Value) -> Option<Value> {
        self.path.push(segment);
        let value = self.value(ty, value);
        self.path.pop();
        value
    }

    /// Coerces a value to the type; `None` if it has a problem.
    fn value(&mut self, ty: &Type, value: Value) -> Option<Value> {
        match (value, ty) {
            (Value::Null, Type::Named(_) | Type::List(_)) => Some(Value::Null),
            (Value::Null, _) => {
                self.problem(format!(
                    "must not be null; a value of the type {ty} is required"
                ));
                None
            }
            (Value::List(items), Type::List(item) | Type::NonNullList(item)) => {
                let items = items.into_iter().enumerate();
                // Collects before checking, so that the problems of all items are reported.
                let items: Vec<_> = items
                    .map(|(index, value)| self.nested(PathSegment::Index(index), item, value))
                    .collect();
                items.into_iter().collect::<Option<_>>().map(Value::List)
            }
            // A single value is coerced to a list of one item (3.11).
            (value, Type::List(item) | Type::NonNullList(item)) => self
                .value(item, value)
                .map(|value| Value::List(vec![value])),
            (value, Type::Named(name) | Type::NonNullNamed(name)) => self.named(name, value),
        }
    }

    fn named(&mut self, name: &str, value: Value) -> Option<Value> {
        let kind = kind(&value);
        let coerced = match self.schema.types.get(name)? {
            ExtendedType::InputObject(object) => return self.object(object, value),
            ExtendedType::Enum(definition) => return self.enumeration(definition, &value),
            _ => match name {
                "Int" => integer(&value)
                    .filter(|number| i32::try_from(*number).is_ok())
                    .map(Value::from),
                "Float" => matches!(value, Value::Number(_)).then_some(value),
                "Boolean" => matches!(value, Value::Boolean(_)).then_some(value),
                "String" => matches!(value, Value::String(_)).then_some(value),
                "ID" => match value {
                    Value::String(_) => Some(value),
                    value => integer(&value).map(|number| Value::String(number.to_string())),
                },
                name => scalar::<S>(name, &value).then_some(value),
            },
        };
        if coerced.is_none() {
            let expected = match name {
                "Int" => "an Int, a whole number of 32 bits".to_owned(),
                "ID" => "an ID, a string".to_owned(),
                name => format!("of the type {name}"),
            };
            self.problem(format!("must be {expected}; this {kind} is not"));
        }
        coerced
    }

    fn enumeration(&mut self, definition: &EnumType, value: &Value) -> Option<Value> {
        // Defaults are enum values; variables, which are JSON, are strings.
        let name = match value {
            Value::String(name) => name.as_str(),
            Value::Enum(name) => name.as_str(),
            _ => "",
        };
        if definition.values.contains_key(name) {
            return Some(Value::Enum(Name::new(name)));
        }
        let choices: Vec<_> = definition
            .values
            .keys()
            .map(apollo_compiler::Name::as_str)
            .collect();
        let message = format!(
            "must be one of {}, the values of {}; this {} is not",
            choices.join(", "),
            definition.name,
            kind(value)
        );
        self.problem(message);
        None
    }

    fn object(&mut self, object: &InputObjectType, value: Value) -> Option<Value> {
        let name = &object.name;
        let Value::Object(mut values) = value else {
            self.problem(format!(
                "must be an object of the type {name}; this {} is not",
                kind(&value)
            ));
            return None;
        };
        let problems_before = self.problems.len();
        for unknown in values
            .keys()
            .filter(|field| !object.fields.contains_key(field.as_str()))
        {
            self.path.push(PathSegment::Field(unknown.to_string()));
            self.problem(format!("is not a field of {name}"));
            self.path.pop();
        }
        if object.directives.has("oneOf")
            && (values.len() != 1 || values.values().any(|value| *value == Value::Null))
        {
            self.problem(format!(
                "must have exactly one of the fields of {name}, and not null"
            ));
            return None;
        }
        let mut coerced = IndexMap::new();
        for (field, definition) in &object.fields {
            let segment = PathSegment::Field(field.to_string());
            match values.swap_remove(field.as_str()) {
                Some(value) => {
                    if let Some(value) = self.nested(segment, &definition.ty, value) {
                        coerced.insert(Name::new(field), value);
                    }
                }
                None if definition.default_value.is_none() && definition.ty.is_non_null() => {
                    self.path.push(segment);
                    self.problem(format!(
                        "is missing; a value of the type {} is required",
                        definition.ty
                    ));
                    self.path.pop();
                }
                None => {}
            }
        }
        (self.problems.len() == problems_before).then_some(Value::Object(coerced))
    }
}

/// The value as an integer. `20.0` is accepted as 20 (3.5.1), because many JSON
/// libraries write all numbers as floats.
fn integer(value: &Value) -> Option<i64> {
    let Value::Number(number) = value else {
        return None;
    };
    let exact = |number: &Number| {
        let float = number.as_f64()?;
        let text = format!("{float:.0}");
        (float.fract() == 0.0).then(|| text.parse().ok())?
    };
    number.as_i64().or_else(|| exact(number))
}

fn scalar<S: GeneratedSchema>(name: &str, value: &Value) -> bool {
    let definition = S::TYPES.iter().find(|definition| definition.name == name);
    match definition.map(|definition| &definition.kind) {
        Some(TypeKind::Scalar { is_valid, .. }) => is_valid(value),
        _ => true,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Boolean(_) => "boolean",
        Value::Binary(_) => "binary value",
        Value::Enum(_) => "enum value",
        Value::List(_) => "list",
        Value::Object(_) => "object",
    }
}

impl Problem {
    fn into_error(
        self,
        document: &Document,
        operation: &Operation,
        definition: &Node<VariableDefinition>,
    ) -> ServerError {
        let mut place = format!("${}", definition.name);
        for segment in &self.path {
            match segment {
                PathSegment::Field(name) => place += &format!(".{name}"),
                PathSegment::Index(index) => place += &format!("[{index}]"),
            }
        }
        let position = document.position(definition.location());
        let mut argument =
            first_use(document, &operation.selection_set, &definition.name).unwrap_or_default();
        argument.extend(self.path);
        let error = ResolverError::new("BAD_USER_INPUT", format!("{place} {}", self.message));
        let mut error = error
            .with_argument_path(argument)
            .into_error(Some(position));
        let extensions = error
            .extensions
            .get_or_insert_with(ErrorExtensionValues::default);
        extensions.set("variable", definition.name.as_str());
        error
    }
}

/// The path of the first use of a variable: argument, input fields and list indices.
fn first_use(document: &Document, set: &SelectionSet, variable: &str) -> Option<Vec<PathSegment>> {
    set.selections.iter().find_map(|selection| match selection {
        Selection::Field(field) => {
            let arguments = field.arguments.iter();
            let mut found = arguments.filter_map(|argument| {
                let mut path = vec![PathSegment::Field(argument.name.to_string())];
                used_in(&argument.value, variable, &mut path).then_some(path)
            });
            found
                .next()
                .or_else(|| first_use(document, &field.selection_set, variable))
        }
        Selection::InlineFragment(fragment) => {
            first_use(document, &fragment.selection_set, variable)
        }
        Selection::FragmentSpread(spread) => {
            let fragment = document.fragments().get(&spread.fragment_name)?;
            first_use(document, &fragment.selection_set, variable)
        }
    })
}

fn used_in(value: &Literal, variable: &str, path: &mut Vec<PathSegment>) -> bool {
    let mut below = |segment, value: &Literal| {
        path.push(segment);
        let used = used_in(value, variable, path);
        if !used {
            path.pop();
        }
        used
    };
    match value {
        Literal::Variable(name) => name == variable,
        Literal::List(items) => items
            .iter()
            .enumerate()
            .any(|(index, value)| below(PathSegment::Index(index), value)),
        Literal::Object(fields) => fields
            .iter()
            .any(|(name, value)| below(PathSegment::Field(name.to_string()), value)),
        _ => false,
    }
}
