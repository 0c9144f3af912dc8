//! What an input says of a field that may be left out.

use serde::Serialize;

use super::{Obstacle, UserError};

/// A field of an input, in which absent and null are two things.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Given<T> {
    /// Left out: it stays as it is.
    #[default]
    Absent,
    /// Null: it is taken away.
    Null,
    /// It is to be this.
    Value(T),
}

impl<T: Clone> Given<T> {
    /// Whether the input says anything of it.
    pub fn is_given(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The same, or as if it had been left out.
    #[must_use]
    pub fn only_if(&self, counts: bool) -> Self {
        if counts { self.clone() } else { Self::Absent }
    }

    /// What becomes of something that always has a value. `argument` is what names it in the input.
    ///
    /// # Errors
    ///
    /// `REQUIRED` for null.
    pub fn or(&self, current: T, argument: &str) -> Result<T, UserError> {
        match self {
            Self::Absent => Ok(current),
            Self::Value(value) => Ok(value.clone()),
            Self::Null => Err(UserError::new(Obstacle::Required, argument)),
        }
    }

    /// What becomes of something that may have no value.
    pub fn or_none(&self, current: Option<T>) -> Option<T> {
        match self {
            Self::Absent => current,
            Self::Null => None,
            Self::Value(value) => Some(value.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Given;
    use crate::command::UserErrorCode;

    #[test]
    fn absent_and_null_are_two_things_and_hashed_as_two() {
        let all = [Given::Absent, Given::Null, Given::Value(7)];
        let required = all.each_ref().map(|given| given.or(1, "energy"));
        assert_eq!((&required[0], &required[2]), (&Ok(1), &Ok(7)));
        let error = required[1].as_ref().expect_err("null is refused");
        assert_eq!(error.code, UserErrorCode::Required);
        assert_eq!(error.path, ["input", "energy"]);
        let nullable = all.each_ref().map(|given| given.or_none(Some(1)));
        assert_eq!(nullable, [Some(1), None, Some(7)]);
        let written = all.map(|given| serde_json::to_string(&given).expect("JSON"));
        assert_eq!(written, ["\"Absent\"", "\"Null\"", "{\"Value\":7}"]);
    }
}
