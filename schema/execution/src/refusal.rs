//! What is wrong with values that were given, and who can mend it. A value of
//! another kind is for the programmer to mend; one of the right kind that is
//! not accepted for the person who typed or chose it.

use std::{borrow::Cow, fmt};

use async_graphql::PathSegment;

use crate::Fault;

/// All that is wrong with a value, or with the arguments of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    problems: Vec<Problem>,
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is.
    pub cause: Cause,
    reversed_path: Vec<PathSegment>,
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It is of another kind than its type; a sentence without its subject.
    Kind(Cow<'static, str>),
    /// It is of the right kind, and not accepted.
    Value(Unacceptable),
}

/// Why a value of the right kind is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unacceptable {
    /// A number less than this.
    LessThan(i64),
    /// A number more than this.
    MoreThan(i64),
    /// A text of fewer characters than this.
    ShorterThan(usize),
    /// A text of more characters than this.
    LongerThan(usize),
    /// A list of fewer items than this.
    FewerItemsThan(usize),
    /// A list of more items than this.
    MoreItemsThan(usize),
    /// A text that does not match this regular expression.
    Unlike(&'static str),
    /// A value that a scalar does not know.
    Unknown {
        /// What tells it from other reasons, for programs.
        code: &'static str,
        /// A sentence without its subject.
        message: &'static str,
    },
}

impl InputError {
    /// The value is of another kind than its type.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Cause::Kind(message.into()))
    }

    /// The value is of the right kind, and not accepted.
    pub fn unacceptable(why: Unacceptable) -> Self {
        Self::of(Cause::Value(why))
    }

    fn of(cause: Cause) -> Self {
        Self {
            problems: vec![Problem {
                cause,
                reversed_path: Vec::new(),
            }],
        }
    }

    /// All of several errors, in this order.
    pub fn all(errors: impl IntoIterator<Item = Option<Self>>) -> Self {
        let errors = errors.into_iter().flatten();
        Self {
            problems: errors.flat_map(|error| error.problems).collect(),
        }
    }

    /// The same, one level up.
    #[must_use]
    pub fn within(self, name: impl Into<String>) -> Self {
        self.below(&PathSegment::Field(name.into()))
    }

    /// The same for a list that has the value at this place.
    #[must_use]
    pub fn at(self, index: usize) -> Self {
        self.below(&PathSegment::Index(index))
    }

    fn below(mut self, segment: &PathSegment) -> Self {
        for problem in &mut self.problems {
            problem.reversed_path.push(segment.clone());
        }
        self
    }

    /// The same for a value that programs make, such as an id: nobody has typed it.
    #[must_use]
    pub fn for_programmers(mut self) -> Self {
        for problem in &mut self.problems {
            if let Cause::Value(why) = problem.cause {
                problem.cause = Cause::Kind(why.to_string().into());
            }
        }
        self
    }

    /// Whether a person can mend all of it.
    pub fn is_for_persons(&self) -> bool {
        let mut problems = self.problems.iter();
        problems.all(|problem| matches!(problem.cause, Cause::Value(_)))
    }

    /// What is wrong.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// As the one error of a field, which tells all of it and points at the first.
    pub(crate) fn into_fault(self, field: &str) -> Fault {
        let told = self.problems.iter().map(|problem| {
            let path = problem.path_as_text().join(".");
            format!("{field}({path}): {}", problem.cause)
        });
        let message = told.collect::<Vec<_>>().join("; ");
        let fault = Fault::new("BAD_USER_INPUT", message);
        let first = self.problems.first().into_iter();
        fault.with_argument_path(first.flat_map(Problem::path).cloned())
    }
}

impl Problem {
    /// The argument, input fields and places in lists, from the outside in.
    pub fn path(&self) -> impl Iterator<Item = &PathSegment> {
        self.reversed_path.iter().rev()
    }

    /// The same as texts, places in lists as digits.
    pub fn path_as_text(&self) -> Vec<String> {
        let path = self.path().map(|segment| match segment {
            PathSegment::Field(name) => name.clone(),
            PathSegment::Index(place) => place.to_string(),
        });
        path.collect()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(message) => formatter.write_str(message),
            Self::Value(why) => why.fmt(formatter),
        }
    }
}

impl fmt::Display for Unacceptable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::LessThan(min) => write!(formatter, "is less than {min}"),
            Self::MoreThan(max) => write!(formatter, "is more than {max}"),
            Self::ShorterThan(min) => write!(formatter, "is shorter than {min} characters"),
            Self::LongerThan(max) => write!(formatter, "is longer than {max} characters"),
            Self::FewerItemsThan(min) => write!(formatter, "has fewer than {min} items"),
            Self::MoreItemsThan(max) => write!(formatter, "has more than {max} items"),
            Self::Unlike(pattern) => write!(formatter, "does not match {pattern}"),
            Self::Unknown { message, .. } => formatter.write_str(message),
        }
    }
}

/// The payload of a mutation that has `userErrors`: it says why nothing was
/// done.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has `userErrors`, and nothing makes it of what is wrong with the input",
    label = "`impl Refusable for {Self}` is missing"
)]
pub trait Refusable: Sized {
    /// The payload for input with which nothing was done.
    fn refused(problems: &[Problem]) -> Self;

    /// The codes of its `userErrors`.
    fn codes(&self) -> impl Iterator<Item = &'static str>;
}
