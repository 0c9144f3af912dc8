//! One statement, which returns the whole response: Postgres computes the day and writes the JSON.

use anyhow::Context as _;
use coach_domain::viewer::Subject;
use deadpool_postgres::Pool;

use super::{Peer, pool::select};

const STATEMENT: &str = include_str!("views.sql");

/// The server.
pub(super) struct Views {
    pub(super) db: Pool,
}

impl Peer for Views {
    async fn respond(&self, subject: &Subject, _: &[u8]) -> anyhow::Result<Vec<u8>> {
        let client = self.db.get().await?;
        let found = select(&client, STATEMENT, &[&subject.issuer, &subject.subject]).await?;
        let row = found.first().context("no row")?;
        let response: String = row.try_get(0)?;
        Ok(response.into_bytes())
    }
}
