//! Every field that can fail with an expected error does so without making its siblings null. The cases are generated
//! from the SDL: fields that require a role, that take a cursor, or that declare expected errors.

use apollo_compiler::{
    Schema,
    ast::{InputValueDefinition, Type, Value as Literal},
    schema::{Component, ExtendedType, FieldDefinition},
};
use coach_domain::id::{CycleId, DayId, OpaqueId as _};
use serde_json::json;

use crate::{
    harness::{TestApp, member},
    ownership::sdl,
};

/// Why a field fails, which decides who requests it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// The request is anonymous.
    Anonymous,
    /// The viewer is a member, and the field is for staff.
    Role,
    /// The cursor is invalid.
    Cursor,
    /// The member's subscription has lapsed.
    Access,
}

impl Cause {
    fn email(self) -> &'static str {
        match self {
            Self::Anonymous => "",
            Self::Role | Self::Cursor => member::MAYA,
            Self::Access => member::LARA,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Anonymous => "UNAUTHENTICATED",
            Self::Role => "FORBIDDEN",
            Self::Cursor => "BAD_USER_INPUT",
            Self::Access => "SUBSCRIPTION_REQUIRED",
        }
    }
}

/// A field, and the cause of its error.
struct Case<'s> {
    parent: &'s str,
    field: &'s Component<FieldDefinition>,
    cause: Cause,
}

fn cases(schema: &Schema) -> Vec<Case<'_>> {
    let mut found = Vec::new();
    for (parent, ty) in &schema.types {
        let ExtendedType::Object(object) = ty else {
            continue;
        };
        for field in object.fields.values() {
            let mut add = |cause| {
                found.push(Case {
                    parent,
                    field,
                    cause,
                });
            };
            let role = role(field, &schema.types[field.ty.inner_named_type()]);
            // In other types, whoever may read the parent has the role.
            if ["Query", "Mutation"].contains(&parent.as_str())
                && let Some(role) = role
            {
                add(Cause::Anonymous);
                if role == "STAFF" {
                    add(Cause::Role);
                }
            }
            if field.arguments.iter().any(|one| one.name == "after") {
                add(Cause::Cursor);
            }
            if let Some(errors) = field.directives.get("errors") {
                let codes = errors.specified_argument_by_name("codes").expect("codes");
                let codes = codes.as_list().expect("a list");
                assert_eq!(codes.len(), 1, "{parent}.{}", field.name);
                assert_eq!(codes[0].as_str(), Some(Cause::Access.code()));
                add(Cause::Access);
            }
        }
    }
    found
}

/// The role that a field or its type requires.
fn role(field: &FieldDefinition, ty: &ExtendedType) -> Option<String> {
    let own = field.directives.get("auth");
    let auth = own.or_else(|| Some(&ty.directives().get("auth")?.node))?;
    Some(match auth.specified_argument_by_name("requires") {
        Some(role) => role.to_string(),
        None => "MEMBER".to_owned(),
    })
}

/// The selections around a field of this type: from the root to the field with a sibling, and the closing braces.
fn around(parent: &str) -> (&'static str, &'static str) {
    match parent {
        "Query" => ("query { beside: recipes(first: 1) { nodes { id } }", "}"),
        "Mutation" => ("mutation { beside: __typename", "}"),
        "Member" => ("{ me { beside: id", "} }"),
        "Cycle" => ("{ me { plan { currentCycle { beside: id", "} } } }"),
        "PlannedMeal" => (
            "{ me { plan { currentCycle { today { meals { beside: id",
            "} } } } } }",
        ),
        other => panic!("say how to get to `{other}`"),
    }
}

/// Valid arguments as GraphQL literals.
struct Arguments<'s> {
    schema: &'s Schema,
    /// The id of a day for which a lapsed member needs a subscription.
    future_day: String,
}

impl Arguments<'_> {
    fn of(&self, field: &FieldDefinition, cause: Cause) -> String {
        let arguments = field.arguments.iter().filter_map(|argument| {
            if argument.name == "after" && cause == Cause::Cursor {
                Some("after: \"nowhere\"".to_owned())
            } else {
                argument
                    .is_required()
                    .then(|| format!("{}: {}", argument.name, self.value(argument, &argument.ty)))
            }
        });
        let arguments: Vec<_> = arguments.collect();
        if arguments.is_empty() {
            return String::new();
        }
        format!("({})", arguments.join(", "))
    }

    fn value(&self, input: &InputValueDefinition, ty: &Type) -> String {
        if ty.is_list() {
            return format!("[{}]", self.value(input, ty.item_type()));
        }
        let name = ty.inner_named_type();
        match &self.schema.types[name] {
            ExtendedType::Enum(ty) => ty.values.keys().next().expect("a value").to_string(),
            ExtendedType::InputObject(ty) => {
                let required = ty.fields.values().filter(|field| field.is_required());
                let fields = required
                    .map(|field| format!("{}: {}", field.name, self.value(field, &field.ty)));
                format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            _ => match name.as_str() {
                "ID" => format!("{:?}", self.future_day),
                "String" => "\"de\"".to_owned(),
                "Boolean" => "true".to_owned(),
                "Int" => minimum(input).to_string(),
                "Date" => "\"2026-03-18\"".to_owned(),
                "DateTime" => "\"2026-03-18T12:00:00Z\"".to_owned(),
                "TimeZone" => "\"Europe/Berlin\"".to_owned(),
                other => panic!("an example of `{other}`"),
            },
        }
    }
}

/// The smallest number that an argument accepts.
fn minimum(input: &InputValueDefinition) -> i32 {
    let constraint = input.directives.get("constraint");
    let minimum = constraint.and_then(|one| one.specified_argument_by_name("min"));
    match minimum.map(|value| &**value) {
        Some(Literal::Int(minimum)) => minimum.try_to_i32().expect("small"),
        _ => 0,
    }
}

/// The last day of the current cycle of a lapsed member.
async fn future_day(test: &TestApp) -> String {
    let query = "{ me { plan { currentCycle { id } } } }";
    let answer = test.graphql(member::LARA, query, json!({})).await;
    let id = &answer.data()["me"]["plan"]["currentCycle"]["id"];
    let cycle = CycleId::decode(id.as_str().expect("an id")).expect("a cycle");
    DayId { cycle, number: 28 }.encode()
}

#[tokio::test]
async fn each_field_that_can_be_refused_is_null_in_its_own_place() {
    let schema = sdl();
    let test = TestApp::start().await;
    let arguments = Arguments {
        schema: &schema,
        future_day: future_day(&test).await,
    };
    let cases = cases(&schema);
    for Case {
        parent,
        field,
        cause,
    } in &cases
    {
        let coordinate = format!("{parent}.{}, {cause:?}", field.name);
        let (before, after) = around(parent);
        let selected = if schema.types[field.ty.inner_named_type()].is_leaf() {
            ""
        } else {
            "{ __typename }"
        };
        let arguments = arguments.of(field, *cause);
        let query = format!(
            "{before} refused: {}{arguments} {selected} {after}",
            field.name
        );
        let answer = test.graphql(cause.email(), &query, json!({})).await;
        let codes = answer.codes();
        assert!(!codes.is_empty(), "{coordinate} is answered: {answer:#?}");
        assert!(
            codes.iter().all(|code| *code == cause.code()),
            "{coordinate}: {answer:#?}"
        );
        let errors = answer.body["errors"].as_array().expect("errors");
        for error in errors {
            // The field itself or, in a list, one of its items.
            let path = error["path"].as_array().expect("a path");
            let depth = path.iter().rposition(|segment| segment == "refused");
            let depth = depth.unwrap_or_else(|| panic!("{coordinate}: {error}"));
            let mut parent = &answer.body["data"];
            for segment in &path[..depth] {
                parent = match segment.as_u64() {
                    Some(index) => &parent[usize::try_from(index).expect("small")],
                    None => &parent[segment.as_str().expect("a key")],
                };
            }
            assert!(!parent["beside"].is_null(), "{coordinate}: {answer:#?}");
        }
        assert!((200..300).contains(&answer.status), "{coordinate}");
    }
    let count = |cause: Cause| cases.iter().filter(|case| case.cause == cause).count();
    let counted = [Cause::Anonymous, Cause::Role, Cause::Cursor, Cause::Access].map(count);
    assert!(
        counted[0] >= 24 && counted[1] >= 5 && counted[2] >= 7 && counted[3] >= 6,
        "{counted:?}"
    );
    test.take_outbox().await;
}

#[tokio::test]
async fn one_mutation_that_fails_hides_no_other() {
    let test = TestApp::start().await;
    let recipes = "{ recipes(first: 1) { nodes { id } } }";
    let recipes = test.graphql("", recipes, json!({})).await;
    let recipe = &recipes.data()["recipes"]["nodes"][0]["id"];
    let query = "mutation ($a: SetFavouriteRecipeInput!, $b: StartPlanInput!, $c: SetFavouriteRecipeInput!) {
        a: setFavouriteRecipe(input: $a) { recipe { isFavourite } userErrors { code } }
        b: startPlan(input: $b) { plan { id } userErrors { code } }
        c: setFavouriteRecipe(input: $c) { recipe { isFavourite } userErrors { code } } }";
    let favour = |key: &str, is: bool| json!({ "idempotencyKey": key, "recipeId": recipe, "isFavourite": is });
    let variables =
        json!({ "a": favour("1", true), "b": { "idempotencyKey": "2" }, "c": favour("3", false) });
    let answer = test.graphql(member::LARA, query, variables).await;
    let data = &answer.body["data"];
    assert_eq!(
        data["a"],
        json!({ "recipe": { "isFavourite": true }, "userErrors": [] }),
        "{answer:#?}"
    );
    assert_eq!(
        data["c"],
        json!({ "recipe": { "isFavourite": false }, "userErrors": [] })
    );
    assert!(
        data["b"].is_null() || data["b"]["plan"].is_null(),
        "{answer:#?}"
    );
    test.take_outbox().await;
}
