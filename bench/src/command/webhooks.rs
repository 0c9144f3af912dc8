//! `coach-bench webhooks`: compares the latency of a webhook, whose event is stored before the response, with a plain
//! insert and commit.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    standard_webhooks::{Secret, sign},
    webhook::{self, IncomingEvent, Source},
};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::sleep_until,
};
use tracing::Span;

use super::start_minimal;
use crate::{
    cli::{Common, WebhooksOptions},
    format::{kept_or_broken, ratio},
    gateway, log_progress,
    report::table::Table,
    sql::{query_value, statement},
    statistics::{milliseconds, percentile},
};

const VERB: &str = "webhooks";

/// The maximum ratio of the 95th percentiles.
const MAX_RATIO: f64 = 2.0;

/// The duration of a round for each kind of request.
const ROUND_DURATION: Duration = Duration::from_secs(5);

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The size of the connection pool, which is that of the gateway.
const CONNECTIONS: u32 = 20;

/// A kind of request.
#[derive(Clone, Copy)]
enum Kind {
    /// A webhook to the gateway.
    Webhook,
    /// An insert of the same bytes into a table of their own.
    PlainInsert,
    /// An insert of the event as the gateway does it, without HTTP.
    EventInsert,
    /// A webhook with an invalid signature, which measures HTTP and the verification of the signature alone.
    InvalidSignature,
}

/// All kinds, with their names in the table.
const KINDS: [(Kind, &str); 4] = [
    (Kind::Webhook, "webhook answered"),
    (Kind::PlainInsert, "bare insert and commit"),
    (Kind::EventInsert, "webhook kept, without HTTP"),
    (Kind::InvalidSignature, "forged webhook refused"),
];

/// The event that all requests store: an update of a subscription.
fn event(number: u32) -> String {
    let body = json!({
        "type": "subscription.updated", "timestamp": SystemClock.now(),
        "data": {
            "provider": "STRIPE", "externalId": format!("sub_{number}"), "expiresAt": "2030-01-01T00:00:00Z",
            "willRenew": true,
        },
    });
    body.to_string()
}

/// Alternates webhooks and inserts at a constant rate, independently of the responses (open loop).
pub(super) async fn run(common: &Common, options: WebhooksOptions) -> anyhow::Result<bool> {
    let (environment, heading) = start_minimal(VERB, common, "no load generator").await?;
    let settings = [("COACH_WEBHOOK_STANDARD_SECRETS", SECRET.to_owned())];
    let gateway = gateway::start("gateway", "serve", &environment, &settings).await?;
    let mut pool = ConnectOptions::new(&environment.database_url);
    pool.min_connections(CONNECTIONS)
        .max_connections(CONNECTIONS);
    pool.sqlx_logging(false).test_before_acquire(false);
    let pool = Database::connect(pool).await?;
    pool.execute_unprepared("CREATE TABLE bare (id text PRIMARY KEY, body bytea NOT NULL)")
        .await?;
    let sender = Arc::new(Sender {
        address: gateway.address,
        idle: Mutex::default(),
        secret: [SECRET.parse().map_err(anyhow::Error::msg)?],
        pool: pool.clone(),
    });
    let mut times: [Vec<Duration>; 4] = Default::default();
    for round in 0..=options.rounds {
        for ((kind, _), times) in KINDS.into_iter().zip(&mut times) {
            let latencies = at_rate(&sender, kind, round, options.rate).await?;
            // The first round warms up.
            if round > 0 {
                times.extend(latencies);
            }
        }
        log_progress(&format!("  round {round} of {}", options.rounds));
    }
    let stored: i64 = query_value(&pool, "SELECT count(*) FROM webhook_event").await?;
    let enqueued: i64 = query_value(&pool, "SELECT count(*) FROM outbox").await?;
    let expected = i64::from(options.rate) * i64::from(options.rounds + 1) * 5 * 2;
    ensure!(
        stored == expected && enqueued == expected,
        "{expected} were sent, {stored} are stored, {enqueued} are enqueued"
    );
    let mut table = Table::new("| p50 (ms) | p95 (ms) | p99 (ms)");
    for ((_, name), times) in KINDS.into_iter().zip(&times) {
        let at = |percent| format!("{:.2}", milliseconds(percentile(times, percent)));
        table.row([name.to_owned(), at(50), at(95), at(99)]);
    }
    let [webhooks, inserts, ..] = &times;
    let p95_ratio = percentile(webhooks, 95).as_secs_f64() / percentile(inserts, 95).as_secs_f64();
    let kept = p95_ratio <= MAX_RATIO;
    let body = format!(
        "{} a second, in turn for {} s each, {} of each; every webhook is signed by Standard Webhooks, and kept \
         with the work on it.\n\n{}\n- p95, webhook/insert: {}\n- at most {MAX_RATIO}: {}\n",
        options.rate,
        ROUND_DURATION.as_secs(),
        webhooks.len(),
        table.markdown(),
        ratio(p95_ratio),
        kept_or_broken(kept)
    );
    heading.publish(&body)?;
    Ok(kept)
}

/// Sends webhooks to the gateway, and inserts into the database.
struct Sender {
    address: SocketAddr,
    /// Open connections that are not in use.
    idle: Mutex<Vec<TcpStream>>,
    secret: [Secret; 1],
    pool: DatabaseConnection,
}

impl Sender {
    /// Sends a request of this kind; an unexpected response is an error.
    async fn send(&self, kind: Kind, id: &str, body: String) -> anyhow::Result<()> {
        match kind {
            Kind::Webhook => {
                let seconds = SystemClock.now().timestamp();
                let signature = sign(&self.secret, id, seconds, body.as_bytes());
                let status = self.post(id, seconds, &signature, &body).await?;
                ensure!(status == 200, "a webhook was answered {status}");
            }
            Kind::PlainInsert => {
                let sql = "INSERT INTO bare (id, body) VALUES ($1, $2)";
                let statement = statement(sql, [id.into(), body.into_bytes().into()]);
                self.pool.execute_raw(statement).await?;
            }
            Kind::EventInsert => {
                let event = IncomingEvent {
                    source: Source::Standard,
                    event_id: &format!("kept-{id}"),
                    kind: "subscription.updated",
                    headers: json!({}),
                    body: body.as_bytes(),
                };
                webhook::insert(&self.pool, &event, &Span::none(), SystemClock.now()).await?;
            }
            Kind::InvalidSignature => {
                let seconds = SystemClock.now().timestamp();
                let signature = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
                let status = self.post(id, seconds, signature, &body).await?;
                ensure!(status == 401, "a forged webhook was answered {status}");
            }
        }
        Ok(())
    }

    /// Sends a request by a minimal HTTP/1.1 client, because the overhead of a client library should not be measured.
    async fn post(
        &self,
        id: &str,
        seconds: i64,
        signature: &str,
        body: &str,
    ) -> anyhow::Result<u16> {
        let idle = self.idle().pop();
        let mut stream = if let Some(stream) = idle {
            stream
        } else {
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            stream
        };
        let request = format!(
            "POST /webhooks/standard HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             webhook-id: {id}\r\nwebhook-timestamp: {seconds}\r\nwebhook-signature: {signature}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
        let mut response = Vec::with_capacity(2_048);
        // Responses are short JSON objects.
        while !response.ends_with(b"}") {
            let read = stream.read_buf(&mut response).await?;
            ensure!(read > 0, "the gateway hung up");
        }
        self.idle().push(stream);
        let status = response
            .get(9..12)
            .and_then(|status| std::str::from_utf8(status).ok());
        status
            .and_then(|status| status.parse().ok())
            .context("an answer without a status")
    }

    fn idle(&self) -> MutexGuard<'_, Vec<TcpStream>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends requests of a kind at a constant rate for a round, and returns the latencies.
async fn at_rate(
    sender: &Arc<Sender>,
    kind: Kind,
    round: u32,
    rate: u32,
) -> anyhow::Result<Vec<Duration>> {
    let started = Instant::now();
    let mut running = JoinSet::new();
    for number in 0..rate * 5 {
        let due = started + Duration::from_secs(1) * number / rate;
        sleep_until(due.into()).await;
        let (id, body) = (format!("msg-{round}-{number}"), event(number));
        let sender = sender.clone();
        running.spawn(async move {
            let from = Instant::now();
            sender.send(kind, &id, body).await?;
            anyhow::Ok(from.elapsed())
        });
    }
    running.join_all().await.into_iter().collect()
}
