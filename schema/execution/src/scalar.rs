//! The schema's own scalars, whose parsing and printing is written by hand.

use crate::{InputError, Value};

/// How a scalar of the SDL is read and written. Implemented on its marker.
#[diagnostic::on_unimplemented(
    message = "the scalar of the marker `{Self}` has no implementation",
    label = "`impl Scalar for {Self}` is missing"
)]
pub trait Scalar {
    /// The Rust type that `@scalar(rust:)` names.
    type Rust;

    /// Reads a literal or a variable. What a person may have typed, and can
    /// mend, is [unacceptable](InputError::unacceptable).
    fn parse(value: Value) -> Result<Self::Rust, InputError>;

    /// Writes an answer.
    fn serialize(value: &Self::Rust) -> Value;
}

/// Whether a value is of the kind that a scalar takes, acceptable or not.
pub fn is_of_kind<S: Scalar>(value: &Value) -> bool {
    match S::parse(value.clone()) {
        Ok(_) => true,
        Err(error) => error.is_for_persons(),
    }
}
