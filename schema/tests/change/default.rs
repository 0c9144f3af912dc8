//! Defaults are compared by meaning.

use crate::example::change_lines;

fn schema(argument: &str, inputs: &str) -> String {
    format!("type Query {{ field({argument}): Int float: Float id: ID }} {inputs}")
}

#[test]
fn another_notation_of_the_same_value_is_not_reported() {
    let inputs = "input Filter { minutes: Int = 30 tags: [String!] within: Filter } scalar Any enum Level { EASY }";
    for (old, new) in [
        (
            "a: Filter = {minutes: 1, tags: []}",
            "a: Filter = {tags: [], minutes: 1}",
        ),
        ("a: Filter = {}", "a: Filter = {minutes: 30}"),
        (
            "a: Filter = {within: {tags: []}}",
            "a: Filter = {minutes: 30, within: {minutes: 30, tags: []}}",
        ),
        ("a: Filter = {tags: \"x\"}", "a: Filter = {tags: [\"x\"]}"),
        ("a: [Int] = 1", "a: [Int] = [1]"),
        ("a: [[Int]] = 1", "a: [[Int]] = [[1]]"),
        ("a: [Filter] = {}", "a: [Filter] = [{minutes: 30}]"),
        ("a: Float = 1", "a: Float = 1.0"),
        ("a: Float = 0.00025", "a: Float = 2.5e-4"),
        ("a: ID = 7", "a: ID = \"7\""),
        ("a: String = \"x\"", "a: String = \"\"\"x\"\"\""),
        (
            "a: Any = {x: 1, y: [{p: 1, q: 2}]}",
            "a: Any = {y: [{q: 2.0, p: 1}], x: 1}",
        ),
        ("a: Any = EASY", "a: Any = \"EASY\""),
        ("a: Int! = 1", "a: Int = 1"),
        ("a: Int", "a: Int = 1"),
        ("a: Int", "a: Int = null"),
    ] {
        let found = change_lines(&schema(old, inputs), &schema(new, inputs));
        assert_eq!(found, [""; 0], "{old} and {new}");
    }
}

#[test]
fn another_value_is_reported() {
    let inputs =
        "input Filter { minutes: Int = 30 tags: [String!] } scalar Any enum Level { EASY HARD }";
    for (old, new, change) in [
        ("a: Int = 1", "a: Int = 2", "changed from `1` to `2`"),
        ("a: Int = 1", "a: Int = null", "changed from `1` to `null`"),
        ("a: Int = null", "a: Int", "`null` was removed"),
        (
            "a: [Int] = [1, 2]",
            "a: [Int] = [2, 1]",
            "changed from `[1, 2]` to `[2, 1]`",
        ),
        (
            "a: ID = 7",
            "a: ID = \"07\"",
            "changed from `\"7\"` to `\"07\"`",
        ),
        (
            "a: Level = EASY",
            "a: Level = HARD",
            "changed from `EASY` to `HARD`",
        ),
        (
            "a: Float = 0.5",
            "a: Float = 0.25",
            "changed from `0.5` to `0.25`",
        ),
        (
            "a: Any = 9007199254740993",
            "a: Any = 9007199254740992",
            "changed from `9007199254740993` to `9007199254740992`",
        ),
        (
            "a: Filter = {}",
            "a: Filter = {minutes: 60}",
            "changed from `{minutes: 30}` to `{minutes: 60}`",
        ),
        (
            "a: Filter = {tags: []}",
            "a: Filter = {tags: null}",
            "changed from `{minutes: 30, tags: []}` to `{minutes: 30, tags: null}`",
        ),
    ] {
        let found = change_lines(&schema(old, inputs), &schema(new, inputs));
        let expected =
            format!("DANGEROUS ARG_DEFAULT_VALUE_CHANGE Query.field(a:): The default {change}: ");
        assert_eq!(found.len(), 1, "{old} and {new}: {found:?}");
        assert!(found[0].starts_with(&expected), "{}", found[0]);
    }
}

#[test]
fn the_default_of_a_field_is_part_of_the_defaults_of_its_object() {
    let with = |minutes| {
        let inputs = format!("input Filter {{ minutes: Int = {minutes} }}");
        schema("a: Filter = {}, b: Filter", &inputs)
    };
    assert_eq!(
        change_lines(&with("30"), &with("60")),
        [
            "DANGEROUS INPUT_FIELD_DEFAULT_VALUE_CHANGE Filter.minutes: The default changed from `30` to `60`: operations that leave the field out mean something else now.",
            "DANGEROUS ARG_DEFAULT_VALUE_CHANGE Query.field(a:): The default changed from `{minutes: 30}` to `{minutes: 60}`: operations that leave the argument out mean something else now.",
        ]
    );
}

#[test]
fn an_object_may_be_its_own_default() {
    let with = |minutes| {
        let inputs = format!("input Filter {{ minutes: Int = {minutes} within: Filter = {{}} }}");
        schema("a: Filter = {}", &inputs)
    };
    assert_eq!(change_lines(&with("30"), &with("30")), [""; 0]);
    assert_eq!(change_lines(&with("30"), &with("60")).len(), 3);
}

#[test]
fn arguments_of_directives_have_defaults_too() {
    let with = |argument| format!("type Query {{ a: Int }} directive @spicy({argument}) on FIELD");
    assert_eq!(
        change_lines(&with("much: Int! = 1"), &with("much: Int!")),
        [
            "BREAKING ARG_BECAME_REQUIRED @spicy(much:): Its default `1` was removed and it cannot be null: operations that leave the argument out are refused.",
            "DANGEROUS ARG_DEFAULT_VALUE_CHANGE @spicy(much:): The default `1` was removed: operations that leave the argument out no longer mean that.",
        ]
    );
}
