//! The state that the routes share.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use arc_swap::{ArcSwap, ArcSwapOption};
use coach_domain::{catalogue, mail::unsubscribe::UnsubscribeTokens};
use coach_execution::{Engine, document};
use coach_resolvers::{App, Schema};
use coach_workers::mail::send::Mailbox;

use super::sampling::Sampling;
use crate::{
    app::write_traces,
    auth::{Authenticator, LocalIssuer},
    database,
    database_schema::DatabaseSchema,
    settings::{Limits, Mail, Settings, Timeouts},
    webhook::Webhooks,
};

/// Everything that the routes need. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

pub(super) struct Shared {
    pub(super) engine: Engine<Schema>,
    pub(super) app: Arc<App>,
    pub(super) authenticator: Authenticator,
    pub(super) local_issuer: Option<Arc<LocalIssuer>>,
    /// The subject that `GraphiQL` is signed in as; `None` outside of development.
    pub(super) demo: Option<&'static str>,
    /// Verifies the links with which members unsubscribe.
    pub(super) unsubscribe_tokens: ArcSwapOption<UnsubscribeTokens>,
    /// The folder that mail is written to instead of being sent, in development.
    pub(super) mailbox: Option<Mailbox>,
    /// Verifies webhooks.
    pub(super) webhooks: ArcSwap<Webhooks>,
    pub(super) limits: Limits,
    pub(super) timeouts: Timeouts,
    /// Knows whether the database has all migrations of this version.
    pub(super) schema: DatabaseSchema,
    /// Host names that are accepted in development, besides localhost and IP addresses.
    pub(super) allowed_hosts: Vec<String>,
    /// Which requests are traced.
    pub(super) sampling: Sampling,
    draining: AtomicBool,
}

impl AppState {
    /// The state of a gateway that serves `app`. If there is a local issuer, its public key is published.
    pub fn new(
        settings: &Settings,
        app: Arc<App>,
        authenticator: Authenticator,
        local_issuer: Option<Arc<LocalIssuer>>,
    ) -> Self {
        Self::with_demo(settings, app, authenticator, local_issuer, None)
    }

    /// Like [`new`](Self::new). A `demo` subject makes it a development server: `GraphiQL` is signed in as that member,
    /// so everybody who opens the page gets a token of theirs.
    pub fn with_demo(
        settings: &Settings,
        app: Arc<App>,
        authenticator: Authenticator,
        local_issuer: Option<Arc<LocalIssuer>>,
        demo: Option<&'static str>,
    ) -> Self {
        let mailbox = match &settings.storage.mail {
            Mail::Folder(folder) if demo.is_some() => Some(Mailbox::new(folder, app.clock.clone())),
            _ => None,
        };
        Self(Arc::new(Shared {
            engine: Engine::new(document_limits(&settings.limits)),
            mailbox,
            unsubscribe_tokens: unsubscribe_tokens(settings).into(),
            schema: DatabaseSchema::watch(app.database.clone()),
            app,
            authenticator,
            local_issuer,
            demo,
            webhooks: ArcSwap::from_pointee(settings.webhooks.clone()),
            limits: settings.limits,
            timeouts: settings.timeouts,
            allowed_hosts: settings.allowed_hosts.clone(),
            // Whoever develops looks at single requests.
            sampling: Sampling::new(settings.telemetry.samples_reads && demo.is_none()),
            draining: AtomicBool::new(false),
        }))
    }

    /// The catalogue cache, to be shared with workers in this process.
    pub fn catalogue(&self) -> Arc<catalogue::Cache> {
        self.0.app.catalogue.clone()
    }

    /// Uses the secrets of these settings from now on: of the database, of webhooks, of unsubscribe links, of other services and of shops.
    pub fn replace_secrets(&self, settings: &Settings) {
        let shared = &self.0;
        let app = &shared.app;
        database::set_credentials(&app.database, settings.database_url.as_deref());
        if let Some(replica) = &app.replica {
            database::set_credentials(replica.pool(), settings.database_read_url.as_deref());
        }
        shared.webhooks.store(Arc::new(settings.webhooks.clone()));
        (shared.unsubscribe_tokens).store(unsubscribe_tokens(settings));
        shared
            .authenticator
            .replace_api_keys(&settings.auth.api_keys);
        match settings.shops.open() {
            Ok(shops) => app.shops.store(Arc::new(shops)),
            Err(error) => {
                tracing::error!(%error, "the new secret of a shop cannot be used; the old ones stay");
            }
        }
    }

    /// Writes the slow and failed requests that are not written yet, at the end of the process.
    pub async fn write_traces(&self) {
        write_traces(&self.0.app).await;
    }

    /// Makes `/health/ready` fail from now on, so that load balancers send no new requests.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
    }

    /// Whether this is `coach dev`.
    pub(super) fn is_development(&self) -> bool {
        self.0.demo.is_some()
    }

    /// A token that a page of the development server contains; `None` in production, or when tokens are another issuer's.
    pub(super) fn development_token(&self, subject: &str, groups: &[&str]) -> Option<String> {
        let issuer = self
            .0
            .local_issuer
            .as_ref()
            .filter(|_| self.is_development())?;
        issuer.token(subject, groups, self.0.app.clock.now()).ok()
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.0
    }

    pub(super) fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Relaxed)
    }
}

fn unsubscribe_tokens(settings: &Settings) -> Option<Arc<UnsubscribeTokens>> {
    settings
        .worker
        .mail
        .unsubscribe_tokens
        .clone()
        .map(Arc::new)
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
    fn the_introspection_query_of_graphiql_is_within_the_limits() {
        let settings = Settings::load(&Sources::default()).unwrap();
        // `getIntrospectionQuery` of graphql-js 16.15 with all its options, which is what GraphiQL 4.1.2 sends.
        let text = coach_schema::INTROSPECTION_QUERY;
        let engine = Engine::<Schema>::new(document_limits(&settings.limits));
        assert_eq!(engine.prepare(text).err(), None);
    }
}
