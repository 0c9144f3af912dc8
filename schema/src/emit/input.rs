//! Emits input objects and the arguments of fields as Rust types.

use std::{collections::HashSet, fmt::Write as _};

use apollo_compiler::ast::{Type, Value};

use super::rust_type::{input, marker};
use crate::{
    contract::{Constraint, Contract, Field, InputField, Kind},
    names::{literal, pascal, snake},
};

pub(super) fn emit(out: &mut String, contract: &Contract) {
    let keys = used_as_keys(contract);
    *out += "/// The input objects of the SDL.\npub mod input {\n    use super::*;\n\n";
    for model in &contract.types {
        if let Kind::OneOf(fields) = &model.kind {
            let derive = derive(keys.contains(model.name.as_str()));
            let _ = writeln!(out, "    /// `{}`.\n    {derive}", model.name);
            one_of_enum(out, contract, &model.name, fields);
        }
        if let Kind::Input(fields) = &model.kind {
            let derive = derive(keys.contains(model.name.as_str()));
            let _ = writeln!(out, "    /// `{}`.\n    {derive}", model.name);
            input_struct(out, contract, &pascal(&model.name), &model.name, fields);
            let _ = writeln!(
                out,
                "    impl Input<types::{0}> for {0} {{
        fn coerce(value: Value) -> Result<Self, InputError> {{
            let mut fields = ArgumentValues::of_object(value)?;
            let coerced = Self::coerce_fields(&mut fields)?;
            fields.reject_unknown()?;
            Ok(coerced)
        }}
    }}
",
                pascal(&model.name)
            );
            mutation_input(out, &model.name, fields);
        }
    }
    *out += "}\n\n/// The arguments of each field that has arguments.\npub mod arguments {\n    use super::*;\n\n";
    for (owner, field) in with_arguments(contract) {
        let coordinate = format!("{owner}.{}", field.name);
        let _ = writeln!(
            out,
            "    /// The arguments of `{coordinate}`.\n    {}",
            derive(field.batch.is_some())
        );
        input_struct(
            out,
            contract,
            &struct_name(owner, field),
            &coordinate,
            &field.arguments,
        );
    }
    *out += "}\n\n";
}

/// Implements `MutationInput` for an input object with an idempotency key.
fn mutation_input(out: &mut String, name: &str, fields: &[InputField]) {
    let has = |name| fields.iter().any(|field| field.name == name);
    if !has("idempotencyKey") {
        return;
    }
    let occurred_at = if has("occurredAt") {
        "self.occurred_at.value().copied()"
    } else {
        "None"
    };
    let _ = writeln!(
        out,
        "    impl super::super::MutationInput for {} {{
        fn idempotency_key(&self) -> &str {{
            &self.idempotency_key
        }}

        fn occurred_at(&self) -> Option<super::super::OccurredAt> {{
            {occurred_at}
        }}
    }}
",
        pascal(name)
    );
}

/// The name of the struct with the arguments of a field.
pub(super) fn struct_name(owner: &str, field: &Field) -> String {
    pascal(owner) + &pascal(&field.name)
}

/// The fields that have arguments, each with the name of its type.
pub(super) fn with_arguments(contract: &Contract) -> impl Iterator<Item = (&str, &Field)> {
    contract.types.iter().flat_map(|model| {
        let fields: &[Field] = match &model.kind {
            Kind::Object { fields, .. } => fields,
            _ => &[],
        };
        let fields = fields.iter().filter(|field| !field.arguments.is_empty());
        fields.map(|field| (model.name.as_str(), field))
    })
}

fn derive(is_key: bool) -> &'static str {
    if is_key {
        "#[derive(Clone, Debug, PartialEq, Eq, Hash)]"
    } else {
        "#[derive(Clone, Debug, PartialEq)]"
    }
}

/// The input objects that are part of the key of a loader.
fn used_as_keys(contract: &Contract) -> HashSet<&str> {
    let mut used = HashSet::new();
    let batches = with_arguments(contract).filter(|(_, field)| field.batch.is_some());
    let mut pending: Vec<&str> = batches
        .flat_map(|(_, field)| {
            field
                .arguments
                .iter()
                .map(|argument| argument.ty.inner_named_type().as_str())
        })
        .collect();
    while let Some(name) = pending.pop() {
        if let Some(model) = contract.named(name)
            && let Kind::Input(fields) | Kind::OneOf(fields) = &model.kind
            && used.insert(model.name.as_str())
        {
            pending.extend(
                fields
                    .iter()
                    .map(|field| field.ty.inner_named_type().as_str()),
            );
        }
    }
    used
}

/// Whether an input object with a field of this type contains itself, so that
/// the field must be boxed.
fn is_recursive(contract: &Contract, owner: &str, ty: &Type) -> bool {
    let mut seen = HashSet::new();
    let mut pending: Vec<&Type> = vec![ty];
    while let Some(ty) = pending.pop() {
        let (Type::Named(name) | Type::NonNullNamed(name)) = ty else {
            continue;
        };
        if name.as_str() == owner {
            return true;
        }
        if let Some(model) = contract.named(name)
            && let Kind::Input(fields) | Kind::OneOf(fields) = &model.kind
            && seen.insert(name.as_str())
        {
            pending.extend(fields.iter().map(|field| &field.ty));
        }
    }
    false
}

fn input_struct(
    out: &mut String,
    contract: &Contract,
    name: &str,
    coordinate: &str,
    fields: &[InputField],
) {
    let _ = writeln!(out, "    pub struct {name} {{");
    for field in fields {
        let boxed = is_recursive(contract, coordinate, &field.ty);
        let ty = input(contract, &field.ty, field.default.is_some(), boxed);
        let coordinate = field_coordinate(coordinate, field);
        let _ = writeln!(
            out,
            "        /// `{coordinate}`.\n        pub {}: {ty}, // {coordinate}",
            snake(&field.name)
        );
    }
    let _ = writeln!(
        out,
        "    }}
    impl InputObject for {name} {{
        fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError> {{"
    );
    for field in fields {
        let default = field.default.as_ref().map_or_else(
            || "None".to_owned(),
            |value| format!("Some({})", value_expression(value)),
        );
        let _ = writeln!(
            out,
            "            let {}: Result<{}, InputError> = fields.take::<_, {}>({}, {default}); // {}",
            snake(&field.name),
            input(
                contract,
                &field.ty,
                field.default.is_some(),
                is_recursive(contract, coordinate, &field.ty)
            ),
            marker(&field.ty, true),
            literal(&field.name),
            field_coordinate(coordinate, field),
        );
        if let Some(constraint) = &field.constraint {
            check_constraint(out, field, constraint, &field_coordinate(coordinate, field));
        }
    }
    let list = |wrap: fn(&str) -> String| {
        let names = fields.iter().map(|field| wrap(&snake(&field.name)));
        names.collect::<Vec<_>>().join(", ")
    };
    let _ = writeln!(
        out,
        "            match ({},) {{
                ({},) => Ok(Self {{ {} }}),
                ({},) => Err(InputError::all([{}])),
            }}
        }}
    }}",
        list(str::to_owned),
        list(|name| format!("Ok({name})")),
        list(str::to_owned),
        list(str::to_owned),
        list(|name| format!("{name}.err()")),
    );
}

/// Emits a `@oneOf` input object as an enum with a variant for each field.
fn one_of_enum(out: &mut String, contract: &Contract, coordinate: &str, fields: &[InputField]) {
    let name = pascal(coordinate);
    let types = |field: &InputField| {
        let ty = field.ty.clone().non_null();
        let boxed = is_recursive(contract, coordinate, &ty);
        (input(contract, &ty, false, boxed), marker(&ty, true))
    };
    let _ = writeln!(out, "    pub enum {name} {{");
    for field in fields {
        let coordinate = field_coordinate(coordinate, field);
        let _ = writeln!(
            out,
            "        /// `{coordinate}`.\n        {}({}), // {coordinate}",
            pascal(&field.name),
            types(field).0
        );
    }
    let _ = writeln!(
        out,
        "    }}
    impl Input<types::{name}> for {name} {{
        fn coerce(value: Value) -> Result<Self, InputError> {{
            let mut fields = ArgumentValues::of_object(value)?;"
    );
    for field in fields {
        let ((ty, marker), coordinate) = (types(field), field_coordinate(coordinate, field));
        let (variable, key) = (snake(&field.name), literal(&field.name));
        let _ = writeln!(
            out,
            "            if fields.contains({key}) {{
            let {variable}: Result<{ty}, InputError> = fields.take::<_, {marker}>({key}, None); // {coordinate}"
        );
        if let Some(constraint) = &field.constraint {
            check_constraint(out, field, constraint, &coordinate);
        }
        let _ = writeln!(
            out,
            "            fields.reject_unknown()?;
            return {variable}.map(Self::{});
            }}",
            pascal(&field.name)
        );
    }
    *out +=
        "            Err(InputError::new(\"takes exactly one of its fields\"))\n        }\n    }\n";
}

/// The schema coordinate of an argument of a field, or of a field of an input object.
fn field_coordinate(parent: &str, field: &InputField) -> String {
    if parent.contains('.') {
        format!("{parent}({}:)", field.name)
    } else {
        format!("{parent}.{}", field.name)
    }
}

/// Emits the checks of `@constraint`.
fn check_constraint(
    out: &mut String,
    field: &InputField,
    constraint: &Constraint,
    coordinate: &str,
) {
    let (variable, name) = (snake(&field.name), literal(&field.name));
    let struct_fields = |bounds: &[(&str, i64)]| {
        let bounds = bounds
            .iter()
            .map(|(bound, value)| format!("{bound}: Some({value}), "));
        bounds.collect::<Vec<_>>().concat()
    };
    let mut bounds = struct_fields(&constraint.bounds);
    if let Some(pattern) = &constraint.pattern {
        let regex = variable.trim_start_matches("r#").to_uppercase();
        let _ = writeln!(
            out,
            "            static {regex}: std::sync::LazyLock<::coach_execution::Regex> = std::sync::LazyLock::new(|| ::coach_execution::Regex::new({}).expect(\"a valid pattern\"));",
            literal(pattern)
        );
        let _ = write!(bounds, "pattern: Some(&{regex}), ");
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
            let _ = writeln!(
                out,
                "            let {variable} = {variable}.and_then(|value| constraint::{function}(value, {name}, &constraint::Constraint {{ {bounds}..constraint::Constraint::NONE }}){map_error}); // {coordinate}"
            );
        }
    }
}

/// A Rust expression for the value.
fn value_expression(value: &Value) -> String {
    match value {
        Value::Null | Value::Variable(_) => "Value::Null".to_owned(),
        Value::Boolean(value) => format!("Value::Boolean({value})"),
        Value::String(text) => format!("Value::from({})", literal(text)),
        Value::Enum(name) => format!("Value::Enum(Name::new({}))", literal(name)),
        Value::Int(number) => format!("Value::from({}_i64)", number.as_str()),
        Value::Float(number) => format!("Value::from({}_f64)", number.as_str()),
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(|item| value_expression(item)).collect();
            format!("Value::List(vec![{}])", items.join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| {
                format!(
                    "(Name::new({}), {})",
                    literal(name),
                    value_expression(value)
                )
            });
            format!(
                "Value::Object([{}].into_iter().collect())",
                fields.collect::<Vec<_>>().join(", ")
            )
        }
    }
}
