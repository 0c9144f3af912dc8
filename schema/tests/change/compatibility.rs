//! Compatibility of types.

use crate::example::change_lines;

const TYPES: [&str; 11] = [
    "Int",
    "Int!",
    "[Int]",
    "[Int!]",
    "[Int]!",
    "[Int!]!",
    "[[Int]]",
    "[[Int]!]",
    "[[Int!]!]!",
    "Float",
    "[Float]",
];

/// All pairs of an old type and a different new one that is not reported as a
/// change. `schema` builds a schema that uses the type.
fn compatible(schema: impl Fn(&str) -> String) -> Vec<(&'static str, &'static str)> {
    let pairs = TYPES
        .iter()
        .flat_map(|old| TYPES.iter().map(move |new| (*old, *new)));
    pairs
        .filter(|(old, new)| old != new && change_lines(&schema(old), &schema(new)).is_empty())
        .collect()
}

#[test]
fn output_types_may_become_non_null() {
    // Both scalars are used elsewhere too, because an unused one would be reported as removed.
    let schema = |ty: &str| format!("type Query {{ field: {ty} int: Int float: Float }}");
    let compatible = compatible(schema);
    assert_eq!(
        compatible,
        [
            ("Int", "Int!"),
            ("[Int]", "[Int!]"),
            ("[Int]", "[Int]!"),
            ("[Int]", "[Int!]!"),
            ("[Int!]", "[Int!]!"),
            ("[Int]!", "[Int!]!"),
            ("[[Int]]", "[[Int]!]"),
            ("[[Int]]", "[[Int!]!]!"),
            ("[[Int]!]", "[[Int!]!]!"),
        ]
    );
}

#[test]
fn input_types_may_become_nullable() {
    const NULLABLE: [(&str, &str); 9] = [
        ("Int!", "Int"),
        ("[Int!]", "[Int]"),
        ("[Int]!", "[Int]"),
        ("[Int!]!", "[Int]"),
        ("[Int!]!", "[Int!]"),
        ("[Int!]!", "[Int]!"),
        ("[[Int]!]", "[[Int]]"),
        ("[[Int!]!]!", "[[Int]]"),
        ("[[Int!]!]!", "[[Int]!]"),
    ];
    let used = "int: Int float: Float";
    let argument = compatible(|ty| format!("type Query {{ field(argument: {ty}): Int {used} }}"));
    assert_eq!(argument, NULLABLE);
    let directive =
        compatible(|ty| format!("type Query {{ {used} }} directive @spicy(much: {ty}) on FIELD"));
    assert_eq!(directive, NULLABLE);
    let input = compatible(|ty| {
        format!("type Query {{ field(filter: Filter): Int {used} }} input Filter {{ field: {ty} }}")
    });
    assert_eq!(input, NULLABLE);
}
