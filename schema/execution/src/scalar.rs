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

    /// Reads a literal or a variable.
    fn parse(value: Value) -> Result<Self::Rust, InputError>;

    /// Writes an answer.
    fn serialize(value: &Self::Rust) -> Value;
}
