//! Each mistake in the SDL is reported with file, line and column, and how to fix
//! it.

use std::{
    fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

use coach_schema::generate;

const DIRECTIVES: &str = r#"directive @model(rust: String!) on OBJECT | ENUM
directive @scalar(rust: String!) on SCALAR
directive @batch(key: [String!]! = ["id"], by: String) on FIELD_DEFINITION
directive @constraint(min: Float) on ARGUMENT_DEFINITION
directive @errors(codes: [String!]!) on FIELD_DEFINITION
directive @auth(requires: String! = "MEMBER", owner: String) on OBJECT | FIELD_DEFINITION
"#;

/// The folder of one invalid schema.
struct Folder(PathBuf);

impl Folder {
    fn with(dishes: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("coach-schema-{}-{count}", process::id()));
        fs::create_dir_all(&path).expect("a folder");
        fs::write(path.join("directives.graphql"), DIRECTIVES).expect("a file");
        fs::write(path.join("dish.graphql"), dishes).expect("a file");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The messages, without the path of the folder.
fn mistakes(dishes: &str) -> String {
    let folder = Folder::with(dishes);
    let error = generate(&folder.0, "resolvers/src").expect_err("the schema is wrong");
    error
        .to_string()
        .replace(&format!("{}/", folder.0.display()), "")
}

#[test]
#[expect(clippy::too_many_lines, reason = "one entry for each mistake")]
fn each_mistake_has_a_location_and_a_hint() {
    let dish = "type Query { dish: Dish }\n";
    for (sdl, expected) in [
        (
            format!("{dish}type Dish @model(rust: \"a::Dish\") {{\n  name: Text!\n}}"),
            "dish.graphql:3:9: cannot find type `Text` in this document; define it",
        ),
        (
            format!(
                "{dish}type Dish @model(rust: \"a::Dish\") {{\n  name: String\n  name: String\n}}"
            ),
            "dish.graphql:4:3: duplicate definitions for the `name` field of object type `Dish`; keep one",
        ),
        (
            format!("{dish}type Dish @model(rust: \"a::Dish\") {{\n  name: String @cached\n}}"),
            "dish.graphql:3:16: cannot find directive `@cached` in this document; directives are those",
        ),
        (
            format!(
                "{dish}interface Named {{ name: String }}\ntype Dish implements Named @model(rust: \"a::Dish\") {{\n  id: ID\n}}\nextend type Query {{ named: Named }}"
            ),
            "type `Dish` does not satisfy interface `Named`: missing field `name`; add the field",
        ),
        (
            format!("{dish}type Dish {{ id: ID }}"),
            "dish.graphql:2:1: `Dish` has no Rust type; add @model(rust: \"...\")",
        ),
        (
            format!("{dish}type Dish @model(rust: \"a::Dish\") {{\n  part(of: Int): Int\n}}"),
            "dish.graphql:3:3: `Dish.part` has arguments and so needs a batch function; add @batch",
        ),
        (
            "type Query {\n  one: Int @batch\n}".to_owned(),
            "dish.graphql:2:3: `Query.one` is a root field, which has no parent to load for; remove @batch",
        ),
        (
            "schema { query: Query }\ntype Query { one: Subscription }\ntype Subscription @model(rust: \"a::S\") { id: ID }".to_owned(),
            "dish.graphql:3:1: `Subscription` is no root, but clients' tools take a type of that name for one",
        ),
        (
            "schema { query: Query subscription: Changes }\ntype Query { one: Int }\ntype Changes { one: Int }".to_owned(),
            "nothing serves the root type `Changes`",
        ),
        (
            "type Query {\n  one: Int! @auth\n}".to_owned(),
            "dish.graphql:2:3: `Query.one` requires a role, so it must be nullable",
        ),
        (
            format!("{dish}type Dish @model(rust: \"a::Dish\") @auth {{ id: ID }}\nextend type Query {{ own: Dish! }}"),
            "`Query.own` requires a role, so it must be nullable",
        ),
        (
            "type Query { one: Int }\ntype Mutation {\n  two: Int!\n}".to_owned(),
            "dish.graphql:3:3: `Mutation.two` is a mutation, so it must be nullable",
        ),
        (
            "type Query {\n  list(after: String): Int!\n}".to_owned(),
            "dish.graphql:2:3: `Query.list` takes a cursor, which may be stale, so it must be nullable",
        ),
        (
            format!("{dish}type Dish @model(rust: \"a::Dish\") @auth {{ id: ID }}\nextend type Query {{ own: [Dish]! }}"),
            "`Query.own` requires a role, so it must be nullable",
        ),
        (
            format!("{dish}type Dish @model(rust: \"a::Dish\") @auth {{ id: ID }}\nunion Food = Dish\nextend type Query {{ food: [Food!]! }}"),
            "`Query.food` may be an object that requires a role, so it or its items must be nullable",
        ),
        (
            "type Query {\n  \"Or the error LATE.\"\n  one: Int! @errors(codes: [\"LATE\"])\n}".to_owned(),
            "dish.graphql:2:3: `Query.one` has expected errors, so it or its items must be nullable",
        ),
        (
            "type Query {\n  \"A number.\"\n  one: Int @errors(codes: [\"LATE\"])\n}".to_owned(),
            "dish.graphql:2:3: `Query.one` can fail with LATE, but its description does not say when",
        ),
        (
            "type Query {\n  one(most: Float @constraint(min: 0.5)): Int\n}".to_owned(),
            "`most` has a bound that is no whole number, which has no implementation",
        ),
        (
            format!("{dish}type Dish @model(rust: \"a::Dish\") {{\n  userErrors: [String!]!\n}}"),
            "dish.graphql:3:3: `Dish.userErrors` does not say which codes it can give; add @userErrors(codes: [...])",
        ),
        (
            "directive @shout on FIELD_DEFINITION\ntype Query { one: Int @shout }".to_owned(),
            "dish.graphql:1:1: the directive `@shout` has no implementation",
        ),
        (
            "interface Unused { id: ID }\ntype Query { one: Int }".to_owned(),
            "dish.graphql:1:1: the interface `Unused` is the type of no field",
        ),
        (
            "scalar Zone\ntype Query { one: Zone }".to_owned(),
            "dish.graphql:1:1: the scalar `Zone` has no Rust type; add @scalar(rust: \"...\")",
        ),
        (
            "type Query {\n  one Int\n}".to_owned(),
            "dish.graphql:2:7: syntax error",
        ),
    ] {
        let message = mistakes(&sdl);
        assert!(message.contains(expected), "{sdl}\n{message}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let message = mistakes("type Query { a: A b: B c: C }");
    assert_eq!(message.lines().count(), 3, "{message}");
}
