//! The rights of the role that `COACH_DATABASE_URL` connects as.

use coach_domain::database::{self, Fetch as _, FromRow, Pool, RowReader};
use sea_orm::DbErr;

use super::failed;
use crate::command::doctor::check::Findings;

/// The role, the schema of the tables, and tables or sequences with rights that are missing.
struct GatewayRights {
    role: String,
    schema: Option<String>,
    lacking: Vec<String>,
}

const OF_GATEWAY: &str = "
    SELECT
        quote_ident(current_user), quote_ident(current_schema()),
        ARRAY(
            SELECT relname::text FROM pg_class
            WHERE relnamespace = to_regnamespace(quote_ident(current_schema()))
                AND relkind IN ('r', 'p', 'S') AND NOT relispartition AND relname <> 'seaql_migrations'
                AND NOT CASE relkind
                    WHEN 'S' THEN has_sequence_privilege(oid, 'USAGE')
                    ELSE has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
                        AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE')
                END
            ORDER BY relname)";

impl FromRow for GatewayRights {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            role: row.read()?,
            schema: row.read()?,
            lacking: row.read()?,
        })
    }
}

/// What a gateway needs: to read and change rows of all tables.
pub(super) async fn of_gateway(pool: &Pool) -> Findings {
    let found = pool.fetch_one(database::statement(OF_GATEWAY, [])).await;
    let rights: GatewayRights = match found {
        Ok(Some(rights)) => rights,
        Ok(None) => return Findings::skipped("the server returned no rights"),
        Err(error) => return failed(&error),
    };
    let role = &rights.role;
    let Some(schema) = &rights.schema else {
        return Findings::problem(
            format!("the role {role} may use no schema of its search_path"),
            format!("as the owner of the tables: GRANT USAGE ON SCHEMA public TO {role}"),
        );
    };
    if rights.lacking.is_empty() {
        return Findings::ok(format!(
            "{role} reads and changes rows in the schema {schema}"
        ));
    }
    Findings::problem(
        format!(
            "the role {role} lacks rights on {}",
            rights.lacking.join(", ")
        ),
        format!(
            "as the owner of the tables: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}; \
             GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}; deploy/postgres/roles.sql grants the same \
             for tables to come"
        ),
    )
}

/// Whether the role may call the functions that make and drop partitions of the inbox; `None` while there are none.
struct WorkerRights {
    role: String,
    may_rotate: Option<bool>,
}

const OF_WORKER: &str = "
    SELECT
        quote_ident(current_user),
        has_function_privilege(to_regprocedure('inbox_add_partition(date)')::oid, 'EXECUTE')
            AND has_function_privilege(to_regprocedure('inbox_drop_partition(date)')::oid, 'EXECUTE')";

impl FromRow for WorkerRights {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            role: row.read()?,
            may_rotate: row.read()?,
        })
    }
}

/// What a worker needs in addition: to call the functions that make and drop the partitions of the table `inbox`.
pub(super) async fn of_worker(pool: &Pool) -> Findings {
    let found = pool.fetch_one(database::statement(OF_WORKER, [])).await;
    let rights: WorkerRights = match found {
        Ok(Some(rights)) => rights,
        Ok(None) => return Findings::skipped("the server returned no rights"),
        Err(error) => return failed(&error),
    };
    let role = &rights.role;
    match rights.may_rotate {
        Some(true) => Findings::ok(format!("{role} makes and drops partitions of `inbox`")),
        Some(false) => Findings::problem(
            format!(
                "the role {role} may not make and drop partitions of `inbox`, of which workers make one each day"
            ),
            format!(
                "as the owner of the tables: GRANT EXECUTE ON FUNCTION inbox_add_partition(date), \
                 inbox_drop_partition(date) TO {role}"
            ),
        ),
        None => Findings::skipped("the functions for partitions of `inbox` are not there yet"),
    }
}
