//! What differs between two versions of a schema, as far as clients notice.
//!
//! The rules and the names are those of graphql-js 16 (`findBreakingChanges`
//! and `findDangerousChanges`), so that what people know from there holds here:
//! whatever graphql-js finds is found, under the same name. Kinds whose
//! docstring says so go beyond it.
//!
//! Nothing is said of order, descriptions, deprecations, and additions that
//! leave every client as it was.

mod arguments;
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

/// One difference, and what it means to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What sort of difference.
    pub kind: Kind,
    /// Where: `Recipe`, `Recipe.minutes`, `Query.recipes(first:)`, `Goal.STRENGTH`, `@skip`, `@skip(if:)`. For the
    /// member of a union it is the union's, for an implemented interface that of the type which implements it.
    pub coordinate: SchemaCoordinate,
    /// A sentence that says what changed and what it breaks.
    pub message: String,
}

/// In one line: how bad, kind, place and message.
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

/// All changes from one version to another, breaking ones first, then by
/// coordinate. The order does not depend on that of the definitions.
pub fn changes(old: &Valid<Schema>, new: &Valid<Schema>) -> Vec<Change> {
    let mut comparison = Comparison {
        old,
        new,
        found: Vec::new(),
    };
    comparison.roots();
    comparison.types();
    comparison.directives();
    let mut found = comparison.found;
    found.sort_by_cached_key(|change| {
        (
            change.kind.criticality(),
            change.coordinate.to_string(),
            change.kind,
            change.message.clone(),
        )
    });
    found
}

/// Two versions, and what was found so far. Each module adds its noun.
struct Comparison<'a> {
    old: &'a Schema,
    new: &'a Schema,
    found: Vec<Change>,
}

impl Comparison<'_> {
    fn report(
        &mut self,
        kind: Kind,
        coordinate: impl Into<SchemaCoordinate>,
        message: impl Into<String>,
    ) {
        self.found.push(Change {
            kind,
            coordinate: coordinate.into(),
            message: message.into(),
        });
    }
}
