//! Settings: defaults, then `coach.toml`, then the environment. Nothing else reads the environment.

mod auth;
mod environment;
mod error;
mod key;
mod kubernetes;
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

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use coach_domain::{queue::QueueName, url::Url};
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
    /// Names of hosts under which `coach dev` answers, besides `localhost` and addresses.
    pub allowed_hosts: Vec<String>,
    /// Variables that were passed over, for Kubernetes sets them.
    pub passed_over: Vec<String>,
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
    /// Where everybody finds the status file, on the CDN as a rule; see [`Settings::status_url`].
    pub live_status_url: Option<Url>,
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
    /// For the head of a request to arrive, the first one's from the connection's begin on.
    pub headers: Duration,
    /// For a connection without requests to stay open.
    pub idle: Duration,
}

/// How much a request may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections; as many as there are file descriptors for without, 10,000 at most.
    pub connections: Option<usize>,
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
            database_connections: reader.read("database_connections", |text| {
                value::within(text, 1..=10_000)
            })?,
            timeouts: Timeouts::read(reader)?,
            limits: Limits::read(reader)?,
            auth: AuthSettings::read(reader)?,
            worker: Worker::read(reader, &storage)?,
            live_status_url: reader.optional("live_status_url", |text| {
                value::web_address(text)?;
                Url::parse(text).ok_or_else(String::new)
            })?,
            allowed_hosts: reader.optional("allowed_hosts", hosts)?.unwrap_or_default(),
            passed_over: sources.passed_over(),
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

    /// Where everybody finds the status file, for a gateway that listens on `bound`: at the gateway itself unless
    /// something else is set.
    ///
    /// # Errors
    ///
    /// When tokens of an issuer are taken, so that apps are elsewhere, and nothing says how these reach us.
    pub fn status_url(&self, bound: SocketAddr) -> Result<Url, Error> {
        if let Some(url) = &self.live_status_url {
            return Ok(url.clone());
        }
        let missing = |because| Error::Missing {
            name: "live_status_url",
            because,
            allowed: key::find("live_status_url").map_or("", |key| key.allowed),
        };
        if bound.ip().is_unspecified() && self.auth.issuer.is_some() {
            let because = "`statusUrl` sends apps there, and the address of COACH_LISTEN is none that they can reach";
            return Err(missing(because));
        }
        let own = Url::parse(&format!("http://{}/live/status.json", reachable(bound)));
        own.ok_or_else(|| missing("the address of COACH_LISTEN makes none"))
    }

    /// Whether apps elsewhere are sent to this machine of theirs, since nothing is said of the status file.
    pub fn keeps_status_to_itself(&self, bound: SocketAddr) -> bool {
        self.live_status_url.is_none() && self.auth.issuer.is_some() && bound.ip().is_loopback()
    }

    /// Whether `coach serve` knows whose tokens it takes.
    ///
    /// # Errors
    ///
    /// When neither an issuer is set, nor that the local one will do.
    pub fn require_issuer(&self) -> Result<(), Error> {
        if self.auth.issuer.is_some() || self.auth.local {
            return Ok(());
        }
        Err(Error::NoIssuer {
            allowed: key::find("auth_issuer").map_or("", |key| key.allowed),
            home: self.home.clone(),
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

/// Where somebody on this machine reaches a server that listens on `address`, which may be everywhere.
pub fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

impl Timeouts {
    fn read(reader: &Reader) -> Result<Self, Error> {
        let timeouts = Self {
            acquire: reader.read("timeout_acquire", value::time)?,
            statement: reader.read("timeout_statement", value::time)?,
            execution: reader.read("timeout_execution", value::time)?,
            drain: reader.read("timeout_drain", value::short_time)?,
            headers: reader.read("timeout_headers", value::time)?,
            idle: reader.read("timeout_idle", value::time)?,
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
            connections: reader.optional("limit_connections", |text| {
                value::within(text, 1..=1_000_000)
            })?,
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
        })
    }
}

fn hosts(text: &str) -> value::Parsed<Vec<String>> {
    let hosts = text.split(',').map(|host| {
        let host = value::word(host)?;
        if host.contains(['/', ':', '*']) {
            return Err("a name has neither port nor path".to_owned());
        }
        Ok(host.to_ascii_lowercase())
    });
    hosts.collect()
}

fn log_filter(text: &str) -> value::Parsed<String> {
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
