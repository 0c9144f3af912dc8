//! Examples of dangerous changes.

use coach_schema::change::Kind;

use crate::example::Example;

pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        kind: Kind::ValueAddedToEnum,
        old: "type Query { level: Level } enum Level { EASY }",
        new: "type Query { level: Level } enum Level { EASY HARD }",
        expected: "DANGEROUS VALUE_ADDED_TO_ENUM Level.HARD: The value was added: clients that handle each value of `Level` meet one that they do not know.",
    },
    Example {
        kind: Kind::TypeAddedToUnion,
        old: "type Query { found: Found } union Found = Dish type Dish { id: ID }",
        new: "type Query { found: Found } union Found = Dish | Drink type Dish { id: ID } type Drink { id: ID }",
        expected: "DANGEROUS TYPE_ADDED_TO_UNION Found: `Drink` is a member now: clients that handle each member meet one that they do not know.",
    },
    Example {
        kind: Kind::OptionalInputFieldAdded,
        old: "type Query { dishes(filter: Filter): Int } input Filter { minutes: Int }",
        new: "type Query { dishes(filter: Filter): Int } input Filter { minutes: Int servings: Int! = 2 }",
        expected: "DANGEROUS OPTIONAL_INPUT_FIELD_ADDED Filter.servings: The optional field of type `Int!` was added: what happens without it may differ from before.",
    },
    Example {
        kind: Kind::OptionalArgAdded,
        old: "type Query { dishes: Int }",
        new: "type Query { dishes(first: Int): Int }",
        expected: "DANGEROUS OPTIONAL_ARG_ADDED Query.dishes(first:): The optional argument of type `Int` was added: what the field answers without it may differ from before.",
    },
    Example {
        kind: Kind::ImplementedInterfaceAdded,
        old: "type Query { dish: Dish node: Node } interface Node { id: ID } type Dish { id: ID }",
        new: "type Query { dish: Dish node: Node } interface Node { id: ID } type Dish implements Node { id: ID }",
        expected: "DANGEROUS IMPLEMENTED_INTERFACE_ADDED Dish: It implements `Node` now: clients that handle each type of `Node` meet one that they do not know.",
    },
    Example {
        kind: Kind::ArgDefaultValueChange,
        old: "type Query { dishes(first: Int = 20): Int }",
        new: "type Query { dishes(first: Int = 50): Int }",
        expected: "DANGEROUS ARG_DEFAULT_VALUE_CHANGE Query.dishes(first:): The default changed from `20` to `50`: operations that leave the argument out mean something else now.",
    },
];

/// Changes that graphql-js does not find.
pub(crate) const UNKNOWN_TO_GRAPHQL_JS: &[Example] = &[
    Example {
        kind: Kind::InputFieldDefaultValueChange,
        old: "type Query { dishes(filter: Filter): Int } input Filter { minutes: Int = 30 }",
        new: "type Query { dishes(filter: Filter): Int } input Filter { minutes: Int = 60 }",
        expected: "DANGEROUS INPUT_FIELD_DEFAULT_VALUE_CHANGE Filter.minutes: The default changed from `30` to `60`: operations that leave the field out mean something else now.",
    },
    Example {
        kind: Kind::TypeAddedToInterface,
        old: "type Query { node: Node } interface Node { id: ID } type Dish implements Node { id: ID }",
        new: "type Query { node: Node } interface Node { id: ID } type Dish implements Node { id: ID } type Drink implements Node { id: ID }",
        expected: "DANGEROUS TYPE_ADDED_TO_INTERFACE Node: The new type `Drink` implements it: clients that handle each type of `Node` meet one that they do not know.",
    },
];
