//! Every field that can be refused is refused, and takes nothing else away. Generated from the SDL: what asks for a role,
//! what takes a cursor, what names expected errors, and every mutation.

use apollo_compiler::{
    Schema,
    ast::{InputValueDefinition, Type, Value as Literal},
    schema::{Component, ExtendedType, FieldDefinition},
};
use coach_domain::id::{CycleId, DayId, OpaqueId as _};
use serde_json::json;

use crate::{
    harness::{TestApp, member},
    ownership::written,
};

/// Why a field is refused, and who asks for it then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// Nobody is signed in.
    Anonymous,
    /// A member is, and it is for staff.
    Role,
    /// The cursor is none.
    Cursor,
    /// The member's subscription is over.
    Access,
}

impl Why {
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

/// A field of a type, and a reason.
struct Refusal<'s> {
    parent: &'s str,
    field: &'s Component<FieldDefinition>,
    why: Why,
}

fn refusals(schema: &Schema) -> Vec<Refusal<'_>> {
    let mut found = Vec::new();
    for (parent, ty) in &schema.types {
        let ExtendedType::Object(object) = ty else {
            continue;
        };
        for field in object.fields.values() {
            let mut add = |why| found.push(Refusal { parent, field, why });
            let role = role(field, &schema.types[field.ty.inner_named_type()]);
            // Elsewhere whoever has the parent has the role.
            if ["Query", "Mutation"].contains(&parent.as_str())
                && let Some(role) = role
            {
                add(Why::Anonymous);
                if role == "STAFF" {
                    add(Why::Role);
                }
            }
            if field.arguments.iter().any(|one| one.name == "after") {
                add(Why::Cursor);
            }
            if let Some(errors) = field.directives.get("errors") {
                let codes = errors.specified_argument_by_name("codes").expect("codes");
                let codes = codes.as_list().expect("a list");
                assert_eq!(codes.len(), 1, "{parent}.{}", field.name);
                assert_eq!(codes[0].as_str(), Some(Why::Access.code()));
                add(Why::Access);
            }
        }
    }
    found
}

/// The role that a field or its type asks for.
fn role(field: &FieldDefinition, ty: &ExtendedType) -> Option<String> {
    let own = field.directives.get("auth");
    let auth = own.or_else(|| Some(&ty.directives().get("auth")?.node))?;
    Some(match auth.specified_argument_by_name("requires") {
        Some(role) => role.to_string(),
        None => "MEMBER".to_owned(),
    })
}

/// The way from the root to an object of a type, with what stands beside the field that is refused.
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

/// Arguments in GraphQL's own syntax that fit the types.
struct Arguments<'s> {
    schema: &'s Schema,
    /// The id of a day that needs access.
    ahead: String,
}

impl Arguments<'_> {
    fn of(&self, field: &FieldDefinition, why: Why) -> String {
        let wanted = field.arguments.iter().filter_map(|argument| {
            if argument.name == "after" && why == Why::Cursor {
                Some("after: \"nowhere\"".to_owned())
            } else {
                argument
                    .is_required()
                    .then(|| format!("{}: {}", argument.name, self.value(argument, &argument.ty)))
            }
        });
        let wanted: Vec<_> = wanted.collect();
        if wanted.is_empty() {
            return String::new();
        }
        format!("({})", wanted.join(", "))
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
                "ID" => format!("{:?}", self.ahead),
                "String" => "\"de\"".to_owned(),
                "Boolean" => "true".to_owned(),
                "Int" => least(input).to_string(),
                "Date" => "\"2026-03-18\"".to_owned(),
                "DateTime" => "\"2026-03-18T12:00:00Z\"".to_owned(),
                "TimeZone" => "\"Europe/Berlin\"".to_owned(),
                other => panic!("an example of `{other}`"),
            },
        }
    }
}

/// The least number that an argument takes.
fn least(input: &InputValueDefinition) -> i32 {
    let constraint = input.directives.get("constraint");
    let least = constraint.and_then(|one| one.specified_argument_by_name("min"));
    match least.map(|value| &**value) {
        Some(Literal::Int(least)) => least.try_to_i32().expect("small"),
        _ => 0,
    }
}

/// The last day of the cycle of somebody whose subscription is over.
async fn ahead(test: &TestApp) -> String {
    let query = "{ me { plan { currentCycle { id } } } }";
    let answer = test.ask(member::LARA, query, json!({})).await;
    let id = &answer.data()["me"]["plan"]["currentCycle"]["id"];
    let cycle = CycleId::decode(id.as_str().expect("an id")).expect("a cycle");
    DayId { cycle, number: 28 }.encode()
}

#[tokio::test]
async fn each_field_that_can_be_refused_is_null_in_its_own_place() {
    let schema = written();
    let test = TestApp::start().await;
    let arguments = Arguments {
        schema: &schema,
        ahead: ahead(&test).await,
    };
    let refusals = refusals(&schema);
    for Refusal { parent, field, why } in &refusals {
        let coordinate = format!("{parent}.{}, {why:?}", field.name);
        let (before, behind) = around(parent);
        let selected = if schema.types[field.ty.inner_named_type()].is_leaf() {
            ""
        } else {
            "{ __typename }"
        };
        let given = arguments.of(field, *why);
        let query = format!(
            "{before} refused: {}{given} {selected} {behind}",
            field.name
        );
        let answer = test.ask(why.email(), &query, json!({})).await;
        let codes = answer.codes();
        assert!(!codes.is_empty(), "{coordinate} is answered: {answer:#?}");
        assert!(
            codes.iter().all(|code| *code == why.code()),
            "{coordinate}: {answer:#?}"
        );
        let errors = answer.body["errors"].as_array().expect("errors");
        for error in errors {
            // The field itself or, in a list, one of its items.
            let path = error["path"].as_array().expect("a path");
            let place = path.iter().rposition(|segment| segment == "refused");
            let place = place.unwrap_or_else(|| panic!("{coordinate}: {error}"));
            let mut at = &answer.body["data"];
            for segment in &path[..place] {
                at = match segment.as_u64() {
                    Some(index) => &at[usize::try_from(index).expect("small")],
                    None => &at[segment.as_str().expect("a key")],
                };
            }
            assert!(!at["beside"].is_null(), "{coordinate}: {answer:#?}");
        }
        assert!((200..300).contains(&answer.status), "{coordinate}");
    }
    let of = |why: Why| refusals.iter().filter(|refusal| refusal.why == why).count();
    let counted = [Why::Anonymous, Why::Role, Why::Cursor, Why::Access].map(of);
    assert!(
        counted[0] >= 24 && counted[1] >= 5 && counted[2] >= 7 && counted[3] >= 6,
        "{counted:?}"
    );
    test.owed().await;
}

#[tokio::test]
async fn one_mutation_that_fails_hides_no_other() {
    let test = TestApp::start().await;
    let recipes = "{ recipes(first: 1) { nodes { id } } }";
    let recipes = test.ask("", recipes, json!({})).await;
    let recipe = &recipes.data()["recipes"]["nodes"][0]["id"];
    let query = "mutation ($a: SetFavouriteRecipeInput!, $b: StartPlanInput!, $c: SetFavouriteRecipeInput!) {
        a: setFavouriteRecipe(input: $a) { recipe { isFavourite } userErrors { code } }
        b: startPlan(input: $b) { plan { id } userErrors { code } }
        c: setFavouriteRecipe(input: $c) { recipe { isFavourite } userErrors { code } } }";
    let favour = |key: &str, is: bool| json!({ "idempotencyKey": key, "recipeId": recipe, "isFavourite": is });
    let variables =
        json!({ "a": favour("1", true), "b": { "idempotencyKey": "2" }, "c": favour("3", false) });
    let answer = test.ask(member::LARA, query, variables).await;
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
    test.owed().await;
}
