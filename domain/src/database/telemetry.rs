//! Telemetry of statements: a span and a duration, by OpenTelemetry's semantic conventions for databases. Parameters
//! are never recorded, because they are members' data; the text of a statement contains none.

use std::sync::LazyLock;

use opentelemetry::{KeyValue, global, metrics::Histogram};
use sea_orm::DbErr;
use tokio::{task_local, time::Instant};
use tracing::{Span, field::Empty};

use super::failure::sql_state;

const SYSTEM: &str = "postgresql";

/// In seconds, with the bucket boundaries that the conventions advise.
static DURATION: LazyLock<Histogram<f64>> = LazyLock::new(|| {
    global::meter("coach")
        .f64_histogram("db.client.operation.duration")
        .with_unit("s")
        .with_description("Duration of database client operations.")
        .with_boundaries(vec![0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0])
        .build()
});

task_local! {
    static PARENT: Span;
}

/// Runs a future whose statements become children of `span`. The span is not entered, because every poll of every layer
/// would pay for it: 4 % of the instructions of the app's first screen.
pub async fn in_span<F: Future>(span: Span, run: F) -> F::Output {
    if span.is_disabled() {
        run.await
    } else {
        PARENT.scope(span, run).await
    }
}

/// Runs a statement and records its duration and a span. The parent is the span of the surrounding [`in_span`], or else
/// `default_parent`.
pub(super) async fn observe<T>(
    sql: &str,
    default_parent: &Span,
    run: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, DbErr> {
    let span = span(sql, default_parent);
    let started = Instant::now();
    let result = run.await;
    let duration = started.elapsed().as_secs_f64();
    let system = KeyValue::new("db.system.name", SYSTEM);
    let operation = KeyValue::new("db.operation.name", operation(sql));
    if let Err(error) = &result {
        let kind = kind(error);
        span.record("error.type", kind);
        span.record("db.response.status_code", sql_state(error).as_deref());
        span.record("otel.status_code", "ERROR");
        let kind = KeyValue::new("error.type", kind);
        DURATION.record(duration, &[system, operation, kind]);
    } else {
        DURATION.record(duration, &[system, operation]);
    }
    result
}

/// A statement that is part of nothing has no span. The fields are computed only when the span is enabled.
fn span(sql: &str, default_parent: &Span) -> Span {
    let parent = PARENT.try_with(Span::id).ok();
    let Some(parent) = parent.unwrap_or_else(|| default_parent.id()) else {
        return Span::none();
    };
    tracing::info_span!(
        parent: parent,
        "statement",
        "otel.name" = summary(sql).as_str(),
        "otel.kind" = "client",
        "db.system.name" = SYSTEM,
        "db.query.summary" = summary(sql).as_str(),
        "db.query.text" = sql.trim(),
        "db.response.status_code" = Empty,
        "error.type" = Empty,
        "otel.status_code" = Empty,
    )
}

/// The first SQL verb of a statement, also behind `WITH … AS (`.
fn operation(sql: &str) -> &'static str {
    let known = ["SELECT", "INSERT", "UPDATE", "DELETE"];
    let mut words = sql.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words
        .find_map(|word| known.into_iter().find(|known| *known == word))
        .unwrap_or("OTHER")
}

/// What a statement is called: its verb and table, as in `SELECT recipe`.
pub fn summary(sql: &str) -> String {
    let operation = operation(sql);
    let mut words = sql.split_ascii_whitespace();
    let introduces = |word: &&str| matches!(*word, "FROM" | "INTO" | "UPDATE" | "JOIN");
    let target = loop {
        if words.find(introduces).is_none() {
            break None;
        }
        let Some(word) = words.next() else {
            break None;
        };
        let name = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
        // Not a table: a subquery, or a function call.
        if !name.is_empty() && !word.contains('(') {
            break Some(name);
        }
    };
    match target {
        Some(target) => format!("{operation} {target}"),
        None => operation.to_owned(),
    }
}

/// The kind of an error, without its message, which may repeat values.
pub(super) fn kind(error: &DbErr) -> &'static str {
    match error {
        DbErr::ConnectionAcquire(_) => "pool",
        DbErr::Conn(_) => "connection",
        DbErr::Query(_) => "query",
        DbErr::Exec(_) => "execution",
        _ => "_OTHER",
    }
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn statements_are_named_by_what_they_do_to_which_table() {
        for (sql, name) in [
            ("SELECT a FROM recipe r WHERE id = $1", "SELECT recipe"),
            ("\n  SELECT a\n  FROM member\n", "SELECT member"),
            (r#"INSERT INTO "plan" (a) VALUES ($1)"#, "INSERT plan"),
            ("UPDATE cycle SET a = 1", "UPDATE cycle"),
            ("DELETE FROM plan", "DELETE plan"),
            (
                "WITH hit AS MATERIALIZED (SELECT a FROM exercise) SELECT a FROM hit",
                "SELECT exercise",
            ),
            ("SELECT a FROM unnest($1) AS k JOIN plan p", "SELECT plan"),
            ("SELECT a FROM unnest($1) AS k", "SELECT"),
            ("SELECT a FROM (SELECT b FROM plan) p", "SELECT plan"),
            ("SELECT now()", "SELECT"),
            ("SET LOCAL a = 1", "OTHER"),
            ("", "OTHER"),
        ] {
            assert_eq!(summary(sql), name, "{sql}");
        }
    }
}
