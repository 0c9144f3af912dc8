//! Valid input for each mutation.

use std::collections::BTreeMap;

use apollo_compiler::{
    Schema,
    ast::{InputValueDefinition, Type},
    schema::ExtendedType,
};
use coach_domain::id::{AnyId, LiveSessionId, MemberId, OpaqueId as _, RecipeId};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    harness::{TestApp, member},
    live,
    ownership::{ids, with_owner},
    writes::day,
};

/// The ids and values with which a mutation succeeds.
pub(super) struct Examples<'a> {
    schema: &'a Schema,
    /// The email address of the caller.
    pub(super) email: &'static str,
    purchase: String,
    /// The ids of the viewer's objects, by type.
    own: BTreeMap<String, String>,
    /// The ids of another member's objects, by type.
    theirs: BTreeMap<String, String>,
    me: Option<MemberId>,
}

/// A member who can call the mutation.
fn actor(mutation: &str) -> &'static str {
    match mutation {
        "registerMember" => member::UNREGISTERED,
        "startPlan" => "ravi@demo.coach.example",
        "submitCheckIn" => member::CHEN,
        "correctCheckIn" => member::THEO,
        "scheduleLiveSession"
        | "rescheduleLiveSession"
        | "cancelLiveSession"
        | "setLiveSession"
        | "publishLiveStatus" => member::SAM,
        _ => member::MAYA,
    }
}

impl<'a> Examples<'a> {
    pub(super) async fn gather(
        test: &TestApp,
        schema: &'a Schema,
        mutation: &str,
        purchase: &str,
    ) -> Self {
        let email = actor(mutation);
        let mut own = if [member::UNREGISTERED, member::SAM].contains(&email) {
            BTreeMap::new()
        } else {
            ids(test, email).await
        };
        let me = own.get("Member").map(|id| match AnyId::decode(id) {
            Some(AnyId::Member(me)) => me,
            other => panic!("a member's id: {other:?}"),
        });
        if email == member::MAYA {
            // Today's workout and meal, which can be changed.
            let today = day(test, email, "2026-03-18").await;
            let mut meals = today["meals"].as_array().expect("meals").iter();
            let meal = meals.find(|meal| meal["slot"] == "LUNCH").expect("lunch");
            for (name, id) in [
                ("ScheduledWorkout", &today["workouts"][0]["id"]),
                ("PlannedMeal", &meal["id"]),
                ("Recipe", &meal["alternatives"]["nodes"][0]["id"]),
            ] {
                own.insert(name.to_owned(), id.as_str().expect("an id").to_owned());
            }
        }
        if email == member::SAM {
            let session = live::schedule_session(test, "of an example").await;
            own.insert("LiveSession".to_owned(), session);
        }
        let other = if email == member::THEO {
            member::MAYA
        } else {
            member::THEO
        };
        let mut theirs = ids(test, other).await;
        if let (Some(cycle), member::CHEN) = (own.get_mut("Cycle"), email) {
            // The current cycle.
            let query = "{ me { plan { currentCycle { id } } } }";
            let answer = test.graphql(email, query, json!({})).await;
            let latest = &answer.data()["me"]["plan"]["currentCycle"]["id"];
            latest.as_str().expect("an id").clone_into(cycle);
        }
        // Only one demo member has check-ins: an id as another member's would be.
        let they = theirs.get("Member").and_then(|id| AnyId::decode(id));
        if let (Some(id), Some(AnyId::Member(they))) = (own.get("CheckIn"), they) {
            let id = AnyId::decode(id).expect("an id");
            let id = with_owner(id, they, |_| Uuid::from_u128(9)).encode();
            theirs.entry("CheckIn".to_owned()).or_insert(id);
        }
        // These belong to no member.
        let unknown = LiveSessionId(Uuid::from_u128(7)).encode();
        theirs.insert("LiveSession".to_owned(), unknown);
        theirs.insert("Recipe".to_owned(), RecipeId(Uuid::from_u128(7)).encode());
        Self {
            schema,
            email,
            purchase: purchase.to_owned(),
            own,
            theirs,
            me,
        }
    }

    /// Input with the required fields only.
    pub(super) fn input(&self, ty: &str) -> Value {
        let ExtendedType::InputObject(input) = &self.schema.types[ty] else {
            panic!("an input type: {ty}")
        };
        let required = input.fields.iter().filter(|(_, field)| field.is_required());
        let fields = required.map(|(name, field)| (name.to_string(), self.value(field, &field.ty)));
        Value::Object(fields.collect::<Map<_, _>>())
    }

    /// A value for a field.
    pub(super) fn value(&self, field: &InputValueDefinition, ty: &Type) -> Value {
        if ty.is_list() {
            return json!([self.value(field, ty.item_type())]);
        }
        let name = ty.inner_named_type().as_str();
        match (name, field.name.as_str()) {
            ("ID", "idempotencyKey") => json!("bad-input"),
            ("ID", _) => json!(self.own[type_of_id(field)]),
            ("String", "displayName") => json!("Sam Porter"),
            ("String", "locale") => json!("de-AT"),
            ("String", "notes") => json!("All is well."),
            ("String", "title" | "coach" | "videoJobId") => json!("Morning"),
            ("String", "code") => json!("7KQ2-M9XD"),
            ("String", "purchase") => json!(self.purchase),
            ("Boolean", _) => json!(true),
            ("Int", "weightGrams") => json!(80_000),
            ("Int", "energy" | "sleep" | "daysPerWeek" | "servings") => json!(3),
            ("Int", _) => json!(1_000),
            ("DateTime", "startsAt" | "waitingRoomOpensAt") => json!("2026-03-20T18:00:00Z"),
            ("DateTime", _) => json!("2026-03-18T11:00:00Z"),
            ("TimeZone", _) => json!("Europe/Vienna"),
            ("URL", _) => json!("https://play.example/a.m3u8"),
            ("EmailAddress", _) => json!("sam@example.com"),
            _ => match &self.schema.types[name] {
                ExtendedType::Enum(ty) => json!(ty.values.keys().next().expect("a value").as_str()),
                ExtendedType::InputObject(_) => self.input(name),
                _ => panic!("no example for {}: {name}", field.name),
            },
        }
    }

    /// Ids that are invalid for a field.
    pub(super) fn wrong_ids(&self, field: &InputValueDefinition) -> Vec<(&'static str, String)> {
        let ty = type_of_id(field);
        let own = &self.own[ty];
        let theirs = &self.theirs[ty];
        let mut invalid = vec![
            ("an empty id", String::new()),
            ("a malformed id", "' OR 1=1 --".to_owned()),
            ("half an id", own[..own.len() / 2].to_owned()),
            ("an id and more", format!("{own}A")),
            ("another member's id", theirs.clone()),
            ("an id with control characters", format!("{own}\u{7}")),
            ("an id with U+0000", format!("{own}\u{0}")),
            ("an id of 1 MB", "A".repeat(1_000_000)),
        ];
        let others = self.own.iter().filter(|(name, _)| *name != ty);
        invalid.extend(others.map(|(_, id)| ("an id of another type", id.clone())));
        if let (Some(me), Some(id)) = (self.me, AnyId::decode(theirs)) {
            let reassigned = with_owner(id, me, |row| row).encode();
            let unknown = with_owner(id, me, |_| Uuid::from_u128(7)).encode();
            invalid.extend([
                ("an id with another owner", reassigned),
                ("an unknown id", unknown),
            ]);
        }
        invalid
    }
}

/// The type that an id refers to, according to the field's description.
fn type_of_id(field: &InputValueDefinition) -> &str {
    let description = field.description.as_deref().unwrap_or_default();
    let (_, rest) = description
        .split_once("lobal id of ")
        .expect("an id of something");
    rest.split('`').nth(1).expect("a type")
}
