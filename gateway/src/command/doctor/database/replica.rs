//! The standby that queries read from.

use coach_domain::database::{self, Fetch as _, FromRow, Options, RowReader, ServerRole};
use sea_orm::DbErr;

use super::{SETTINGS, SLOW, failed, try_to_connect};
use crate::command::doctor::{
    check::{Check, Findings, Severity},
    context::Context,
};

const NAME: &str = "database: replica";
const SETTING: &str = "COACH_DATABASE_READ_URL";

/// The state of a server in replication.
struct Standby {
    is_in_recovery: bool,
    /// How old its state is; 0 when it has replayed all that it received.
    lag_milliseconds: i64,
    sends_feedback: bool,
}

const STATE: &str = "
    SELECT
        pg_is_in_recovery(),
        CASE WHEN pg_is_in_recovery() AND pg_last_wal_receive_lsn() IS DISTINCT FROM pg_last_wal_replay_lsn()
            THEN COALESCE(
                (EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000)::bigint, 0)
            ELSE 0
        END,
        current_setting('hot_standby_feedback') = 'on'";

impl FromRow for Standby {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            is_in_recovery: row.read()?,
            lag_milliseconds: row.read()?,
            sends_feedback: row.read()?,
        })
    }
}

/// Whether it is a standby, and follows closely.
pub(super) async fn check(context: &Context<'_>) -> Check {
    let Some(url) = &context.settings.database_read_url else {
        return Check::skipped(NAME, "COACH_DATABASE_READ_URL is not set");
    };
    if !context.has_gateway() {
        return Check::skipped(NAME, "--role worker: workers do not use it");
    }
    context
        .check(NAME, SETTINGS, SLOW, look(context, url))
        .await
}

async fn look(context: &Context<'_>, url: &str) -> Findings {
    if let Err(findings) = try_to_connect(url, context.settings, SETTING).await {
        return findings;
    }
    let options = Options {
        max_connections: 1,
        application_name: "coach-doctor".to_owned(),
        pool_mode: context.settings.database_pool_mode,
        role: ServerRole::Standby,
        ..Options::default()
    };
    let pool = match database::open(url, &options) {
        Ok(pool) => pool,
        Err(error) => return failed(&error),
    };
    let found = pool.fetch_one(database::statement(STATE, [])).await;
    pool.close().await;
    let standby: Standby = match found {
        Ok(Some(standby)) => standby,
        Ok(None) => return Findings::skipped("the server returned no state"),
        Err(error) => return failed(&error),
    };
    if !standby.is_in_recovery {
        return Findings::problem(
            "the server is no standby, so no query reads from it",
            format!(
                "{SETTING} has to lead to a hot standby of COACH_DATABASE_URL; without one, remove it"
            ),
        );
    }
    let mut findings = Findings::ok(format!("a standby, {} ms behind", standby.lag_milliseconds));
    let allowed = context.settings.database_read_lag.as_millis();
    if i128::from(standby.lag_milliseconds) > i128::try_from(allowed).unwrap_or(i128::MAX) {
        findings.add(
            Severity::Warning,
            format!(
                "the standby is {} ms behind, and at more than {allowed} ms queries read from the primary",
                standby.lag_milliseconds
            ),
            "find out what holds up the replay: SELECT * FROM pg_stat_replication on the primary, and long queries on the \
             standby",
        );
    }
    if !standby.sends_feedback {
        findings.add(
            Severity::Warning,
            "hot_standby_feedback is off: a vacuum on the primary cancels queries on the standby, or holds up its replay",
            "on the standby: ALTER SYSTEM SET hot_standby_feedback = on; SELECT pg_reload_conf()",
        );
    }
    findings
}
