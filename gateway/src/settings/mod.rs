//! Settings: defaults, then `coach.toml`, then the environment. Nothing else reads the environment.

mod auth;
mod environment;
mod error;
mod key;
mod mask;
mod partners;
mod reader;
mod report;
mod shops;
mod source;
mod storage;
mod telemetry;
#[cfg(test)]
mod tests;
mod value;
mod webhooks;
mod worker;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use coach_domain::{database::PoolMode, queue::QueueName, url::Url};
use coach_workers::{ApiSettings, live::Brightcove, partner::PartnerSettings};

use self::reader::Reader;
pub use self::{
    auth::{ApiKey, AuthSettings, Issuer},
    environment::restart_without_other_settings,
    error::Error,
    report::report,
    shops::Shops,
    source::{Source, Sources},
    storage::{Mail, Objects, Queue, Storage},
    telemetry::Telemetry,
    worker::{Letters, Worker},
};
use crate::webhook::Webhooks;

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The folder for what is kept: keys, the embedded database, objects, mail.
    pub home: PathBuf,
    /// What is logged, as `tracing_subscriber::EnvFilter` takes it.
    pub log: String,
    /// What is sent of traces and metrics.
    pub telemetry: Telemetry,
    /// The folder of the programs of the embedded Postgres.
    pub postgres_bin: Option<PathBuf>,
    /// The database; the embedded one where there is none.
    pub database_url: Option<String>,
    /// What is between us and Postgres.
    pub database_pool_mode: PoolMode,
    /// The most connections to it.
    pub database_connections: u32,
    /// How long things may take.
    pub timeouts: Timeouts,
    /// How much a request may ask for.
    pub limits: Limits,
    /// Whose tokens are taken.
    pub auth: AuthSettings,
    /// Where messages, objects and mail go.
    pub storage: Storage,
    /// Where everybody finds the status file: on the CDN, if there is one.
    pub live_status_url: Url,
    /// How what happens behind the answers is done.
    pub worker: Worker,
    /// Who is told of subscriptions and consents.
    pub partners: Vec<PartnerSettings>,
    /// Where subscriptions are sold.
    pub shops: Shops,
    /// Who may send webhooks.
    pub webhooks: Webhooks,
    /// Whose video live sessions are, where there is a provider.
    brightcove: Option<ApiSettings>,
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// To get a connection from the pool.
    pub acquire: Duration,
    /// To run one SQL statement.
    pub statement: Duration,
    /// To execute one GraphQL operation.
    pub execution: Duration,
    /// From being not ready any more to accepting no more connections.
    pub drain: Duration,
}

/// How much a request may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Operations of a batch.
    pub batch: usize,
    /// Units of `@cost`.
    pub cost: usize,
    /// Levels of selections.
    pub depth: usize,
    /// The same within introspection.
    pub introspection_depth: usize,
    /// Aliases in a document.
    pub aliases: usize,
    /// Directives in a document.
    pub directives: usize,
    /// Tokens of a document.
    pub tokens: usize,
    /// Brackets within brackets in the text of a document.
    pub nesting: usize,
    /// Bytes of a document.
    pub query_bytes: usize,
    /// Changes that a member may ask one process for in a minute.
    pub commands: u32,
}

impl Settings {
    /// Reads and checks all settings.
    ///
    /// # Errors
    ///
    /// At the first setting that is unknown, invalid or missing.
    pub fn load(sources: &Sources) -> Result<Self, Error> {
        Self::read(&Reader::new(sources.figment()?)?, sources)
    }

    fn read(reader: &Reader, sources: &Sources) -> Result<Self, Error> {
        let home = reader.read("home", value::folder)?;
        let listen = reader.read("listen", value::parse)?;
        let storage = Storage::read(reader, &home)?;
        let shops = Shops::read(reader)?;
        Ok(Self {
            listen,
            log: reader.read("log", log_filter)?,
            telemetry: Telemetry::read(sources)?,
            postgres_bin: reader.optional("postgres_bin", value::existing_folder)?,
            database_url: reader.optional("database_url", value::database)?,
            database_pool_mode: reader.read("database_pool_mode", pool_mode)?,
            database_connections: reader.read("database_connections", |text| {
                value::within(text, 1..=10_000)
            })?,
            timeouts: Timeouts::read(reader)?,
            limits: Limits::read(reader)?,
            auth: AuthSettings::read(reader)?,
            worker: Worker::read(reader, &storage)?,
            live_status_url: status_url(reader, listen)?,
            storage,
            partners: partners::read(reader)?,
            webhooks: webhooks::read(reader, &shops)?,
            shops,
            brightcove: reader.api("brightcove_url", "brightcove_api_key")?,
            home,
        })
    }

    /// The database's URL, for verbs that never start one themselves.
    ///
    /// # Errors
    ///
    /// When it is not set.
    pub fn given_database(&self) -> Result<&str, Error> {
        self.database_url.as_deref().ok_or(Error::Missing {
            name: "database_url",
            because: "only `coach dev` brings its own Postgres",
            allowed: key::find("database_url").map_or("", |key| key.allowed),
        })
    }

    /// Whether a queue is first in, first out.
    pub fn keeps_order(&self, queue: QueueName) -> bool {
        match self.storage.queue {
            Queue::Postgres => self.worker.ordered.contains(&queue),
            // As SQS wants it.
            Queue::Sqs => (self.worker.addresses.get(&queue))
                .is_some_and(|address| coach_workers::queue::sqs::keeps_order(address)),
        }
    }

    /// What asks the video provider.
    ///
    /// # Errors
    ///
    /// When no HTTP client can be made.
    pub fn video(&self) -> Result<Option<Brightcove>, reqwest::Error> {
        self.brightcove.clone().map(Brightcove::new).transpose()
    }

    /// The database's URL for people to see, its password hidden.
    pub fn shown_database(&self) -> Option<String> {
        self.database_url.as_deref().map(mask::url)
    }
}

impl Timeouts {
    fn read(reader: &Reader) -> Result<Self, Error> {
        let timeouts = Self {
            acquire: reader.read("timeout_acquire", value::time)?,
            statement: reader.read("timeout_statement", value::time)?,
            execution: reader.read("timeout_execution", value::time)?,
            drain: reader.read("timeout_drain", value::short_time)?,
        };
        // A statement whose request is gone runs on to its own limit, and keeps its connection.
        if timeouts.statement >= timeouts.execution {
            let remark = "it must be shorter than timeout_execution";
            return Err(reader.invalid("timeout_statement", remark));
        }
        // A stop waits for what runs.
        if timeouts.execution > Duration::from_secs(9) {
            let remark = "a stop waits for what runs, and must end within 15 seconds: at most 9s";
            return Err(reader.invalid("timeout_execution", remark));
        }
        Ok(timeouts)
    }
}

impl Limits {
    fn read(reader: &Reader) -> Result<Self, Error> {
        let count = |name| reader.read(name, value::count);
        Ok(Self {
            body_bytes: count("limit_body_bytes")?,
            batch: count("limit_batch")?,
            cost: count("limit_cost")?,
            depth: count("limit_depth")?,
            introspection_depth: count("limit_introspection_depth")?,
            aliases: count("limit_aliases")?,
            directives: count("limit_directives")?,
            tokens: count("limit_tokens")?,
            // The parser's stack sets the bound.
            nesting: reader.read("limit_nesting", |text| value::within(text, 1..=100))?,
            query_bytes: count("limit_query_bytes")?,
            commands: reader.read("limit_commands", |text| {
                value::within(text, 1..=1_000_000_000)
            })?,
        })
    }
}

/// Here, where nothing else is set.
fn status_url(reader: &Reader, listen: SocketAddr) -> Result<Url, Error> {
    let address = |text: &str| {
        value::web_address(text)?;
        Url::parse(text).ok_or_else(String::new)
    };
    let own = || Url::parse(&format!("http://{listen}/live/status.json"));
    let given = reader.optional("live_status_url", address)?.or_else(own);
    given.ok_or_else(|| reader.invalid("live_status_url", "it makes no address"))
}

fn pool_mode(text: &str) -> value::Parsed<PoolMode> {
    match text {
        "session" => Ok(PoolMode::Session),
        "transaction" => Ok(PoolMode::Transaction),
        _ => Err(String::new()),
    }
}

fn log_filter(text: &str) -> value::Parsed<String> {
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
