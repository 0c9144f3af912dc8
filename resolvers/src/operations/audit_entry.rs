//! `auditEntries`, for staff.

use chrono::{DateTime, Utc};
use coach_domain::audit::{self, StoredAuditEntry};
use uuid::Uuid;

use crate::{Error, RequestContext, Resolvers, arguments, query};

/// `AuditEntry`.
#[derive(Debug)]
pub struct AuditEntry {
    pub(crate) id: Uuid,
    pub(crate) occurred_at: DateTime<Utc>,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) detail: String,
}

impl From<StoredAuditEntry> for AuditEntry {
    fn from(entry: StoredAuditEntry) -> Self {
        Self {
            id: entry.id,
            occurred_at: entry.occurred_at,
            actor: entry.actor,
            action: entry.action,
            detail: entry.detail.to_string(),
        }
    }
}

impl query::AuditEntries for Resolvers {
    type Value = Option<Vec<AuditEntry>>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryAuditEntries,
    ) -> Result<Self::Value, Error> {
        let limit = u32::try_from(arguments.first).unwrap_or_default();
        let entries = audit::newest(context.session(), limit).await?.into_iter();
        Ok(Some(entries.map(AuditEntry::from).collect()))
    }
}
