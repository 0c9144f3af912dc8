//! Mistakes in resolvers and models do not compile, and the messages of rustc
//! show `Type.field`. One case per kind of mistake, on the small schema.

use std::{fs, path::Path};

#[test]
fn mistakes_do_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/mistakes/*.rs");
}

#[test]
fn the_messages_show_the_field() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes");
    for (mistake, field) in [
        ("argument_misspelled", "identity"),
        ("batch_function_missing", "// Dish.ingredients"),
        ("batch_key_of_another_type", "// Dish.ingredients"),
        ("batch_value_of_another_type", "// Dish.ingredients"),
        ("enum_value_missing", "// Course.OLD"),
        ("enum_value_unknown", "// Course"),
        ("field_misspelled", "// Dish.minutes"),
        ("field_nullable", "// Dish.name"),
        ("field_of_another_type", "// Dish.minutes"),
        ("list_of_another_type", "// Dish.table"),
        ("resolver_missing", "// Query.dish"),
        ("resolver_of_another_type", "// Query.dish"),
        ("scalar_missing", "// Date"),
    ] {
        let message = fs::read_to_string(folder.join(mistake).with_extension("stderr"));
        let message = message.expect("the committed message");
        assert!(message.contains(field), "{mistake} does not show {field}");
    }
}
