//! Database migrations, forward only: each is one SQL file in `sql/`, which is never edited once released. A change
//! that would break a running older version is made in two migrations: expand, and contract in a later release.

use std::time::Duration;

use sea_orm_migration::{
    MigrationName, MigrationTrait, MigratorTrait, SchemaManager, async_trait,
    sea_orm::{
        ConnectionTrait, DatabaseConnection, DbErr, RuntimeErr, Statement, TransactionTrait,
    },
};

/// A migration: its name, which the database records, and its SQL.
#[derive(Clone, Copy)]
struct SqlMigration {
    name: &'static str,
    text: &'static str,
}

macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        [$(SqlMigration { name: $name, text: include_str!(concat!("../sql/", $name, ".sql")) }),+]
    };
}

/// All migrations, in the order in which they run.
const MIGRATIONS: &[SqlMigration] = &migrations![
    "0001_catalogue_version",
    "0002_exercise",
    "0003_workout",
    "0004_recipe",
    "0005_programme",
    "0006_member",
    "0007_plan",
    "0008_day",
    "0009_check_in",
    "0010_favourite_recipe",
    "0011_subscription",
    "0012_consent",
    "0013_imported_catalogue",
    "0014_queue",
    "0015_command",
    "0016_email_delivery",
    "0017_account",
    "0018_partner_delivery",
    "0020_schedule",
    "0021_cycle_wanted",
    "0022_outbox_order",
    "0023_live_session",
    "0024_queue_live",
    "0025_webhook_event",
    "0026_decision",
    "0027_time_zone",
    "0030_mail_budget",
    "0038_subscription_report",
    "0039_purchase_check",
    "0040_idempotency_key",
    "0041_outbox_group",
    "0042_replica_lease",
    "0043_covering_logs",
    "0044_reporting",
    "0045_request_trace",
    "0046_process_start",
    "0047_inbox_partitions",
];

impl MigrationName for SqlMigration {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SqlMigration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(self.text).await?;
        Ok(())
    }
}

/// All migrations, for `SeaORM`. To run them, use [`migrate`].
#[derive(Clone, Copy, Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        MIGRATIONS
            .iter()
            .copied()
            .map(|migration| Box::new(migration) as Box<dyn MigrationTrait>)
            .collect()
    }
}

/// The difference between the migrations of the database and those of this version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrations {
    /// The migrations of this version that have not run, in their order.
    pub pending: Vec<&'static str>,
    /// The migrations that have run and that this version does not know: those of a newer version.
    pub unknown: Vec<String>,
}

/// Compares the database with this version, without any change.
pub async fn compare(database: &impl ConnectionTrait) -> Result<Migrations, DbErr> {
    let backend = database.get_database_backend();
    let query = |sql: &str| database.query_all_raw(Statement::from_string(backend, sql.to_owned()));
    let table_exists = query(
        "SELECT FROM pg_tables WHERE tablename = 'seaql_migrations' AND schemaname = current_schema()",
    );
    let mut applied = Vec::new();
    if !table_exists.await?.is_empty() {
        for row in query("SELECT version FROM seaql_migrations ORDER BY version").await? {
            applied.push(row.try_get_by_index::<String>(0)?);
        }
    }
    let names = || MIGRATIONS.iter().map(|migration| migration.name);
    Ok(Migrations {
        pending: names()
            .filter(|name| !applied.iter().any(|it| it == name))
            .collect(),
        unknown: applied
            .iter()
            .filter(|it| !names().any(|name| name == *it))
            .cloned()
            .collect(),
    })
}

/// How long a migration waits for a table's lock. All statements on that table wait behind it meanwhile.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether a migration was given up because a table stayed locked: it may succeed later.
pub fn is_lock_timeout(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) =
        error
    else {
        return false;
    };
    // `lock_not_available`
    let error = cause.as_database_error();
    error.is_some_and(|error| error.code().as_deref() == Some("55P03"))
}

/// Runs the pending migrations in one transaction, and returns the state before. Processes that start at the same time
/// wait for each other, and the later ones find nothing to do. A database that a newer version has migrated needs no
/// migration either: older versions work with it.
///
/// # Errors
///
/// When a migration fails, also because another transaction has locked a table ([`is_lock_timeout`]); and when the database
/// both has unknown migrations and lacks some of this version.
pub async fn migrate(database: &DatabaseConnection) -> Result<Migrations, DbErr> {
    let transaction = database.begin().await?;
    // Building an index may take longer than the statement timeout, and so may waiting for another process.
    let no_timeouts =
        "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
    transaction.execute_unprepared(no_timeouts).await?;
    // The key is "coach" in ASCII.
    let lock = "SELECT pg_advisory_xact_lock(427070415720)";
    transaction.execute_unprepared(lock).await?;
    // Not before: another process may migrate for minutes.
    let milliseconds = LOCK_TIMEOUT.as_millis();
    let lock_timeout = format!("SET LOCAL lock_timeout = {milliseconds}");
    transaction.execute_unprepared(&lock_timeout).await?;
    let found = compare(&transaction).await?;
    let Migrations { pending, unknown } = &found;
    match (pending.is_empty(), unknown.is_empty()) {
        (true, _) => {}
        (false, true) => Migrator::up(&transaction, None).await?,
        (false, false) => {
            return Err(DbErr::Custom(format!(
                "the database has migrations that this version does not know ({}) and lacks some of its own ({}): it was \
                 migrated by a version of another line; migrate with that, or with one that has both",
                unknown.join(", "),
                pending.join(", ")
            )));
        }
    }
    transaction.commit().await?;
    Ok(found)
}
