//! The Rust notation of GraphQL types.

use apollo_compiler::ast::Type;

use crate::{
    contract::{Contract, Kind},
    names::{pascal, path},
};

/// The marker of a type in an output or input position: the type argument of `Output` or `Input`.
pub(super) fn marker(ty: &Type, input: bool) -> String {
    match ty {
        Type::Named(name) => format!("Option<{}>", named_marker(name, input)),
        Type::NonNullNamed(name) => named_marker(name, input),
        Type::List(item) => format!("Option<Vec<{}>>", marker(item, input)),
        Type::NonNullList(item) => format!("Vec<{}>", marker(item, input)),
    }
}

/// The marker of an output type without the outermost `Option`.
pub(super) fn non_null_marker(ty: &Type) -> String {
    match ty {
        Type::Named(name) | Type::NonNullNamed(name) => named_marker(name, false),
        Type::List(item) | Type::NonNullList(item) => format!("Vec<{}>", marker(item, false)),
    }
}

fn named_marker(name: &str, input: bool) -> String {
    match name {
        "Int" | "Float" | "String" | "Boolean" => format!("builtin::{name}"),
        "ID" if input => "builtin::Id".to_owned(),
        "ID" => "types::ID".to_owned(),
        name => format!("types::{}", pascal(name)),
    }
}

/// The Rust type of a payload's field. Objects are shared, but not those in lists.
pub(super) fn output(contract: &Contract, ty: &Type) -> String {
    match ty {
        Type::NonNullNamed(name) => match contract.named(name).map(|model| &model.kind) {
            Some(Kind::Object { .. }) => format!("Arc<{}>", named_type(contract, name)),
            _ => named_type(contract, name),
        },
        Type::Named(_) | Type::List(_) => {
            format!("Option<{}>", output(contract, &ty.clone().non_null()))
        }
        Type::NonNullList(item) => match &**item {
            Type::NonNullNamed(name) => format!("Vec<{}>", named_type(contract, name)),
            item => format!("Vec<{}>", output(contract, item)),
        },
    }
}

/// The Rust type of an argument or input field. A nullable type without a default
/// is `MaybeUndefined`.
pub(super) fn input(contract: &Contract, ty: &Type, has_default: bool, boxed: bool) -> String {
    let core = match ty {
        Type::Named(name) | Type::NonNullNamed(name) if boxed => {
            format!("Box<{}>", named_type(contract, name))
        }
        Type::Named(name) | Type::NonNullNamed(name) => named_type(contract, name),
        Type::List(item) | Type::NonNullList(item) => {
            format!("Vec<{}>", input(contract, item, true, false))
        }
    };
    match ty {
        Type::NonNullNamed(_) | Type::NonNullList(_) => core,
        _ if has_default => format!("Option<{core}>"),
        _ => format!("MaybeUndefined<{core}>"),
    }
}

fn named_type(contract: &Contract, name: &str) -> String {
    match name {
        "Int" => "i32".to_owned(),
        "Float" => "f64".to_owned(),
        "Boolean" => "bool".to_owned(),
        "String" | "ID" => "String".to_owned(),
        name => {
            let rust = contract.named(name).and_then(|model| model.rust.as_deref());
            rust.map_or_else(|| format!("input::{}", pascal(name)), path)
        }
    }
}
