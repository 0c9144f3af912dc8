//! Whether a pooler is between this process and Postgres, and in which mode.

use coach_domain::database::{self, Fetch as _, FromRow, Options, PoolMode, RowReader};
use sea_orm::DbErr;

use crate::command::doctor::{check::Findings, context::Context};

/// How often the server's processes of two connections are compared.
const ROUNDS: usize = 3;

/// The id of the server's process.
struct ServerProcess(i32);

impl FromRow for ServerProcess {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self(row.read()?))
    }
}

/// The mode in which two connections of ours are served; `None` if that cannot be found out.
///
/// Two connections that both stay open have a server's process each, unless a pooler assigns these by transaction. Such
/// a pooler also mixes up the prepared statements of both, unless it is new enough to follow them.
pub(super) async fn mode(context: &Context<'_>, url: &str) -> Option<PoolMode> {
    let options = || Options {
        max_connections: 1,
        acquire_timeout: context.timeout(),
        application_name: "coach-doctor".to_owned(),
        ..Options::default()
    };
    let (one, other) = (
        database::open(url, &options()).ok()?,
        database::open(url, &options()).ok()?,
    );
    let statement = || database::statement("SELECT pg_backend_pid()", []);
    let mut mode = Some(PoolMode::Session);
    for _ in 0..ROUNDS {
        let first = one.fetch_one::<ServerProcess>(statement()).await;
        let second = other.fetch_one::<ServerProcess>(statement()).await;
        mode = match (first, second) {
            (Ok(Some(first)), Ok(Some(second))) if first.0 != second.0 => mode,
            (Ok(Some(_)), Ok(Some(_))) => Some(PoolMode::Transaction),
            (Err(error), _) | (_, Err(error)) if mixes_up_statements(&error) => {
                Some(PoolMode::Transaction)
            }
            _ => None,
        };
        if mode != Some(PoolMode::Session) {
            break;
        }
    }
    one.close().await;
    other.close().await;
    mode
}

/// Whether a prepared statement exists that should not, or the other way round.
fn mixes_up_statements(error: &coach_domain::Error) -> bool {
    error.message_with_cause().contains("prepared statement")
}

/// Compares the mode with the setting.
pub(super) fn findings(context: &Context<'_>, found: Option<PoolMode>) -> Findings {
    match (context.settings.database_pool_mode, found) {
        (PoolMode::Session, Some(PoolMode::Session)) => {
            Findings::ok("each connection of ours has one of the server's")
        }
        (PoolMode::Transaction, Some(PoolMode::Transaction)) => {
            Findings::ok("a pooler in transaction mode, as COACH_DATABASE_POOL_MODE says")
        }
        (PoolMode::Session, Some(PoolMode::Transaction)) => Findings::problem(
            "a pooler gives out connections by transaction: prepared statements and settings of sessions are lost",
            "set COACH_DATABASE_POOL_MODE=transaction, or pool_mode=session in the pooler, which needs fewer round trips",
        ),
        (PoolMode::Transaction, Some(PoolMode::Session)) => Findings::warning(
            "COACH_DATABASE_POOL_MODE=transaction costs two round trips more for each statement, and no pooler in that mode \
             was seen",
            "remove COACH_DATABASE_POOL_MODE, unless the pooler is in transaction mode and was only busy",
        ),
        (_, None) => Findings::skipped("two connections could not be compared"),
    }
}
