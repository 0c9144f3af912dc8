//! The limits of `@constraint` on what clients send.

use apollo_compiler::{
    ast::{InputValueDefinition, Value},
    coordinate::SchemaCoordinate,
};

use super::{Comparison, Kind};
use crate::directive::{Applied, CONSTRAINT};

/// Limits below which nothing is accepted.
const LEAST: [&str; 3] = ["min", "minLength", "minItems"];

/// Limits above which nothing is accepted.
const MOST: [&str; 3] = ["max", "maxLength", "maxItems"];

impl Comparison<'_> {
    /// What was accepted before must still be. Wider limits are no change to
    /// anyone; of two patterns nobody can tell which accepts more.
    pub(super) fn limits(
        &mut self,
        coordinate: &SchemaCoordinate,
        old: &InputValueDefinition,
        new: &InputValueDefinition,
    ) {
        // A schema that does not tell its limits may have had any.
        if !self.old.directive_definitions.contains_key(CONSTRAINT) {
            return;
        }
        let least = LEAST.into_iter().filter(|name| {
            let (before, now) = (number(old, name), number(new, name));
            now.is_some_and(|now| before.is_none_or(|before| now > before))
        });
        let most = MOST.into_iter().filter(|name| {
            let (before, now) = (number(old, name), number(new, name));
            now.is_some_and(|now| before.is_none_or(|before| now < before))
        });
        let pattern = ["pattern"].into_iter().filter(|name| {
            let now = argument(new, name);
            now.is_some() && now != argument(old, name)
        });
        for name in least.chain(most).chain(pattern) {
            let told = |input| {
                argument(input, name).map(|value| value.serialize().no_indent().to_string())
            };
            let now = told(new).unwrap_or_default();
            let change = match told(old) {
                Some(before) => format!("changed from `{before}` to `{now}`"),
                None => format!("`{now}` was added"),
            };
            self.report(
                Kind::ConstraintTightened,
                coordinate.clone(),
                format!("The limit `{name}` {change}: operations that send what was right before are refused."),
            );
        }
    }
}

fn argument<'a>(input: &'a InputValueDefinition, name: &str) -> Option<&'a Value> {
    Applied::find(input.directives.iter(), CONSTRAINT)?.argument(name)
}

fn number(input: &InputValueDefinition, name: &str) -> Option<f64> {
    argument(input, name)?.to_f64()
}
