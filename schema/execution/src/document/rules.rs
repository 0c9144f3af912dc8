//! The rules of the specification's section 5 "Validation" that apollo-compiler
//! does not check: literals of custom scalars (5.6.1), duplicate input fields
//! (5.6.3), variables within lists and input objects (5.8.5), and `@oneOf` input
//! objects (3.10.1).

use std::collections::HashSet;

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Argument, DirectiveList, Type, Value, VariableDefinition},
    executable::{Selection, SelectionSet},
    parser::SourceSpan,
    schema::{ExtendedType, InputObjectType, InputValueDefinition},
    validation::Valid,
};
use async_graphql::{Pos, ServerError};

use super::Document;
use crate::{
    ResolverError,
    definition::{TypeDefinition, TypeKind},
    input,
};

pub(super) fn check(
    document: &Document,
    schema: &Valid<Schema>,
    types: &'static [TypeDefinition],
) -> Vec<ServerError> {
    let mut errors = Vec::<ServerError>::new();
    for operation in document.executable.operations.iter() {
        let mut validator = Validator {
            document,
            schema,
            types,
            variables: &operation.variables,
            fragments: HashSet::new(),
            errors: Vec::new(),
        };
        for variable in &operation.variables {
            validator.directives(&variable.directives);
            if let Some(default) = &variable.default_value {
                validator.value(&variable.ty, default);
            }
        }
        validator.directives(&operation.directives);
        validator.selections(&operation.selection_set);
        // Operations may share fragments, whose errors are reported once.
        for error in validator.errors {
            if !errors.contains(&error) {
                errors.push(error);
            }
        }
    }
    errors
}

struct Validator<'d> {
    document: &'d Document,
    schema: &'d Valid<Schema>,
    types: &'static [TypeDefinition],
    variables: &'d [Node<VariableDefinition>],
    /// The fragments that have been visited.
    fragments: HashSet<&'d Name>,
    errors: Vec<ServerError>,
}

impl<'d> Validator<'d> {
    fn selections(&mut self, set: &'d SelectionSet) {
        for selection in &set.selections {
            self.directives(selection.directives());
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.definition.arguments, &field.arguments);
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => self.selections(&fragment.selection_set),
                Selection::FragmentSpread(spread) => {
                    let fragment = self
                        .document
                        .executable
                        .fragments
                        .get(&spread.fragment_name);
                    if let Some(fragment) = fragment
                        && self.fragments.insert(&spread.fragment_name)
                    {
                        self.directives(&fragment.directives);
                        self.selections(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &DirectiveList) {
        for directive in directives {
            if let Some(definition) = self.schema.directive_definitions.get(&directive.name) {
                self.arguments(&definition.arguments, &directive.arguments);
            }
        }
    }

    fn arguments(
        &mut self,
        definitions: &[Node<InputValueDefinition>],
        arguments: &[Node<Argument>],
    ) {
        for argument in arguments {
            let definition = definitions.iter().find(|one| one.name == argument.name);
            if let Some(definition) = definition {
                // apollo-compiler checks variables as arguments, but treats a null default as a non-null one.
                if self.defaults_to_null(&argument.value) {
                    let has_default = definition.default_value.is_some();
                    self.variable(&definition.ty, has_default, &argument.value);
                }
                self.value(&definition.ty, &argument.value);
            }
        }
    }

    fn value(&mut self, ty: &Type, value: &Node<Value>) {
        match (&**value, ty) {
            (Value::Null | Value::Variable(_), _) => {}
            (Value::List(items), Type::List(item) | Type::NonNullList(item)) => {
                for value in items {
                    self.variable(item, false, value);
                    self.value(item, value);
                }
            }
            (_, Type::List(item) | Type::NonNullList(item)) => self.value(item, value),
            (_, Type::Named(name) | Type::NonNullNamed(name)) => {
                match self.schema.types.get(name) {
                    Some(ExtendedType::InputObject(object)) => self.object(object, value),
                    Some(ExtendedType::Scalar(_)) => self.scalar(name, value),
                    _ => {}
                }
            }
        }
    }

    fn defaults_to_null(&self, value: &Value) -> bool {
        let name = value.as_variable();
        let variable = name.and_then(|name| self.variables.iter().find(|one| one.name == *name));
        let default = variable.and_then(|variable| variable.default_value.as_ref());
        default.is_some_and(|default| default.is_null())
    }

    /// `IsVariableUsageAllowed` (5.8.5).
    fn variable(&mut self, ty: &Type, has_default: bool, value: &Node<Value>) {
        let Value::Variable(name) = &**value else {
            return;
        };
        let Some(variable) = self.variables.iter().find(|one| one.name == *name) else {
            return;
        };
        let default = variable.default_value.as_ref();
        let never_null = has_default || default.is_some_and(|default| !default.is_null());
        let expected = if ty.is_non_null() && !variable.ty.is_non_null() && never_null {
            ty.clone().nullable()
        } else {
            ty.clone()
        };
        if !variable.ty.is_assignable_to(&expected) {
            let message = format!(
                "the variable `${name}` of the type `{}` cannot be used where `{ty}` is expected",
                variable.ty
            );
            self.error(value.location(), message);
        }
    }

    fn scalar(&mut self, name: &str, value: &Node<Value>) {
        let definition = self.types.iter().find(|one| one.name == name);
        if let Some(TypeKind::Scalar { is_valid, .. }) = definition.map(|one| &one.kind)
            && !is_valid(&input::literal(value))
        {
            self.error(
                value.location(),
                format!("this is not a value of the type `{name}`"),
            );
        }
    }

    fn object(&mut self, object: &InputObjectType, value: &Node<Value>) {
        let Value::Object(fields) = &**value else {
            return;
        };
        for (index, (name, value)) in fields.iter().enumerate() {
            if fields[..index].iter().any(|(other, _)| other == name) {
                self.error(
                    name.location(),
                    format!("the input field `{name}` is given more than once"),
                );
            }
            if let Some(field) = object.fields.get(name) {
                self.variable(&field.ty, field.default_value.is_some(), value);
                self.value(&field.ty, value);
            }
        }
        if object.directives.has("oneOf") {
            self.one_of(object, fields, value.location());
        }
    }

    fn one_of(
        &mut self,
        object: &InputObjectType,
        fields: &[(Name, Node<Value>)],
        span: Option<SourceSpan>,
    ) {
        let problem = match fields {
            [(name, value)] => match &**value {
                Value::Null => Some(format!(
                    "the field `{name}` of the input `{}` must not be null",
                    object.name
                )),
                Value::Variable(variable) if self.is_nullable(variable) => Some(format!(
                    "the variable `${variable}` must have a non-null type, because it is the only field `{name}` of the input `{}`",
                    object.name
                )),
                _ => None,
            },
            _ => Some(format!(
                "the input `{}` takes exactly one of its fields",
                object.name
            )),
        };
        if let Some(problem) = problem {
            self.error(span, problem);
        }
    }

    fn is_nullable(&self, variable: &str) -> bool {
        let definition = self.variables.iter().find(|one| one.name == *variable);
        definition.is_some_and(|definition| !definition.ty.is_non_null())
    }

    fn error(&mut self, span: Option<SourceSpan>, message: String) {
        let position: Pos = self.document.position(span);
        let error = ResolverError::new("GRAPHQL_VALIDATION_FAILED", message);
        self.errors.push(error.into_error(Some(position)));
    }
}
