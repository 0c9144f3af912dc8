//! Converts optional fields of inputs for commands.

use coach_domain::command::Patch;
use coach_execution::MaybeUndefined;

/// Converts an optional input field, which distinguishes absent from null, into the domain's type.
pub(crate) fn patch<T: Clone>(field: &MaybeUndefined<T>) -> Patch<T> {
    match field {
        MaybeUndefined::Undefined => Patch::Absent,
        MaybeUndefined::Null => Patch::Null,
        MaybeUndefined::Value(value) => Patch::Value(value.clone()),
    }
}

/// The value of an optional input field, for which absent and null mean the same.
pub(crate) fn optional<T: Clone>(field: &MaybeUndefined<T>) -> Option<T> {
    field.value().cloned()
}
