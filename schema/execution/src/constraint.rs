//! `@constraint`: the bounds of an argument or input field, checked when it is
//! coerced.

use std::sync::LazyLock;

use async_graphql::MaybeUndefined;
use regex::Regex;

use crate::InputError;

/// A pattern as generated code holds it: compiled at first use.
pub type Pattern = &'static LazyLock<Regex>;

/// The bounds; `None` where there is none.
#[derive(Clone, Copy)]
pub struct Constraint {
    /// The least number.
    pub min: Option<i64>,
    /// The greatest number.
    pub max: Option<i64>,
    /// The fewest characters (Unicode scalar values).
    pub min_length: Option<usize>,
    /// The most characters (Unicode scalar values).
    pub max_length: Option<usize>,
    /// The fewest items.
    pub min_items: Option<usize>,
    /// The most items.
    pub max_items: Option<usize>,
    /// A regular expression that the text must match.
    pub pattern: Option<Pattern>,
}

impl Constraint {
    /// No bounds.
    pub const NONE: Self = Self {
        min: None,
        max: None,
        min_length: None,
        max_length: None,
        min_items: None,
        max_items: None,
        pattern: None,
    };

    fn number(&self, value: f64) -> Result<(), InputError> {
        #[expect(clippy::cast_precision_loss, reason = "bounds are small whole numbers")]
        match (self.min, self.max) {
            (Some(min), _) if value < min as f64 => {
                Err(InputError::new(format!("is less than {min}")))
            }
            (_, Some(max)) if value > max as f64 => {
                Err(InputError::new(format!("is more than {max}")))
            }
            _ => Ok(()),
        }
    }
}

/// A type that bounds can be put on.
#[diagnostic::on_unimplemented(
    message = "`@constraint` cannot be put on an argument of type `{Self}`",
    label = "numbers, texts and lists have bounds; the comment at the end of the line names the argument"
)]
pub trait Constrained {
    /// Checks the value against the bounds.
    fn check(&self, constraint: &Constraint) -> Result<(), InputError>;
}

impl Constrained for i32 {
    fn check(&self, constraint: &Constraint) -> Result<(), InputError> {
        constraint.number(f64::from(*self))
    }
}

impl Constrained for f64 {
    fn check(&self, constraint: &Constraint) -> Result<(), InputError> {
        constraint.number(*self)
    }
}

impl Constrained for String {
    fn check(&self, constraint: &Constraint) -> Result<(), InputError> {
        let length = self.chars().count();
        match *constraint {
            Constraint {
                min_length: Some(min),
                ..
            } if length < min => Err(InputError::new(format!("is shorter than {min} characters"))),
            Constraint {
                max_length: Some(max),
                ..
            } if length > max => Err(InputError::new(format!("is longer than {max} characters"))),
            Constraint {
                pattern: Some(pattern),
                ..
            } if !pattern.is_match(self) => Err(InputError::new(format!(
                "does not match {}",
                pattern.as_str()
            ))),
            _ => Ok(()),
        }
    }
}

/// The bounds of numbers and texts are those of a list's items.
impl<T: Constrained> Constrained for Vec<T> {
    fn check(&self, constraint: &Constraint) -> Result<(), InputError> {
        self.iter().try_for_each(|item| item.check(constraint))
    }
}

impl<T: Constrained> Constrained for Option<T> {
    fn check(&self, constraint: &Constraint) -> Result<(), InputError> {
        self.as_ref()
            .map_or(Ok(()), |value| value.check(constraint))
    }
}

impl<T: Constrained> Constrained for MaybeUndefined<T> {
    fn check(&self, constraint: &Constraint) -> Result<(), InputError> {
        self.value().map_or(Ok(()), |value| value.check(constraint))
    }
}

/// Checks one argument; the error names it.
pub fn check(
    value: &impl Constrained,
    name: &str,
    constraint: &Constraint,
) -> Result<(), InputError> {
    value.check(constraint).map_err(|error| error.within(name))
}

/// A list, given or not.
#[diagnostic::on_unimplemented(
    message = "`minItems` and `maxItems` bound lists, and `{Self}` is none",
    label = "the comment at the end of the line names the argument"
)]
pub trait Items {
    /// How many items were given.
    fn count(&self) -> Option<usize>;
}

impl<T> Items for Vec<T> {
    fn count(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T: Items> Items for Option<T> {
    fn count(&self) -> Option<usize> {
        self.as_ref().and_then(Items::count)
    }
}

impl<T: Items> Items for MaybeUndefined<T> {
    fn count(&self) -> Option<usize> {
        self.value().and_then(Items::count)
    }
}

/// Checks the number of items of one argument; the error names it.
pub fn check_items(
    value: &impl Items,
    name: &str,
    constraint: &Constraint,
) -> Result<(), InputError> {
    let count = value.count();
    let error = match *constraint {
        Constraint {
            min_items: Some(min),
            ..
        } if count.is_some_and(|count| count < min) => {
            format!("has fewer than {min} items")
        }
        Constraint {
            max_items: Some(max),
            ..
        } if count.is_some_and(|count| count > max) => {
            format!("has more than {max} items")
        }
        _ => return Ok(()),
    };
    Err(InputError::new(error).within(name))
}
