//! Emits input objects and the arguments of fields as Rust types.

use std::collections::HashSet;

use apollo_compiler::ast::{Type, Value};

use super::{
    definition::optional,
    rust_type::{input, marker},
};
use crate::{
    contract::{Constraint, Contract, Field, InputField, Kind},
    names::{pascal, snake},
};

pub(super) fn emit(contract: &Contract) -> String {
    let keys = used_as_keys(contract);
    let mut inputs = String::new();
    for model in contract.types.values() {
        let derive = derive(keys.contains(model.name.as_str()));
        match &model.kind {
            Kind::OneOf(fields) => inputs += &one_of_enum(contract, &model.name, derive, fields),
            Kind::Input(fields) => inputs += &input_object(contract, &model.name, derive, fields),
            _ => {}
        }
    }
    let arguments = with_arguments(contract).map(|(_, field)| {
        format!(
            "    /// The arguments of `{}`.\n    {}\n{}",
            field.coordinate,
            derive(field.batch.is_some()),
            input_struct(contract, &struct_name(field), &field.arguments)
        )
    });
    let arguments: String = arguments.collect();
    format!(
        "/// The input objects of the SDL.
pub mod input {{
    use super::*;

{inputs}}}

/// The arguments of each field that has arguments.
pub mod arguments {{
    use super::*;

{arguments}}}

"
    )
}

fn input_object(contract: &Contract, name: &str, derive: &str, fields: &[InputField]) -> String {
    let ty = pascal(name);
    format!(
        "    /// `{name}`.
    {derive}
{definition}    impl Input<types::{ty}> for {ty} {{
        fn coerce(value: Value) -> Result<Self, InputError> {{
            let mut fields = ArgumentValues::of_object(value)?;
            let coerced = Self::coerce_fields(&mut fields)?;
            fields.reject_unknown()?;
            Ok(coerced)
        }}
    }}

{mutation_input}",
        definition = input_struct(contract, &ty, fields),
        mutation_input = mutation_input(&ty, fields),
    )
}

/// Implements `MutationInput` for an input object with an idempotency key.
fn mutation_input(ty: &str, fields: &[InputField]) -> String {
    let has = |name| fields.iter().any(|field| field.name == name);
    if !has("idempotencyKey") {
        return String::new();
    }
    let occurred_at = if has("occurredAt") {
        "self.occurred_at.value().copied()"
    } else {
        "None"
    };
    format!(
        "    impl super::super::MutationInput for {ty} {{
        fn idempotency_key(&self) -> &str {{
            &self.idempotency_key
        }}

        fn occurred_at(&self) -> Option<super::super::OccurredAt> {{
            {occurred_at}
        }}
    }}

"
    )
}

/// The name of the struct with the arguments of a field.
pub(super) fn struct_name(field: &Field) -> String {
    field.coordinate.split('.').map(pascal).collect()
}

/// The fields that have arguments, each with the indices of its type and of itself there.
pub(super) fn with_arguments(
    contract: &Contract,
) -> impl Iterator<Item = ((usize, usize), &Field)> {
    let fields = contract.fields();
    fields.filter(|(_, field)| !field.arguments.is_empty())
}

fn derive(is_key: bool) -> &'static str {
    if is_key {
        "#[derive(Clone, Debug, PartialEq, Eq, Hash)]"
    } else {
        "#[derive(Clone, Debug, PartialEq)]"
    }
}

/// The types that are part of the key of a loader.
fn used_as_keys(contract: &Contract) -> HashSet<&str> {
    let batches = with_arguments(contract).filter(|(_, field)| field.batch.is_some());
    let arguments = batches.flat_map(|(_, field)| &field.arguments);
    contained(
        contract,
        arguments.map(|argument| &argument.ty).collect(),
        true,
    )
}

/// The types that values of the pending types contain: also in lists, or only outside of them.
fn contained<'c>(
    contract: &'c Contract,
    mut pending: Vec<&'c Type>,
    in_lists: bool,
) -> HashSet<&'c str> {
    let mut found = HashSet::new();
    while let Some(ty) = pending.pop() {
        let name = ty.inner_named_type().as_str();
        if (in_lists || !ty.is_list())
            && found.insert(name)
            && let Some(model) = contract.named(name)
            && let Kind::Input(fields) | Kind::OneOf(fields) = &model.kind
        {
            pending.extend(fields.iter().map(|field| &field.ty));
        }
    }
    found
}

/// The Rust type of an argument or of a field of an input object, with the declared type or its
/// non-null variant, and the statements that take it from the values and check it.
fn member(contract: &Contract, field: &InputField, ty: &Type) -> (String, String) {
    let InputField {
        name, coordinate, ..
    } = field;
    let (variable, marker) = (snake(name), marker(ty, true));
    // A field through which an input object contains itself must be boxed.
    let recursive = coordinate
        .split_once('.')
        .is_some_and(|(owner, _)| contained(contract, vec![ty], false).contains(owner));
    let ty = input(contract, ty, field.default.is_some(), recursive);
    let default = optional(field.default.as_ref().map(value_expression));
    let checks = field.constraint.as_ref();
    let checks = checks.map(|constraint| constraint_checks(field, constraint));
    let statements = format!(
        "            let {variable}: Result<{ty}, InputError> = fields.take::<_, {marker}>({name:?}, {default}); // {coordinate}\n{}",
        checks.unwrap_or_default()
    );
    (ty, statements)
}

fn input_struct(contract: &Contract, name: &str, fields: &[InputField]) -> String {
    let (mut declarations, mut statements) = (String::new(), String::new());
    for field in fields {
        let (ty, coerce) = member(contract, field, &field.ty);
        let (variable, coordinate) = (snake(&field.name), &field.coordinate);
        declarations += &format!(
            "        /// `{coordinate}`.
        pub {variable}: {ty}, // {coordinate}\n"
        );
        statements += &coerce;
    }
    let list = |wrap: fn(&str) -> String| {
        let names = fields.iter().map(|field| wrap(&snake(&field.name)));
        names.collect::<Vec<_>>().join(", ")
    };
    format!(
        "    pub struct {name} {{
{declarations}    }}
    impl InputObject for {name} {{
        fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError> {{
{statements}            match ({names},) {{
                ({values},) => Ok(Self {{ {names} }}),
                ({names},) => Err(InputError::all([{errors}])),
            }}
        }}
    }}
",
        names = list(str::to_owned),
        values = list(|name| format!("Ok({name})")),
        errors = list(|name| format!("{name}.err()")),
    )
}

/// Emits a `@oneOf` input object as an enum with a variant for each field.
fn one_of_enum(contract: &Contract, name: &str, derive: &str, fields: &[InputField]) -> String {
    let (mut variants, mut attempts) = (String::new(), String::new());
    for field in fields {
        let (ty, coerce) = member(contract, field, &field.ty.clone().non_null());
        let InputField {
            name, coordinate, ..
        } = field;
        let (variant, variable) = (pascal(name), snake(name));
        variants += &format!(
            "        /// `{coordinate}`.
        {variant}({ty}), // {coordinate}\n"
        );
        attempts += &format!(
            "            if fields.contains({name:?}) {{
{coerce}            fields.reject_unknown()?;
            return {variable}.map(Self::{variant});
            }}\n"
        );
    }
    let ty = pascal(name);
    format!(
        "    /// `{name}`.
    {derive}
    pub enum {ty} {{
{variants}    }}
    impl Input<types::{ty}> for {ty} {{
        fn coerce(value: Value) -> Result<Self, InputError> {{
            let mut fields = ArgumentValues::of_object(value)?;
{attempts}            Err(InputError::new(\"takes exactly one of its fields\"))
        }}
    }}
"
    )
}

/// The statements that check `@constraint`.
fn constraint_checks(field: &InputField, constraint: &Constraint) -> String {
    let InputField {
        name, coordinate, ..
    } = field;
    let variable = snake(name);
    let struct_fields = |bounds: &[(&str, i64)]| -> String {
        let bounds = bounds.iter();
        let bounds = bounds.map(|(bound, value)| format!("{}: Some({value}), ", snake(bound)));
        bounds.collect()
    };
    let mut checks = String::new();
    let mut bounds = struct_fields(&constraint.bounds);
    if let Some(pattern) = &constraint.pattern {
        let regex = variable.trim_start_matches("r#").to_uppercase();
        checks += &format!(
            "            static {regex}: std::sync::LazyLock<::coach_execution::Regex> = std::sync::LazyLock::new(|| ::coach_execution::Regex::new({pattern:?}).expect(\"a valid pattern\"));\n"
        );
        bounds += &format!("pattern: Some(&{regex}), ");
    }
    // No person enters an ID, so an invalid one is not a user error.
    let map_error = if field.ty.inner_named_type() == "ID" {
        ".map_err(InputError::into_type_mismatch)"
    } else {
        ""
    };
    for (function, bounds) in [
        ("check_items", struct_fields(&constraint.items)),
        ("check", bounds),
    ] {
        if !bounds.is_empty() {
            checks += &format!(
                "            let {variable} = {variable}.and_then(|value| constraint::{function}(value, {name:?}, &constraint::Constraint {{ {bounds}..constraint::Constraint::NONE }}){map_error}); // {coordinate}\n"
            );
        }
    }
    checks
}

/// A Rust expression for the value.
fn value_expression(value: &Value) -> String {
    match value {
        Value::Null | Value::Variable(_) => "Value::Null".to_owned(),
        Value::Boolean(value) => format!("Value::Boolean({value})"),
        Value::String(text) => format!("Value::from({text:?})"),
        Value::Enum(name) => format!("Value::Enum(Name::new({:?}))", name.as_str()),
        Value::Int(number) => format!("Value::from({}_i64)", number.as_str()),
        Value::Float(number) => format!("Value::from({}_f64)", number.as_str()),
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(|item| value_expression(item)).collect();
            format!("Value::List(vec![{}])", items.join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| {
                let value = value_expression(value);
                format!("(Name::new({:?}), {value})", name.as_str())
            });
            format!(
                "Value::Object([{}].into_iter().collect())",
                fields.collect::<Vec<_>>().join(", ")
            )
        }
    }
}
