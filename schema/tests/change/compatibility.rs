//! Which type may follow which.

use crate::example::said;

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

/// Every pair of types that differ and may follow each other, in a schema made
/// of a type.
fn compatible(schema: impl Fn(&str) -> String) -> Vec<(&'static str, &'static str)> {
    let pairs = TYPES
        .iter()
        .flat_map(|old| TYPES.iter().map(move |new| (*old, *new)));
    pairs
        .filter(|(old, new)| old != new && said(&schema(old), &schema(new)).is_empty())
        .collect()
}

#[test]
fn what_clients_read_may_become_never_null() {
    // Both scalars are used elsewhere too, for one that is not is gone.
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
fn what_clients_send_may_become_nullable() {
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
