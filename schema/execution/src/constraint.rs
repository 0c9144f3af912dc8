//! `@constraint`: the bounds of an argument or input field, checked when it is
//! coerced.

use std::sync::LazyLock;

use async_graphql::MaybeUndefined;
use regex::Regex;

use crate::{InputError, Unacceptable};

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
        let why = match (self.min, self.max) {
            (Some(min), _) if value < min as f64 => Unacceptable::LessThan(min),
            (_, Some(max)) if value > max as f64 => Unacceptable::MoreThan(max),
            _ => return Ok(()),
        };
        Err(InputError::unacceptable(why))
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
        let why = match *constraint {
            Constraint {
                min_length: Some(min),
                ..
            } if length < min => Unacceptable::ShorterThan(min),
            Constraint {
                max_length: Some(max),
                ..
            } if length > max => Unacceptable::LongerThan(max),
            Constraint {
                pattern: Some(pattern),
                ..
            } if !pattern.is_match(self) => Unacceptable::Unlike(pattern.as_str()),
            _ => return Ok(()),
        };
        Err(InputError::unacceptable(why))
    }
}

/// The bounds of numbers and texts are those of a list's items.
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

/// The argument, if it keeps to the bounds; the error names it.
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

/// The argument, if it has as many items as it may; the error names it.
pub fn check_items<T: Items>(
    value: T,
    name: &str,
    constraint: &Constraint,
) -> Result<T, InputError> {
    let count = value.count();
    let why = match *constraint {
        Constraint {
            min_items: Some(min),
            ..
        } if count.is_some_and(|count| count < min) => Unacceptable::FewerItemsThan(min),
        Constraint {
            max_items: Some(max),
            ..
        } if count.is_some_and(|count| count > max) => Unacceptable::MoreItemsThan(max),
        _ => return Ok(value),
    };
    Err(InputError::unacceptable(why).within(name))
}
