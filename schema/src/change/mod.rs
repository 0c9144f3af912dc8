//! Compares two versions of a schema for changes that affect clients.
//!
//! The rules and names are those of graphql-js 16 (`findBreakingChanges` and
//! `findDangerousChanges`): every change that graphql-js finds is found, under
//! the same name. Kinds that graphql-js does not find say so in their
//! documentation.
//!
//! Changes of order, descriptions and deprecations are not reported, nor are
//! additions that affect no client.

mod defaults;
mod directives;
mod fields;
mod inputs;
mod kinds;
mod limits;
mod references;
mod roots;
mod types;
mod values;

use std::fmt;

use apollo_compiler::{Schema, coordinate::SchemaCoordinate, validation::Valid};

pub use kinds::{Criticality, Kind};

/// One change that affects clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The kind of change.
    pub kind: Kind,
    /// The schema coordinate of the changed element: `Recipe`, `Recipe.minutes`, `Query.recipes(first:)`,
    /// `Goal.STRENGTH`, `@skip`, `@skip(if:)`. For a union member it is the union, for an implemented interface the
    /// implementing type.
    pub coordinate: SchemaCoordinate,
    /// A sentence on what changed and what it breaks.
    pub message: String,
}

/// One line: criticality, kind, coordinate and message.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {}: {}",
            self.kind.criticality(),
            self.kind,
            self.coordinate,
            self.message
        )
    }
}

/// All changes from one version to another: breaking changes first, then by
/// coordinate, independently of the order of the definitions.
pub fn changes(old: &Valid<Schema>, new: &Valid<Schema>) -> Vec<Change> {
    let mut comparison = Comparison {
        old,
        new,
        changes: Vec::new(),
    };
    comparison.roots();
    comparison.types();
    comparison.directives();
    let mut changes = comparison.changes;
    changes.sort_by_cached_key(|change| {
        (
            change.kind.criticality(),
            change.coordinate.to_string(),
            change.kind,
            change.message.clone(),
        )
    });
    changes
}

/// Two versions, and the changes found so far. Each module compares one kind of
/// element.
struct Comparison<'a> {
    old: &'a Schema,
    new: &'a Schema,
    changes: Vec<Change>,
}

impl Comparison<'_> {
    fn report(
        &mut self,
        kind: Kind,
        coordinate: impl Into<SchemaCoordinate>,
        message: impl Into<String>,
    ) {
        self.changes.push(Change {
            kind,
            coordinate: coordinate.into(),
            message: message.into(),
        });
    }
}
