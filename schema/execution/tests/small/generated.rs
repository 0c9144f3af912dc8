// Generated from the SDL by coach-schema; edit schema/graphql instead.
use std::sync::Arc;
use ::coach_execution::{Batch, BatchFunction, BatchLoader, ResolverError, Input, InputError, InputObject, ArgumentValues, MaybeUndefined, Name, Output, PlannedField, Selection, UserErrorPayload, UserErrors, Value, Writer, Written, builtin, constraint, definition::*, scalar::Scalar};
use super::{Error, RequestContext, Resolvers, Role};

/// The exported SDL.
pub const SDL: &str = "directive @constraint(min: Float, max: Float, minLength: Int, maxLength: Int, minItems: Int, maxItems: Int, pattern: String) on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION\n\n\"\"\"One of these.\"\"\"\ninput Choice @oneOf {\n  \"\"\"Limits: at most 3 characters.\"\"\"\n  text: String @constraint(maxLength: 3)\n  number: Int\n  either: [Choice!]\n}\n\ntype Cook implements Named {\n  id: ID!\n  name: String!\n}\n\nenum Course {\n  \"\"\"First.\"\"\"\n  STARTER\n  MAIN\n  DESSERT\n  \"\"\"A keyword.\"\"\"\n  SELF\n  OLD @deprecated(reason: \"say \\\"MAIN\\\"\")\n}\n\n\"\"\"The scalar with a URL.\"\"\"\nscalar Date @specifiedBy(url: \"https://example.com/date\")\n\ntype Dish implements Edible & Named {\n  id: ID!\n  name: String!\n  course: Course\n  minutes: Int!\n  weight: Float\n  madeOn: Date!\n  \"\"\"Lists of lists, nullable in non-null.\"\"\"\n  table: [[Int]!]!\n  maybe: [String]\n  nutrition: Nutrition\n  ingredients: [Ingredient!]!\n  \"\"\"The best match, by a key of two fields and an argument.\"\"\"\n  pairing(course: Course! = DESSERT, note: String): Dish\n  cook: Cook\n  secret: String @deprecated(reason: \"told \\\"everybody\\\"\")\n  old: Int @deprecated\n}\n\ninput DishFilter {\n  minutes: Int! = 20\n  \"\"\"Limits: at most 3 items, each at most 10 characters.\"\"\"\n  tags: [String!] @constraint(maxItems: 3, maxLength: 10)\n  course: Course\n  \"\"\"Filters within filters.\"\"\"\n  not: DishFilter\n}\n\ninput EchoInput {\n  \"\"\"Limits: 2 to 5 characters, matching `^[a-z]+$`.\"\"\"\n  text: String @constraint(minLength: 2, maxLength: 5, pattern: \"^[a-z]+$\")\n  number: Int = 7\n  type: Int\n  list: [Int]\n  date: Date\n  old: Int @deprecated(reason: \"unused\")\n}\n\n\"\"\"Also interfaces implement interfaces.\"\"\"\ninterface Edible implements Named {\n  id: ID!\n  name: String!\n  course: Course\n}\n\ntype Ingredient {\n  name: String!\n  supplier: Cook\n}\n\ntype Knot implements Link {\n  value: Int!\n  next: Link\n}\n\ninput LabelInput {\n  \"\"\"Limits: at most 3 characters.\"\"\"\n  key: ID! @constraint(maxLength: 3)\n  \"\"\"Limits: 1 to 5 characters.\"\"\"\n  text: String! @constraint(minLength: 1, maxLength: 5)\n  \"\"\"Limits: at most 2 items, each at most 3 characters.\"\"\"\n  tags: [String!] @constraint(maxItems: 2, maxLength: 3)\n  \"\"\"Limits: 1 to 9.\"\"\"\n  number: Int @constraint(min: 1, max: 9)\n  date: Date\n}\n\ntype LabelPayload {\n  label: String\n  \"\"\"\n  Why it was not done.\n\n  Codes: `TOO_LONG`, `TOO_SHORT`.\n  \"\"\"\n  userErrors: [Mistake!]!\n}\n\n\"\"\"An interface whose fields lead to itself.\"\"\"\ninterface Link {\n  value: Int!\n  next: Link\n}\n\ntype Mistake {\n  message: String!\n  path: [String!]!\n}\n\ntype Mutation {\n  \"\"\"Adds to a number that only this request has.\"\"\"\n  add(amount: Int!): Int\n  addOrFail(amount: Int!): Int\n  \"\"\"Says what a person can mend.\"\"\"\n  label(input: LabelInput!): LabelPayload\n}\n\n\"\"\"Has a name.\"\"\"\ninterface Named {\n  id: ID!\n  name: String!\n}\n\ntype Nutrition {\n  energy: Int!\n}\n\n\"\"\"Every way to fail.\"\"\"\ntype Probe implements Link {\n  value: Int!\n  next: Link\n  fails: Int\n  failsNonNull: Int!\n  \"\"\"The batch leaves the key out.\"\"\"\n  missing: Int!\n  child: Probe\n  childNonNull: Probe!\n  children: [Probe!]!\n  childrenNullable: [Probe]\n  grid: [[Probe!]]!\n  \"\"\"Loads its `child` with it.\"\"\"\n  ahead: Probe\n}\n\n\"\"\"A root with \"quotes\", a backslash \\ and\ttabs.\"\"\"\ntype Query {\n  \"\"\"\n  A block description with \\\"\"\" inside,\n  \"quotes\", and two lines.\n  \"\"\"\n  dish(\n    \"\"\"Its id, \"quoted\".\"\"\"\n    id: ID!,\n    old: Int = 3 @deprecated(reason: \"use \\\"id\\\"\"),\n  ): Dish\n  dishes(\n    filter: DishFilter = {\n      minutes: 30,\n      tags: [\n        \"quick\",\n        \"say \\\"hi\\\"\",\n      ],\n      course: MAIN,\n    },\n    \"\"\"Limits: 1 to 10.\"\"\"\n    first: Int! = 2 @constraint(min: 1, max: 10),\n    loop: [Int!],\n  ): [Dish!]!\n  \"\"\"\n  Says what it was given, so that tests see absent, null and value apart.\n  \"\"\"\n  echo(input: EchoInput!): String!\n  choose(choice: Choice!): String!\n  \"\"\"A field named like a keyword.\"\"\"\n  type: Thing\n  self: [Thing]!\n  named(id: ID!): Named\n  edible: Edible\n  secret: String\n  probe: Probe\n  \"\"\"Loads its `child` with it.\"\"\"\n  probeAhead: Probe\n  probeNonNull: Probe!\n  probes: [Probe]\n  probesNonNull: [Probe!]!\n  probesOfNonNull: [Probe!]\n  probesNullableInNonNull: [Probe]!\n  fails: Int\n  failsNonNull: Int!\n}\n\nunion Thing = Dish | Cook\n";

/// Marker types for the types of the SDL; they have no values.
pub mod types {
    /// The scalar `ID` as an output.
    pub enum ID {}
    /// `LabelInput`.
    pub enum LabelInput {}
    /// `LabelPayload`.
    pub enum LabelPayload {}
    /// `Mistake`.
    pub enum Mistake {}
    /// `Named`.
    pub enum Named {}
    /// `Edible`.
    pub enum Edible {}
    /// `Dish`.
    pub enum Dish {}
    /// `Nutrition`.
    pub enum Nutrition {}
    /// `Ingredient`.
    pub enum Ingredient {}
    /// `Cook`.
    pub enum Cook {}
    /// `Thing`.
    pub enum Thing {}
    /// `Course`.
    pub enum Course {}
    /// `Date`.
    pub enum Date {}
    /// `DishFilter`.
    pub enum DishFilter {}
    /// `EchoInput`.
    pub enum EchoInput {}
    /// `Choice`.
    pub enum Choice {}
    /// `Link`.
    pub enum Link {}
    /// `Knot`.
    pub enum Knot {}
    /// `Probe`.
    pub enum Probe {}
}

impl Output<types::Course, Request> for crate::model::Course {
    fn write<'r>(&self, _: &'r PlannedField, _: &'r Request, out: &mut Writer<'r, Request>) -> Written {
        out.plain_text(match self { // Course
            crate::model::Course::Starter => "STARTER", // Course.STARTER
            crate::model::Course::Main => "MAIN", // Course.MAIN
            crate::model::Course::Dessert => "DESSERT", // Course.DESSERT
            crate::model::Course::Self_ => "SELF", // Course.SELF
            crate::model::Course::Old => "OLD", // Course.OLD
        })
    }
}
impl Input<types::Course> for crate::model::Course {
    fn coerce(value: Value) -> Result<Self, InputError> {
        let name = match &value {
            Value::Enum(name) => name.as_str(),
            Value::String(name) => name.as_str(),
            _ => return Err(InputError::new("is not a value of the enum Course")),
        };
        match name {
            "STARTER" => Ok(crate::model::Course::Starter), // Course.STARTER
            "MAIN" => Ok(crate::model::Course::Main), // Course.MAIN
            "DESSERT" => Ok(crate::model::Course::Dessert), // Course.DESSERT
            "SELF" => Ok(crate::model::Course::Self_), // Course.SELF
            "OLD" => Ok(crate::model::Course::Old), // Course.OLD
            _ => Err(InputError::new("is not a value of the enum Course")),
        }
    }
}

impl Output<types::Date, Request> for crate::model::Date {
    fn write<'r>(&self, _: &'r PlannedField, _: &'r Request, out: &mut Writer<'r, Request>) -> Written {
        <types::Date as Scalar>::write(self, out) // Date
    }
}
impl Input<types::Date> for crate::model::Date {
    fn coerce(value: Value) -> Result<Self, InputError> {
        <types::Date as Scalar>::parse(value) // Date
    }
}

/// The input objects of the SDL.
pub mod input {
    use super::*;

    /// `LabelInput`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct LabelInput {
        /// `LabelInput.key`.
        pub key: String, // LabelInput.key
        /// `LabelInput.text`.
        pub text: String, // LabelInput.text
        /// `LabelInput.tags`.
        pub tags: MaybeUndefined<Vec<String>>, // LabelInput.tags
        /// `LabelInput.number`.
        pub number: MaybeUndefined<i32>, // LabelInput.number
        /// `LabelInput.date`.
        pub date: MaybeUndefined<crate::model::Date>, // LabelInput.date
    }
    impl InputObject for LabelInput {
        fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError> {
            let key: Result<String, InputError> = fields.take::<_, builtin::Id>("key", None); // LabelInput.key
            let key = key.and_then(|value| constraint::check(value, "key", &constraint::Constraint { max_length: Some(3), ..constraint::Constraint::NONE }).map_err(InputError::into_type_mismatch)); // LabelInput.key
            let text: Result<String, InputError> = fields.take::<_, builtin::String>("text", None); // LabelInput.text
            let text = text.and_then(|value| constraint::check(value, "text", &constraint::Constraint { min_length: Some(1), max_length: Some(5), ..constraint::Constraint::NONE })); // LabelInput.text
            let tags: Result<MaybeUndefined<Vec<String>>, InputError> = fields.take::<_, Option<Vec<builtin::String>>>("tags", None); // LabelInput.tags
            let tags = tags.and_then(|value| constraint::check_items(value, "tags", &constraint::Constraint { max_items: Some(2), ..constraint::Constraint::NONE })); // LabelInput.tags
            let tags = tags.and_then(|value| constraint::check(value, "tags", &constraint::Constraint { max_length: Some(3), ..constraint::Constraint::NONE })); // LabelInput.tags
            let number: Result<MaybeUndefined<i32>, InputError> = fields.take::<_, Option<builtin::Int>>("number", None); // LabelInput.number
            let number = number.and_then(|value| constraint::check(value, "number", &constraint::Constraint { min: Some(1), max: Some(9), ..constraint::Constraint::NONE })); // LabelInput.number
            let date: Result<MaybeUndefined<crate::model::Date>, InputError> = fields.take::<_, Option<types::Date>>("date", None); // LabelInput.date
            match (key, text, tags, number, date,) {
                (Ok(key), Ok(text), Ok(tags), Ok(number), Ok(date),) => Ok(Self { key, text, tags, number, date }),
                (key, text, tags, number, date,) => Err(InputError::all([key.err(), text.err(), tags.err(), number.err(), date.err()])),
            }
        }
    }
    impl Input<types::LabelInput> for LabelInput {
        fn coerce(value: Value) -> Result<Self, InputError> {
            let mut fields = ArgumentValues::of_object(value)?;
            let coerced = Self::coerce_fields(&mut fields)?;
            fields.reject_unknown()?;
            Ok(coerced)
        }
    }

    /// `DishFilter`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct DishFilter {
        /// `DishFilter.minutes`.
        pub minutes: i32, // DishFilter.minutes
        /// `DishFilter.tags`.
        pub tags: MaybeUndefined<Vec<String>>, // DishFilter.tags
        /// `DishFilter.course`.
        pub course: MaybeUndefined<crate::model::Course>, // DishFilter.course
        /// `DishFilter.not`.
        pub not: MaybeUndefined<Box<input::DishFilter>>, // DishFilter.not
    }
    impl InputObject for DishFilter {
        fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError> {
            let minutes: Result<i32, InputError> = fields.take::<_, builtin::Int>("minutes", Some(Value::from(20_i64))); // DishFilter.minutes
            let tags: Result<MaybeUndefined<Vec<String>>, InputError> = fields.take::<_, Option<Vec<builtin::String>>>("tags", None); // DishFilter.tags
            let tags = tags.and_then(|value| constraint::check_items(value, "tags", &constraint::Constraint { max_items: Some(3), ..constraint::Constraint::NONE })); // DishFilter.tags
            let tags = tags.and_then(|value| constraint::check(value, "tags", &constraint::Constraint { max_length: Some(10), ..constraint::Constraint::NONE })); // DishFilter.tags
            let course: Result<MaybeUndefined<crate::model::Course>, InputError> = fields.take::<_, Option<types::Course>>("course", None); // DishFilter.course
            let not: Result<MaybeUndefined<Box<input::DishFilter>>, InputError> = fields.take::<_, Option<types::DishFilter>>("not", None); // DishFilter.not
            match (minutes, tags, course, not,) {
                (Ok(minutes), Ok(tags), Ok(course), Ok(not),) => Ok(Self { minutes, tags, course, not }),
                (minutes, tags, course, not,) => Err(InputError::all([minutes.err(), tags.err(), course.err(), not.err()])),
            }
        }
    }
    impl Input<types::DishFilter> for DishFilter {
        fn coerce(value: Value) -> Result<Self, InputError> {
            let mut fields = ArgumentValues::of_object(value)?;
            let coerced = Self::coerce_fields(&mut fields)?;
            fields.reject_unknown()?;
            Ok(coerced)
        }
    }

    /// `EchoInput`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct EchoInput {
        /// `EchoInput.text`.
        pub text: MaybeUndefined<String>, // EchoInput.text
        /// `EchoInput.number`.
        pub number: Option<i32>, // EchoInput.number
        /// `EchoInput.type`.
        pub r#type: MaybeUndefined<i32>, // EchoInput.type
        /// `EchoInput.list`.
        pub list: MaybeUndefined<Vec<Option<i32>>>, // EchoInput.list
        /// `EchoInput.date`.
        pub date: MaybeUndefined<crate::model::Date>, // EchoInput.date
        /// `EchoInput.old`.
        pub old: MaybeUndefined<i32>, // EchoInput.old
    }
    impl InputObject for EchoInput {
        fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError> {
            let text: Result<MaybeUndefined<String>, InputError> = fields.take::<_, Option<builtin::String>>("text", None); // EchoInput.text
            static TEXT: std::sync::LazyLock<::coach_execution::Regex> = std::sync::LazyLock::new(|| ::coach_execution::Regex::new("^[a-z]+$").expect("a valid pattern"));
            let text = text.and_then(|value| constraint::check(value, "text", &constraint::Constraint { min_length: Some(2), max_length: Some(5), pattern: Some(&TEXT), ..constraint::Constraint::NONE })); // EchoInput.text
            let number: Result<Option<i32>, InputError> = fields.take::<_, Option<builtin::Int>>("number", Some(Value::from(7_i64))); // EchoInput.number
            let r#type: Result<MaybeUndefined<i32>, InputError> = fields.take::<_, Option<builtin::Int>>("type", None); // EchoInput.type
            let list: Result<MaybeUndefined<Vec<Option<i32>>>, InputError> = fields.take::<_, Option<Vec<Option<builtin::Int>>>>("list", None); // EchoInput.list
            let date: Result<MaybeUndefined<crate::model::Date>, InputError> = fields.take::<_, Option<types::Date>>("date", None); // EchoInput.date
            let old: Result<MaybeUndefined<i32>, InputError> = fields.take::<_, Option<builtin::Int>>("old", None); // EchoInput.old
            match (text, number, r#type, list, date, old,) {
                (Ok(text), Ok(number), Ok(r#type), Ok(list), Ok(date), Ok(old),) => Ok(Self { text, number, r#type, list, date, old }),
                (text, number, r#type, list, date, old,) => Err(InputError::all([text.err(), number.err(), r#type.err(), list.err(), date.err(), old.err()])),
            }
        }
    }
    impl Input<types::EchoInput> for EchoInput {
        fn coerce(value: Value) -> Result<Self, InputError> {
            let mut fields = ArgumentValues::of_object(value)?;
            let coerced = Self::coerce_fields(&mut fields)?;
            fields.reject_unknown()?;
            Ok(coerced)
        }
    }

    /// `Choice`.
    #[derive(Clone, Debug, PartialEq)]
    pub enum Choice {
        /// `Choice.text`.
        Text(String), // Choice.text
        /// `Choice.number`.
        Number(i32), // Choice.number
        /// `Choice.either`.
        Either(Vec<input::Choice>), // Choice.either
    }
    impl Input<types::Choice> for Choice {
        fn coerce(value: Value) -> Result<Self, InputError> {
            let mut fields = ArgumentValues::of_object(value)?;
            if fields.contains("text") {
            let text: Result<String, InputError> = fields.take::<_, builtin::String>("text", None); // Choice.text
            let text = text.and_then(|value| constraint::check(value, "text", &constraint::Constraint { max_length: Some(3), ..constraint::Constraint::NONE })); // Choice.text
            fields.reject_unknown()?;
            return text.map(Self::Text);
            }
            if fields.contains("number") {
            let number: Result<i32, InputError> = fields.take::<_, builtin::Int>("number", None); // Choice.number
            fields.reject_unknown()?;
            return number.map(Self::Number);
            }
            if fields.contains("either") {
            let either: Result<Vec<input::Choice>, InputError> = fields.take::<_, Vec<types::Choice>>("either", None); // Choice.either
            fields.reject_unknown()?;
            return either.map(Self::Either);
            }
            Err(InputError::new("takes exactly one of its fields"))
        }
    }
}

/// The arguments of each field that has arguments.
pub mod arguments {
    use super::*;

    /// The arguments of `Query.dish`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct QueryDish {
        /// `Query.dish(id:)`.
        pub id: String, // Query.dish(id:)
        /// `Query.dish(old:)`.
        pub old: Option<i32>, // Query.dish(old:)
    }
    impl InputObject for QueryDish {
        fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError> {
            let id: Result<String, InputError> = fields.take::<_, builtin::Id>("id", None); // Query.dish(id:)
            let old: Result<Option<i32>, InputError> = fields.take::<_, Option<builtin::Int>>("old", Some(Value::from(3_i64))); // Query.dish(old:)
            match (id, old,) {
                (Ok(id), Ok(old),) => Ok(Self { id, old }),
                (id, old,) => Err(InputError::all([id.err(), old.err()])),
            }
        }
    }
    /// The arguments of `Query.dishes`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct QueryDishes {
        /// `Query.dishes(filter:)`.
        pub filter: Option<input::DishFilter>, // Query.dishes(filter:)
        /// `Query.dishes(first:)`.
        pub first: i32, // Query.dishes(first:)
        /// `Query.dishes(loop:)`.
        pub r#loop: MaybeUndefined<Vec<i32>>, // Query.dishes(loop:)
    }
    impl InputObject for QueryDishes {
        fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError> {
            let filter: Result<Option<input::DishFilter>, InputError> = fields.take::<_, Option<types::DishFilter>>("filter", Some(Value::Object([(Name::new("minutes"), Value::from(30_i64)), (Name::new("tags"), Value::List(vec![Value::from("quick"), Value::from("say \"hi\"")])), (Name::new("course"), Value::Enum(Name::new("MAIN")))].into_iter().collect()))); // Query.dishes(filter:)
            let first: Result<i32, InputError> = fields.take::<_, builtin::Int>("first", Some(Value::from(2_i64))); // Query.dishes(first:)
            let first = first.and_then(|value| constraint::check(value, "first", &constraint::Constraint { min: Some(1), max: Some(10), ..constraint::Constraint::NONE })); // Query.dishes(first:)
            let r#loop: Result<MaybeUndefined<Vec<i32>>, InputError> = fields.take::<_, Option<Vec<builtin::Int>>>("loop", None); // Query.dishes(loop:)
            match (filter, first, r#loop,) {
                (Ok(filter), Ok(first), Ok(r#loop),) => Ok(Self { filter, first, r#loop }),
                (filter, first, r#loop,) => Err(InputError::all([filter.err(), first.err(), r#loop.err()])),
            }
        }
    }
    /// The arguments of `Query.echo`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct QueryEcho {
        /// `Query.echo(input:)`.
        pub input: input::EchoInput, // Query.echo(input:)
    }
    impl InputObject for QueryEcho {
        fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError> {
            let input: Result<input::EchoInput, InputError> = fields.take::<_, types::EchoInput>("input", None); // Query.echo(input:)
            match (input,) {
                (Ok(input),) => Ok(Self { input }),
                (input,) => Err(InputError::all([input.err()])),
            }
        }
    }
    /// The arguments of `Query.choose`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct QueryChoose {
        /// `Query.choose(choice:)`.
        pub choice: input::Choice, // Query.choose(choice:)
    }
    impl InputObject for QueryChoose {
        fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError> {
            let choice: Result<input::Choice, InputError> = fields.take::<_, types::Choice>("choice", None); // Query.choose(choice:)
            match (choice,) {
                (Ok(choice),) => Ok(Self { choice }),
                (choice,) => Err(InputError::all([choice.err()])),
            }
        }
    }
    /// The arguments of `Query.named`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct QueryNamed {
        /// `Query.named(id:)`.
        pub id: String, // Query.named(id:)
    }
    impl InputObject for QueryNamed {
        fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError> {
            let id: Result<String, InputError> = fields.take::<_, builtin::Id>("id", None); // Query.named(id:)
            match (id,) {
                (Ok(id),) => Ok(Self { id }),
                (id,) => Err(InputError::all([id.err()])),
            }
        }
    }
    /// The arguments of `Mutation.add`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct MutationAdd {
        /// `Mutation.add(amount:)`.
        pub amount: i32, // Mutation.add(amount:)
    }
    impl InputObject for MutationAdd {
        fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError> {
            let amount: Result<i32, InputError> = fields.take::<_, builtin::Int>("amount", None); // Mutation.add(amount:)
            match (amount,) {
                (Ok(amount),) => Ok(Self { amount }),
                (amount,) => Err(InputError::all([amount.err()])),
            }
        }
    }
    /// The arguments of `Mutation.addOrFail`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct MutationAddOrFail {
        /// `Mutation.addOrFail(amount:)`.
        pub amount: i32, // Mutation.addOrFail(amount:)
    }
    impl InputObject for MutationAddOrFail {
        fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError> {
            let amount: Result<i32, InputError> = fields.take::<_, builtin::Int>("amount", None); // Mutation.addOrFail(amount:)
            match (amount,) {
                (Ok(amount),) => Ok(Self { amount }),
                (amount,) => Err(InputError::all([amount.err()])),
            }
        }
    }
    /// The arguments of `Mutation.label`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct MutationLabel {
        /// `Mutation.label(input:)`.
        pub input: input::LabelInput, // Mutation.label(input:)
    }
    impl InputObject for MutationLabel {
        fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError> {
            let input: Result<input::LabelInput, InputError> = fields.take::<_, types::LabelInput>("input", None); // Mutation.label(input:)
            match (input,) {
                (Ok(input),) => Ok(Self { input }),
                (input,) => Err(InputError::all([input.err()])),
            }
        }
    }
    /// The arguments of `Dish.pairing`.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub struct DishPairing {
        /// `Dish.pairing(course:)`.
        pub course: crate::model::Course, // Dish.pairing(course:)
        /// `Dish.pairing(note:)`.
        pub note: MaybeUndefined<String>, // Dish.pairing(note:)
    }
    impl InputObject for DishPairing {
        fn coerce_fields(fields: &mut ArgumentValues) -> Result<Self, InputError> {
            let course: Result<crate::model::Course, InputError> = fields.take::<_, types::Course>("course", Some(Value::Enum(Name::new("DESSERT")))); // Dish.pairing(course:)
            let note: Result<MaybeUndefined<String>, InputError> = fields.take::<_, Option<builtin::String>>("note", None); // Dish.pairing(note:)
            match (course, note,) {
                (Ok(course), Ok(note),) => Ok(Self { course, note }),
                (course, note,) => Err(InputError::all([course.err(), note.err()])),
            }
        }
    }
}

impl Output<types::LabelPayload, Request> for self::payload::LabelPayload {
    fn write<'r>(&self, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {
        out.object(field.object(3), |field, out| match field.index {
            0 => Output::<Option<builtin::String>, Request>::write(&self.label, field, request, out), // LabelPayload.label
            1 => Output::<Vec<types::Mistake>, Request>::write(&self.user_errors, field, request, out), // LabelPayload.userErrors
            _ => unreachable!("LabelPayload has 2 fields"),
        })
    }
}

impl Output<types::Mistake, Request> for crate::model::Mistake {
    fn write<'r>(&self, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {
        out.object(field.object(4), |field, out| match field.index {
            0 => Output::<builtin::String, Request>::write(&self.message, field, request, out), // Mistake.message
            1 => Output::<Vec<builtin::String>, Request>::write(&self.path, field, request, out), // Mistake.path
            _ => unreachable!("Mistake has 2 fields"),
        })
    }
}

impl Output<types::Dish, Request> for crate::model::Dish {
    fn write<'r>(&self, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {
        out.object(field.object(7), |field, out| match field.index {
            0 => Output::<types::ID, Request>::write(&self.id, field, request, out), // Dish.id
            1 => Output::<builtin::String, Request>::write(&self.name, field, request, out), // Dish.name
            2 => Output::<Option<types::Course>, Request>::write(&self.course, field, request, out), // Dish.course
            3 => Output::<builtin::Int, Request>::write(&self.minutes, field, request, out), // Dish.minutes
            4 => Output::<Option<builtin::Float>, Request>::write(&self.weight, field, request, out), // Dish.weight
            5 => Output::<types::Date, Request>::write(&self.made_on, field, request, out), // Dish.madeOn
            6 => Output::<Vec<Vec<Option<builtin::Int>>>, Request>::write(&self.table, field, request, out), // Dish.table
            7 => Output::<Option<Vec<Option<builtin::String>>>, Request>::write(&self.maybe, field, request, out), // Dish.maybe
            8 => Output::<Option<types::Nutrition>, Request>::write(&self.nutrition, field, request, out), // Dish.nutrition
            9 => request.loaders.dish_ingredients.write(Clone::clone(&self.id), field, request, out), // Dish.ingredients
            10 => request.loaders.dish_pairing.write(((Clone::clone(&self.id), Clone::clone(&self.minutes)), out.prepared().arguments::<arguments::DishPairing>(field).clone()), field, request, out), // Dish.pairing
            11 => request.loaders.cook.write(Clone::clone(&self.cook_id), field, request, out), // Dish.cook
            12 => Output::<Option<builtin::String>, Request>::write(&self.secret, field, request, out), // Dish.secret
            13 => Output::<Option<builtin::Int>, Request>::write(&self.old, field, request, out), // Dish.old
            _ => unreachable!("Dish has 14 fields"),
        })
    }
}

impl Output<types::Nutrition, Request> for crate::model::Nutrition {
    fn write<'r>(&self, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {
        out.object(field.object(8), |field, out| match field.index {
            0 => Output::<builtin::Int, Request>::write(&self.energy, field, request, out), // Nutrition.energy
            _ => unreachable!("Nutrition has 1 fields"),
        })
    }
}

impl Output<types::Ingredient, Request> for crate::model::Ingredient {
    fn write<'r>(&self, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {
        out.object(field.object(9), |field, out| match field.index {
            0 => Output::<builtin::String, Request>::write(&self.name, field, request, out), // Ingredient.name
            1 => request.loaders.cook.write(Clone::clone(&self.supplier_id), field, request, out), // Ingredient.supplier
            _ => unreachable!("Ingredient has 2 fields"),
        })
    }
}

impl Output<types::Cook, Request> for crate::model::Cook {
    fn write<'r>(&self, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {
        if let Err(error) = super::authorize(&request.context, Role::Member) { // Cook
            return out.item_error(error, field);
        }
        if let Err(error) = super::authorize_owner(&request.context, &self.id) { // Cook
            return out.item_error(error, field);
        }
        out.object(field.object(10), |field, out| match field.index {
            0 => Output::<types::ID, Request>::write(&self.id, field, request, out), // Cook.id
            1 => Output::<builtin::String, Request>::write(&self.name, field, request, out), // Cook.name
            _ => unreachable!("Cook has 2 fields"),
        })
    }
}

impl Output<types::Knot, Request> for crate::model::Knot {
    fn write<'r>(&self, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {
        out.object(field.object(18), |field, out| match field.index {
            0 => Output::<builtin::Int, Request>::write(&self.value, field, request, out), // Knot.value
            1 => request.loaders.next.write(Clone::clone(&self.value), field, request, out), // Knot.next
            _ => unreachable!("Knot has 2 fields"),
        })
    }
}

impl Output<types::Probe, Request> for crate::model::Probe {
    fn write<'r>(&self, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {
        out.object(field.object(19), |field, out| match field.index {
            0 => Output::<builtin::Int, Request>::write(&self.value, field, request, out), // Probe.value
            1 => request.loaders.next.write(Clone::clone(&self.value), field, request, out), // Probe.next
            2 => request.loaders.probe_fails.write(Clone::clone(&self.value), field, request, out), // Probe.fails
            3 => request.loaders.probe_fails_non_null.write(Clone::clone(&self.value), field, request, out), // Probe.failsNonNull
            4 => request.loaders.probe_missing.write(Clone::clone(&self.value), field, request, out), // Probe.missing
            5 => request.loaders.probe_child.write(Clone::clone(&self.value), field, request, out), // Probe.child
            6 => request.loaders.probe_child_non_null.write(Clone::clone(&self.value), field, request, out), // Probe.childNonNull
            7 => request.loaders.probe_children.write(Clone::clone(&self.value), field, request, out), // Probe.children
            8 => request.loaders.probe_children_nullable.write(Clone::clone(&self.value), field, request, out), // Probe.childrenNullable
            9 => request.loaders.probe_grid.write(Clone::clone(&self.value), field, request, out), // Probe.grid
            10 => request.loaders.probe_ahead.write(Clone::clone(&self.value), field, request, out), // Probe.ahead
            _ => unreachable!("Probe has 11 fields"),
        })
    }
}

/// The interfaces and unions, as enums of their possible object types.
pub mod abstract_type {
    use super::*;

    /// `Named`.
    pub enum Named {
        /// `Cook`.
        Cook(Arc<crate::model::Cook>), // Named: Cook
        /// `Dish`.
        Dish(Arc<crate::model::Dish>), // Named: Dish
    }
    impl Output<types::Named, Request> for Named {
        fn write<'r>(&self, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {
            match self {
                Self::Cook(value) => Output::<types::Cook, Request>::write(&**value, field, request, out), // Named: Cook
                Self::Dish(value) => Output::<types::Dish, Request>::write(&**value, field, request, out), // Named: Dish
            }
        }
    }
    /// `Edible`.
    pub enum Edible {
        /// `Dish`.
        Dish(Arc<crate::model::Dish>), // Edible: Dish
    }
    impl Output<types::Edible, Request> for Edible {
        fn write<'r>(&self, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {
            match self {
                Self::Dish(value) => Output::<types::Dish, Request>::write(&**value, field, request, out), // Edible: Dish
            }
        }
    }
    /// `Thing`.
    pub enum Thing {
        /// `Dish`.
        Dish(Arc<crate::model::Dish>), // Thing: Dish
        /// `Cook`.
        Cook(Arc<crate::model::Cook>), // Thing: Cook
    }
    impl Output<types::Thing, Request> for Thing {
        fn write<'r>(&self, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {
            match self {
                Self::Dish(value) => Output::<types::Dish, Request>::write(&**value, field, request, out), // Thing: Dish
                Self::Cook(value) => Output::<types::Cook, Request>::write(&**value, field, request, out), // Thing: Cook
            }
        }
    }
    /// `Link`.
    pub enum Link {
        /// `Knot`.
        Knot(Arc<crate::model::Knot>), // Link: Knot
        /// `Probe`.
        Probe(Arc<crate::model::Probe>), // Link: Probe
    }
    impl Output<types::Link, Request> for Link {
        fn write<'r>(&self, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {
            match self {
                Self::Knot(value) => Output::<types::Knot, Request>::write(&**value, field, request, out), // Link: Knot
                Self::Probe(value) => Output::<types::Probe, Request>::write(&**value, field, request, out), // Link: Probe
            }
        }
    }
}

/// The payloads of mutations.
pub mod payload {
    use super::*;

    /// `LabelPayload`.
    #[derive(Debug, Default)]
    pub struct LabelPayload {
        /// `LabelPayload.label`.
        pub label: Option<String>, // LabelPayload.label
        /// `LabelPayload.userErrors`.
        pub user_errors: Vec<crate::model::Mistake>, // LabelPayload.userErrors
    }

    impl UserErrorPayload for LabelPayload {
        type UserError = <RequestContext as UserErrors>::UserError;

        fn rejected(user_errors: Vec<Self::UserError>) -> Self {
            Self { user_errors, ..Self::default() }
        }

        fn user_errors(&self) -> &[Self::UserError] {
            &self.user_errors
        }
    }

}

/// The traits to implement for batch functions, which load the data of fields.
pub mod batch {
    use super::*;

    /// Loads `Dish.cook`, `Ingredient.supplier`.
    #[diagnostic::on_unimplemented(
        message = "`Dish.cook` has no batch function",
        label = "`impl batch::Cook for Resolvers` is missing",
        note = "batch functions live in tests/small/parts/small.rs, the file of the noun that has the field"
    )]
    pub trait Cook { // Dish.cook
        /// The key by which the field is loaded: the model's cook_id.
        type Key: Clone + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static; // Dish.cook
        /// The value that is loaded for a key.
        type Value: Output<types::Cook, Request> + Send + Sync + 'static; // Dish.cook
        /// Loads all keys of a batch.
        fn load(context: &RequestContext, keys: &[Self::Key]) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, Error>> + Send; // Dish.cook
    }

    /// Loads `Dish.ingredients`.
    #[diagnostic::on_unimplemented(
        message = "`Dish.ingredients` has no batch function",
        label = "`impl batch::DishIngredients for Resolvers` is missing",
        note = "batch functions live in tests/small/parts/small.rs, the file of the noun that has the field"
    )]
    pub trait DishIngredients { // Dish.ingredients
        /// The key by which the field is loaded: the model's id.
        type Key: Clone + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static; // Dish.ingredients
        /// The value that is loaded for a key.
        type Value: Output<Vec<types::Ingredient>, Request> + Send + Sync + 'static; // Dish.ingredients
        /// Loads all keys of a batch.
        fn load(context: &RequestContext, keys: &[Self::Key]) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, Error>> + Send; // Dish.ingredients
    }

    /// Loads `Dish.pairing`.
    #[diagnostic::on_unimplemented(
        message = "`Dish.pairing` has no batch function",
        label = "`impl batch::DishPairing for Resolvers` is missing",
        note = "batch functions live in tests/small/parts/small.rs, the file of the noun that has the field"
    )]
    pub trait DishPairing { // Dish.pairing
        /// The key by which the field is loaded: the model's id and minutes.
        type Key: Clone + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static; // Dish.pairing
        /// The value that is loaded for a key.
        type Value: Output<types::Dish, Request> + Send + Sync + 'static; // Dish.pairing
        /// Loads all keys of a batch.
        fn load(context: &RequestContext, keys: &[(Self::Key, arguments::DishPairing)]) -> impl Future<Output = Result<Batch<(Self::Key, arguments::DishPairing), Self::Value>, Error>> + Send; // Dish.pairing
    }

    /// Loads `Knot.next`, `Probe.next`.
    #[diagnostic::on_unimplemented(
        message = "`Knot.next` has no batch function",
        label = "`impl batch::Next for Resolvers` is missing",
        note = "batch functions live in tests/small/parts/small.rs, the file of the noun that has the field"
    )]
    pub trait Next { // Knot.next
        /// The key by which the field is loaded: the model's value.
        type Key: Clone + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static; // Knot.next
        /// The value that is loaded for a key.
        type Value: Output<types::Link, Request> + Send + Sync + 'static; // Knot.next
        /// Loads all keys of a batch.
        fn load(context: &RequestContext, keys: &[Self::Key]) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, Error>> + Send; // Knot.next
    }

    /// Loads `Probe.ahead`.
    #[diagnostic::on_unimplemented(
        message = "`Probe.ahead` has no batch function",
        label = "`impl batch::ProbeAhead for Resolvers` is missing",
        note = "batch functions live in tests/small/parts/small.rs, the file of the noun that has the field"
    )]
    pub trait ProbeAhead { // Probe.ahead
        /// The key by which the field is loaded: the model's value.
        type Key: Clone + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static; // Probe.ahead
        /// The value that is loaded for a key.
        type Value: Output<types::Probe, Request> + Send + Sync + 'static; // Probe.ahead
        /// Loads all keys of a batch.
        fn load(request: &Request, keys: &[Self::Key], selection: selection::Probe<'_>) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, Error>> + Send; // Probe.ahead
    }

    /// Loads `Probe.child`.
    #[diagnostic::on_unimplemented(
        message = "`Probe.child` has no batch function",
        label = "`impl batch::ProbeChild for Resolvers` is missing",
        note = "batch functions live in tests/small/parts/small.rs, the file of the noun that has the field"
    )]
    pub trait ProbeChild { // Probe.child
        /// The key by which the field is loaded: the model's value.
        type Key: Clone + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static; // Probe.child
        /// The value that is loaded for a key.
        type Value: Output<types::Probe, Request> + Send + Sync + 'static; // Probe.child
        /// Loads all keys of a batch.
        fn load(context: &RequestContext, keys: &[Self::Key]) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, Error>> + Send; // Probe.child
    }

    /// Loads `Probe.childNonNull`.
    #[diagnostic::on_unimplemented(
        message = "`Probe.childNonNull` has no batch function",
        label = "`impl batch::ProbeChildNonNull for Resolvers` is missing",
        note = "batch functions live in tests/small/parts/small.rs, the file of the noun that has the field"
    )]
    pub trait ProbeChildNonNull { // Probe.childNonNull
        /// The key by which the field is loaded: the model's value.
        type Key: Clone + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static; // Probe.childNonNull
        /// The value that is loaded for a key.
        type Value: Output<types::Probe, Request> + Send + Sync + 'static; // Probe.childNonNull
        /// Loads all keys of a batch.
        fn load(context: &RequestContext, keys: &[Self::Key]) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, Error>> + Send; // Probe.childNonNull
    }

    /// Loads `Probe.children`.
    #[diagnostic::on_unimplemented(
        message = "`Probe.children` has no batch function",
        label = "`impl batch::ProbeChildren for Resolvers` is missing",
        note = "batch functions live in tests/small/parts/small.rs, the file of the noun that has the field"
    )]
    pub trait ProbeChildren { // Probe.children
        /// The key by which the field is loaded: the model's value.
        type Key: Clone + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static; // Probe.children
        /// The value that is loaded for a key.
        type Value: Output<Vec<types::Probe>, Request> + Send + Sync + 'static; // Probe.children
        /// Loads all keys of a batch.
        fn load(context: &RequestContext, keys: &[Self::Key]) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, Error>> + Send; // Probe.children
    }

    /// Loads `Probe.childrenNullable`.
    #[diagnostic::on_unimplemented(
        message = "`Probe.childrenNullable` has no batch function",
        label = "`impl batch::ProbeChildrenNullable for Resolvers` is missing",
        note = "batch functions live in tests/small/parts/small.rs, the file of the noun that has the field"
    )]
    pub trait ProbeChildrenNullable { // Probe.childrenNullable
        /// The key by which the field is loaded: the model's value.
        type Key: Clone + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static; // Probe.childrenNullable
        /// The value that is loaded for a key.
        type Value: Output<Vec<Option<types::Probe>>, Request> + Send + Sync + 'static; // Probe.childrenNullable
        /// Loads all keys of a batch.
        fn load(context: &RequestContext, keys: &[Self::Key]) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, Error>> + Send; // Probe.childrenNullable
    }

    /// Loads `Probe.fails`.
    #[diagnostic::on_unimplemented(
        message = "`Probe.fails` has no batch function",
        label = "`impl batch::ProbeFails for Resolvers` is missing",
        note = "batch functions live in tests/small/parts/small.rs, the file of the noun that has the field"
    )]
    pub trait ProbeFails { // Probe.fails
        /// The key by which the field is loaded: the model's value.
        type Key: Clone + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static; // Probe.fails
        /// The value that is loaded for a key.
        type Value: Output<builtin::Int, Request> + Send + Sync + 'static; // Probe.fails
        /// Loads all keys of a batch.
        fn load(context: &RequestContext, keys: &[Self::Key]) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, Error>> + Send; // Probe.fails
    }

    /// Loads `Probe.failsNonNull`.
    #[diagnostic::on_unimplemented(
        message = "`Probe.failsNonNull` has no batch function",
        label = "`impl batch::ProbeFailsNonNull for Resolvers` is missing",
        note = "batch functions live in tests/small/parts/small.rs, the file of the noun that has the field"
    )]
    pub trait ProbeFailsNonNull { // Probe.failsNonNull
        /// The key by which the field is loaded: the model's value.
        type Key: Clone + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static; // Probe.failsNonNull
        /// The value that is loaded for a key.
        type Value: Output<builtin::Int, Request> + Send + Sync + 'static; // Probe.failsNonNull
        /// Loads all keys of a batch.
        fn load(context: &RequestContext, keys: &[Self::Key]) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, Error>> + Send; // Probe.failsNonNull
    }

    /// Loads `Probe.grid`.
    #[diagnostic::on_unimplemented(
        message = "`Probe.grid` has no batch function",
        label = "`impl batch::ProbeGrid for Resolvers` is missing",
        note = "batch functions live in tests/small/parts/small.rs, the file of the noun that has the field"
    )]
    pub trait ProbeGrid { // Probe.grid
        /// The key by which the field is loaded: the model's value.
        type Key: Clone + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static; // Probe.grid
        /// The value that is loaded for a key.
        type Value: Output<Vec<Option<Vec<types::Probe>>>, Request> + Send + Sync + 'static; // Probe.grid
        /// Loads all keys of a batch.
        fn load(context: &RequestContext, keys: &[Self::Key]) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, Error>> + Send; // Probe.grid
    }

    /// Loads `Probe.missing`.
    #[diagnostic::on_unimplemented(
        message = "`Probe.missing` has no batch function",
        label = "`impl batch::ProbeMissing for Resolvers` is missing",
        note = "batch functions live in tests/small/parts/small.rs, the file of the noun that has the field"
    )]
    pub trait ProbeMissing { // Probe.missing
        /// The key by which the field is loaded: the model's value.
        type Key: Clone + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static; // Probe.missing
        /// The value that is loaded for a key.
        type Value: Output<builtin::Int, Request> + Send + Sync + 'static; // Probe.missing
        /// Loads all keys of a batch.
        fn load(context: &RequestContext, keys: &[Self::Key]) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, Error>> + Send; // Probe.missing
    }

}

/// The batch functions, as the loaders call them.
pub mod functions {
    use super::*;

    /// Loads `Dish.cook`, `Ingredient.supplier`.
    pub struct Cook;
    impl BatchFunction for Cook {
        type Request = Request;
        type Key = <Resolvers as batch::Cook>::Key; // Dish.cook
        type Value = <Resolvers as batch::Cook>::Value; // Dish.cook
        type Type = types::Cook;
        const FIELD: &'static str = "Dish.cook";
        const LOOKS_AHEAD: bool = false;
        fn span(request: &Request) -> &::tracing::Span {
            request.context.span()
        }
        fn load(request: &Request, keys: &[Self::Key], _: Selection<'_>, span: ::tracing::Span) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send {
            let context = &*request.context;
            async move { context.run_batch(Self::FIELD, keys.len(), span, <Resolvers as batch::Cook>::load(context, keys)).await.map_err(Into::into) } // Dish.cook
        }
    }
    /// Loads `Dish.ingredients`.
    pub struct DishIngredients;
    impl BatchFunction for DishIngredients {
        type Request = Request;
        type Key = <Resolvers as batch::DishIngredients>::Key; // Dish.ingredients
        type Value = <Resolvers as batch::DishIngredients>::Value; // Dish.ingredients
        type Type = Vec<types::Ingredient>;
        const FIELD: &'static str = "Dish.ingredients";
        const LOOKS_AHEAD: bool = false;
        fn span(request: &Request) -> &::tracing::Span {
            request.context.span()
        }
        fn load(request: &Request, keys: &[Self::Key], _: Selection<'_>, span: ::tracing::Span) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send {
            let context = &*request.context;
            async move { context.run_batch(Self::FIELD, keys.len(), span, <Resolvers as batch::DishIngredients>::load(context, keys)).await.map_err(Into::into) } // Dish.ingredients
        }
    }
    /// Loads `Dish.pairing`.
    pub struct DishPairing;
    impl BatchFunction for DishPairing {
        type Request = Request;
        type Key = (<Resolvers as batch::DishPairing>::Key, arguments::DishPairing); // Dish.pairing
        type Value = <Resolvers as batch::DishPairing>::Value; // Dish.pairing
        type Type = types::Dish;
        const FIELD: &'static str = "Dish.pairing";
        const LOOKS_AHEAD: bool = false;
        fn span(request: &Request) -> &::tracing::Span {
            request.context.span()
        }
        fn load(request: &Request, keys: &[Self::Key], _: Selection<'_>, span: ::tracing::Span) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send {
            let context = &*request.context;
            async move { context.run_batch(Self::FIELD, keys.len(), span, <Resolvers as batch::DishPairing>::load(context, keys)).await.map_err(Into::into) } // Dish.pairing
        }
    }
    /// Loads `Knot.next`, `Probe.next`.
    pub struct Next;
    impl BatchFunction for Next {
        type Request = Request;
        type Key = <Resolvers as batch::Next>::Key; // Knot.next
        type Value = <Resolvers as batch::Next>::Value; // Knot.next
        type Type = types::Link;
        const FIELD: &'static str = "Knot.next";
        const LOOKS_AHEAD: bool = false;
        fn span(request: &Request) -> &::tracing::Span {
            request.context.span()
        }
        fn load(request: &Request, keys: &[Self::Key], _: Selection<'_>, span: ::tracing::Span) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send {
            let context = &*request.context;
            async move { context.run_batch(Self::FIELD, keys.len(), span, <Resolvers as batch::Next>::load(context, keys)).await.map_err(Into::into) } // Knot.next
        }
    }
    /// Loads `Probe.ahead`.
    pub struct ProbeAhead;
    impl BatchFunction for ProbeAhead {
        type Request = Request;
        type Key = <Resolvers as batch::ProbeAhead>::Key; // Probe.ahead
        type Value = <Resolvers as batch::ProbeAhead>::Value; // Probe.ahead
        type Type = types::Probe;
        const FIELD: &'static str = "Probe.ahead";
        const LOOKS_AHEAD: bool = true;
        fn span(request: &Request) -> &::tracing::Span {
            request.context.span()
        }
        fn load(request: &Request, keys: &[Self::Key], selection: Selection<'_>, span: ::tracing::Span) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send {
            let context = &*request.context;
            async move { context.run_batch(Self::FIELD, keys.len(), span, <Resolvers as batch::ProbeAhead>::load(request, keys, selection::Probe(selection))).await.map_err(Into::into) } // Probe.ahead
        }
    }
    /// Loads `Probe.child`.
    pub struct ProbeChild;
    impl BatchFunction for ProbeChild {
        type Request = Request;
        type Key = <Resolvers as batch::ProbeChild>::Key; // Probe.child
        type Value = <Resolvers as batch::ProbeChild>::Value; // Probe.child
        type Type = types::Probe;
        const FIELD: &'static str = "Probe.child";
        const LOOKS_AHEAD: bool = false;
        fn span(request: &Request) -> &::tracing::Span {
            request.context.span()
        }
        fn load(request: &Request, keys: &[Self::Key], _: Selection<'_>, span: ::tracing::Span) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send {
            let context = &*request.context;
            async move { context.run_batch(Self::FIELD, keys.len(), span, <Resolvers as batch::ProbeChild>::load(context, keys)).await.map_err(Into::into) } // Probe.child
        }
    }
    /// Loads `Probe.childNonNull`.
    pub struct ProbeChildNonNull;
    impl BatchFunction for ProbeChildNonNull {
        type Request = Request;
        type Key = <Resolvers as batch::ProbeChildNonNull>::Key; // Probe.childNonNull
        type Value = <Resolvers as batch::ProbeChildNonNull>::Value; // Probe.childNonNull
        type Type = types::Probe;
        const FIELD: &'static str = "Probe.childNonNull";
        const LOOKS_AHEAD: bool = false;
        fn span(request: &Request) -> &::tracing::Span {
            request.context.span()
        }
        fn load(request: &Request, keys: &[Self::Key], _: Selection<'_>, span: ::tracing::Span) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send {
            let context = &*request.context;
            async move { context.run_batch(Self::FIELD, keys.len(), span, <Resolvers as batch::ProbeChildNonNull>::load(context, keys)).await.map_err(Into::into) } // Probe.childNonNull
        }
    }
    /// Loads `Probe.children`.
    pub struct ProbeChildren;
    impl BatchFunction for ProbeChildren {
        type Request = Request;
        type Key = <Resolvers as batch::ProbeChildren>::Key; // Probe.children
        type Value = <Resolvers as batch::ProbeChildren>::Value; // Probe.children
        type Type = Vec<types::Probe>;
        const FIELD: &'static str = "Probe.children";
        const LOOKS_AHEAD: bool = false;
        fn span(request: &Request) -> &::tracing::Span {
            request.context.span()
        }
        fn load(request: &Request, keys: &[Self::Key], _: Selection<'_>, span: ::tracing::Span) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send {
            let context = &*request.context;
            async move { context.run_batch(Self::FIELD, keys.len(), span, <Resolvers as batch::ProbeChildren>::load(context, keys)).await.map_err(Into::into) } // Probe.children
        }
    }
    /// Loads `Probe.childrenNullable`.
    pub struct ProbeChildrenNullable;
    impl BatchFunction for ProbeChildrenNullable {
        type Request = Request;
        type Key = <Resolvers as batch::ProbeChildrenNullable>::Key; // Probe.childrenNullable
        type Value = <Resolvers as batch::ProbeChildrenNullable>::Value; // Probe.childrenNullable
        type Type = Vec<Option<types::Probe>>;
        const FIELD: &'static str = "Probe.childrenNullable";
        const LOOKS_AHEAD: bool = false;
        fn span(request: &Request) -> &::tracing::Span {
            request.context.span()
        }
        fn load(request: &Request, keys: &[Self::Key], _: Selection<'_>, span: ::tracing::Span) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send {
            let context = &*request.context;
            async move { context.run_batch(Self::FIELD, keys.len(), span, <Resolvers as batch::ProbeChildrenNullable>::load(context, keys)).await.map_err(Into::into) } // Probe.childrenNullable
        }
    }
    /// Loads `Probe.fails`.
    pub struct ProbeFails;
    impl BatchFunction for ProbeFails {
        type Request = Request;
        type Key = <Resolvers as batch::ProbeFails>::Key; // Probe.fails
        type Value = <Resolvers as batch::ProbeFails>::Value; // Probe.fails
        type Type = builtin::Int;
        const FIELD: &'static str = "Probe.fails";
        const LOOKS_AHEAD: bool = false;
        fn span(request: &Request) -> &::tracing::Span {
            request.context.span()
        }
        fn load(request: &Request, keys: &[Self::Key], _: Selection<'_>, span: ::tracing::Span) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send {
            let context = &*request.context;
            async move { context.run_batch(Self::FIELD, keys.len(), span, <Resolvers as batch::ProbeFails>::load(context, keys)).await.map_err(Into::into) } // Probe.fails
        }
    }
    /// Loads `Probe.failsNonNull`.
    pub struct ProbeFailsNonNull;
    impl BatchFunction for ProbeFailsNonNull {
        type Request = Request;
        type Key = <Resolvers as batch::ProbeFailsNonNull>::Key; // Probe.failsNonNull
        type Value = <Resolvers as batch::ProbeFailsNonNull>::Value; // Probe.failsNonNull
        type Type = builtin::Int;
        const FIELD: &'static str = "Probe.failsNonNull";
        const LOOKS_AHEAD: bool = false;
        fn span(request: &Request) -> &::tracing::Span {
            request.context.span()
        }
        fn load(request: &Request, keys: &[Self::Key], _: Selection<'_>, span: ::tracing::Span) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send {
            let context = &*request.context;
            async move { context.run_batch(Self::FIELD, keys.len(), span, <Resolvers as batch::ProbeFailsNonNull>::load(context, keys)).await.map_err(Into::into) } // Probe.failsNonNull
        }
    }
    /// Loads `Probe.grid`.
    pub struct ProbeGrid;
    impl BatchFunction for ProbeGrid {
        type Request = Request;
        type Key = <Resolvers as batch::ProbeGrid>::Key; // Probe.grid
        type Value = <Resolvers as batch::ProbeGrid>::Value; // Probe.grid
        type Type = Vec<Option<Vec<types::Probe>>>;
        const FIELD: &'static str = "Probe.grid";
        const LOOKS_AHEAD: bool = false;
        fn span(request: &Request) -> &::tracing::Span {
            request.context.span()
        }
        fn load(request: &Request, keys: &[Self::Key], _: Selection<'_>, span: ::tracing::Span) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send {
            let context = &*request.context;
            async move { context.run_batch(Self::FIELD, keys.len(), span, <Resolvers as batch::ProbeGrid>::load(context, keys)).await.map_err(Into::into) } // Probe.grid
        }
    }
    /// Loads `Probe.missing`.
    pub struct ProbeMissing;
    impl BatchFunction for ProbeMissing {
        type Request = Request;
        type Key = <Resolvers as batch::ProbeMissing>::Key; // Probe.missing
        type Value = <Resolvers as batch::ProbeMissing>::Value; // Probe.missing
        type Type = builtin::Int;
        const FIELD: &'static str = "Probe.missing";
        const LOOKS_AHEAD: bool = false;
        fn span(request: &Request) -> &::tracing::Span {
            request.context.span()
        }
        fn load(request: &Request, keys: &[Self::Key], _: Selection<'_>, span: ::tracing::Span) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send {
            let context = &*request.context;
            async move { context.run_batch(Self::FIELD, keys.len(), span, <Resolvers as batch::ProbeMissing>::load(context, keys)).await.map_err(Into::into) } // Probe.missing
        }
    }
}

/// The loaders of one request.
#[derive(Default)]
pub struct Loaders {
    /// Loads `Dish.cook`, `Ingredient.supplier`.
    pub cook: BatchLoader<functions::Cook>,
    /// Loads `Dish.ingredients`.
    pub dish_ingredients: BatchLoader<functions::DishIngredients>,
    /// Loads `Dish.pairing`.
    pub dish_pairing: BatchLoader<functions::DishPairing>,
    /// Loads `Knot.next`, `Probe.next`.
    pub next: BatchLoader<functions::Next>,
    /// Loads `Probe.ahead`.
    pub probe_ahead: BatchLoader<functions::ProbeAhead>,
    /// Loads `Probe.child`.
    pub probe_child: BatchLoader<functions::ProbeChild>,
    /// Loads `Probe.childNonNull`.
    pub probe_child_non_null: BatchLoader<functions::ProbeChildNonNull>,
    /// Loads `Probe.children`.
    pub probe_children: BatchLoader<functions::ProbeChildren>,
    /// Loads `Probe.childrenNullable`.
    pub probe_children_nullable: BatchLoader<functions::ProbeChildrenNullable>,
    /// Loads `Probe.fails`.
    pub probe_fails: BatchLoader<functions::ProbeFails>,
    /// Loads `Probe.failsNonNull`.
    pub probe_fails_non_null: BatchLoader<functions::ProbeFailsNonNull>,
    /// Loads `Probe.grid`.
    pub probe_grid: BatchLoader<functions::ProbeGrid>,
    /// Loads `Probe.missing`.
    pub probe_missing: BatchLoader<functions::ProbeMissing>,
}

/// The context of a request, with its loaders.
pub struct Request {
    /// The context that resolvers receive.
    pub context: Arc<RequestContext>,
    /// The loaders of the fields that wait for data.
    pub loaders: Loaders,
}

impl ::coach_execution::Request for Request {
    type Context = RequestContext;

    fn context(&self) -> &RequestContext {
        &self.context
    }
}

/// What is selected on objects, for the fields with `@lookahead`.
#[allow(dead_code, reason = "resolvers ask for what they load ahead")]
pub mod selection {
    use super::*;

    /// The fields that are selected on `Probe`.
    pub struct Probe<'p>(pub(super) Selection<'p>);
    impl<'p> Probe<'p> {
        /// Whether nothing is selected.
        pub fn is_empty(&self) -> bool {
            self.0.is_empty()
        }
        /// Whether `Probe.value` is selected.
        pub fn value(&self) -> bool {
            self.0.contains(0) // Probe.value
        }
        /// Whether `Probe.next` is selected.
        pub fn next(&self) -> bool {
            self.0.contains(1) // Probe.next
        }
        /// Whether `Probe.fails` is selected.
        pub fn fails(&self) -> bool {
            self.0.contains(2) // Probe.fails
        }
        /// Whether `Probe.failsNonNull` is selected.
        pub fn fails_non_null(&self) -> bool {
            self.0.contains(3) // Probe.failsNonNull
        }
        /// Whether `Probe.missing` is selected.
        pub fn missing(&self) -> bool {
            self.0.contains(4) // Probe.missing
        }
        /// What is selected below `Probe.child`.
        pub fn child(&self) -> Probe<'p> {
            Probe(self.0.field(5)) // Probe.child
        }
        /// What is selected below `Probe.childNonNull`.
        pub fn child_non_null(&self) -> Probe<'p> {
            Probe(self.0.field(6)) // Probe.childNonNull
        }
        /// What is selected below `Probe.children`.
        pub fn children(&self) -> Probe<'p> {
            Probe(self.0.field(7)) // Probe.children
        }
        /// What is selected below `Probe.childrenNullable`.
        pub fn children_nullable(&self) -> Probe<'p> {
            Probe(self.0.field(8)) // Probe.childrenNullable
        }
        /// What is selected below `Probe.grid`.
        pub fn grid(&self) -> Probe<'p> {
            Probe(self.0.field(9)) // Probe.grid
        }
        /// What is selected below `Probe.ahead`.
        pub fn ahead(&self) -> Probe<'p> {
            Probe(self.0.field(10)) // Probe.ahead
        }
    }

}

/// The traits to implement for the fields of `Query`.
pub mod query {
    use super::*;

    /// Resolves `Query.dish`.
    #[diagnostic::on_unimplemented(
        message = "`Query.dish` has no resolver",
        label = "`impl query::Dish for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait Dish { // Query.dish
        /// The value of the field.
        type Value: Output<Option<types::Dish>, Request> + Send + Sync; // Query.dish
        /// Resolves the field.
        fn resolve(context: &RequestContext, arguments: &arguments::QueryDish) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.dish
    }

    /// Resolves `Query.dishes`.
    #[diagnostic::on_unimplemented(
        message = "`Query.dishes` has no resolver",
        label = "`impl query::Dishes for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait Dishes { // Query.dishes
        /// The value of the field.
        type Value: Output<Vec<types::Dish>, Request> + Send + Sync; // Query.dishes
        /// Resolves the field.
        fn resolve(context: &RequestContext, arguments: &arguments::QueryDishes) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.dishes
    }

    /// Resolves `Query.echo`.
    #[diagnostic::on_unimplemented(
        message = "`Query.echo` has no resolver",
        label = "`impl query::Echo for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait Echo { // Query.echo
        /// The value of the field.
        type Value: Output<builtin::String, Request> + Send + Sync; // Query.echo
        /// Resolves the field.
        fn resolve(context: &RequestContext, arguments: &arguments::QueryEcho) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.echo
    }

    /// Resolves `Query.choose`.
    #[diagnostic::on_unimplemented(
        message = "`Query.choose` has no resolver",
        label = "`impl query::Choose for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait Choose { // Query.choose
        /// The value of the field.
        type Value: Output<builtin::String, Request> + Send + Sync; // Query.choose
        /// Resolves the field.
        fn resolve(context: &RequestContext, arguments: &arguments::QueryChoose) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.choose
    }

    /// Resolves `Query.type`.
    #[diagnostic::on_unimplemented(
        message = "`Query.type` has no resolver",
        label = "`impl query::Type for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait Type { // Query.type
        /// The value of the field.
        type Value: Output<Option<types::Thing>, Request> + Send + Sync; // Query.type
        /// Resolves the field.
        fn resolve(context: &RequestContext) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.type
    }

    /// Resolves `Query.self`.
    #[diagnostic::on_unimplemented(
        message = "`Query.self` has no resolver",
        label = "`impl query::Self_ for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait Self_ { // Query.self
        /// The value of the field.
        type Value: Output<Vec<Option<types::Thing>>, Request> + Send + Sync; // Query.self
        /// Resolves the field.
        fn resolve(context: &RequestContext) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.self
    }

    /// Resolves `Query.named`.
    #[diagnostic::on_unimplemented(
        message = "`Query.named` has no resolver",
        label = "`impl query::Named for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait Named { // Query.named
        /// The value of the field.
        type Value: Output<Option<types::Named>, Request> + Send + Sync; // Query.named
        /// Resolves the field.
        fn resolve(context: &RequestContext, arguments: &arguments::QueryNamed) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.named
    }

    /// Resolves `Query.edible`.
    #[diagnostic::on_unimplemented(
        message = "`Query.edible` has no resolver",
        label = "`impl query::Edible for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait Edible { // Query.edible
        /// The value of the field.
        type Value: Output<Option<types::Edible>, Request> + Send + Sync; // Query.edible
        /// Resolves the field.
        fn resolve(context: &RequestContext) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.edible
    }

    /// Resolves `Query.secret`.
    #[diagnostic::on_unimplemented(
        message = "`Query.secret` has no resolver",
        label = "`impl query::Secret for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait Secret { // Query.secret
        /// The value of the field.
        type Value: Output<Option<builtin::String>, Request> + Send + Sync; // Query.secret
        /// Resolves the field.
        fn resolve(context: &RequestContext) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.secret
    }

    /// Resolves `Query.probe`.
    #[diagnostic::on_unimplemented(
        message = "`Query.probe` has no resolver",
        label = "`impl query::Probe for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait Probe { // Query.probe
        /// The value of the field.
        type Value: Output<Option<types::Probe>, Request> + Send + Sync; // Query.probe
        /// Resolves the field.
        fn resolve(context: &RequestContext) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.probe
    }

    /// Resolves `Query.probeAhead`.
    #[diagnostic::on_unimplemented(
        message = "`Query.probeAhead` has no resolver",
        label = "`impl query::ProbeAhead for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait ProbeAhead { // Query.probeAhead
        /// The value of the field.
        type Value: Output<Option<types::Probe>, Request> + Send + Sync; // Query.probeAhead
        /// Resolves the field.
        fn resolve(request: &Request, selection: selection::Probe<'_>) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.probeAhead
    }

    /// Resolves `Query.probeNonNull`.
    #[diagnostic::on_unimplemented(
        message = "`Query.probeNonNull` has no resolver",
        label = "`impl query::ProbeNonNull for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait ProbeNonNull { // Query.probeNonNull
        /// The value of the field.
        type Value: Output<types::Probe, Request> + Send + Sync; // Query.probeNonNull
        /// Resolves the field.
        fn resolve(context: &RequestContext) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.probeNonNull
    }

    /// Resolves `Query.probes`.
    #[diagnostic::on_unimplemented(
        message = "`Query.probes` has no resolver",
        label = "`impl query::Probes for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait Probes { // Query.probes
        /// The value of the field.
        type Value: Output<Option<Vec<Option<types::Probe>>>, Request> + Send + Sync; // Query.probes
        /// Resolves the field.
        fn resolve(context: &RequestContext) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.probes
    }

    /// Resolves `Query.probesNonNull`.
    #[diagnostic::on_unimplemented(
        message = "`Query.probesNonNull` has no resolver",
        label = "`impl query::ProbesNonNull for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait ProbesNonNull { // Query.probesNonNull
        /// The value of the field.
        type Value: Output<Vec<types::Probe>, Request> + Send + Sync; // Query.probesNonNull
        /// Resolves the field.
        fn resolve(context: &RequestContext) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.probesNonNull
    }

    /// Resolves `Query.probesOfNonNull`.
    #[diagnostic::on_unimplemented(
        message = "`Query.probesOfNonNull` has no resolver",
        label = "`impl query::ProbesOfNonNull for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait ProbesOfNonNull { // Query.probesOfNonNull
        /// The value of the field.
        type Value: Output<Option<Vec<types::Probe>>, Request> + Send + Sync; // Query.probesOfNonNull
        /// Resolves the field.
        fn resolve(context: &RequestContext) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.probesOfNonNull
    }

    /// Resolves `Query.probesNullableInNonNull`.
    #[diagnostic::on_unimplemented(
        message = "`Query.probesNullableInNonNull` has no resolver",
        label = "`impl query::ProbesNullableInNonNull for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait ProbesNullableInNonNull { // Query.probesNullableInNonNull
        /// The value of the field.
        type Value: Output<Vec<Option<types::Probe>>, Request> + Send + Sync; // Query.probesNullableInNonNull
        /// Resolves the field.
        fn resolve(context: &RequestContext) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.probesNullableInNonNull
    }

    /// Resolves `Query.fails`.
    #[diagnostic::on_unimplemented(
        message = "`Query.fails` has no resolver",
        label = "`impl query::Fails for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait Fails { // Query.fails
        /// The value of the field.
        type Value: Output<Option<builtin::Int>, Request> + Send + Sync; // Query.fails
        /// Resolves the field.
        fn resolve(context: &RequestContext) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.fails
    }

    /// Resolves `Query.failsNonNull`.
    #[diagnostic::on_unimplemented(
        message = "`Query.failsNonNull` has no resolver",
        label = "`impl query::FailsNonNull for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait FailsNonNull { // Query.failsNonNull
        /// The value of the field.
        type Value: Output<builtin::Int, Request> + Send + Sync; // Query.failsNonNull
        /// Resolves the field.
        fn resolve(context: &RequestContext) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Query.failsNonNull
    }

}

/// The traits to implement for the fields of `Mutation`.
pub mod mutation {
    use super::*;

    /// Resolves `Mutation.add`.
    #[diagnostic::on_unimplemented(
        message = "`Mutation.add` has no resolver",
        label = "`impl mutation::Add for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait Add { // Mutation.add
        /// The value of the field.
        type Value: Output<builtin::Int, Request> + Send + Sync; // Mutation.add
        /// Resolves the field.
        fn resolve(context: &RequestContext, arguments: &arguments::MutationAdd) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Mutation.add
    }

    /// Resolves `Mutation.addOrFail`.
    #[diagnostic::on_unimplemented(
        message = "`Mutation.addOrFail` has no resolver",
        label = "`impl mutation::AddOrFail for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait AddOrFail { // Mutation.addOrFail
        /// The value of the field.
        type Value: Output<builtin::Int, Request> + Send + Sync; // Mutation.addOrFail
        /// Resolves the field.
        fn resolve(context: &RequestContext, arguments: &arguments::MutationAddOrFail) -> impl Future<Output = Result<Self::Value, Error>> + Send; // Mutation.addOrFail
    }

    /// Resolves `Mutation.label`.
    #[diagnostic::on_unimplemented(
        message = "`Mutation.label` has no resolver",
        label = "`impl mutation::Label for Resolvers` is missing",
        note = "it belongs in tests/small/parts/small.rs, the file of the noun that declares the field"
    )]
    pub trait Label { // Mutation.label
        /// Resolves the field.
        fn resolve(context: &RequestContext, input: &input::LabelInput) -> impl Future<Output = Result<payload::LabelPayload, super::super::MutationError>> + Send; // Mutation.label
    }

}

/// The schema that the SDL declares.
pub struct Schema;

impl ::coach_execution::GeneratedSchema for Schema {
    type Context = RequestContext;
    type Request = Request;
    const SDL: &'static str = SDL;
    const TYPES: &'static [TypeDefinition] = TYPES;
    const QUERY: usize = 0;
    const MUTATION: Option<usize> = Some(1);

    fn request(context: Arc<RequestContext>) -> Request {
        Request { context, loaders: Loaders::default() }
    }

    fn fork(context: &RequestContext) -> Arc<RequestContext> {
        Arc::new(context.fork())
    }

    fn is_anonymous(context: &RequestContext) -> bool {
        context.is_anonymous()
    }

    fn guard(type_index: usize, field: usize, context: &RequestContext) -> Result<(), ResolverError> {
        match (type_index, field) {
            (0, 8) => super::authorize(context, Role::Staff), // Query.secret
            (7, 11) => super::authorize(context, Role::Member), // Dish.cook
            (7, 12) => super::authorize(context, Role::Staff), // Dish.secret
            (9, 1) => super::authorize(context, Role::Member), // Ingredient.supplier
            _ => Ok(()),
        }
    }

    fn arguments(type_index: usize, field: usize, values: &mut ArgumentValues) -> Result<Box<dyn std::any::Any + Send + Sync>, InputError> {
        match (type_index, field) {
            (0, 0) => Ok(Box::new(arguments::QueryDish::coerce_fields(values)?)), // Query.dish
            (0, 1) => Ok(Box::new(arguments::QueryDishes::coerce_fields(values)?)), // Query.dishes
            (0, 2) => Ok(Box::new(arguments::QueryEcho::coerce_fields(values)?)), // Query.echo
            (0, 3) => Ok(Box::new(arguments::QueryChoose::coerce_fields(values)?)), // Query.choose
            (0, 6) => Ok(Box::new(arguments::QueryNamed::coerce_fields(values)?)), // Query.named
            (1, 0) => Ok(Box::new(arguments::MutationAdd::coerce_fields(values)?)), // Mutation.add
            (1, 1) => Ok(Box::new(arguments::MutationAddOrFail::coerce_fields(values)?)), // Mutation.addOrFail
            (1, 2) => Ok(Box::new(arguments::MutationLabel::coerce_fields(values)?)), // Mutation.label
            (7, 10) => Ok(Box::new(arguments::DishPairing::coerce_fields(values)?)), // Dish.pairing
            _ => Ok(Box::new(())),
        }
    }

    fn resolve_root<'r>(type_index: usize, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {
        let prepared = out.prepared();
        match (type_index, field.index) {
            (0, 0) => ::coach_execution::resolve::<_, _, Option<types::Dish>, _>(<Resolvers as query::Dish>::resolve(&request.context, prepared.arguments(field)), field, request, out), // Query.dish
            (0, 1) => ::coach_execution::resolve::<_, _, Vec<types::Dish>, _>(<Resolvers as query::Dishes>::resolve(&request.context, prepared.arguments(field)), field, request, out), // Query.dishes
            (0, 2) => ::coach_execution::resolve::<_, _, builtin::String, _>(<Resolvers as query::Echo>::resolve(&request.context, prepared.arguments(field)), field, request, out), // Query.echo
            (0, 3) => ::coach_execution::resolve::<_, _, builtin::String, _>(<Resolvers as query::Choose>::resolve(&request.context, prepared.arguments(field)), field, request, out), // Query.choose
            (0, 4) => ::coach_execution::resolve::<_, _, Option<types::Thing>, _>(<Resolvers as query::Type>::resolve(&request.context), field, request, out), // Query.type
            (0, 5) => ::coach_execution::resolve::<_, _, Vec<Option<types::Thing>>, _>(<Resolvers as query::Self_>::resolve(&request.context), field, request, out), // Query.self
            (0, 6) => ::coach_execution::resolve::<_, _, Option<types::Named>, _>(<Resolvers as query::Named>::resolve(&request.context, prepared.arguments(field)), field, request, out), // Query.named
            (0, 7) => ::coach_execution::resolve::<_, _, Option<types::Edible>, _>(<Resolvers as query::Edible>::resolve(&request.context), field, request, out), // Query.edible
            (0, 8) => ::coach_execution::resolve::<_, _, Option<builtin::String>, _>(<Resolvers as query::Secret>::resolve(&request.context), field, request, out), // Query.secret
            (0, 9) => ::coach_execution::resolve::<_, _, Option<types::Probe>, _>(<Resolvers as query::Probe>::resolve(&request.context), field, request, out), // Query.probe
            (0, 10) => ::coach_execution::resolve::<_, _, Option<types::Probe>, _>(<Resolvers as query::ProbeAhead>::resolve(request, selection::Probe(Selection::below([field]))), field, request, out), // Query.probeAhead
            (0, 11) => ::coach_execution::resolve::<_, _, types::Probe, _>(<Resolvers as query::ProbeNonNull>::resolve(&request.context), field, request, out), // Query.probeNonNull
            (0, 12) => ::coach_execution::resolve::<_, _, Option<Vec<Option<types::Probe>>>, _>(<Resolvers as query::Probes>::resolve(&request.context), field, request, out), // Query.probes
            (0, 13) => ::coach_execution::resolve::<_, _, Vec<types::Probe>, _>(<Resolvers as query::ProbesNonNull>::resolve(&request.context), field, request, out), // Query.probesNonNull
            (0, 14) => ::coach_execution::resolve::<_, _, Option<Vec<types::Probe>>, _>(<Resolvers as query::ProbesOfNonNull>::resolve(&request.context), field, request, out), // Query.probesOfNonNull
            (0, 15) => ::coach_execution::resolve::<_, _, Vec<Option<types::Probe>>, _>(<Resolvers as query::ProbesNullableInNonNull>::resolve(&request.context), field, request, out), // Query.probesNullableInNonNull
            (0, 16) => ::coach_execution::resolve::<_, _, Option<builtin::Int>, _>(<Resolvers as query::Fails>::resolve(&request.context), field, request, out), // Query.fails
            (0, 17) => ::coach_execution::resolve::<_, _, builtin::Int, _>(<Resolvers as query::FailsNonNull>::resolve(&request.context), field, request, out), // Query.failsNonNull
            (1, 0) => ::coach_execution::resolve::<_, _, builtin::Int, _>(<Resolvers as mutation::Add>::resolve(&request.context, prepared.arguments(field)), field, request, out), // Mutation.add
            (1, 1) => ::coach_execution::resolve::<_, _, builtin::Int, _>(<Resolvers as mutation::AddOrFail>::resolve(&request.context, prepared.arguments(field)), field, request, out), // Mutation.addOrFail
            (1, 2) => ::coach_execution::resolve_mutation::<RequestContext, _, types::LabelPayload, _, _>(|prepared| <Resolvers as mutation::Label>::resolve(&request.context, &prepared.arguments::<arguments::MutationLabel>(field).input), &["TOO_LONG", "TOO_SHORT"], field, request, out), // Mutation.label
            _ => unreachable!("no other root fields"),
        }
    }
}


const TYPES: &[TypeDefinition] = &[
    TypeDefinition { name: "Query", description: Some("A root with \"quotes\", a backslash \\ and\ttabs."), kind: TypeKind::Object { fields: &[FieldDefinition { name: "dish", description: Some("A block description with \"\"\" inside,\n\"quotes\", and two lines."), ty: "Dish", named_type: Some(7), nullable: true, arguments: &[InputValueDefinition { name: "id", description: Some("Its id, \"quoted\"."), ty: "ID!", default: None, deprecated: None }, InputValueDefinition { name: "old", description: None, ty: "Int", default: Some("3"), deprecated: Some("use \"id\"") }], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "dishes", description: None, ty: "[Dish!]!", named_type: Some(7), nullable: false, arguments: &[InputValueDefinition { name: "filter", description: None, ty: "DishFilter", default: Some("{minutes: 30, tags: [\"quick\", \"say \\\"hi\\\"\"], course: MAIN}"), deprecated: None }, InputValueDefinition { name: "first", description: None, ty: "Int!", default: Some("2"), deprecated: None }, InputValueDefinition { name: "loop", description: None, ty: "[Int!]", default: None, deprecated: None }], deprecated: None, cost: 1, list_size: Some(ListSize { assumed: 5, slicing: &["first"], sized_fields: &[] }), cache: None }, FieldDefinition { name: "echo", description: Some("Says what it was given, so that tests see absent, null and value apart."), ty: "String!", named_type: None, nullable: false, arguments: &[InputValueDefinition { name: "input", description: None, ty: "EchoInput!", default: None, deprecated: None }], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "choose", description: None, ty: "String!", named_type: None, nullable: false, arguments: &[InputValueDefinition { name: "choice", description: None, ty: "Choice!", default: None, deprecated: None }], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "type", description: Some("A field named like a keyword."), ty: "Thing", named_type: Some(11), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "self", description: None, ty: "[Thing]!", named_type: Some(11), nullable: false, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "named", description: None, ty: "Named", named_type: Some(5), nullable: true, arguments: &[InputValueDefinition { name: "id", description: None, ty: "ID!", default: None, deprecated: None }], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "edible", description: None, ty: "Edible", named_type: Some(6), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "secret", description: None, ty: "String", named_type: None, nullable: true, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "probe", description: None, ty: "Probe", named_type: Some(19), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "probeAhead", description: Some("Loads its `child` with it."), ty: "Probe", named_type: Some(19), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "probeNonNull", description: None, ty: "Probe!", named_type: Some(19), nullable: false, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "probes", description: None, ty: "[Probe]", named_type: Some(19), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "probesNonNull", description: None, ty: "[Probe!]!", named_type: Some(19), nullable: false, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "probesOfNonNull", description: None, ty: "[Probe!]", named_type: Some(19), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "probesNullableInNonNull", description: None, ty: "[Probe]!", named_type: Some(19), nullable: false, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "fails", description: None, ty: "Int", named_type: None, nullable: true, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "failsNonNull", description: None, ty: "Int!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }], implements: &[] } },
    TypeDefinition { name: "Mutation", description: None, kind: TypeKind::Object { fields: &[FieldDefinition { name: "add", description: Some("Adds to a number that only this request has."), ty: "Int", named_type: None, nullable: true, arguments: &[InputValueDefinition { name: "amount", description: None, ty: "Int!", default: None, deprecated: None }], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "addOrFail", description: None, ty: "Int", named_type: None, nullable: true, arguments: &[InputValueDefinition { name: "amount", description: None, ty: "Int!", default: None, deprecated: None }], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "label", description: Some("Says what a person can mend."), ty: "LabelPayload", named_type: Some(3), nullable: true, arguments: &[InputValueDefinition { name: "input", description: None, ty: "LabelInput!", default: None, deprecated: None }], deprecated: None, cost: 1, list_size: None, cache: None }], implements: &[] } },
    TypeDefinition { name: "LabelInput", description: None, kind: TypeKind::InputObject(&[InputValueDefinition { name: "key", description: None, ty: "ID!", default: None, deprecated: None }, InputValueDefinition { name: "text", description: None, ty: "String!", default: None, deprecated: None }, InputValueDefinition { name: "tags", description: None, ty: "[String!]", default: None, deprecated: None }, InputValueDefinition { name: "number", description: None, ty: "Int", default: None, deprecated: None }, InputValueDefinition { name: "date", description: None, ty: "Date", default: None, deprecated: None }]) },
    TypeDefinition { name: "LabelPayload", description: None, kind: TypeKind::Object { fields: &[FieldDefinition { name: "label", description: None, ty: "String", named_type: None, nullable: true, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "userErrors", description: Some("Why it was not done."), ty: "[Mistake!]!", named_type: Some(4), nullable: false, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }], implements: &[] } },
    TypeDefinition { name: "Mistake", description: None, kind: TypeKind::Object { fields: &[FieldDefinition { name: "message", description: None, ty: "String!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "path", description: None, ty: "[String!]!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }], implements: &[] } },
    TypeDefinition { name: "Named", description: Some("Has a name."), kind: TypeKind::Interface { fields: &[FieldDefinition { name: "id", description: None, ty: "ID!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "name", description: None, ty: "String!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }], implements: &[], possible: &[10, 7] } },
    TypeDefinition { name: "Edible", description: Some("Also interfaces implement interfaces."), kind: TypeKind::Interface { fields: &[FieldDefinition { name: "id", description: None, ty: "ID!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "name", description: None, ty: "String!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "course", description: None, ty: "Course", named_type: Some(12), nullable: true, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }], implements: &["Named"], possible: &[7] } },
    TypeDefinition { name: "Dish", description: None, kind: TypeKind::Object { fields: &[FieldDefinition { name: "id", description: None, ty: "ID!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "name", description: None, ty: "String!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "course", description: None, ty: "Course", named_type: Some(12), nullable: true, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "minutes", description: None, ty: "Int!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "weight", description: None, ty: "Float", named_type: None, nullable: true, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "madeOn", description: None, ty: "Date!", named_type: Some(13), nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "table", description: Some("Lists of lists, nullable in non-null."), ty: "[[Int]!]!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "maybe", description: None, ty: "[String]", named_type: None, nullable: true, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "nutrition", description: None, ty: "Nutrition", named_type: Some(8), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "ingredients", description: None, ty: "[Ingredient!]!", named_type: Some(9), nullable: false, arguments: &[], deprecated: None, cost: 1, list_size: Some(ListSize { assumed: 10, slicing: &[], sized_fields: &[] }), cache: None }, FieldDefinition { name: "pairing", description: Some("The best match, by a key of two fields and an argument."), ty: "Dish", named_type: Some(7), nullable: true, arguments: &[InputValueDefinition { name: "course", description: None, ty: "Course!", default: Some("DESSERT"), deprecated: None }, InputValueDefinition { name: "note", description: None, ty: "String", default: None, deprecated: None }], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "cook", description: None, ty: "Cook", named_type: Some(10), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "secret", description: None, ty: "String", named_type: None, nullable: true, arguments: &[], deprecated: Some("told \"everybody\""), cost: 0, list_size: None, cache: None }, FieldDefinition { name: "old", description: None, ty: "Int", named_type: None, nullable: true, arguments: &[], deprecated: Some("No longer supported"), cost: 0, list_size: None, cache: None }], implements: &["Edible", "Named"] } },
    TypeDefinition { name: "Nutrition", description: None, kind: TypeKind::Object { fields: &[FieldDefinition { name: "energy", description: None, ty: "Int!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }], implements: &[] } },
    TypeDefinition { name: "Ingredient", description: None, kind: TypeKind::Object { fields: &[FieldDefinition { name: "name", description: None, ty: "String!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "supplier", description: None, ty: "Cook", named_type: Some(10), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }], implements: &[] } },
    TypeDefinition { name: "Cook", description: None, kind: TypeKind::Object { fields: &[FieldDefinition { name: "id", description: None, ty: "ID!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "name", description: None, ty: "String!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }], implements: &["Named"] } },
    TypeDefinition { name: "Thing", description: None, kind: TypeKind::Union(&[7, 10]) },
    TypeDefinition { name: "Course", description: None, kind: TypeKind::Enum(&[EnumValueDefinition { name: "STARTER", description: Some("First."), deprecated: None }, EnumValueDefinition { name: "MAIN", description: None, deprecated: None }, EnumValueDefinition { name: "DESSERT", description: None, deprecated: None }, EnumValueDefinition { name: "SELF", description: Some("A keyword."), deprecated: None }, EnumValueDefinition { name: "OLD", description: None, deprecated: Some("say \"MAIN\"") }]) },
    TypeDefinition { name: "Date", description: Some("The scalar with a URL."), kind: TypeKind::Scalar { specified_by: Some("https://example.com/date"), is_valid: ::coach_execution::scalar::accepts_type::<types::Date> } },
    TypeDefinition { name: "DishFilter", description: None, kind: TypeKind::InputObject(&[InputValueDefinition { name: "minutes", description: None, ty: "Int!", default: Some("20"), deprecated: None }, InputValueDefinition { name: "tags", description: None, ty: "[String!]", default: None, deprecated: None }, InputValueDefinition { name: "course", description: None, ty: "Course", default: None, deprecated: None }, InputValueDefinition { name: "not", description: Some("Filters within filters."), ty: "DishFilter", default: None, deprecated: None }]) },
    TypeDefinition { name: "EchoInput", description: None, kind: TypeKind::InputObject(&[InputValueDefinition { name: "text", description: None, ty: "String", default: None, deprecated: None }, InputValueDefinition { name: "number", description: None, ty: "Int", default: Some("7"), deprecated: None }, InputValueDefinition { name: "type", description: None, ty: "Int", default: None, deprecated: None }, InputValueDefinition { name: "list", description: None, ty: "[Int]", default: None, deprecated: None }, InputValueDefinition { name: "date", description: None, ty: "Date", default: None, deprecated: None }, InputValueDefinition { name: "old", description: None, ty: "Int", default: None, deprecated: Some("unused") }]) },
    TypeDefinition { name: "Choice", description: Some("One of these."), kind: TypeKind::InputObject(&[InputValueDefinition { name: "text", description: None, ty: "String", default: None, deprecated: None }, InputValueDefinition { name: "number", description: None, ty: "Int", default: None, deprecated: None }, InputValueDefinition { name: "either", description: None, ty: "[Choice!]", default: None, deprecated: None }]) },
    TypeDefinition { name: "Link", description: Some("An interface whose fields lead to itself."), kind: TypeKind::Interface { fields: &[FieldDefinition { name: "value", description: None, ty: "Int!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "next", description: None, ty: "Link", named_type: Some(17), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }], implements: &[], possible: &[18, 19] } },
    TypeDefinition { name: "Knot", description: None, kind: TypeKind::Object { fields: &[FieldDefinition { name: "value", description: None, ty: "Int!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "next", description: None, ty: "Link", named_type: Some(17), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }], implements: &["Link"] } },
    TypeDefinition { name: "Probe", description: Some("Every way to fail."), kind: TypeKind::Object { fields: &[FieldDefinition { name: "value", description: None, ty: "Int!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "next", description: None, ty: "Link", named_type: Some(17), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "fails", description: None, ty: "Int", named_type: None, nullable: true, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "failsNonNull", description: None, ty: "Int!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "missing", description: Some("The batch leaves the key out."), ty: "Int!", named_type: None, nullable: false, arguments: &[], deprecated: None, cost: 0, list_size: None, cache: None }, FieldDefinition { name: "child", description: None, ty: "Probe", named_type: Some(19), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "childNonNull", description: None, ty: "Probe!", named_type: Some(19), nullable: false, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "children", description: None, ty: "[Probe!]!", named_type: Some(19), nullable: false, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "childrenNullable", description: None, ty: "[Probe]", named_type: Some(19), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "grid", description: None, ty: "[[Probe!]]!", named_type: Some(19), nullable: false, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }, FieldDefinition { name: "ahead", description: Some("Loads its `child` with it."), ty: "Probe", named_type: Some(19), nullable: true, arguments: &[], deprecated: None, cost: 1, list_size: None, cache: None }], implements: &["Link"] } },
];
