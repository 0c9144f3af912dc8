//! Records the statements that run on the server, from its log.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    time::Duration,
};

use anyhow::Context as _;
use sea_orm::{ConnectionTrait as _, DatabaseConnection};

use crate::{environment::Environment, sql::query_value};

/// How long connections need to notice that the setting has changed.
const RELOAD_DELAY: Duration = Duration::from_millis(500);

/// A statement that was executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoggedStatement {
    /// The process id of the connection.
    connection: u32,
    /// The text, with placeholders for the parameters.
    pub(crate) sql: String,
    /// The parameters as text; `None` is NULL.
    pub(crate) parameters: Vec<Option<String>>,
}

#[cfg(test)]
impl LoggedStatement {
    /// A statement of some connection.
    pub(crate) fn new(sql: &str, parameters: impl Iterator<Item = Option<String>>) -> Self {
        Self {
            connection: 1,
            sql: sql.to_owned(),
            parameters: parameters.collect(),
        }
    }
}

/// The log of a server that records all statements until [`StatementLog::close`].
pub(crate) struct StatementLog<'a> {
    pool: &'a DatabaseConnection,
    own_connection: u32,
    file: File,
}

impl<'a> StatementLog<'a> {
    /// Turns the recording on.
    pub(crate) async fn open(environment: &'a Environment) -> anyhow::Result<Self> {
        let pool = &environment.pool;
        let own: i32 = query_value(pool, "SELECT pg_backend_pid()").await?;
        let path = environment.home.join("postgres").join("postgres.log");
        let file = File::open(&path).with_context(|| path.display().to_string())?;
        set(pool, "ALTER SYSTEM SET log_statement = 'all'").await?;
        let mut log = Self {
            pool,
            own_connection: own.try_into()?,
            file,
        };
        log.skip()?;
        Ok(log)
    }

    /// The statements since the last call, without our own.
    pub(crate) fn take(&mut self) -> anyhow::Result<Vec<LoggedStatement>> {
        let mut text = Vec::new();
        self.file.read_to_end(&mut text)?;
        let mut statements = parse(&String::from_utf8_lossy(&text));
        statements.retain(|statement| statement.connection != self.own_connection);
        Ok(statements)
    }

    /// Forgets the statements so far.
    pub(crate) fn skip(&mut self) -> anyhow::Result<()> {
        self.file.seek(SeekFrom::End(0))?;
        Ok(())
    }

    /// Turns the recording off.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        set(self.pool, "ALTER SYSTEM RESET log_statement").await
    }
}

async fn set(pool: &DatabaseConnection, sql: &str) -> anyhow::Result<()> {
    pool.execute_unprepared(sql).await?;
    pool.execute_unprepared("SELECT pg_reload_conf()").await?;
    tokio::time::sleep(RELOAD_DELAY).await;
    Ok(())
}

/// Parses entries such as
///
///     2026-03-14 06:30:00.000 UTC [4711] LOG:  execute sqlx_s_1: SELECT $1
///     2026-03-14 06:30:00.000 UTC [4711] DETAIL:  parameters: $1 = 'one'
///
/// whose further lines begin with a tab.
fn parse(log: &str) -> Vec<LoggedStatement> {
    let mut statements: Vec<LoggedStatement> = Vec::new();
    for entry in log.replace("\n\t", "\t").lines() {
        let entry = entry.replace('\t', "\n");
        let Some((prefix, rest)) = entry.split_once("] ") else {
            continue;
        };
        let connection = prefix.rsplit('[').next().and_then(|pid| pid.parse().ok());
        let Some(connection) = connection else {
            continue;
        };
        if let Some(text) = rest.strip_prefix("LOG:  ") {
            let sql = text.strip_prefix("statement: ").or_else(|| {
                let execute = text.strip_prefix("execute ")?;
                Some(execute.split_once(": ")?.1)
            });
            statements.extend(sql.map(|sql| LoggedStatement {
                connection,
                sql: sql.to_owned(),
                parameters: Vec::new(),
            }));
        } else if let Some(text) = rest.strip_prefix("DETAIL:  parameters: ") {
            let mut earlier = statements.iter_mut().rev();
            if let Some(statement) = earlier.find(|it| it.connection == connection) {
                statement.parameters = parameters(text);
            }
        }
    }
    statements
}

/// Parses `$1 = 'it''s', $2 = NULL`.
fn parameters(text: &str) -> Vec<Option<String>> {
    let mut parameters = Vec::new();
    let mut rest = text;
    while let Some((_, value)) = rest.split_once(" = ") {
        let Some(quoted) = value.strip_prefix('\'') else {
            parameters.push(None);
            rest = value;
            continue;
        };
        let mut end = 0;
        // A quote within the value is doubled.
        while let Some(quote) = quoted[end..].find('\'') {
            end += quote;
            if !quoted[end + 1..].starts_with('\'') {
                break;
            }
            end += 2;
        }
        parameters.push(Some(quoted[..end].replace("''", "'")));
        rest = &quoted[end..];
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::{LoggedStatement, parse};

    const LOG: &str = "\
2026-03-14 06:30:00.000 UTC [7] LOG:  checkpoint starting: time
2026-03-14 06:30:00.001 UTC [11] LOG:  execute sqlx_s_1: 
\t    SELECT a
\t    FROM b WHERE c = ANY($1) AND d = $2 AND e = $3
2026-03-14 06:30:00.001 UTC [12] LOG:  statement: begin
2026-03-14 06:30:00.001 UTC [11] DETAIL:  parameters: $1 = '{\"x = y, z\"}', $2 = NULL, $3 = 'it''s'
2026-03-14 06:30:00.002 UTC [12] LOG:  execute <unnamed>: SELECT $1
2026-03-14 06:30:00.002 UTC [12] DETAIL:  parameters: $1 = ''
";

    #[test]
    fn statements_have_text_and_parameters() {
        let statement = |connection, sql: &str, parameters: &[Option<&str>]| LoggedStatement {
            connection,
            sql: sql.to_owned(),
            parameters: parameters.iter().map(|it| it.map(str::to_owned)).collect(),
        };
        let wanted = [
            statement(
                11,
                "\n    SELECT a\n    FROM b WHERE c = ANY($1) AND d = $2 AND e = $3",
                &[Some("{\"x = y, z\"}"), None, Some("it's")],
            ),
            statement(12, "begin", &[]),
            statement(12, "SELECT $1", &[Some("")]),
        ];
        assert_eq!(parse(LOG), wanted);
    }
}
