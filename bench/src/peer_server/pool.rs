//! A pool of connections by tokio-postgres.

use deadpool_postgres::{Manager, Pool};
use tokio_postgres::{Config, NoTls, Row, types::ToSql};

/// As many connections as the gateway has.
const MAX_CONNECTIONS: usize = 20;

/// Opens a pool to the database of a URL of ours, which has the folder of the socket as its parameter `host`.
pub(super) fn connect(url: &str) -> anyhow::Result<Pool> {
    // tokio-postgres would try this host too, and first.
    let config: Config = url.replacen("@localhost/", "@/", 1).parse()?;
    let pool = Pool::builder(Manager::new(config, NoTls)).max_size(MAX_CONNECTIONS);
    Ok(pool.build()?)
}

/// Runs a statement, which each connection prepares once.
pub(super) async fn select(
    client: &deadpool_postgres::Client,
    sql: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> anyhow::Result<Vec<Row>> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query(&statement, parameters).await?)
}
