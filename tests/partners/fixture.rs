//! Partner sync for one test, over a database of its own.

use std::{
    path::Path,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    clock::Clock,
    consent::ConsentPurpose,
    database::Pool,
    database::{self, Options},
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
    consumer::{Consumer as _, Delivery, Verdict},
    partner::{PartnerOptions, PartnerSettings, PartnerSync},
};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use uuid::Uuid;

/// What the partners of these tests share with us.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The place in the outbox that envelopes of these tests have.
pub(crate) const SEQUENCE: i64 = 204_518;

/// Longer than anything takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) const OPTIONS: PartnerOptions = PartnerOptions {
    timeout: PATIENCE,
    failures: 3,
    rest: Duration::from_secs(30),
};

static SERVER: LazyLock<Postgres> = LazyLock::new(|| {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-of-partners");
    Postgres::start(&home)
});

/// A clock that tests move.
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
    pub(crate) sync: PartnerSync,
    pub(crate) database: Pool,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) member: MemberId,
}

/// A partner at a server of a test.
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

    /// Where partners have so long to answer.
    pub(crate) async fn within(
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
        let member = MemberId(id::at(noon()));
        let fixture = Self {
            sync: sync.expect("a client"),
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

    /// The member's answer on a use of their data.
    pub(crate) async fn answer(&self, purpose: ConsentPurpose, granted: bool) {
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
            id: id::at(self.clock.now()),
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

    /// One that is told in any case.
    pub(crate) fn withdrawal(&self) -> Envelope {
        self.envelope(&ConsentRecord {
            purpose: ConsentPurpose::PartnerSharing,
            granted: false,
            changed_at: self.clock.now(),
        })
    }

    pub(crate) async fn consume(&self, envelope: &Envelope, receives: u32) -> Verdict {
        let envelope = envelope.clone();
        let delivery = Delivery { envelope, receives };
        self.sync.consume(&delivery).await
    }

    /// What is recorded of an envelope: partner, status and answer, in order of their writing.
    pub(crate) async fn recorded(
        &self,
        envelope: Uuid,
    ) -> Vec<(String, DeliveryStatus, Option<i16>)> {
        let rows = delivery::of(&self.database, envelope).await;
        let rows = rows.expect("found").into_iter();
        rows.map(|row| (row.partner, row.status, row.answer))
            .collect()
    }

    pub(crate) async fn entered(&self, envelope: Uuid) -> Vec<String> {
        let found = coach_domain::inbox::consumers(&self.database, envelope).await;
        let mut found = found.expect("found");
        found.sort();
        found
    }
}

/// When it is to be tried again, and why.
pub(crate) fn again(verdict: Verdict) -> (Duration, String) {
    match verdict {
        Verdict::Retry {
            after: Some(after),
            reason,
        } => (after, reason),
        other => panic!("{other:?}"),
    }
}

/// Why it is never to be tried again.
pub(crate) fn never(verdict: Verdict) -> String {
    match verdict {
        Verdict::Fail { reason } => reason,
        other => panic!("{other:?}"),
    }
}
