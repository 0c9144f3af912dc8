//! Custom scalars, whose reading and writing are by hand.

use crate::{InputError, Value, Writer, Written};

/// Reading and writing of a custom scalar. Implemented for the marker type of the scalar.
#[diagnostic::on_unimplemented(
    message = "the scalar of the marker `{Self}` has no implementation",
    label = "`impl Scalar for {Self}` is missing"
)]
pub trait Scalar {
    /// The Rust type that `@scalar(rust:)` names.
    type Rust;

    /// Parses a literal or a variable. A value that a user may have typed and
    /// can correct is an [`InputError::violation`].
    fn parse(value: Value) -> Result<Self::Rust, InputError>;

    /// Writes a value to the response.
    fn write<R>(value: &Self::Rust, out: &mut Writer<'_, R>) -> Written;
}

/// Whether a value has a type that the scalar accepts, even if the value itself is invalid.
pub fn accepts_type<S: Scalar>(value: &Value) -> bool {
    match S::parse(value.clone()) {
        Ok(_) => true,
        Err(error) => error.is_user_error(),
    }
}
