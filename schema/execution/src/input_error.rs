//! Errors of input values. A value of the wrong type is a bug of the client,
//! which its developer has to fix. A value of the right type that violates a
//! constraint is a user error, which the person who entered it can correct.

use std::{borrow::Cow, fmt};

use async_graphql::PathSegment;

use crate::ResolverError;

/// All problems of a value, or of the arguments of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    problems: Vec<Problem>,
}

/// One problem, with its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub cause: Cause,
    reversed_path: Vec<PathSegment>,
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The value does not have the expected type, or is missing. The text is a
    /// sentence without its subject.
    TypeMismatch(Cow<'static, str>),
    /// The value has the right type but violates a constraint.
    Violation(Violation),
}

/// The constraint that a value of the right type violates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// The number is less than this minimum.
    LessThan(i64),
    /// The number is more than this maximum.
    MoreThan(i64),
    /// The string has fewer characters than this minimum.
    ShorterThan(usize),
    /// The string has more characters than this maximum.
    LongerThan(usize),
    /// The list has fewer items than this minimum.
    FewerItemsThan(usize),
    /// The list has more items than this maximum.
    MoreItemsThan(usize),
    /// The string does not match this regular expression.
    PatternMismatch(&'static str),
    /// A scalar does not accept the value.
    InvalidScalar {
        /// Identifies the reason, for programs.
        code: &'static str,
        /// A sentence without its subject.
        message: &'static str,
    },
}

impl InputError {
    /// A type mismatch.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Cause::TypeMismatch(message.into()))
    }

    /// The value has the right type but violates a constraint.
    pub fn violation(violation: Violation) -> Self {
        Self::of(Cause::Violation(violation))
    }

    fn of(cause: Cause) -> Self {
        Self {
            problems: vec![Problem {
                cause,
                reversed_path: Vec::new(),
            }],
        }
    }

    /// Merges several errors, in this order.
    pub fn all(errors: impl IntoIterator<Item = Option<Self>>) -> Self {
        let errors = errors.into_iter().flatten();
        Self {
            problems: errors.flat_map(|error| error.problems).collect(),
        }
    }

    /// Prepends an argument or input field to the path of each problem.
    #[must_use]
    pub fn within(self, name: impl Into<String>) -> Self {
        self.prepend_path(&PathSegment::Field(name.into()))
    }

    /// Prepends a list index to the path of each problem.
    #[must_use]
    pub fn at(self, index: usize) -> Self {
        self.prepend_path(&PathSegment::Index(index))
    }

    fn prepend_path(mut self, segment: &PathSegment) -> Self {
        for problem in &mut self.problems {
            problem.reversed_path.push(segment.clone());
        }
        self
    }

    /// Turns violations into type mismatches, for values that no person enters,
    /// such as an ID.
    #[must_use]
    pub fn into_type_mismatch(mut self) -> Self {
        for problem in &mut self.problems {
            if let Cause::Violation(violation) = problem.cause {
                problem.cause = Cause::TypeMismatch(violation.to_string().into());
            }
        }
        self
    }

    /// Whether all problems are violations, which a user can correct.
    pub fn is_user_error(&self) -> bool {
        let mut problems = self.problems.iter();
        problems.all(|problem| matches!(problem.cause, Cause::Violation(_)))
    }

    /// The problems.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Converts to one error of the field: its message lists all problems, and its argument path is that of the first.
    pub(crate) fn into_resolver_error(self, field: &str) -> ResolverError {
        let messages = self.problems.iter().map(|problem| {
            let path = problem.path_as_text().join(".");
            format!("{field}({path}): {}", problem.cause)
        });
        let message = messages.collect::<Vec<_>>().join("; ");
        let error = ResolverError::new("BAD_USER_INPUT", message);
        let first = self.problems.first().into_iter();
        error.with_argument_path(first.flat_map(Problem::path).cloned())
    }
}

impl Problem {
    /// The path from the outside in: the argument, then input fields and list indices.
    pub fn path(&self) -> impl Iterator<Item = &PathSegment> {
        self.reversed_path.iter().rev()
    }

    /// The path as strings; list indices are written as digits.
    pub fn path_as_text(&self) -> Vec<String> {
        let path = self.path().map(|segment| match segment {
            PathSegment::Field(name) => name.clone(),
            PathSegment::Index(index) => index.to_string(),
        });
        path.collect()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TypeMismatch(message) => formatter.write_str(message),
            Self::Violation(violation) => violation.fmt(formatter),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::LessThan(min) => write!(formatter, "is less than {min}"),
            Self::MoreThan(max) => write!(formatter, "is more than {max}"),
            Self::ShorterThan(min) => write!(formatter, "is shorter than {min} characters"),
            Self::LongerThan(max) => write!(formatter, "is longer than {max} characters"),
            Self::FewerItemsThan(min) => write!(formatter, "has fewer than {min} items"),
            Self::MoreItemsThan(max) => write!(formatter, "has more than {max} items"),
            Self::PatternMismatch(pattern) => write!(formatter, "does not match {pattern}"),
            Self::InvalidScalar { message, .. } => formatter.write_str(message),
        }
    }
}

/// A mutation payload with `userErrors`, which list why the mutation was not
/// executed. The generator implements it.
pub trait UserErrorPayload: Sized {
    /// A user error.
    type UserError;

    /// The payload of a mutation that was not executed.
    fn rejected(user_errors: Vec<Self::UserError>) -> Self;

    /// The `userErrors`.
    fn user_errors(&self) -> &[Self::UserError];
}

/// How a schema represents user errors; implemented by the context of a request.
pub trait UserErrors {
    /// A user error.
    type UserError;
    /// Why a mutation failed: a user error or any other.
    type MutationError;

    /// The user error for a problem of the input.
    fn from_problem(problem: &Problem) -> Self::UserError;

    /// The code of a user error.
    fn code(error: &Self::UserError) -> &'static str;

    /// The user error that a mutation failed with.
    ///
    /// # Errors
    ///
    /// Any other error that it failed with.
    fn user_error(error: Self::MutationError) -> Result<Self::UserError, ResolverError>;
}
