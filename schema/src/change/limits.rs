//! Compares the limits of `@constraint` on inputs.

use apollo_compiler::{
    ast::{InputValueDefinition, Value},
    coordinate::SchemaCoordinate,
};

use super::{Comparison, Kind};
use crate::directive::{Applied, CONSTRAINT};

/// The arguments of `@constraint` that are lower limits.
const LOWER_LIMITS: [&str; 3] = ["min", "minLength", "minItems"];

/// The arguments of `@constraint` that are upper limits.
const UPPER_LIMITS: [&str; 3] = ["max", "maxLength", "maxItems"];

impl Comparison<'_> {
    /// Reports limits that may reject values that were accepted before. Any change of
    /// a pattern is reported, because patterns cannot be compared.
    pub(super) fn limits(
        &mut self,
        coordinate: &SchemaCoordinate,
        old: &InputValueDefinition,
        new: &InputValueDefinition,
    ) {
        // A schema that does not define the directive may have had any limits.
        if !self.old.directive_definitions.contains_key(CONSTRAINT) {
            return;
        }
        let lower = LOWER_LIMITS.into_iter().filter(|name| {
            let (before, now) = (number(old, name), number(new, name));
            now.is_some_and(|now| before.is_none_or(|before| now > before))
        });
        let upper = UPPER_LIMITS.into_iter().filter(|name| {
            let (before, now) = (number(old, name), number(new, name));
            now.is_some_and(|now| before.is_none_or(|before| now < before))
        });
        let pattern = ["pattern"].into_iter().filter(|name| {
            let now = argument(new, name);
            now.is_some() && now != argument(old, name)
        });
        for name in lower.chain(upper).chain(pattern) {
            let text = |input| {
                argument(input, name).map(|value| value.serialize().no_indent().to_string())
            };
            let now = text(new).unwrap_or_default();
            let change = match text(old) {
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
