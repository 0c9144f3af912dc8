//! `docs/EVENTS.md` has a schema of each event, and it is that of what is sent.

use std::collections::BTreeMap;

use boon::{Compiler, SchemaIndex, Schemas};
use chrono::NaiveDate;
use coach_domain::{
    clock::{Clock as _, SystemClock},
    consent::ConsentPurpose,
    database::{self, Options},
    event::{CheckInSubmitted, ConsentChanged, CycleStarted, PlanStarted, WorkoutCompleted},
    id::{self, MemberId, ProgrammeId, WorkoutId},
    outbox::{self, Effect, Effects, Payload},
    preferences::Goal,
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

/// A schema that was found to be one, with formats counting.
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

    fn mistake(&self, value: &Value) -> Option<String> {
        let valid = self.schemas.validate(value, self.schema);
        valid.err().map(|error| error.to_string())
    }

    fn is_valid(&self, value: &Value) -> bool {
        self.mistake(value).is_none()
    }
}

fn effect<P: Payload>(event: &P) -> Effect {
    let now = SystemClock.now();
    let mut effects = Effects::new(Some(MemberId(id::at(now))), now);
    effects.owe(event).expect("JSON");
    effects.into_owed().remove(0)
}

/// One of each that there is.
fn all() -> Vec<Effect> {
    let now = SystemClock.now();
    let uuid = || id::at(now);
    let day = NaiveDate::from_ymd_opt(2026, 3, 18).expect("a day");
    let mut all = vec![
        effect(&WorkoutCompleted {
            cycle_id: uuid(),
            day: 28,
            position: 1,
            workout_id: WorkoutId(uuid()),
            completed_at: now,
        }),
        effect(&CycleStarted {
            plan_id: uuid(),
            cycle_id: uuid(),
            number: 1,
            starts_on: day,
            programme_id: ProgrammeId(uuid()),
            programme_version: 1,
        }),
        effect(&CheckInSubmitted {
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
        all.push(effect(&PlanStarted {
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
        all.push(effect(&ConsentChanged {
            purpose,
            granted: purpose == ConsentPurpose::HealthData,
            changed_at: now,
        }));
    }
    all
}

/// What the relay sends, as the outbox has it.
async fn envelopes() -> Vec<Value> {
    let pool = database::connect(&empty_database().await, &Options::default()).await;
    let pool = pool.expect("a connection");
    let now = SystemClock.now();
    let all = all();
    outbox::insert(&pool, &all, &tracing::Span::none(), now)
        .await
        .expect("inserted");
    let until = now + chrono::TimeDelta::minutes(1);
    let owed = outbox::claim(&pool, QueueName::Events, None, 100, now, until).await;
    let owed = owed.expect("claimed");
    assert_eq!(owed.len(), all.len());
    owed.iter()
        .map(|row| serde_json::from_str(&row.envelope).expect("JSON"))
        .collect()
}

fn title(envelope: &Value) -> String {
    let kind = envelope["kind"].as_str().expect("a kind");
    format!("{kind} version {}", envelope["version"])
}

/// All fields, and no others: those of a document that leaves some out would pass too.
fn assert_told(schema: &Value, value: &Value) {
    let mistake = Validator::new(schema).mistake(value);
    assert_eq!(mistake, None, "{value}");
    let told = schema["properties"].as_object().expect("properties");
    for field in value.as_object().expect("an object").keys() {
        assert!(
            told.contains_key(field),
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
        assert_told(&schemas["envelope"], &envelope);
        let title = title(&envelope);
        let schema = schemas.get(&title);
        let schema = schema.unwrap_or_else(|| panic!("{title} is not documented"));
        assert_told(schema, &envelope["payload"]);
        seen.push(title);
    }
    // Nor is more documented than there is.
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
            let mut less = payload.clone();
            less.remove(field);
            assert!(
                !validator.is_valid(&json!(less)),
                "without {field}: {schema}"
            );
            let mut wrong = payload.clone();
            wrong.insert(field.clone(), json!("nonsense"));
            assert!(
                !validator.is_valid(&json!(wrong)),
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
        let mut wrong = good.clone();
        wrong[field] = value;
        assert!(!envelope.is_valid(&wrong), "{wrong}");
    }
}
