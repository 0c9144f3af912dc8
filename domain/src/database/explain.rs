//! The plan of a statement that has run before, with the figures of another run, and without its parameters.
//!
//! Whoever reads a plan must not see parameters, which are members' data, and neither must the server's log. So the
//! statement is prepared, its plan is the generic one, which has `$1` where others have constants, and the parameters
//! come from settings of the transaction, in which the driver binds them.

use std::{borrow::Cow, fmt::Write as _, time::Duration};

use sea_orm::{ConnectionTrait as _, DbErr, sea_query::Values};

use super::{
    Pool, TimedStatement,
    failure::sql_state,
    lease::{Call, Rows, Run as _},
    transaction::PoolTransaction,
};

/// How long to wait for a lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// The name of the prepared statement.
const NAME: &str = "coach_explain";

/// What came of explaining a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explained {
    /// The plan, as Postgres prints it.
    Plan(String),
    /// Why there is none.
    Skipped(Cow<'static, str>),
}

/// Runs a statement again if it only reads, in a transaction that is read-only, for at most `timeout`, and returns its
/// plan with the figures of that run. Parameters are not in it.
pub async fn explain(pool: &Pool, timed: &TimedStatement, timeout: Duration) -> Explained {
    if matches!(&*timed.sql, "BEGIN" | "COMMIT" | "ROLLBACK") {
        return Explained::Skipped(
            "it begins or ends a transaction, for which there is no plan".into(),
        );
    }
    if !Call::simple(&timed.sql).only_reads() {
        return Explained::Skipped("it writes or locks rows".into());
    }
    let Some(values) = &timed.values else {
        return Explained::Skipped("its parameters are not kept any more".into());
    };
    match run(pool, &timed.sql, values, timeout).await {
        Ok(plan) => Explained::Plan(plan),
        Err(error) => Explained::Skipped(match sql_state(&error).as_deref() {
            Some("25006") => "it writes".into(),
            Some("57014") => format!("it took longer than {} ms", timeout.as_millis()).into(),
            Some("55P03") => "it waited for a lock".into(),
            // Not the message, which may repeat a parameter.
            Some(state) => format!("it failed with SQLSTATE {state}").into(),
            None => "the database could not be asked".into(),
        }),
    }
}

async fn run(pool: &Pool, sql: &str, values: &Values, timeout: Duration) -> Result<String, DbErr> {
    let transaction = PoolTransaction::begin(pool, "READ ONLY").await?;
    let settings = format!(
        "SET LOCAL statement_timeout = {}; SET LOCAL lock_timeout = {}; \
         SET LOCAL plan_cache_mode = force_generic_plan; SAVEPOINT explained",
        timeout.as_millis().max(1),
        LOCK_TIMEOUT.as_millis(),
    );
    transaction.execute_unprepared(&settings).await?;
    let explained = prepare_and_explain(&transaction, sql, values).await;
    if explained.is_err() {
        let undo = "ROLLBACK TO SAVEPOINT explained";
        transaction.execute_unprepared(undo).await?;
    }
    // It outlives the transaction. If it cannot be removed, the connection is closed, because the transaction is dropped.
    let remove = format!("DEALLOCATE {NAME}");
    let removed = transaction.execute_unprepared(&remove).await;
    if removed.is_ok() {
        transaction.rollback().await?;
    }
    explained
}

async fn prepare_and_explain(
    transaction: &PoolTransaction,
    sql: &str,
    values: &Values,
) -> Result<String, DbErr> {
    let (types, arguments) = bind(transaction, values).await?;
    let prepare = format!("PREPARE {NAME}{} AS {sql}", in_brackets(&types));
    transaction.execute_unprepared(&prepare).await?;
    let explain = format!(
        "EXPLAIN (ANALYZE, BUFFERS) EXECUTE {NAME}{}",
        in_brackets(&arguments)
    );
    let call = Call {
        named: false,
        ..Call::with_values(&explain, None, Rows::All)
    };
    let mut plan = String::new();
    for row in transaction.run(&call).await?.rows {
        let row = sea_orm::QueryResult::from(row);
        let line: String = row.try_get_by_index(0)?;
        plan.push_str(&line);
        plan.push('\n');
    }
    Ok(plan)
}

/// Writes the parameters to settings of the transaction. Returns their types, and expressions that read them.
async fn bind(
    transaction: &PoolTransaction,
    values: &Values,
) -> Result<(Vec<String>, Vec<String>), DbErr> {
    if values.0.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let (mut types, mut nulls, mut settings) = (String::new(), String::new(), String::new());
    for number in 1..=values.0.len() {
        let comma = if number == 1 { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(types, "{comma}pg_typeof(${number})::text");
        let _ = write!(nulls, "{comma}${number} IS NULL");
        let text = format!("coalesce(${number}::text, '')");
        let _ = write!(
            settings,
            "{comma}set_config('{}', {text}, true)",
            setting(number)
        );
    }
    let sql = format!("SELECT ARRAY[{types}], ARRAY[{nulls}], ARRAY[{settings}]");
    let call = Call {
        named: false,
        ..Call::with_values(&sql, Some(values), Rows::First)
    };
    let row = transaction.run(&call).await?.rows.pop();
    let row = row.map(sea_orm::QueryResult::from);
    let row = row.ok_or_else(|| DbErr::RecordNotFound("the parameters".to_owned()))?;
    let types: Vec<String> = row.try_get_by_index(0)?;
    let nulls: Vec<bool> = row.try_get_by_index(1)?;
    let arguments = types.iter().zip(&nulls).enumerate();
    let arguments = arguments.map(|(index, (name, is_null))| {
        if *is_null {
            return "NULL".to_owned();
        }
        format!("current_setting('{}')::{name}", setting(index + 1))
    });
    let arguments = arguments.collect();
    Ok((types, arguments))
}

/// The setting with a parameter.
fn setting(number: usize) -> String {
    format!("coach.explain_{number}")
}

/// A list in brackets; nothing for none.
fn in_brackets(items: &[String]) -> String {
    if items.is_empty() {
        String::new()
    } else {
        format!("({})", items.join(", "))
    }
}
