//! Objects of other members cannot be reached by any id through any field, nor be distinguished from objects that do
//! not exist. The cases are generated from the SDL.

use std::{collections::BTreeMap, fs, path::Path};

use apollo_compiler::{
    Schema,
    ast::Type,
    schema::{ExtendedType, ObjectType},
    validation::Valid,
};
use coach_domain::id::{
    AnyId, CheckInId, CycleId, DayId, LiveSessionId, MemberId, OpaqueId as _, PlanId,
    PlannedMealId, ScheduledWorkoutId,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{TestApp, member};

/// The SDL as it is written, with its private directives.
pub(crate) fn sdl() -> Valid<Schema> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/graphql");
    let mut builder = Schema::builder();
    for entry in fs::read_dir(folder).expect("the SDL") {
        let path = entry.expect("a file").path();
        builder = builder.parse(fs::read_to_string(&path).expect("text"), &path);
    }
    builder.build().expect("valid").validate().expect("valid")
}

/// The types with an owner.
fn owned(schema: &Schema) -> BTreeMap<&str, &ObjectType> {
    let owned = schema.types.iter().filter_map(|(name, ty)| match ty {
        ExtendedType::Object(ty) => {
            let auth = ty
                .directives
                .iter()
                .find(|directive| directive.name == "auth")?;
            auth.specified_argument_by_name("owner")?;
            Some((name.as_str(), &**ty))
        }
        _ => None,
    });
    owned.collect()
}

/// The ids of one object of each owned type, and of the member.
pub(crate) async fn ids(test: &TestApp, email: &str) -> BTreeMap<String, String> {
    let query = "{ me { __typename id checkIns(first: 1) { nodes { __typename id } } plan { __typename id
        cycles { __typename id days { __typename id workouts { __typename id } meals { __typename id } } } } } }";
    let answer = test.graphql(email, query, json!({})).await;
    let mut ids = BTreeMap::new();
    collect(answer.data(), &mut ids);
    ids
}

fn collect(value: &Value, ids: &mut BTreeMap<String, String>) {
    if let (Some(name), Some(id)) = (value["__typename"].as_str(), value["id"].as_str()) {
        ids.entry(name.to_owned()).or_insert_with(|| id.to_owned());
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, ids)),
        _ => {}
    }
}

/// The id with another owner, as an attacker who knows the format of ids would build it to pass off another member's
/// row as their own.
pub(crate) fn with_owner(id: AnyId, member: MemberId, row: impl Fn(Uuid) -> Uuid) -> AnyId {
    let cycle = |cycle: CycleId| CycleId {
        member,
        id: row(cycle.id),
    };
    let day = |day: DayId| DayId {
        cycle: cycle(day.cycle),
        ..day
    };
    match id {
        AnyId::Member(id) => AnyId::Member(MemberId(row(id.0))),
        AnyId::Plan(plan) => AnyId::Plan(PlanId {
            member,
            id: row(plan.id),
        }),
        AnyId::Cycle(id) => AnyId::Cycle(cycle(id)),
        AnyId::Day(id) => AnyId::Day(day(id)),
        AnyId::ScheduledWorkout(id) => AnyId::ScheduledWorkout(ScheduledWorkoutId {
            day: day(id.day),
            ..id
        }),
        AnyId::PlannedMeal(id) => AnyId::PlannedMeal(PlannedMealId {
            day: day(id.day),
            ..id
        }),
        AnyId::LiveSession(id) => AnyId::LiveSession(LiveSessionId(row(id.0))),
        AnyId::CheckIn(id) => AnyId::CheckIn(CheckInId {
            member,
            id: row(id.id),
        }),
        other => other,
    }
}

/// The required arguments of a field, with values that are valid in any cycle.
fn arguments(field: &apollo_compiler::ast::FieldDefinition) -> String {
    let required = field
        .arguments
        .iter()
        .filter(|argument| argument.is_required());
    let values: Vec<_> = required
        .map(|argument| format!("{}: \"2026-03-10\"", argument.name))
        .collect();
    if values.is_empty() {
        String::new()
    } else {
        format!("({})", values.join(", "))
    }
}

fn selection(schema: &Schema, ty: &Type) -> &'static str {
    match schema.types.get(ty.inner_named_type()) {
        Some(named) if named.is_leaf() => "",
        _ => "{ __typename }",
    }
}

#[tokio::test]
async fn what_belongs_to_another_member_does_not_exist() {
    let test = TestApp::start().await;
    let schema = sdl();
    let owned = owned(&schema);
    assert!(owned.len() >= 7, "{:?}", owned.keys());
    let theirs = ids(&test, member::THEO).await;
    let mine = ids(&test, member::MAYA).await;
    let Some(AnyId::Member(me)) = AnyId::decode(&mine["Member"]) else {
        panic!("a member id")
    };
    let mut cases = 0;
    for (name, ty) in &owned {
        let their_id = AnyId::decode(&theirs[*name]).expect("an id");
        let reassigned = with_owner(their_id, me, |row| row).encode();
        let unknown = with_owner(their_id, me, |_| Uuid::from_u128(7)).encode();
        for (field, definition) in &ty.fields {
            let query = format!(
                "query ($id: ID!) {{ node(id: $id) {{ ... on {name} {{ {field}{} {} }} }} }}",
                arguments(definition),
                selection(&schema, &definition.ty),
            );
            let nothing = test
                .graphql(member::MAYA, &query, json!({ "id": unknown }))
                .await;
            assert_eq!(
                (nothing.status, &nothing.body),
                (200, &json!({ "data": { "node": null } })),
                "{query}"
            );
            for id in [&theirs[*name], &reassigned] {
                let answer = test
                    .graphql(member::MAYA, &query, json!({ "id": id }))
                    .await;
                assert_eq!(
                    (answer.status, &answer.body),
                    (nothing.status, &nothing.body),
                    "{query}"
                );
            }
            for viewer in ["", member::UNREGISTERED] {
                let answer = test
                    .graphql(viewer, &query, json!({ "id": theirs[*name] }))
                    .await;
                assert_eq!(
                    answer.body["data"]["node"],
                    Value::Null,
                    "{query} as {viewer:?}"
                );
            }
            // The owner and the staff do get it, which shows that the query is right.
            for viewer in [member::THEO, member::SAM] {
                let answer = test
                    .graphql(viewer, &query, json!({ "id": theirs[*name] }))
                    .await;
                assert!(
                    answer.body["data"]["node"].is_object(),
                    "{query} as {viewer}: {answer:#?}"
                );
            }
            cases += 1;
        }
    }
    assert!(cases > 60, "{cases}");
}

/// Every field that returns an owned object belongs to an owned type, or is one of these, which are for the viewer's
/// own data or for staff.
#[test]
fn every_way_to_something_owned_is_covered() {
    let schema = sdl();
    let owned = owned(&schema);
    let mut others = Vec::new();
    for (name, ty) in &schema.types {
        let ExtendedType::Object(ty) = ty else {
            continue;
        };
        for (field, definition) in &ty.fields {
            let returns = owned.contains_key(definition.ty.inner_named_type().as_str());
            if returns && !owned.contains_key(name.as_str()) {
                others.push(format!("{name}.{field}"));
            }
        }
    }
    others.retain(|field| !field.contains("Payload."));
    others.sort();
    assert_eq!(
        others,
        [
            "CheckInConnection.nodes",
            "CheckInEdge.node",
            "Query.me",
            "Query.member"
        ]
    );
}

#[tokio::test]
async fn ids_that_are_none_are_nothing() {
    let test = TestApp::start().await;
    let mine = ids(&test, member::MAYA).await;
    let truncated = &mine["Plan"][..mine["Plan"].len() - 1];
    let lengthened = format!("{}A", mine["Cycle"]);
    let recipes = test
        .graphql("", "{ recipes(first: 1) { nodes { id } } }", json!({}))
        .await;
    let recipe = recipes.data()["recipes"]["nodes"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    for id in [
        "",
        "x",
        "pln_",
        "💪",
        "' OR 1=1 --",
        truncated,
        &lengthened,
        &"A".repeat(10_000),
    ] {
        let answer = test.graphql(member::MAYA, "query ($id: ID!) { node(id: $id) { id } recipe(id: $id) { id } workout(id: $id) { id } exercise(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(
            answer.data(),
            &json!({ "node": null, "recipe": null, "workout": null, "exercise": null }),
            "{id}"
        );
    }
    let other = test.graphql("", "query ($id: ID!) { workout(id: $id) { id } exercise(id: $id) { id } node(id: $id) { __typename } }", json!({ "id": recipe })).await;
    assert_eq!(
        other.data(),
        &json!({ "workout": null, "exercise": null, "node": { "__typename": "Recipe" } })
    );
}
