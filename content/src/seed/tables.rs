//! Detection of databases of other applications.

use std::collections::BTreeSet;

use coach_domain::{Error, Result, database};
use sea_orm::ConnectionTrait;

/// All tables that the migrations create, including `seaql_migrations`.
pub const TABLES: &[&str] = &[
    "audit",
    "catalogue_version",
    "check_in",
    "consent",
    "cycle",
    "data_export",
    "decision",
    "email_delivery",
    "exercise",
    "favourite_recipe",
    "idempotency_key",
    "inbox",
    "live_fact",
    "live_raise",
    "live_session",
    "mail_budget",
    "meal_choice",
    "member",
    "member_preferences",
    "outbox",
    "outbox_partition",
    "partner_delivery",
    "plan",
    "process_start",
    "programme",
    "purchase_check",
    "queue_message",
    "queue_sent",
    "queue_state",
    "recipe",
    "recipe_ingredient",
    "recipe_step",
    "reminder",
    "replica_lease",
    "request_trace",
    "seaql_migrations",
    "shop_clock",
    "subscription",
    "subscription_archive",
    "subscription_link",
    "subscription_report",
    "subscription_waiting",
    "webhook_event",
    "workout",
    "workout_completion",
    "workout_exercise",
];

/// Checks that the database has no tables of another application. Tables that belong to an extension are ignored.
///
/// # Errors
///
/// [`Error::BadInput`] with the names of other tables, and those of the database.
pub async fn require_own_tables(db: &impl ConnectionTrait) -> Result<()> {
    let sql = "
        SELECT CASE WHEN n.nspname = 'public' THEN c.relname::text
                    ELSE n.nspname || '.' || c.relname END
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'f')
          AND NOT c.relispartition
          AND n.nspname <> 'information_schema'
          AND n.nspname NOT LIKE 'pg\\_%'
          AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_depend d
              WHERE d.classid = 'pg_catalog.pg_class'::regclass
                AND d.objid = c.oid
                AND d.deptype = 'e')";
    let mut others = BTreeSet::new();
    for row in db.query_all_raw(database::statement(sql, [])).await? {
        let name: String = row.try_get_by_index(0)?;
        if !TABLES.contains(&name.as_str()) {
            others.insert(name);
        }
    }
    if others.is_empty() {
        return Ok(());
    }
    let others: Vec<_> = others.into_iter().collect();
    Err(Error::BadInput(format!(
        "the database holds tables that are not ours: {}",
        others.join(", ")
    )))
}
