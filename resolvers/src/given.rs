//! Fields of inputs that may be left out, as commands take them.

use coach_domain::command::Given;
use coach_execution::MaybeUndefined;

/// The same, in the domain's words.
pub(crate) fn given<T: Clone>(field: &MaybeUndefined<T>) -> Given<T> {
    match field {
        MaybeUndefined::Undefined => Given::Absent,
        MaybeUndefined::Null => Given::Null,
        MaybeUndefined::Value(value) => Given::Value(value.clone()),
    }
}
