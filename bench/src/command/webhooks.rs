//! `coach-bench webhooks`: compares the latency of a webhook, whose event is stored before the response, with a plain
//! insert and commit.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    standard_webhooks::{Secret, sign},
    webhook::{self, IncomingEvent, Source},
};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement,
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::sleep_until,
};
use tracing::Span;

use super::BudgetCheck;
use crate::{
    cli::{Common, WebhooksOptions},
    environment::{Environment, query_value},
    format::ratio,
    gateway, log_progress,
    report::{Heading, table::Table},
    statistics::percentile,
};

const VERB: &str = "webhooks";

/// The maximum ratio of the 95th percentiles.
const MAX_RATIO: f64 = 2.0;

/// The duration of a round for each kind of request.
const ROUND_DURATION: Duration = Duration::from_secs(5);

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The size of the connection pool, which is that of the gateway.
const CONNECTIONS: u32 = 20;

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
pub(super) async fn run(common: &Common, options: WebhooksOptions) -> anyhow::Result<BudgetCheck> {
    let common = common.with_minimal_data_set();
    let mut environment = Environment::start(&common).await?;
    environment.database_url = environment.copy("webhooks").await?;
    let heading = Heading::new(VERB, &common, &environment, "no load generator").await?;
    let settings = [("COACH_WEBHOOK_STANDARD_SECRETS", SECRET.to_owned())];
    let gateway = gateway::start("gateway", &environment, &settings).await?;
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
    // The first round warms up.
    for round in 0..=options.rounds {
        let rate = options.rate;
        let latencies = [
            at_rate(&sender, round, rate, Sender::send).await?,
            at_rate(&sender, round, rate, Sender::plain_insert).await?,
            at_rate(&sender, round, rate, Sender::insert_event).await?,
            at_rate(&sender, round, rate, Sender::send_forged).await?,
        ];
        if round > 0 {
            log_progress(&format!("  round {round} of {}", options.rounds));
            for (times, latencies) in times.iter_mut().zip(latencies) {
                times.extend(latencies);
            }
        }
    }
    let stored: i64 = query_value(&pool, "SELECT count(*) FROM webhook_event").await?;
    let enqueued: i64 = query_value(&pool, "SELECT count(*) FROM outbox").await?;
    let expected = i64::from(options.rate) * i64::from(options.rounds + 1) * 5 * 2;
    ensure!(
        stored == expected && enqueued == expected,
        "{expected} were sent, {stored} are stored, {enqueued} are enqueued"
    );
    let mut table = Table::new(["", "p50 (ms)", "p95 (ms)", "p99 (ms)"]);
    let names = [
        "webhook answered",
        "bare insert and commit",
        "webhook kept, without HTTP",
        "forged webhook refused",
    ];
    for (name, times) in names.into_iter().zip(&mut times) {
        times.sort_unstable();
        let at = |percent| format!("{:.2}", percentile(times, percent).as_secs_f64() * 1e3);
        table.row([name.to_owned(), at(50), at(95), at(99)]);
    }
    let [answers, inserts, ..] = &times;
    let p95_ratio = percentile(answers, 95).as_secs_f64() / percentile(inserts, 95).as_secs_f64();
    let check_result = BudgetCheck::of(p95_ratio <= MAX_RATIO);
    let body = format!(
        "{} a second, in turn for {} s each, {} of each; every webhook is signed by Standard Webhooks, and kept \
         with the work on it.\n\n{}\n- p95, webhook/insert: {}\n- at most {MAX_RATIO}: {}\n",
        options.rate,
        ROUND_DURATION.as_secs(),
        answers.len(),
        table.markdown(),
        ratio(p95_ratio),
        check_result.word()
    );
    heading.publish(&common, &body)?;
    Ok(check_result)
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
    async fn send(self: Arc<Self>, id: String, body: String) -> anyhow::Result<()> {
        let seconds = SystemClock.now().timestamp();
        let signature = sign(&self.secret, &id, seconds, body.as_bytes());
        let status = self.post(&id, seconds, &signature, &body).await?;
        ensure!(status == 200, "a webhook was answered {status}");
        Ok(())
    }

    /// Stores the event as the gateway does, without HTTP.
    async fn insert_event(self: Arc<Self>, id: String, body: String) -> anyhow::Result<()> {
        let event = IncomingEvent {
            source: Source::Standard,
            event_id: &format!("kept-{id}"),
            kind: "subscription.updated",
            headers: json!({}),
            body: body.as_bytes(),
        };
        webhook::insert(&self.pool, &event, &Span::none(), SystemClock.now()).await?;
        Ok(())
    }

    /// Sends an invalid signature, which measures HTTP and the verification of the signature alone.
    async fn send_forged(self: Arc<Self>, id: String, body: String) -> anyhow::Result<()> {
        let seconds = SystemClock.now().timestamp();
        let signature = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let status = self.post(&id, seconds, signature, &body).await?;
        ensure!(status == 401, "a forged webhook was answered {status}");
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
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
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
        let mut answer = Vec::with_capacity(2_048);
        // Responses are short JSON objects.
        while !answer.ends_with(b"}") {
            ensure!(
                stream.read_buf(&mut answer).await? > 0,
                "the gateway hung up"
            );
        }
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(stream);
        let status = answer
            .get(9..12)
            .and_then(|status| std::str::from_utf8(status).ok());
        status
            .and_then(|status| status.parse().ok())
            .context("an answer without a status")
    }

    async fn plain_insert(self: Arc<Self>, id: String, body: String) -> anyhow::Result<()> {
        let sql = "INSERT INTO bare (id, body) VALUES ($1, $2)";
        let values = [id.into(), body.into_bytes().into()];
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        self.pool.execute_raw(statement).await?;
        Ok(())
    }
}

/// Calls `work` at a constant rate for a round, and returns the latencies.
async fn at_rate<F>(
    sender: &Arc<Sender>,
    round: u32,
    rate: u32,
    work: fn(Arc<Sender>, String, String) -> F,
) -> anyhow::Result<Vec<Duration>>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let started = Instant::now();
    let mut running = JoinSet::new();
    for number in 0..rate * 5 {
        let due = started + Duration::from_secs(1) * number / rate;
        sleep_until(due.into()).await;
        let one = work(
            sender.clone(),
            format!("msg-{round}-{number}"),
            event(number),
        );
        running.spawn(async move {
            let from = Instant::now();
            one.await?;
            anyhow::Ok(from.elapsed())
        });
    }
    running.join_all().await.into_iter().collect()
}
