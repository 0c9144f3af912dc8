//! The size of a parsed document. Each fragment is measured once.

use std::collections::HashMap;

use apollo_compiler::{
    Name,
    ast::{Definition, Document, FragmentDefinition, Selection},
};

use super::{Limits, too_large};
use crate::ResolverError;

/// The size of a selection set with its fragments expanded.
#[derive(Clone, Copy, Default)]
struct Measure {
    depth: usize,
    introspection_depth: usize,
    introspection_cost: usize,
    introspection_lists: usize,
    selections: usize,
    /// The introspection cost if the set is below `__schema` or `__type`.
    cost: usize,
    /// The nesting depth of lists that lead to other types, if the set is below `__schema` or `__type`.
    lists: usize,
}

impl Measure {
    fn combine(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            introspection_depth: self.introspection_depth.max(other.introspection_depth),
            introspection_cost: self
                .introspection_cost
                .saturating_add(other.introspection_cost),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
            selections: self.selections.saturating_add(other.selections),
            cost: self.cost.saturating_add(other.cost),
            lists: self.lists.max(other.lists),
        }
    }
}

struct Measurer<'d> {
    definitions: HashMap<&'d Name, &'d FragmentDefinition>,
    /// `None` while a fragment is being measured: a spread of it is then a cycle.
    fragments: HashMap<&'d Name, Option<Measure>>,
    aliases: usize,
    directives: usize,
}

pub(super) fn check(document: &Document, limits: &Limits) -> Result<(), ResolverError> {
    let operations = document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            Definition::OperationDefinition(operation) => Some(operation),
            _ => None,
        });
    let fragments = document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            Definition::FragmentDefinition(fragment) => Some(&**fragment),
            _ => None,
        });
    if operations.clone().count() > limits.operations {
        return Err(too_large("operations", limits.operations));
    }
    if fragments.clone().count() > limits.fragments {
        return Err(too_large("fragments", limits.fragments));
    }
    let mut measurer = Measurer {
        // Validation reports duplicate names.
        definitions: fragments
            .map(|fragment| (&fragment.name, fragment))
            .collect(),
        fragments: HashMap::new(),
        aliases: 0,
        directives: 0,
    };
    // Unused fragments are measured too: validation traverses them before it
    // rejects them.
    let names: Vec<_> = measurer.definitions.keys().copied().collect();
    for name in names {
        measurer.fragment(name)?;
    }
    let mut total = Measure::default();
    for operation in operations {
        measurer.directives += operation.directives.len();
        let on_variables = operation
            .variables
            .iter()
            .map(|variable| variable.directives.len());
        measurer.directives += on_variables.sum::<usize>();
        total = total.combine(measurer.set(&operation.selection_set)?);
    }
    let counts = [
        (total.depth, limits.depth, "fields within each other"),
        (
            total.introspection_depth,
            limits.introspection_depth,
            "introspection fields within each other",
        ),
        (
            total.introspection_cost,
            limits.introspection_cost,
            "items of introspection",
        ),
        (
            total.introspection_lists,
            limits.introspection_lists,
            "lists of introspection within each other",
        ),
        (
            total.selections,
            limits.selections,
            "fields with its fragments expanded",
        ),
        (measurer.aliases, limits.aliases, "aliases"),
        (measurer.directives, limits.directives, "directives"),
    ];
    match counts.into_iter().find(|(count, limit, _)| count > limit) {
        None => Ok(()),
        Some((_, limit, what)) => Err(too_large(what, limit)),
    }
}

impl<'d> Measurer<'d> {
    fn fragment(&mut self, name: &'d Name) -> Result<Measure, ResolverError> {
        match self.fragments.get(name) {
            Some(Some(measure)) => return Ok(*measure),
            Some(None) => {
                let message = format!("the fragment {name} contains itself");
                return Err(ResolverError::new("GRAPHQL_VALIDATION_FAILED", message));
            }
            None => {}
        }
        let Some(&fragment) = self.definitions.get(name) else {
            // Validation reports unknown fragments.
            return Ok(Measure::default());
        };
        self.fragments.insert(name, None);
        self.directives += fragment.directives.len();
        let measure = self.set(&fragment.selection_set)?;
        self.fragments.insert(name, Some(measure));
        Ok(measure)
    }

    fn set(&mut self, set: &'d [Selection]) -> Result<Measure, ResolverError> {
        let mut total = Measure::default();
        for selection in set {
            self.directives += match selection {
                Selection::Field(field) => field.directives.len(),
                Selection::InlineFragment(inline) => inline.directives.len(),
                Selection::FragmentSpread(spread) => spread.directives.len(),
            };
            let measure = match selection {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.alias.is_some());
                    let below = self.set(&field.selection_set)?;
                    measure_field(&field.name, below)
                }
                Selection::InlineFragment(inline) => self.set(&inline.selection_set)?,
                Selection::FragmentSpread(spread) => self.fragment(&spread.fragment_name)?,
            };
            total = total.combine(measure);
        }
        Ok(total)
    }
}

fn measure_field(name: &str, below: Measure) -> Measure {
    let depth = below.depth + 1;
    let cost = below
        .cost
        .saturating_add(1)
        .saturating_mul(list_length(name));
    let selections = below.selections.saturating_add(1);
    let lists = below.lists + usize::from(expands_types(name));
    if matches!(name, "__schema" | "__type") {
        return Measure {
            depth: 1,
            introspection_depth: depth,
            introspection_cost: cost,
            introspection_lists: lists,
            selections,
            cost,
            lists,
        };
    }
    Measure {
        depth,
        selections,
        cost,
        lists,
        ..below
    }
}

/// Whether a list leads from a type to other types, so that it can be nested
/// without end. The same lists as in graphql-js's `MaxIntrospectionDepthRule`.
fn expands_types(name: &str) -> bool {
    matches!(
        name,
        "fields" | "inputFields" | "interfaces" | "possibleTypes"
    )
}

/// The estimated length of an introspection list, based on averages of our schema.
fn list_length(name: &str) -> usize {
    match name {
        "types" => 120,
        "fields" => 4,
        "directives" => 5,
        "inputFields" | "enumValues" => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use apollo_compiler::parser::Parser;

    use super::check;
    use crate::document::Limits;

    fn error_message(text: &str) -> Option<String> {
        let document = Parser::new().parse_ast(text, "").expect("GraphQL");
        let error = check(&document, &Limits::default()).err()?;
        Some(error.message.to_string())
    }

    #[test]
    fn a_fragment_bomb_is_rejected_without_expanding_it() {
        let mut bomb = String::from("{ ...F0 }");
        for index in 0..40 {
            let next = index + 1;
            bomb += &format!(" fragment F{index} on Query {{ ...F{next} ...F{next} }}");
        }
        bomb += " fragment F40 on Query { __typename }";
        let message = error_message(&bomb).expect("an error");
        assert!(message.contains("expanded"), "{message}");
    }

    #[test]
    fn a_fragment_cycle_is_rejected() {
        let cycle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
        assert!(error_message(cycle).is_some_and(|message| message.contains("contains itself")));
    }

    #[test]
    fn depth_counts_through_fragments() {
        let deep = |levels: usize| "{ a ".repeat(levels) + &"}".repeat(levels);
        assert_eq!(error_message(&deep(12)), None);
        assert!(error_message(&deep(13)).is_some());
        let spread = "{ a { a { a { a { a { a { ...F } } } } } } } fragment F on T { a { a { a { a { a { a { a } } } } } } }";
        assert!(error_message(spread).is_some_and(|message| message.contains("within each other")));
    }

    #[test]
    fn the_whole_schema_can_be_introspected_only_once() {
        let whole = include_str!("../../../graphql_js_introspection.graphql");
        assert_eq!(error_message(whole), None);
        let fields = |n: usize| {
            (0..n)
                .map(|n| format!("a{n}: fields {{ name type {{ name }} }} "))
                .collect::<String>()
        };
        let often = format!("{{ __schema {{ types {{ {} }} }} }}", fields(29));
        assert!(error_message(&often).is_some_and(|message| message.contains("introspection")));
    }

    #[test]
    fn introspection_has_limits_of_its_own() {
        let nested = "{ __schema { types { fields { type { fields { type { fields { type { fields { type { fields { name } } } } } } } } } } } }";
        assert!(error_message(nested).is_some_and(|message| message.contains("introspection")));
        let circle = format!(
            "{{ __type(name: \"Node\") {{ {} name {} }} }}",
            "possibleTypes { interfaces { ".repeat(6),
            "} }".repeat(6)
        );
        assert!(error_message(&circle).is_some_and(|message| message.contains("introspection")));
        let aliased = format!(
            "{{ __schema {{ types {{ {} }} }} }}",
            (0..31).map(|n| format!("a{n}: name ")).collect::<String>()
        );
        assert!(error_message(&aliased).is_some_and(|message| message.contains("aliases")));
    }
}
