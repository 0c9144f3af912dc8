//! Settings: defaults, overridden by `coach.toml`, overridden by the environment. Only this module reads the
//! environment.

mod auth;
mod environment;
mod error;
mod examine;
mod key;
mod kubernetes;
mod mask;
mod partners;
mod reader;
mod replacement;
mod report;
mod shops;
mod source;
mod storage;
mod telemetry;
#[cfg(test)]
mod tests;
mod traces;
mod value;
mod webhooks;
mod worker;

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use coach_domain::{
    database::PoolMode, process_start::ProcessRole, queue::QueueName, request_trace::TraceOptions,
    url::Url,
};
use coach_workers::{ApiSettings, live::Brightcove, partner::PartnerSettings};

use self::reader::Reader;
pub use self::{
    environment::restart_with_clean_environment,
    error::{Error, Errors},
    examine::Examination,
    report::report,
    shops::ShopSettings,
    source::{Source, Sources},
    storage::{Mail, Objects, Queue, Storage},
    telemetry::{OtlpProtocol, TelemetrySettings},
    worker::{MailSettings, WorkerSettings},
};
use crate::{auth::AuthSettings, webhook::Webhooks};

/// All settings of the gateway and its workers.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The socket address to listen on.
    pub listen: SocketAddr,
    /// The host names that `coach dev` accepts besides `localhost` and IP addresses.
    pub allowed_hosts: Vec<String>,
    /// Names of environment variables that were ignored, because Kubernetes sets them for a Service.
    pub ignored_variables: Vec<String>,
    /// The folder of persistent data: keys, the embedded database, objects, mail.
    pub home: PathBuf,
    /// The log filter, in the syntax of `tracing_subscriber::EnvFilter`.
    pub log: String,
    /// Which of two deployments that run side by side this process belongs to, such as `blue`.
    pub deployment: Option<String>,
    /// The bearer token of the test member, for `coach probe`.
    pub probe_token: Option<String>,
    /// Which telemetry is exported.
    pub telemetry: TelemetrySettings,
    /// The folder of the executables of the embedded Postgres.
    pub postgres_bin: Option<PathBuf>,
    /// The URL of the database; without it, `coach dev` uses the embedded one.
    pub database_url: Option<String>,
    /// The URL of a standby that queries read from.
    pub database_read_url: Option<String>,
    /// How the process authenticates to both.
    pub database_auth: DatabaseAuth,
    /// How old the state of the standby may be that queries read from.
    pub database_read_lag: Duration,
    /// How a pooler between this process and Postgres, if any, assigns connections.
    pub database_pool_mode: PoolMode,
    /// The maximum number of connections of the request pool.
    pub database_connections: u32,
    /// Timeouts of requests and connections.
    pub timeouts: Timeouts,
    /// Limits of requests and connections.
    pub limits: Limits,
    /// Which requests are remembered, for the cause of a slow answer.
    pub traces: TraceOptions,
    /// Which tokens and API keys are accepted.
    pub auth: AuthSettings,
    /// The backends of queues, objects and mail.
    pub storage: Storage,
    /// The public URL of the live status file, usually on a CDN; see [`Settings::status_url`].
    pub live_status_url: Option<Url>,
    /// Settings of the background workers.
    pub worker: WorkerSettings,
    /// The partners that are notified of changes of subscriptions and consents.
    pub partners: Vec<PartnerSettings>,
    /// The shops through which subscriptions are sold.
    pub shops: ShopSettings,
    /// Which webhooks are accepted.
    pub webhooks: Webhooks,
    /// The API of the video provider of live sessions, if there is one.
    brightcove: Option<ApiSettings>,
}

/// How a process authenticates to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseAuth {
    /// By what the URL says.
    Password,
    /// By a token of IAM's, at RDS and RDS Proxy.
    Iam,
}

/// Timeouts of requests and connections.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For getting a connection from the pool.
    pub acquire: Duration,
    /// For one SQL statement.
    pub statement: Duration,
    /// For executing one GraphQL operation.
    pub execution: Duration,
    /// At shutdown, from reporting not ready to closing the listener.
    pub drain: Duration,
    /// For receiving the head of a request; on a new connection, counted from its start.
    pub headers: Duration,
    /// For keeping a connection without requests open.
    pub idle: Duration,
}

/// Limits of requests and connections.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Open connections. Without it, as many as the file descriptor limit allows, at most 10,000.
    pub connections: Option<usize>,
    /// Bytes of a request body.
    pub body_bytes: usize,
    /// Operations in a batch.
    pub batch: usize,
    /// The cost of an operation, in units of `@cost`.
    pub cost: usize,
    /// Nested selection sets.
    pub depth: usize,
    /// Nested selection sets within introspection.
    pub introspection_depth: usize,
    /// Aliases in a document.
    pub aliases: usize,
    /// Directives in a document.
    pub directives: usize,
    /// Lexical tokens in a document.
    pub tokens: usize,
    /// Nested brackets in the text of a document.
    pub nesting: usize,
    /// Bytes of a document.
    pub query_bytes: usize,
    /// Commands (mutations) that a member may execute per minute and process.
    pub commands: u32,
}

impl Settings {
    /// Reads and checks all settings.
    ///
    /// # Errors
    ///
    /// All settings that are unknown, invalid or missing.
    pub fn load(sources: &Sources) -> Result<Self, Errors> {
        Self::load_for(sources, &[])
    }

    /// Reads and checks all settings, and that those are there which a process of these roles needs.
    ///
    /// # Errors
    ///
    /// As [`Settings::load`].
    pub fn load_for(sources: &Sources, roles: &[ProcessRole]) -> Result<Self, Errors> {
        let Examination { settings, errors } = Examination::new(sources, roles);
        match (settings, Errors::new(errors)) {
            (Some(settings), None) => Ok(settings),
            (_, Some(errors)) => Err(errors),
            (None, None) => Err(Error::File("it cannot be read".to_owned()).into()),
        }
    }

    fn read(reader: &Reader, sources: &Sources) -> Result<Self, Error> {
        let home = reader.read("home", value::folder)?;
        let listen = reader.read("listen", value::parse)?;
        let storage = Storage::read(reader, &home)?;
        let shops = ShopSettings::read(reader)?;
        Ok(Self {
            listen,
            log: reader.read("log", log_filter)?,
            deployment: reader.optional("deployment", deployment)?,
            telemetry: TelemetrySettings::read(sources)?,
            postgres_bin: reader.optional("postgres_bin", value::existing_folder)?,
            database_url: reader.optional("database_url", value::database)?,
            database_read_url: read_url(reader)?,
            database_auth: database_auth(reader)?,
            database_read_lag: reader.read("database_read_lag", value::read_lag)?,
            database_pool_mode: reader.read("database_pool_mode", pool_mode)?,
            database_connections: reader
                .read("database_connections", value::number_in(1..=10_000))?,
            timeouts: Timeouts::read(reader)?,
            limits: Limits::read(reader)?,
            traces: traces::read(reader)?,
            auth: auth::read(reader)?,
            worker: WorkerSettings::read(reader, &storage)?,
            live_status_url: reader.optional("live_status_url", |text| {
                value::http_url(text)?;
                Url::parse(text).ok_or_else(String::new)
            })?,
            allowed_hosts: reader.list("allowed_hosts", host)?,
            ignored_variables: sources.ignored_variables(),
            storage,
            partners: partners::read(reader)?,
            webhooks: webhooks::read(reader, &shops)?,
            shops,
            brightcove: reader.api("brightcove_url", "brightcove_api_key")?,
            probe_token: reader.optional("probe_token", value::non_empty)?,
            home,
        })
    }

    /// The database's URL, for subcommands that never start a database themselves.
    ///
    /// # Errors
    ///
    /// When it is not set.
    pub fn required_database_url(&self) -> Result<&str, Error> {
        self.database_url.as_deref().ok_or(Error::Missing {
            name: "database_url",
            because: "only `coach dev` brings its own Postgres",
        })
    }

    /// The public URL of the live status file, for a gateway that listens on `bound`: `live_status_url`, or else a URL
    /// of the gateway itself.
    ///
    /// # Errors
    ///
    /// When an OIDC issuer is set (so that apps run on other machines), `live_status_url` is not, and `bound` is
    /// unspecified (`0.0.0.0` or `[::]`), so that it does not tell how apps reach the gateway.
    pub fn status_url(&self, bound: SocketAddr) -> Result<Url, Error> {
        if let Some(url) = &self.live_status_url {
            return Ok(url.clone());
        }
        let name = "live_status_url";
        if bound.ip().is_unspecified() && self.auth.issuer.is_some() {
            let because = "`statusUrl` sends apps there, and the address of COACH_LISTEN is none that they can reach";
            return Err(Error::Missing { name, because });
        }
        let address = reachable_address(bound);
        let because = "the address of COACH_LISTEN makes none";
        Url::parse(&format!("http://{address}/live/status.json"))
            .ok_or(Error::Missing { name, because })
    }

    /// Whether the status URL is a loopback address although an OIDC issuer is set, so that apps on other machines
    /// cannot reach it.
    pub fn status_url_is_loopback(&self, bound: SocketAddr) -> bool {
        self.live_status_url.is_none() && self.auth.issuer.is_some() && bound.ip().is_loopback()
    }

    /// Checks that `coach serve` has an issuer of tokens.
    ///
    /// # Errors
    ///
    /// When neither an OIDC issuer is set nor the local one is enabled by `auth_local`.
    pub fn require_issuer(&self) -> Result<(), Error> {
        if self.auth.issuer.is_some() || self.auth.local {
            return Ok(());
        }
        let home = self.home.clone();
        Err(Error::NoIssuer { home })
    }

    /// Whether a queue is first in, first out.
    pub fn keeps_order(&self, queue: QueueName) -> bool {
        match self.storage.queue {
            Queue::Postgres => self.worker.ordered.contains(&queue),
            // SQS encodes it in the name of the queue.
            Queue::Sqs => (self.worker.addresses.get(&queue))
                .is_some_and(|address| coach_workers::queue::sqs::keeps_order(address)),
        }
    }

    /// Creates the client of the video provider; `None` when none is configured.
    ///
    /// # Errors
    ///
    /// When the HTTP client cannot be created.
    pub fn video_provider(&self) -> Result<Option<Brightcove>, reqwest::Error> {
        self.brightcove.clone().map(Brightcove::new).transpose()
    }

    /// Whether a token stands in for the database's password.
    pub fn uses_database_token(&self) -> bool {
        self.database_auth == DatabaseAuth::Iam
    }

    /// The file with the key of the service account at Google, if there is one.
    pub fn service_account_file(&self) -> Option<PathBuf> {
        let google = self.shops.google.as_ref();
        google.map(|google| google.service_account.clone())
    }

    /// The database's URL with its password masked.
    pub fn masked_database_url(&self) -> Option<String> {
        self.database_url.as_deref().map(mask::url)
    }
}

/// The address by which a client on this machine reaches a server that listens on `address`: an unspecified IP address
/// is replaced by the loopback address.
pub fn reachable_address(mut address: SocketAddr) -> SocketAddr {
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
            acquire: reader.read("timeout_acquire", value::duration)?,
            statement: reader.read("timeout_statement", value::duration)?,
            execution: reader.read("timeout_execution", value::duration)?,
            drain: reader.read("timeout_drain", value::drain_duration)?,
            headers: reader.read("timeout_headers", value::duration)?,
            idle: reader.read("timeout_idle", value::duration)?,
        };
        // A statement goes on until its own timeout when its request has timed out, and keeps its connection.
        if timeouts.statement >= timeouts.execution {
            let remark = "it must be shorter than timeout_execution";
            return Err(reader.invalid("timeout_statement", remark));
        }
        // Shutdown waits for running operations.
        if timeouts.execution > Duration::from_secs(9) {
            let remark = "a stop waits for what runs, and must end within 15 seconds: at most 9s";
            return Err(reader.invalid("timeout_execution", remark));
        }
        Ok(timeouts)
    }
}

impl Limits {
    fn read(reader: &Reader) -> Result<Self, Error> {
        let count = |name| reader.read(name, value::number_in(1..=1_000_000_000));
        Ok(Self {
            connections: reader.optional("limit_connections", value::number_in(1..=1_000_000))?,
            body_bytes: count("limit_body_bytes")?,
            batch: count("limit_batch")?,
            cost: count("limit_cost")?,
            depth: count("limit_depth")?,
            introspection_depth: count("limit_introspection_depth")?,
            aliases: count("limit_aliases")?,
            directives: count("limit_directives")?,
            tokens: count("limit_tokens")?,
            // The upper bound protects the stack of the recursive parser.
            nesting: reader.read("limit_nesting", value::number_in(1..=100))?,
            query_bytes: count("limit_query_bytes")?,
            commands: reader.read("limit_commands", value::number_in(1..=1_000_000_000))?,
        })
    }
}

fn read_url(reader: &Reader) -> Result<Option<String>, Error> {
    let url = reader.optional("database_read_url", value::database)?;
    if url.is_some() && reader.masked("database_url").is_none() {
        let remark = "it is a standby of COACH_DATABASE_URL, which is not set";
        return Err(reader.invalid("database_read_url", remark));
    }
    Ok(url)
}

fn database_auth(reader: &Reader) -> Result<DatabaseAuth, Error> {
    let auth = reader.read("database_auth", |text| match text {
        "password" => Ok(DatabaseAuth::Password),
        "iam" => Ok(DatabaseAuth::Iam),
        _ => Err(String::new()),
    })?;
    if auth == DatabaseAuth::Iam {
        for name in ["database_url", "database_read_url"] {
            let Some(url) = reader.optional(name, value::database)? else {
                continue;
            };
            if let Err(remark) = value::takes_token(&url) {
                return Err(reader.invalid(name, &remark));
            }
        }
    }
    Ok(auth)
}

fn host(text: &str) -> value::Parsed<String> {
    let host = value::non_empty(text)?;
    if host.contains(['/', ':', '*']) {
        return Err("a name has neither port nor path".to_owned());
    }
    Ok(host.to_ascii_lowercase())
}

fn pool_mode(text: &str) -> value::Parsed<PoolMode> {
    match text {
        "session" => Ok(PoolMode::Session),
        "transaction" => Ok(PoolMode::Transaction),
        _ => Err(String::new()),
    }
}

fn deployment(text: &str) -> value::Parsed<String> {
    match text {
        "blue" | "green" => Ok(text.to_owned()),
        _ => Err(String::new()),
    }
}

fn log_filter(text: &str) -> value::Parsed<String> {
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
