//! The size of a parsed document, each fragment measured once.

use std::collections::HashMap;

use apollo_compiler::{
    Name,
    ast::{Definition, Document, FragmentDefinition, Selection},
};

use super::{Limits, too_large};
use crate::Fault;

/// What a selection set comes to with its fragments expanded.
#[derive(Clone, Copy, Default)]
struct Measure {
    depth: usize,
    introspection_depth: usize,
    introspection_cost: usize,
    introspection_lists: usize,
    selections: usize,
    /// What the set would cost if it stood below `__schema`.
    cost: usize,
    /// How many lists that lead on to other types lie within each other.
    lists: usize,
}

impl Measure {
    fn and(self, other: Self) -> Self {
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
    /// `None` while a fragment is being measured: meeting it again is a cycle.
    fragments: HashMap<&'d Name, Option<Measure>>,
    aliases: usize,
    directives: usize,
}

pub(super) fn check(document: &Document, limits: &Limits) -> Result<(), Fault> {
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
        // Validation says when a name comes twice.
        definitions: fragments
            .map(|fragment| (&fragment.name, fragment))
            .collect(),
        fragments: HashMap::new(),
        aliases: 0,
        directives: 0,
    };
    // Fragments that no operation spreads are measured too: validation walks
    // them before it refuses them.
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
        total = total.and(measurer.set(&operation.selection_set)?);
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
    fn fragment(&mut self, name: &'d Name) -> Result<Measure, Fault> {
        match self.fragments.get(name) {
            Some(Some(measure)) => return Ok(*measure),
            Some(None) => {
                let message = format!("the fragment {name} contains itself");
                return Err(Fault::new("GRAPHQL_VALIDATION_FAILED", message));
            }
            None => {}
        }
        let Some(&fragment) = self.definitions.get(name) else {
            // Validation says that there is no such fragment.
            return Ok(Measure::default());
        };
        self.fragments.insert(name, None);
        self.directives += fragment.directives.len();
        let measure = self.set(&fragment.selection_set)?;
        self.fragments.insert(name, Some(measure));
        Ok(measure)
    }

    fn set(&mut self, set: &'d [Selection]) -> Result<Measure, Fault> {
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
                    of_field(&field.name, below)
                }
                Selection::InlineFragment(inline) => self.set(&inline.selection_set)?,
                Selection::FragmentSpread(spread) => self.fragment(&spread.fragment_name)?,
            };
            total = total.and(measure);
        }
        Ok(total)
    }
}

fn of_field(name: &str, below: Measure) -> Measure {
    let depth = below.depth + 1;
    let cost = below
        .cost
        .saturating_add(1)
        .saturating_mul(list_length(name));
    let selections = below.selections.saturating_add(1);
    let lists = below.lists + usize::from(leads_on(name));
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

/// The lists that lead from a type to other types, and so on without end; as in
/// graphql-js's `MaxIntrospectionDepthRule`.
fn leads_on(name: &str) -> bool {
    matches!(
        name,
        "fields" | "inputFields" | "interfaces" | "possibleTypes"
    )
}

/// How long the lists of introspection are on average in a schema like ours.
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

    fn refusal(text: &str) -> Option<String> {
        let document = Parser::new().parse_ast(text, "").expect("GraphQL");
        let refused = check(&document, &Limits::default()).err()?;
        Some(refused.message.to_string())
    }

    #[test]
    fn a_fragment_bomb_is_refused_at_once() {
        let mut bomb = String::from("{ ...F0 }");
        for index in 0..40 {
            let next = index + 1;
            bomb += &format!(" fragment F{index} on Query {{ ...F{next} ...F{next} }}");
        }
        bomb += " fragment F40 on Query { __typename }";
        let message = refusal(&bomb).expect("refused");
        assert!(message.contains("expanded"), "{message}");
    }

    #[test]
    fn a_fragment_cycle_is_refused() {
        let cycle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
        assert!(refusal(cycle).is_some_and(|message| message.contains("contains itself")));
    }

    #[test]
    fn depth_counts_through_fragments() {
        let deep = |levels: usize| "{ a ".repeat(levels) + &"}".repeat(levels);
        assert_eq!(refusal(&deep(12)), None);
        assert!(refusal(&deep(13)).is_some());
        let spread = "{ a { a { a { a { a { a { ...F } } } } } } } fragment F on T { a { a { a { a { a { a { a } } } } } } }";
        assert!(refusal(spread).is_some_and(|message| message.contains("within each other")));
    }

    #[test]
    fn the_whole_schema_can_be_asked_for_once() {
        let whole = include_str!("../../../graphql_js_introspection.graphql");
        assert_eq!(refusal(whole), None);
        let fields = |n: usize| {
            (0..n)
                .map(|n| format!("a{n}: fields {{ name type {{ name }} }} "))
                .collect::<String>()
        };
        let often = format!("{{ __schema {{ types {{ {} }} }} }}", fields(29));
        assert!(refusal(&often).is_some_and(|message| message.contains("introspection")));
    }

    #[test]
    fn introspection_has_limits_of_its_own() {
        let nested = "{ __schema { types { fields { type { fields { type { fields { type { fields { type { fields { name } } } } } } } } } } } }";
        assert!(refusal(nested).is_some_and(|message| message.contains("introspection")));
        let circle = format!(
            "{{ __type(name: \"Node\") {{ {} name {} }} }}",
            "possibleTypes { interfaces { ".repeat(6),
            "} }".repeat(6)
        );
        assert!(refusal(&circle).is_some_and(|message| message.contains("introspection")));
        let aliased = format!(
            "{{ __schema {{ types {{ {} }} }} }}",
            (0..31).map(|n| format!("a{n}: name ")).collect::<String>()
        );
        assert!(refusal(&aliased).is_some_and(|message| message.contains("aliases")));
    }
}
