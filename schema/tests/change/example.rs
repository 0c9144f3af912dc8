//! One example of each kind of change.

use coach_schema::{
    change::{self, Change, Kind},
    parse,
};

use crate::{breaking, dangerous};

/// Two versions with one difference, and the changes that are reported.
pub(crate) struct Example {
    pub(crate) kind: Kind,
    pub(crate) old: &'static str,
    pub(crate) new: &'static str,
    /// One line for each change.
    pub(crate) expected: &'static str,
}

pub(crate) fn changes(old: &str, new: &str) -> Vec<Change> {
    let old = parse(old, "old.graphql").unwrap_or_else(|error| panic!("{error}\n{old}"));
    let new = parse(new, "new.graphql").unwrap_or_else(|error| panic!("{error}\n{new}"));
    change::changes(&old, &new)
}

/// The changes as `coach schema check` prints them, one line each.
pub(crate) fn change_lines(old: &str, new: &str) -> Vec<String> {
    changes(old, new).iter().map(Change::to_string).collect()
}

fn examples() -> impl Iterator<Item = &'static Example> {
    [
        breaking::TYPES,
        breaking::FIELDS,
        breaking::DIRECTIVES,
        breaking::UNKNOWN_TO_GRAPHQL_JS,
        dangerous::EXAMPLES,
        dangerous::UNKNOWN_TO_GRAPHQL_JS,
    ]
    .into_iter()
    .flatten()
}

#[test]
fn each_example_has_exactly_the_expected_changes() {
    for example in examples() {
        let expected: Vec<_> = example.expected.lines().collect();
        assert_eq!(change_lines(example.old, example.new), expected);
        let found = changes(example.old, example.new);
        assert!(
            found.iter().any(|change| change.kind == example.kind),
            "{} is not among {found:?}",
            example.kind
        );
        assert_eq!(
            change_lines(example.old, example.old),
            [""; 0],
            "{}",
            example.kind
        );
        assert_eq!(
            change_lines(example.new, example.new),
            [""; 0],
            "{}",
            example.kind
        );
    }
}

#[test]
fn every_kind_has_an_example() {
    for kind in Kind::ALL {
        let count = examples().filter(|example| example.kind == *kind).count();
        assert_eq!(count, 1, "{kind}");
    }
    assert_eq!(examples().count(), Kind::ALL.len());
}

#[test]
fn breaking_changes_come_first() {
    let old = "type Query { b: Int z: Colour } enum Colour { RED }";
    let new = "type Query { z: Colour } enum Colour { RED GREEN } directive @a on FIELD";
    let found = changes(old, new);
    let coordinates: Vec<_> = found
        .iter()
        .map(|change| {
            (
                change.kind.criticality().name(),
                change.coordinate.to_string(),
            )
        })
        .collect();
    assert_eq!(
        coordinates,
        [
            ("BREAKING", "Int".to_owned()),
            ("BREAKING", "Query.b".to_owned()),
            ("DANGEROUS", "Colour.GREEN".to_owned()),
        ]
    );
}

#[test]
fn the_table_for_client_teams_lists_every_kind() {
    let page = include_str!("../../../docs/SCHEMA.md");
    for kind in Kind::ALL {
        let row = format!("`{kind}` | {} | ", kind.criticality());
        assert_eq!(page.matches(&row).count(), 1, "{row}");
    }
    assert_eq!(
        page.matches("ING | ").count() + page.matches("OUS | ").count(),
        Kind::ALL.len()
    );
}
