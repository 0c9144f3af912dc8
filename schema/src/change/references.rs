//! Compares type references, such as `[Recipe!]!`.

use apollo_compiler::ast::Type;

/// Whether clients that read the old type can read the new one: it is the same,
/// or non-null instead of nullable.
pub(super) fn readable(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::Named(old), Type::Named(new) | Type::NonNullNamed(new))
        | (Type::NonNullNamed(old), Type::NonNullNamed(new)) => old == new,
        (Type::List(old), Type::List(new) | Type::NonNullList(new))
        | (Type::NonNullList(old), Type::NonNullList(new)) => readable(old, new),
        _ => false,
    }
}

/// Whether the new type accepts what clients send as the old one: it is the same,
/// or nullable instead of non-null.
pub(super) fn sendable(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::Named(old), Type::Named(new))
        | (Type::NonNullNamed(old), Type::Named(new) | Type::NonNullNamed(new)) => old == new,
        (Type::List(old), Type::List(new))
        | (Type::NonNullList(old), Type::List(new) | Type::NonNullList(new)) => sendable(old, new),
        _ => false,
    }
}
