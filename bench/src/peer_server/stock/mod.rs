//! Stock async-graphql: macros for the types, and its `DataLoader` for what is loaded.

mod catalogue;
mod day;
mod loaders;
mod member;

use std::sync::Arc;

use async_graphql::{EmptyMutation, EmptySubscription, Request, Schema, dataloader::DataLoader};
use coach_domain::{
    catalogue::Catalogue,
    clock::{Clock as _, SystemClock},
    viewer::Subject,
};
use deadpool_postgres::Pool;

use self::{loaders::Rows, member::Query};
use super::Peer;

/// The server.
pub(super) struct Stock {
    db: Pool,
    schema: Schema<Query, EmptyMutation, EmptySubscription>,
}

impl Stock {
    /// A server with this catalogue.
    pub(super) fn new(db: Pool, catalogue: Arc<Catalogue>) -> Self {
        let schema = Schema::build(Query, EmptyMutation, EmptySubscription).data(catalogue);
        Self {
            db,
            schema: schema.finish(),
        }
    }
}

impl Peer for Stock {
    async fn respond(&self, subject: &Subject, request: &[u8]) -> anyhow::Result<Vec<u8>> {
        let request: Request = serde_json::from_slice(request)?;
        let rows = Rows {
            db: self.db.clone(),
            now: SystemClock.now(),
        };
        let loader = DataLoader::new(rows, tokio::spawn);
        let request = request.data(subject.clone()).data(loader);
        Ok(serde_json::to_vec(&self.schema.execute(request).await)?)
    }
}
