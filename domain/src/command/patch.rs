//! Optional input fields of commands that change part of an object.

use serde::Serialize;

use super::{UserError, UserErrorReason};

/// An input field that distinguishes absent from null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Patch<T> {
    /// Left out: the value stays unchanged.
    #[default]
    Absent,
    /// Null: the value is removed.
    Null,
    /// The new value.
    Value(T),
}

impl<T: Clone> Patch<T> {
    /// Whether the input has the field, as null or with a value.
    pub fn is_present(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// Unchanged if `condition` holds, and absent otherwise.
    #[must_use]
    pub fn only_if(&self, condition: bool) -> Self {
        if condition {
            self.clone()
        } else {
            Self::Absent
        }
    }

    /// Applies the patch to a value that cannot be null. `argument` is the name of the input field, for the error's
    /// path.
    ///
    /// # Errors
    ///
    /// `REQUIRED` for null.
    pub fn apply_required(&self, current: T, argument: &str) -> Result<T, UserError> {
        match self {
            Self::Absent => Ok(current),
            Self::Value(value) => Ok(value.clone()),
            Self::Null => Err(UserError::new(UserErrorReason::Required, argument)),
        }
    }

    /// Applies the patch to a nullable value.
    pub fn apply(&self, current: Option<T>) -> Option<T> {
        match self {
            Self::Absent => current,
            Self::Null => None,
            Self::Value(value) => Some(value.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Patch;
    use crate::command::UserErrorCode;

    #[test]
    fn absent_and_null_are_applied_and_serialized_differently() {
        let all = [Patch::Absent, Patch::Null, Patch::Value(7)];
        let required = all
            .each_ref()
            .map(|patch| patch.apply_required(1, "energy"));
        assert_eq!((&required[0], &required[2]), (&Ok(1), &Ok(7)));
        let error = required[1].as_ref().expect_err("null is refused");
        assert_eq!(error.code, UserErrorCode::Required);
        assert_eq!(error.path, ["input", "energy"]);
        let nullable = all.each_ref().map(|patch| patch.apply(Some(1)));
        assert_eq!(nullable, [Some(1), None, Some(7)]);
        let serialized = all.map(|patch| serde_json::to_string(&patch).expect("JSON"));
        assert_eq!(serialized, ["\"Absent\"", "\"Null\"", "{\"Value\":7}"]);
    }
}
