//! The database's tables, forward only: each migration is one file of SQL in
//! `sql/`, never edited once released. A change that a running older version
//! would not survive is two migrations: expand, and in a later release
//! contract.

use sea_orm_migration::{
    MigrationName, MigrationTrait, MigratorTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement, TransactionTrait},
};

/// A migration: a name, which the database remembers, and its SQL.
#[derive(Clone, Copy)]
struct Sql {
    name: &'static str,
    text: &'static str,
}

macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        [$(Sql { name: $name, text: include_str!(concat!("../sql/", $name, ".sql")) }),+]
    };
}

/// In the order in which they run.
const MIGRATIONS: &[Sql] = &migrations![
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
];

impl MigrationName for Sql {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Sql {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(self.text).await?;
        Ok(())
    }
}

/// Knows all migrations; for asking which are pending. To run them use
/// [`migrate`].
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

/// How the database stands to this version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrations {
    /// What has not run, in its order.
    pub pending: Vec<&'static str>,
    /// What a newer version has run, and this one does not know.
    pub unknown: Vec<String>,
}

/// Compares the database with this version. Changes nothing.
pub async fn compare(database: &impl ConnectionTrait) -> Result<Migrations, DbErr> {
    let backend = database.get_database_backend();
    let query = |sql: &str| database.query_all_raw(Statement::from_string(backend, sql.to_owned()));
    let there = query(
        "SELECT FROM pg_tables WHERE tablename = 'seaql_migrations' AND schemaname = current_schema()",
    );
    let mut run = Vec::new();
    if !there.await?.is_empty() {
        for row in query("SELECT version FROM seaql_migrations ORDER BY version").await? {
            run.push(row.try_get_by_index::<String>(0)?);
        }
    }
    let names = || MIGRATIONS.iter().map(|migration| migration.name);
    Ok(Migrations {
        pending: names()
            .filter(|name| !run.iter().any(|it| it == name))
            .collect(),
        unknown: run
            .iter()
            .filter(|it| !names().any(|name| name == *it))
            .cloned()
            .collect(),
    })
}

/// Runs the migrations that have not run, all or none, and says how the database stood before. Processes that start at
/// the same time wait for each other, and the later ones find nothing to do. On a database that a newer version has
/// migrated there is nothing to do either: older versions work with it.
///
/// # Errors
///
/// When a migration fails, and when the database has migrations of another version beside lacking some of this one.
pub async fn migrate(database: &DatabaseConnection) -> Result<Migrations, DbErr> {
    let transaction = database.begin().await?;
    // Building an index may take longer than any request, and waiting for another process longer than a statement.
    let unhurried =
        "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
    transaction.execute_unprepared(unhurried).await?;
    // The key is "coach" in ASCII.
    let alone = "SELECT pg_advisory_xact_lock(427070415720)";
    transaction.execute_unprepared(alone).await?;
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
