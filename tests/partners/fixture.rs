//! The partner consumer for one test, with a database of its own.

use std::{
    path::Path,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    clock::Clock,
    database::{self, Options, Pool},
    enums::ConsentPurpose,
    id::{self, MemberId},
    outbox::Payload,
    partner::{
        ConsentRecord,
        delivery::{self, DeliveryStatus},
    },
    queue::Envelope,
};
use coach_tests::Postgres;
use coach_workers::{
    consumer::{Ack, Consumer as _, Jobs, ReceivedMessage},
    partner::{PartnerOptions, PartnerSettings, PartnerSync},
};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use uuid::Uuid;

/// The secret of the partners in these tests.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The outbox sequence number of the envelopes in these tests.
pub(crate) const SEQUENCE: i64 = 204_518;

/// The timeout of requests to partners. It is longer than anything takes on a busy machine.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);

pub(crate) const OPTIONS: PartnerOptions = PartnerOptions {
    timeout: REQUEST_TIMEOUT,
    failure_threshold: 3,
    open_duration: Duration::from_secs(30),
};

static SERVER: LazyLock<Postgres> = LazyLock::new(|| {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-of-partners");
    Postgres::start(&home)
});

/// A clock that tests set.
pub(crate) struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    pub(crate) fn advance(&self, seconds: i64) {
        *self.0.lock().expect("not poisoned") += TimeDelta::seconds(seconds);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("not poisoned")
    }
}

pub(crate) struct Fixture {
    sync: Jobs,
    pub(crate) database: Pool,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) member: MemberId,
}

/// A partner whose server is at this URL.
pub(crate) fn partner(name: &str, url: &str) -> PartnerSettings {
    PartnerSettings::new(name, url, SECRET, true).expect("a partner")
}

pub(crate) fn noon() -> DateTime<Utc> {
    let noon = DateTime::parse_from_rfc3339("2026-03-18T12:00:00Z");
    noon.expect("a moment").to_utc()
}

impl Fixture {
    pub(crate) async fn new(partners: impl IntoIterator<Item = PartnerSettings>) -> Self {
        Self::with(partners, &OPTIONS).await
    }

    /// With this timeout of requests to partners.
    pub(crate) async fn with_timeout(
        timeout: Duration,
        partners: impl IntoIterator<Item = PartnerSettings>,
    ) -> Self {
        Self::with(partners, &PartnerOptions { timeout, ..OPTIONS }).await
    }

    async fn with(
        partners: impl IntoIterator<Item = PartnerSettings>,
        partner_options: &PartnerOptions,
    ) -> Self {
        let url = SERVER.empty().await;
        let options = Options {
            acquire_timeout: Duration::from_secs(10),
            ..Options::default()
        };
        let database = database::connect(&url, &options).await;
        let database = database.expect("a connection");
        let clock = Arc::new(TestClock(Mutex::new(noon())));
        let sync = PartnerSync::new(
            partners.into_iter().collect(),
            partner_options,
            database.clone(),
            clock.clone(),
        );
        let member = MemberId(id::new_v7(noon()));
        let fixture = Self {
            sync: sync.expect("a client").consumer(),
            database,
            clock,
            member,
        };
        fixture.insert_member().await;
        fixture
    }

    async fn insert_member(&self) {
        let sql = "
            INSERT INTO member (id, issuer, subject, display_name, locale, time_zone, units, purchase_token, created_at)
            VALUES ($1, 'tests', 'ada', 'Ada', 'en', 'Europe/Berlin', 'METRIC', $1, $2)";
        self.execute(sql, [self.member.0.into(), noon().into()])
            .await;
    }

    /// Sets the member's consent.
    pub(crate) async fn set_consent(&self, purpose: ConsentPurpose, granted: bool) {
        let sql = "
            INSERT INTO consent (member_id, purpose, granted, changed_at)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (member_id, purpose) DO UPDATE SET granted = excluded.granted";
        let values = [
            self.member.0.into(),
            purpose.into(),
            granted.into(),
            noon().into(),
        ];
        self.execute(sql, values).await;
    }

    pub(crate) async fn execute(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = sea_orm::Value>,
    ) {
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        self.database.execute_raw(statement).await.expect(sql);
    }

    /// An envelope as the relay sends it.
    pub(crate) fn envelope<P: Payload>(&self, record: &P) -> Envelope {
        Envelope {
            id: id::new_v7(self.clock.now()),
            kind: P::KIND.to_owned(),
            version: P::VERSION,
            occurred_at: self.clock.now(),
            sequence: SEQUENCE,
            member: Some(self.member),
            trace: None,
            payload: serde_json::to_value(record).expect("JSON"),
            payload_at: None,
        }
    }

    /// A withdrawal of consent, which is sent in any case.
    pub(crate) fn withdrawal(&self) -> Envelope {
        self.envelope(&ConsentRecord {
            purpose: ConsentPurpose::PartnerSharing,
            granted: false,
            changed_at: self.clock.now(),
        })
    }

    pub(crate) async fn consume(&self, envelope: &Envelope, receives: u32) -> Ack {
        let envelope = envelope.clone();
        let message = ReceivedMessage { envelope, receives };
        self.sync.consume(&message).await
    }

    /// The recorded deliveries of an envelope: partner, status and HTTP status of the response, in the order of
    /// writing.
    pub(crate) async fn deliveries(
        &self,
        envelope: Uuid,
    ) -> Vec<(String, DeliveryStatus, Option<i16>)> {
        let rows = delivery::find_all(&self.database, envelope).await;
        let rows = rows.expect("found").into_iter();
        rows.map(|row| (row.partner, row.status, row.answer))
            .collect()
    }

    pub(crate) async fn inbox_entries(&self, envelope: Uuid) -> Vec<String> {
        let found = coach_domain::inbox::consumers(&self.database, envelope).await;
        let mut found = found.expect("found");
        found.sort();
        found
    }
}

/// The delay and the reason of a retry.
pub(crate) fn expect_retry(ack: Ack) -> (Duration, String) {
    match ack {
        Ack::Retry {
            after: Some(after),
            reason,
        } => (after, reason),
        other => panic!("{other:?}"),
    }
}

/// The reason of a dead letter.
pub(crate) fn expect_dead_letter(ack: Ack) -> String {
    match ack {
        Ack::DeadLetter { reason } => reason,
        other => panic!("{other:?}"),
    }
}
