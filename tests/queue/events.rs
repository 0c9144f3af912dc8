//! The JSON schemas in `docs/EVENTS.md` are those of the events that are sent.

use std::collections::BTreeMap;

use boon::{Compiler, SchemaIndex, Schemas};
use chrono::NaiveDate;
use coach_domain::{
    clock::{Clock as _, SystemClock},
    database::{self, Options},
    enums::{ConsentPurpose, Goal},
    event::{CheckInSubmitted, ConsentChanged, CycleStarted, PlanStarted, WorkoutCompleted},
    id::{self, MemberId, ProgrammeId, WorkoutId},
    outbox::{self, OutboxBatch, OutboxMessage, Payload},
    queue::QueueName,
};
use serde_json::{Value, json};

use crate::fixture::empty_database;

const DOCUMENT: &str = include_str!("../../docs/EVENTS.md");

/// The document's schemas by their titles.
fn schemas() -> BTreeMap<String, Value> {
    let blocks = DOCUMENT.split("```json\n").skip(1);
    let schemas = blocks.map(|rest| {
        let text = rest.split("```").next().expect("an end");
        let schema: Value = serde_json::from_str(text).expect("JSON");
        let title = schema["title"].as_str().expect("a title").to_owned();
        (title, schema)
    });
    schemas.collect()
}

/// A compiled JSON schema, which also validates formats.
struct Validator {
    schemas: Schemas,
    schema: SchemaIndex,
}

impl Validator {
    fn new(schema: &Value) -> Self {
        const NAME: &str = "urn:coach:schema";
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        let added = compiler.add_resource(NAME, schema.clone());
        added.expect("a resource");
        let compiled = compiler.compile(NAME, &mut schemas);
        let schema = compiled.unwrap_or_else(|error| panic!("{schema}: {error}"));
        Self { schemas, schema }
    }

    fn find_error(&self, value: &Value) -> Option<String> {
        let valid = self.schemas.validate(value, self.schema);
        valid.err().map(|error| error.to_string())
    }

    fn is_valid(&self, value: &Value) -> bool {
        self.find_error(value).is_none()
    }
}

fn message<P: Payload>(event: &P) -> OutboxMessage {
    let now = SystemClock.now();
    let mut outbox = OutboxBatch::new(Some(MemberId(id::new_v7(now))), now);
    outbox.enqueue(event).expect("JSON");
    outbox.into_messages().remove(0)
}

/// One message of each kind, and of each variant.
fn all() -> Vec<OutboxMessage> {
    let now = SystemClock.now();
    let uuid = || id::new_v7(now);
    let day = NaiveDate::from_ymd_opt(2026, 3, 18).expect("a day");
    let mut all = vec![
        message(&WorkoutCompleted {
            cycle_id: uuid(),
            day: 28,
            position: 1,
            workout_id: WorkoutId(uuid()),
            completed_at: now,
        }),
        message(&CycleStarted {
            plan_id: uuid(),
            cycle_id: uuid(),
            number: 1,
            starts_on: day,
            programme_id: ProgrammeId(uuid()),
            programme_version: 1,
        }),
        message(&CheckInSubmitted {
            check_in_id: uuid(),
            cycle_id: uuid(),
            cycle_number: 1,
            submitted_at: now,
        }),
    ];
    for goal in [
        Goal::LoseWeight,
        Goal::BuildStrength,
        Goal::ImproveEndurance,
    ] {
        all.push(message(&PlanStarted {
            plan_id: uuid(),
            goal,
            started_on: day,
        }));
    }
    for purpose in [
        ConsentPurpose::MarketingEmail,
        ConsentPurpose::PartnerSharing,
        ConsentPurpose::HealthData,
    ] {
        all.push(message(&ConsentChanged {
            purpose,
            granted: purpose == ConsentPurpose::HealthData,
            changed_at: now,
        }));
    }
    all
}

/// The envelopes in the outbox, as the relay sends them.
async fn envelopes() -> Vec<Value> {
    let pool = database::connect(&empty_database().await, &Options::default()).await;
    let pool = pool.expect("a connection");
    let now = SystemClock.now();
    let all = all();
    outbox::insert(&pool, &all, &tracing::Span::none())
        .await
        .expect("inserted");
    let until = now + chrono::TimeDelta::minutes(1);
    let claimed = outbox::claim(&pool, QueueName::Events, None, 100, now, until).await;
    let claimed = claimed.expect("claimed");
    assert_eq!(claimed.len(), all.len());
    claimed
        .iter()
        .map(|row| serde_json::from_str(&row.envelope).expect("JSON"))
        .collect()
}

fn title(envelope: &Value) -> String {
    let kind = envelope["kind"].as_str().expect("a kind");
    format!("{kind} version {}", envelope["version"])
}

/// Fails unless a value conforms to a schema that documents all its fields. The schema itself allows undocumented
/// fields.
fn assert_documented(schema: &Value, value: &Value) {
    let error = Validator::new(schema).find_error(value);
    assert_eq!(error, None, "{value}");
    let documented = schema["properties"].as_object().expect("properties");
    for field in value.as_object().expect("an object").keys() {
        assert!(
            documented.contains_key(field),
            "{field} is not in {}",
            schema["title"]
        );
    }
}

#[tokio::test]
async fn what_is_sent_is_what_is_documented() {
    let schemas = schemas();
    let mut seen = vec!["envelope".to_owned()];
    for envelope in envelopes().await {
        assert_documented(&schemas["envelope"], &envelope);
        let title = title(&envelope);
        let schema = schemas.get(&title);
        let schema = schema.unwrap_or_else(|| panic!("{title} is not documented"));
        assert_documented(schema, &envelope["payload"]);
        seen.push(title);
    }
    // Nothing else is documented.
    seen.sort();
    seen.dedup();
    assert_eq!(schemas.into_keys().collect::<Vec<_>>(), seen);
}

#[tokio::test]
async fn what_is_not_like_it_is_noticed() {
    let schemas = schemas();
    for envelope in envelopes().await {
        let schema = &schemas[&title(&envelope)];
        let validator = Validator::new(schema);
        let payload = envelope["payload"].as_object().expect("an object");
        for field in payload.keys() {
            let mut incomplete = payload.clone();
            incomplete.remove(field);
            assert!(
                !validator.is_valid(&json!(incomplete)),
                "without {field}: {schema}"
            );
            let mut invalid = payload.clone();
            invalid.insert(field.clone(), json!("nonsense"));
            assert!(
                !validator.is_valid(&json!(invalid)),
                "{field} is nonsense: {schema}"
            );
        }
    }
    let envelope = Validator::new(&schemas["envelope"]);
    let good = envelopes().await.remove(0);
    for (field, value) in [
        ("id", json!("1")),
        ("kind", json!("email.welcome")),
        ("version", json!(0)),
        ("occurredAt", json!("yesterday")),
        ("member", json!(null)),
        ("trace", json!("00-0")),
        ("payload", json!([])),
    ] {
        let mut invalid = good.clone();
        invalid[field] = value;
        assert!(!envelope.is_valid(&invalid), "{invalid}");
    }
}
