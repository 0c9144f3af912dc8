//! What the routes share.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use coach_domain::{catalogue, mail::unsubscribe::Unsubscribing};
use coach_execution::{Gateway, document};
use coach_resolvers::{App, Contract};
use coach_workers::mail::send::Mailbox;

use crate::{
    auth::{Authenticator, LocalIssuer},
    schema::Schema,
    settings::{Limits, Mail, Settings, Timeouts},
    webhook::Webhooks,
};

/// Everything that the routes need. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

pub(super) struct Shared {
    pub(super) gateway: Gateway<Contract>,
    pub(super) app: Arc<App>,
    pub(super) authenticator: Authenticator,
    pub(super) local_issuer: Option<Arc<LocalIssuer>>,
    /// The subject that `GraphiQL` is signed in as.
    pub(super) demo: Option<&'static str>,
    /// Knows the links by which members leave the list.
    unsubscribing: Option<Unsubscribing>,
    /// Mail that went nowhere, for developers to look at.
    mailbox: Option<Mailbox>,
    /// Who may send webhooks.
    pub(super) webhooks: Webhooks,
    pub(super) limits: Limits,
    pub(super) timeouts: Timeouts,
    /// Whether the database has the tables of this version.
    pub(super) schema: Schema,
    /// Names of hosts under which development is open.
    allowed_hosts: Vec<String>,
    draining: AtomicBool,
}

impl AppState {
    /// The state of a gateway that serves `app`. The local issuer's public key is shown when there is one.
    pub fn new(
        settings: &Settings,
        app: Arc<App>,
        authenticator: Authenticator,
        local_issuer: Option<Arc<LocalIssuer>>,
    ) -> Self {
        Self::with_demo(settings, app, authenticator, local_issuer, None)
    }

    /// The same, with `GraphiQL` signed in as a demo member: whoever sees the page gets a token of theirs.
    pub fn with_demo(
        settings: &Settings,
        app: Arc<App>,
        authenticator: Authenticator,
        local_issuer: Option<Arc<LocalIssuer>>,
        demo: Option<&'static str>,
    ) -> Self {
        let mailbox = match &settings.storage.mail {
            Mail::Folder(folder) if demo.is_some() => {
                Some(Mailbox::new(folder, app.services.clock.clone()))
            }
            _ => None,
        };
        Self(Arc::new(Shared {
            gateway: Gateway::new(document_limits(&settings.limits)),
            mailbox,
            unsubscribing: settings.worker.letters.unsubscribing.clone(),
            schema: Schema::watch(app.database.clone()),
            app,
            authenticator,
            local_issuer,
            demo,
            webhooks: settings.webhooks.clone(),
            limits: settings.limits,
            timeouts: settings.timeouts,
            allowed_hosts: settings.allowed_hosts.clone(),
            draining: AtomicBool::new(false),
        }))
    }

    /// The catalogue in memory, to be shared with workers in this process.
    pub fn catalogue(&self) -> Arc<catalogue::Cache> {
        self.0.app.catalogue.clone()
    }

    /// From now on `/health/ready` says no, so that no new requests are sent here.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
    }

    pub(super) fn unsubscribing(&self) -> Option<&Unsubscribing> {
        self.0.unsubscribing.as_ref()
    }

    pub(super) fn mailbox(&self) -> Option<&Mailbox> {
        self.0.mailbox.as_ref()
    }

    /// The names under which this is open, where it shows a member's token or mail to everybody who sees its pages.
    pub(super) fn allowed_hosts(&self) -> Option<&[String]> {
        self.is_development().then_some(&self.0.allowed_hosts)
    }

    /// Whether this is `coach dev`.
    pub(super) fn is_development(&self) -> bool {
        self.0.demo.is_some()
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.0
    }

    pub(super) fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Relaxed)
    }
}

fn document_limits(limits: &Limits) -> document::Limits {
    document::Limits {
        tokens: limits.tokens,
        nesting: limits.nesting,
        bytes: limits.query_bytes,
        depth: limits.depth,
        introspection_depth: limits.introspection_depth,
        aliases: limits.aliases,
        directives: limits.directives,
        ..document::Limits::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Sources;

    #[test]
    fn what_graphiql_asks_about_the_schema_is_within_the_limits() {
        let settings = Settings::load(&Sources::default()).unwrap();
        // `getIntrospectionQuery` of graphql-js 16.15 with all its options, which is what GraphiQL 4.1.2 sends.
        let text = coach_schema::INTROSPECTION_QUERY;
        let gateway = Gateway::<Contract>::new(document_limits(&settings.limits));
        assert_eq!(gateway.prepare(text).err(), None);
    }
}
