//! References to types, such as `[Recipe!]!`: which may follow which.

use apollo_compiler::ast::Type;

/// Whether who reads answers of the old type can read those of the new one:
/// the same, or what was nullable never null.
pub(super) fn readable(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::Named(old), Type::Named(new) | Type::NonNullNamed(new))
        | (Type::NonNullNamed(old), Type::NonNullNamed(new)) => old == new,
        (Type::List(old), Type::List(new) | Type::NonNullList(new))
        | (Type::NonNullList(old), Type::NonNullList(new)) => readable(old, new),
        _ => false,
    }
}

/// Whether what clients send as the old type is accepted as the new one: the
/// same, or what must not be null nullable.
pub(super) fn sendable(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::Named(old), Type::Named(new))
        | (Type::NonNullNamed(old), Type::Named(new) | Type::NonNullNamed(new)) => old == new,
        (Type::List(old), Type::List(new))
        | (Type::NonNullList(old), Type::List(new) | Type::NonNullList(new)) => sendable(old, new),
        _ => false,
    }
}
