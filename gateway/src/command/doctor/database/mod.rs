//! The database: connection, pooler, version and settings, migrations, content, rights, and the standby for reads.

mod content;
mod pooler;
mod replica;
mod rights;
mod server;

use coach_domain::database::{ConnectFailure, Pool, PoolMode};
use coach_gateway::{database, settings::Settings};

use super::{
    check::{Check, Findings, Severity},
    context::Context,
};

/// What to do when the server does not answer in time.
const SLOW: &str = "see docs/runbooks/DatabaseUnavailable.md: is the server overloaded, or a packet filter in between?";

/// The names of all settings of the database begin so.
const SETTINGS: &[&str] = &["database_", "timeout_"];

const SERVER: &str = "database: server";
const MIGRATIONS: &str = "database: migrations";
const CONTENT: &str = "database: content";
const CONNECTIONS: &str = "database: connections";
const GATEWAY_RIGHTS: &str = "database: rights of a gateway";
const WORKER_RIGHTS: &str = "database: rights of a worker";

/// All checks of the database and of the standby.
pub(super) async fn checks(context: &Context<'_>) -> Vec<Check> {
    let mut checks = of_primary(context).await;
    checks.push(replica::check(context).await);
    checks
}

async fn of_primary(context: &Context<'_>) -> Vec<Check> {
    let names = [
        "database: pooler",
        SERVER,
        MIGRATIONS,
        CONTENT,
        CONNECTIONS,
        GATEWAY_RIGHTS,
        WORKER_RIGHTS,
    ];
    let skip = |reason| names.map(|name| Check::skipped(name, reason));
    let Some(url) = &context.database_url else {
        let reason = "COACH_DATABASE_URL is not set, and no `coach dev` runs here";
        let mut checks = vec![Check::skipped("database", reason)];
        checks.extend(skip(reason));
        return checks;
    };
    let connection = context
        .check("database", SETTINGS, SLOW, connect(context, url))
        .await;
    if connection.outcome() != "ok" {
        let mut checks = vec![connection];
        checks.extend(skip("the database cannot be connected to"));
        return checks;
    }
    let mode = pooler::mode(context, url).await;
    let mut settings = context.settings.clone();
    if mode == Some(PoolMode::Transaction) {
        // Otherwise what is wrong with the pooler would be wrong with all other checks, too.
        settings.database_pool_mode = PoolMode::Transaction;
    }
    let pooler = context.check(names[0], SETTINGS, SLOW, async {
        pooler::findings(context, mode)
    });
    let mut checks = vec![connection, pooler.await];
    match database::pool(url, &settings) {
        Ok(pool) => {
            checks.extend(of_pool(context, &pool).await);
            pool.close().await;
        }
        Err(error) => checks.extend(skip(&error.message_with_cause()).into_iter().skip(1)),
    }
    checks
}

async fn of_pool(context: &Context<'_>, pool: &Pool) -> Vec<Check> {
    let gateway = async {
        if !context.has_gateway() {
            return Check::skipped(GATEWAY_RIGHTS, "--role worker");
        }
        let check = rights::of_gateway(pool);
        context.check(GATEWAY_RIGHTS, SETTINGS, SLOW, check).await
    };
    let worker = async {
        if !context.has_worker() {
            return Check::skipped(WORKER_RIGHTS, "--role gateway");
        }
        let check = rights::of_worker(pool);
        context.check(WORKER_RIGHTS, SETTINGS, SLOW, check).await
    };
    let (server, migrations, content, connections, gateway, worker) = tokio::join!(
        context.check(SERVER, SETTINGS, SLOW, server::settings(context, pool)),
        context.check(MIGRATIONS, SETTINGS, SLOW, migrations(pool)),
        context.check(CONTENT, SETTINGS, SLOW, content::check(pool)),
        context.check(
            CONNECTIONS,
            SETTINGS,
            SLOW,
            server::connections(context, pool)
        ),
        gateway,
        worker,
    );
    vec![server, migrations, content, connections, gateway, worker]
}

async fn connect(context: &Context<'_>, url: &str) -> Findings {
    let place = match context.settings.masked_database_url() {
        Some(masked) => masked,
        None => format!("of the `coach dev` in {}", context.settings.home.display()),
    };
    match try_to_connect(url, context.settings, "COACH_DATABASE_URL").await {
        Ok(()) => Findings::ok(place),
        Err(findings) => findings,
    }
}

/// Whether a server can be connected to. `setting` has its URL.
async fn try_to_connect(url: &str, settings: &Settings, setting: &str) -> Result<(), Findings> {
    let pool = database::pool(url, settings);
    let pool = pool.map_err(|error| {
        let what = error.message_with_cause();
        Findings::problem(what, format!("correct {setting}"))
    })?;
    let connected = pool.try_to_connect().await;
    pool.close().await;
    connected.map_err(|failure| {
        let ConnectFailure {
            server,
            cause,
            remedy,
        } = failure;
        Findings::problem(
            format!("{server} cannot be connected to: {cause}"),
            format!("{setting}: {remedy}"),
        )
    })
}

async fn migrations(pool: &Pool) -> Findings {
    let found = match coach_migrations::compare(pool).await {
        Ok(found) => found,
        Err(error) => {
            return Findings::problem(
                format!("the table seaql_migrations cannot be read: {error}"),
                "GRANT SELECT ON seaql_migrations TO the role of COACH_DATABASE_URL, as the owner of the tables",
            );
        }
    };
    let mut findings = Findings::default();
    let (pending, unknown) = (&found.pending, &found.unknown);
    match (&pending[..], &unknown[..]) {
        ([], []) => findings.note = "all of this version".into(),
        ([], unknown) => findings.add(
            Severity::Warning,
            format!(
                "the database is newer than this program: it has {}",
                unknown.join(", ")
            ),
            "finish the deployment of the version that migrated it; this one works with it",
        ),
        (pending, []) => findings.add(
            Severity::Problem,
            format!(
                "{} migrations of this version have not run: {}",
                pending.len(),
                pending.join(", ")
            ),
            "run `coach migrate` of this version with the owner of the tables in COACH_DATABASE_URL",
        ),
        (pending, unknown) => findings.add(
            Severity::Problem,
            format!(
                "the database was migrated by a version of another line: it lacks {}, and has {}",
                pending.join(", "),
                unknown.join(", ")
            ),
            "run `coach migrate` of a version that has both",
        ),
    }
    findings
}

/// The problem of a statement that failed.
fn failed(error: &coach_domain::Error) -> Findings {
    Findings::problem(error.message_with_cause(), SLOW)
}
