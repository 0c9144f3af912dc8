//! Examples of breaking changes.

use coach_schema::change::Kind;

use crate::example::Example;

pub(crate) const TYPES: &[Example] = &[
    Example {
        kind: Kind::TypeRemoved,
        old: "type Query { dish: Int } input Filter { minutes: Int }",
        new: "type Query { dish: Int }",
        expected: "BREAKING TYPE_REMOVED Filter: The type was removed: fragments and variables of it are refused.",
    },
    Example {
        kind: Kind::TypeChangedKind,
        old: "type Query { level: Level } scalar Level",
        new: "type Query { level: Level } enum Level { EASY HARD }",
        expected: "BREAKING TYPE_CHANGED_KIND Level: It was a scalar and is an enum now: operations that use it are refused, or clients cannot read the answers.",
    },
    Example {
        kind: Kind::TypeRemovedFromUnion,
        old: "type Query { found: Found } union Found = Dish | Drink type Dish { id: ID } type Drink { id: ID }",
        new: "type Query { found: Found } union Found = Dish type Dish { id: ID } type Drink { id: ID }",
        expected: "BREAKING TYPE_REMOVED_FROM_UNION Found: `Drink` is no longer a member: fragments on it are refused there.",
    },
    Example {
        kind: Kind::ValueRemovedFromEnum,
        old: "type Query { level: Level } enum Level { EASY HARD }",
        new: "type Query { level: Level } enum Level { EASY }",
        expected: "BREAKING VALUE_REMOVED_FROM_ENUM Level.HARD: The value was removed: operations that send it are refused.",
    },
    Example {
        kind: Kind::ImplementedInterfaceRemoved,
        old: "type Query { dish: Dish node: Node } interface Node { id: ID } type Dish implements Node { id: ID }",
        new: "type Query { dish: Dish node: Node } interface Node { id: ID } type Dish { id: ID }",
        expected: "BREAKING IMPLEMENTED_INTERFACE_REMOVED Dish: It no longer implements `Node`: fragments of the one within the other are refused.",
    },
];

pub(crate) const FIELDS: &[Example] = &[
    Example {
        kind: Kind::FieldRemoved,
        old: "type Query { dish: Dish } type Dish { id: ID title: String }",
        new: "type Query { dish: Dish } type Dish { id: ID }",
        expected: "BREAKING FIELD_REMOVED Dish.title: The field was removed: operations that select it are refused.",
    },
    Example {
        kind: Kind::FieldChangedKind,
        old: "type Query { dish: Dish } type Dish { minutes: Int! }",
        new: "type Query { dish: Dish } type Dish { minutes: Int }",
        expected: "BREAKING FIELD_CHANGED_KIND Dish.minutes: The type changed from `Int!` to `Int`: clients that select it cannot read the answer.",
    },
    Example {
        kind: Kind::RequiredInputFieldAdded,
        old: "type Query { dishes(filter: Filter): Int } input Filter { minutes: Int }",
        new: "type Query { dishes(filter: Filter): Int } input Filter { minutes: Int servings: Int! }",
        expected: "BREAKING REQUIRED_INPUT_FIELD_ADDED Filter.servings: The required field of type `Int!` was added: operations that do not send it are refused.",
    },
    Example {
        kind: Kind::RequiredArgAdded,
        old: "type Query { dishes: Int }",
        new: "type Query { dishes(first: Int!): Int }",
        expected: "BREAKING REQUIRED_ARG_ADDED Query.dishes(first:): The required argument of type `Int!` was added: operations that do not send it are refused.",
    },
    Example {
        kind: Kind::ArgRemoved,
        old: "type Query { dishes(first: Int): Int }",
        new: "type Query { dishes: Int }",
        expected: "BREAKING ARG_REMOVED Query.dishes(first:): The argument was removed: operations that send it are refused.",
    },
    Example {
        kind: Kind::ArgChangedKind,
        old: "type Query { dishes(first: Int): Int }",
        new: "type Query { dishes(first: Int!): Int }",
        expected: "BREAKING ARG_CHANGED_KIND Query.dishes(first:): The type changed from `Int` to `Int!`: operations that send what was right before are refused.",
    },
];

pub(crate) const DIRECTIVES: &[Example] = &[
    Example {
        kind: Kind::DirectiveRemoved,
        old: "type Query { dish: Int } directive @spicy on FIELD",
        new: "type Query { dish: Int }",
        expected: "BREAKING DIRECTIVE_REMOVED @spicy: The directive was removed: documents that apply it are refused.",
    },
    Example {
        kind: Kind::DirectiveArgRemoved,
        old: "type Query { dish: Int } directive @spicy(much: Boolean) on FIELD",
        new: "type Query { dish: Int } directive @spicy on FIELD",
        expected: "BREAKING DIRECTIVE_ARG_REMOVED @spicy(much:): The argument was removed: documents that give it are refused.",
    },
    Example {
        kind: Kind::RequiredDirectiveArgAdded,
        old: "type Query { dish: Int } directive @spicy on FIELD",
        new: "type Query { dish: Int } directive @spicy(much: Boolean! mild: Boolean) on FIELD",
        expected: "BREAKING REQUIRED_DIRECTIVE_ARG_ADDED @spicy(much:): The required argument of type `Boolean!` was added: documents that do not give it are refused.",
    },
    Example {
        kind: Kind::DirectiveRepeatableRemoved,
        old: "type Query { dish: Int } directive @spicy repeatable on FIELD",
        new: "type Query { dish: Int } directive @spicy on FIELD",
        expected: "BREAKING DIRECTIVE_REPEATABLE_REMOVED @spicy: It is no longer repeatable: documents that apply it several times at one place are refused.",
    },
    Example {
        kind: Kind::DirectiveLocationRemoved,
        old: "type Query { dish: Int } directive @spicy on FIELD | QUERY",
        new: "type Query { dish: Int } directive @spicy on FIELD",
        expected: "BREAKING DIRECTIVE_LOCATION_REMOVED @spicy: It may no longer stand at QUERY: documents where it does are refused.",
    },
];

/// Changes that graphql-js does not find.
pub(crate) const UNKNOWN_TO_GRAPHQL_JS: &[Example] = &[
    Example {
        kind: Kind::RootTypeChanged,
        old: "schema { query: Query } type Query { dish: Int } type Root { dish: Int }",
        new: "schema { query: Root } type Query { dish: Int } type Root { dish: Int }",
        expected: "BREAKING ROOT_TYPE_CHANGED Query: The root of queries is `Root` now: operations that select what it lacks, and fragments on `Query`, are refused.",
    },
    Example {
        kind: Kind::RootTypeRemoved,
        old: "schema { query: Query mutation: Change } type Query { dish: Int } type Change { dish: Int }",
        new: "schema { query: Query } type Query { dish: Int } type Change { dish: Int }",
        expected: "BREAKING ROOT_TYPE_REMOVED Change: There are no mutations any more: all of them are refused.",
    },
    Example {
        kind: Kind::ArgBecameRequired,
        old: "type Query { dishes(first: Int! = 20): Int }",
        new: "type Query { dishes(first: Int!): Int }",
        expected: "BREAKING ARG_BECAME_REQUIRED Query.dishes(first:): Its default `20` was removed and it cannot be null: operations that leave the argument out are refused.\n\
               DANGEROUS ARG_DEFAULT_VALUE_CHANGE Query.dishes(first:): The default `20` was removed: operations that leave the argument out no longer mean that.",
    },
    Example {
        kind: Kind::InputFieldBecameRequired,
        old: "type Query { dishes(filter: Filter): Int } input Filter { minutes: Int! = 30 }",
        new: "type Query { dishes(filter: Filter): Int } input Filter { minutes: Int! }",
        expected: "BREAKING INPUT_FIELD_BECAME_REQUIRED Filter.minutes: Its default `30` was removed and it cannot be null: operations that leave the field out are refused.\n\
               DANGEROUS INPUT_FIELD_DEFAULT_VALUE_CHANGE Filter.minutes: The default `30` was removed: operations that leave the field out no longer mean that.",
    },
    Example {
        kind: Kind::InputObjectBecameOneOf,
        old: "type Query { dish(by: By): Int } input By { id: ID title: String }",
        new: "type Query { dish(by: By): Int } input By @oneOf { id: ID title: String }",
        expected: "BREAKING INPUT_OBJECT_BECAME_ONE_OF By: Exactly one of its fields must be sent now: operations that send several, or none, are refused.",
    },
    Example {
        kind: Kind::ConstraintTightened,
        old: "directive @constraint(min: Float, max: Float, maxLength: Int, pattern: String) on ARGUMENT_DEFINITION
            type Query { dishes(first: Int @constraint(min: 1, max: 100), text: String @constraint(maxLength: 80), code: String @constraint(pattern: \"a\")): Int }",
        new: "directive @constraint(min: Float, max: Float, maxLength: Int, pattern: String) on ARGUMENT_DEFINITION
            type Query { dishes(first: Int @constraint(min: 0, max: 50), text: String @constraint(min: 1), code: String @constraint(pattern: \"b\")): Int }",
        expected: "BREAKING CONSTRAINT_TIGHTENED Query.dishes(code:): The limit `pattern` changed from `\"a\"` to `\"b\"`: operations that send what was right before are refused.\n\
               BREAKING CONSTRAINT_TIGHTENED Query.dishes(first:): The limit `max` changed from `100` to `50`: operations that send what was right before are refused.\n\
               BREAKING CONSTRAINT_TIGHTENED Query.dishes(text:): The limit `min` `1` was added: operations that send what was right before are refused.",
    },
];
