//! `@constraint`: the bounds of an argument or input field, which are checked
//! during coercion.

use std::sync::LazyLock;

use async_graphql::MaybeUndefined;
use regex::Regex;

use crate::{InputError, Violation};

/// A regular expression in generated code, compiled on first use.
pub type Pattern = &'static LazyLock<Regex>;

/// The bounds of a value; `None` means unbounded.
#[derive(Clone, Copy)]
pub struct Constraint {
    /// The minimum of a number, inclusive.
    pub min: Option<i64>,
    /// The maximum of a number, inclusive.
    pub max: Option<i64>,
    /// The minimum length of a string in characters (Unicode scalar values).
    pub min_length: Option<usize>,
    /// The maximum length of a string in characters (Unicode scalar values).
    pub max_length: Option<usize>,
    /// The minimum number of items of a list.
    pub min_items: Option<usize>,
    /// The maximum number of items of a list.
    pub max_items: Option<usize>,
    /// A regular expression that a string must match.
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

    fn check_number(&self, value: f64) -> Result<(), InputError> {
        #[expect(clippy::cast_precision_loss, reason = "bounds are small whole numbers")]
        let violation = match (self.min, self.max) {
            (Some(min), _) if value < min as f64 => Violation::LessThan(min),
            (_, Some(max)) if value > max as f64 => Violation::MoreThan(max),
            _ => return Ok(()),
        };
        Err(InputError::violation(violation))
    }
}

/// A type that can be constrained.
#[diagnostic::on_unimplemented(
    message = "`@constraint` cannot be put on an argument of type `{Self}`",
    label = "numbers, texts and lists have bounds; the comment at the end of the line names the argument"
)]
pub trait Constrained {
    /// Checks the value against the bounds; `minItems` and `maxItems` are checked by [`check_items`].
    fn check(&self, constraint: &Constraint) -> Result<(), InputError>;
}

impl Constrained for i32 {
    fn check(&self, constraint: &Constraint) -> Result<(), InputError> {
        constraint.check_number(f64::from(*self))
    }
}

impl Constrained for f64 {
    fn check(&self, constraint: &Constraint) -> Result<(), InputError> {
        constraint.check_number(*self)
    }
}

impl Constrained for String {
    fn check(&self, constraint: &Constraint) -> Result<(), InputError> {
        let length = self.chars().count();
        let violation = match *constraint {
            Constraint {
                min_length: Some(min),
                ..
            } if length < min => Violation::ShorterThan(min),
            Constraint {
                max_length: Some(max),
                ..
            } if length > max => Violation::LongerThan(max),
            Constraint {
                pattern: Some(pattern),
                ..
            } if !pattern.is_match(self) => Violation::PatternMismatch(pattern.as_str()),
            _ => return Ok(()),
        };
        Err(InputError::violation(violation))
    }
}

/// The bounds of numbers and strings apply to each item of a list.
impl<T: Constrained> Constrained for Vec<T> {
    fn check(&self, constraint: &Constraint) -> Result<(), InputError> {
        let items = self.iter().enumerate();
        let errors = items.filter_map(|(index, item)| {
            let error = item.check(constraint).err()?;
            Some(error.at(index))
        });
        let errors: Vec<_> = errors.map(Some).collect();
        if errors.is_empty() {
            return Ok(());
        }
        Err(InputError::all(errors))
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

/// Returns the argument if it is within the bounds; otherwise the error has its name in the path.
pub fn check<T: Constrained>(
    value: T,
    name: &str,
    constraint: &Constraint,
) -> Result<T, InputError> {
    match value.check(constraint) {
        Ok(()) => Ok(value),
        Err(error) => Err(error.within(name)),
    }
}

/// A list that may be absent.
#[diagnostic::on_unimplemented(
    message = "`minItems` and `maxItems` bound lists, and `{Self}` is none",
    label = "the comment at the end of the line names the argument"
)]
pub trait Items {
    /// The number of items; `None` when the list is null or absent.
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

/// Returns the argument if its number of items is within the bounds; otherwise the error has its name in the path.
pub fn check_items<T: Items>(
    value: T,
    name: &str,
    constraint: &Constraint,
) -> Result<T, InputError> {
    let count = value.count();
    let violation = match *constraint {
        Constraint {
            min_items: Some(min),
            ..
        } if count.is_some_and(|count| count < min) => Violation::FewerItemsThan(min),
        Constraint {
            max_items: Some(max),
            ..
        } if count.is_some_and(|count| count > max) => Violation::MoreItemsThan(max),
        _ => return Ok(value),
    };
    Err(InputError::violation(violation).within(name))
}
