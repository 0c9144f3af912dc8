//! Reading SDL of other tools and versions, and rejecting text that is not SDL.

use coach_schema::parse;

use crate::example::change_lines;

const PLAIN: &str = "type Query { dish(id: ID = 1): Dish } type Mutation { eat: Int } type Dish { id: ID title: String }";

#[test]
fn the_same_schema_in_other_notations_has_no_changes() {
    for sdl in [
        // With definitions that are optional.
        "schema { query: Query mutation: Mutation } scalar ID type Query { dish(id: ID = 1): Dish } type Mutation { eat: Int } type Dish { id: ID title: String }",
        "\"\"\"All\"\"\" schema { query: Query mutation: Mutation } \"A\" type Query { \"b\" dish(\"c\" id: ID = 1): Dish } type Mutation { eat: Int } type Dish { id: ID # d\n title: String @deprecated }",
        "directive @deprecated(reason: String = \"No longer supported\") on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE directive @oneOf on INPUT_OBJECT type Query { dish(id: ID = 1): Dish } type Mutation { eat: Int } type Dish { id: ID title: String } type __Schema { queryType: String }",
        // With extensions.
        "type Query { dish(id: ID = 1): Dish } type Dish { id: ID } extend type Dish { title: String } schema { query: Query } extend schema { mutation: Mutation } type Mutation { eat: Int }",
        "extend type Query { dish(id: ID = 1): Dish } extend type Mutation { eat: Int } type Dish { id: ID title: String }",
        "\u{feff}type Query {\r\n dish(id: ID = 1): Dish }\r\ntype Mutation { eat: Int }\r\ntype Dish { id: ID, title: String }\r\n",
    ] {
        assert_eq!(change_lines(sdl, PLAIN), [""; 0], "{sdl}");
        assert_eq!(change_lines(PLAIN, sdl), [""; 0], "{sdl}");
    }
}

#[test]
fn errors_have_a_location() {
    for (sdl, expected) in [
        (
            "type Query {\n  dish: Dish!\n}",
            "old.graphql:2:9: cannot find type `Dish` in this document",
        ),
        (
            "type Query {\n  dish: Int\n",
            "old.graphql:2:13: syntax error: expected R_CURLY, got EOF",
        ),
        (
            "type Query {\n  dish: Int @spicy\n}",
            "old.graphql:2:13: cannot find directive `@spicy` in this document",
        ),
        (
            "type Query { a: Int }\ntype Query { a: Int }",
            "old.graphql:2:6: the type `Query` is defined multiple times in the schema",
        ),
        (
            "type Dish { id: ID }",
            "old.graphql: missing query root operation type in schema definition",
        ),
        (
            "query { dish }",
            "old.graphql:1:1: a schema document must not contain an operation definition",
        ),
        ("", "old.graphql:1:1: syntax error: Unexpected <EOF>."),
    ] {
        let error = parse(sdl, "old.graphql").expect_err(sdl).to_string();
        assert_eq!(error.lines().next(), Some(expected), "{error}");
    }
}

#[test]
fn at_most_twenty_mistakes_are_reported() {
    let page = "<p>Not found</p>\n".repeat(100);
    let error = parse(page, "old.graphql").expect_err("a page").to_string();
    let lines: Vec<_> = error.lines().collect();
    assert_eq!(lines.len(), 21, "{error}");
    assert!(lines[20].starts_with("old.graphql: ") && lines[20].ends_with(" more mistakes"));
}
