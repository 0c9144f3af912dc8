//! `coach-bench webhooks`: how soon a webhook is answered, which is kept before, against a bare insert and commit.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    webhook::{self, Incoming, Source},
};
use coach_workers::standard_webhooks::{Secret, sign};
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

use super::Verdict;
use crate::{
    cli::{Common, WebhooksOptions},
    gateway,
    report::{Heading, ratio, table::Table},
    say,
    stage::{Stage, value},
    statistics::percentile,
};

const VERB: &str = "webhooks";

/// How much longer the answer may take, of the same p95.
const LIMIT: f64 = 2.0;

/// One round of each.
const ROUND: Duration = Duration::from_secs(5);

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// As many connections as the gateway has.
const CONNECTIONS: u32 = 20;

/// What both store: an event on a subscription.
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

/// Sends webhooks and inserts in turn, each at its time whether or not those before have been answered.
pub(super) async fn run(common: &Common, options: WebhooksOptions) -> anyhow::Result<Verdict> {
    let common = common.without_load();
    let mut stage = Stage::set(&common).await?;
    stage.database_url = stage.copy("webhooks").await?;
    let heading = Heading::new(VERB, &common, &stage, "no load generator").await?;
    let set = [("COACH_WEBHOOK_STANDARD_SECRETS", SECRET.to_owned())];
    let gateway = gateway::start("gateway", &stage, &set).await?;
    let mut pool = ConnectOptions::new(&stage.database_url);
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
        let taken = [
            at_rate(&sender, round, rate, Sender::send).await?,
            at_rate(&sender, round, rate, Sender::insert).await?,
            at_rate(&sender, round, rate, Sender::keep).await?,
            at_rate(&sender, round, rate, Sender::forge).await?,
        ];
        if round > 0 {
            say(&format!("  round {round} of {}", options.rounds));
            for (times, taken) in times.iter_mut().zip(taken) {
                times.extend(taken);
            }
        }
    }
    let kept: i64 = value(&pool, "SELECT count(*) FROM webhook_event").await?;
    let owed: i64 = value(&pool, "SELECT count(*) FROM outbox").await?;
    let expected = i64::from(options.rate) * i64::from(options.rounds + 1) * 5 * 2;
    ensure!(
        kept == expected && owed == expected,
        "{expected} were sent, {kept} are kept, {owed} are owed"
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
        let at = |hundredths| format!("{:.2}", percentile(times, hundredths).as_secs_f64() * 1e3);
        table.row([name.to_owned(), at(50), at(95), at(99)]);
    }
    let [answers, inserts, ..] = &times;
    let part = percentile(answers, 95).as_secs_f64() / percentile(inserts, 95).as_secs_f64();
    let verdict = Verdict::of(part <= LIMIT);
    let body = format!(
        "{} a second, in turn for {} s each, {} of each; every webhook is signed by Standard Webhooks, and kept \
         with the work on it.\n\n{}\n- p95, webhook/insert: {}\n- at most {LIMIT}: {}\n",
        options.rate,
        ROUND.as_secs(),
        answers.len(),
        table.markdown(),
        ratio(part),
        verdict.word()
    );
    heading.publish(&common, &body)?;
    Ok(verdict)
}

/// Sends one or the other.
struct Sender {
    address: SocketAddr,
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

    /// What the gateway does for it in the database.
    async fn keep(self: Arc<Self>, id: String, body: String) -> anyhow::Result<()> {
        let incoming = Incoming {
            source: Source::Standard,
            event_id: &format!("kept-{id}"),
            kind: "subscription.updated",
            headers: json!({}),
            body: body.as_bytes(),
        };
        webhook::keep(&self.pool, &incoming, &Span::none(), SystemClock.now()).await?;
        Ok(())
    }

    /// What HTTP and the look at the signature take.
    async fn forge(self: Arc<Self>, id: String, body: String) -> anyhow::Result<()> {
        let seconds = SystemClock.now().timestamp();
        let signature = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let status = self.post(&id, seconds, signature, &body).await?;
        ensure!(status == 401, "a forged webhook was answered {status}");
        Ok(())
    }

    /// HTTP/1.1 with as little of our own work as possible: what a client library takes is no part of the answer.
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
        // Answers are short, and JSON objects.
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

    async fn insert(self: Arc<Self>, id: String, body: String) -> anyhow::Result<()> {
        let sql = "INSERT INTO bare (id, body) VALUES ($1, $2)";
        let values = [id.into(), body.into_bytes().into()];
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        self.pool.execute_raw(statement).await?;
        Ok(())
    }
}

/// Does so many in each second of a round; says how long each took.
async fn at_rate<F>(
    sender: &Arc<Sender>,
    round: u32,
    rate: u32,
    work: fn(Arc<Sender>, String, String) -> F,
) -> anyhow::Result<Vec<Duration>>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for number in 0..rate * 5 {
        let due = begun + Duration::from_secs(1) * number / rate;
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
