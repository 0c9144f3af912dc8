//! The server: its version, its settings, and whether it has connections enough.

use coach_domain::database::{self, Fetch as _, FromRow, MIN_SERVER_VERSION, Pool, RowReader};
use sea_orm::DbErr;

use super::failed;
use crate::command::doctor::{
    check::{Findings, Severity},
    context::Context,
};

/// What the server says about itself, in a session of ours.
struct ServerSettings {
    version: String,
    version_number: i32,
    is_read_only: bool,
    /// That of other clients: the driver sets UTC for its own sessions.
    time_zone: String,
    jit: String,
    statement_timeout: i64,
    encoding: String,
    synchronous_commit: String,
    database: String,
    role: String,
}

const SETTINGS: &str = "
    SELECT
        current_setting('server_version'), current_setting('server_version_num')::int,
        pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
        COALESCE(
            (SELECT substr(entry, strpos(entry, '=') + 1)
            FROM pg_db_role_setting, unnest(setconfig) AS entry
            WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
                AND setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = current_user))
                AND lower(entry) LIKE 'timezone=%'
            ORDER BY setrole DESC, setdatabase DESC
            LIMIT 1),
            current_setting('TimeZone')),
        current_setting('jit'),
        (SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout'),
        current_setting('server_encoding'), current_setting('synchronous_commit'),
        quote_ident(current_database()), quote_ident(current_user)";

impl FromRow for ServerSettings {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            version: row.read()?,
            version_number: row.read()?,
            is_read_only: row.read()?,
            time_zone: row.read()?,
            jit: row.read()?,
            statement_timeout: row.read()?,
            encoding: row.read()?,
            synchronous_commit: row.read()?,
            database: row.read()?,
            role: row.read()?,
        })
    }
}

/// The version, and the settings on which the service depends.
pub(super) async fn settings(context: &Context<'_>, pool: &Pool) -> Findings {
    let found = pool.fetch_one(database::statement(SETTINGS, [])).await;
    let server: ServerSettings = match found {
        Ok(Some(server)) => server,
        Ok(None) => return Findings::skipped("the server returned no settings"),
        Err(error) => return failed(&error),
    };
    let mut findings = Findings::ok(format!("Postgres {}", server.version));
    let ServerSettings { database, role, .. } = &server;
    let number = u32::try_from(server.version_number).unwrap_or_default();
    if number < MIN_SERVER_VERSION {
        let what = format!("Postgres {} is too old", server.version);
        findings.add(Severity::Problem, what, "use Postgres 15 or later");
    }
    if server.is_read_only {
        findings.add(
            Severity::Problem,
            "the server takes no changes: it is a standby, or its transactions are read-only",
            format!(
                "COACH_DATABASE_URL has to lead to the primary; if it does: BEGIN READ WRITE; ALTER ROLE {role} RESET \
                 default_transaction_read_only; ALTER DATABASE {database} RESET default_transaction_read_only; COMMIT"
            ),
        );
    }
    if server.encoding != "UTF8" {
        findings.add(
            Severity::Problem,
            format!("the encoding of the database is {}", server.encoding),
            "make the database anew: CREATE DATABASE coach TEMPLATE template0 ENCODING 'UTF8'",
        );
    }
    let expected = context.settings.timeouts.statement.as_millis();
    if i128::from(server.statement_timeout) != i128::try_from(expected).unwrap_or_default() {
        findings.add(
            Severity::Problem,
            format!(
                "statement_timeout is {} ms and not the {expected} ms of COACH_TIMEOUT_STATEMENT: what a session sets is \
                 lost on the way",
                server.statement_timeout
            ),
            "a pooler is in transaction or statement mode: set pool_mode=session there, or \
             COACH_DATABASE_POOL_MODE=transaction",
        );
    }
    warnings(&server, &mut findings);
    findings
}

/// What works, though not as it should.
fn warnings(server: &ServerSettings, findings: &mut Findings) {
    let ServerSettings { database, role, .. } = server;
    if !matches!(
        &*server.time_zone,
        "UTC" | "Etc/UTC" | "GMT" | "Etc/GMT" | "UCT"
    ) {
        findings.add(
            Severity::Warning,
            format!(
                "the time zone of sessions is {}: times that psql and reports print are not those of logs and answers",
                server.time_zone
            ),
            format!("as the owner of the database: ALTER DATABASE {database} SET timezone = 'UTC'; ALTER ROLE {role} RESET timezone"),
        );
    }
    if server.jit == "on" {
        findings.add(
            Severity::Warning,
            "jit is on: compiling takes longer than the short statements of the service, in workers 0.2 s of CPU every few \
             seconds",
            format!("as the owner of the database: ALTER DATABASE {database} SET jit = off; ALTER ROLE {role} RESET jit"),
        );
    }
    if server.synchronous_commit == "off" {
        findings.add(
            Severity::Warning,
            "synchronous_commit is off: changes that were acknowledged can be lost in a crash",
            format!(
                "as a superuser: ALTER DATABASE {database} RESET synchronous_commit; ALTER ROLE {role} RESET synchronous_commit; \
                 ALTER SYSTEM RESET synchronous_commit, and reload Postgres"
            ),
        );
    }
}

/// The limits of connections.
struct ConnectionLimits {
    /// `max_connections`, less what is reserved for superusers.
    server: i64,
    /// That of the role; -1 is none.
    role: i64,
    /// That of the database; -1 is none.
    database: i64,
}

const LIMITS: &str = "
    SELECT
        current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint,
        (SELECT rolconnlimit::bigint FROM pg_roles WHERE rolname = current_user),
        (SELECT datconnlimit::bigint FROM pg_database WHERE datname = current_database())";

impl FromRow for ConnectionLimits {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            server: row.read()?,
            role: row.read()?,
            database: row.read()?,
        })
    }
}

/// Whether the pools of all processes fit into what the server allows.
pub(super) async fn connections(context: &Context<'_>, pool: &Pool) -> Findings {
    let (settings, options) = (context.settings, context.options);
    if settings.database_pool_mode == database::PoolMode::Transaction {
        return Findings::skipped(
            "the pooler limits them: default_pool_size has to fit into max_connections",
        );
    }
    let limits = match pool.fetch_one(database::statement(LIMITS, [])).await {
        Ok(Some(limits)) => limits,
        Ok(None) => return Findings::skipped("the server returned no limits"),
        Err(error) => return failed(&error),
    };
    let ConnectionLimits {
        server,
        role,
        database,
    } = limits;
    let of_requests = i64::from(settings.database_connections);
    let of_workers = of_requests + i64::from(settings.worker.connections);
    let (gateways, workers) = (i64::from(options.gateways), i64::from(options.workers));
    let needed = gateways * of_requests + workers * of_workers;
    let limit = [role, database].into_iter().filter(|limit| *limit >= 0);
    let limit = limit.fold(server, i64::min);
    let processes = format!(
        "{gateways} gateways with {of_requests} connections and {workers} workers with {of_workers}"
    );
    if needed <= limit {
        return Findings::ok(format!("{needed} of {limit}: {processes}"));
    }
    Findings::problem(
        format!("{processes} are {needed} connections, and the server takes {limit}"),
        format!(
            "as a superuser: ALTER SYSTEM SET max_connections = {}; restart Postgres (and raise limits of role and database, if there \
             are), lower COACH_DATABASE_CONNECTIONS and COACH_WORKER_CONNECTIONS, or use a pooler (docs/POSTGRES.md)",
            needed + needed / 4 + 10
        ),
    )
}
