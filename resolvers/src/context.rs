//! The context of a request: viewer, database session, catalogue, time, and cached rows.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use coach_domain::{
    Error, Result,
    catalogue::Catalogue,
    command::{self, Command, CommandRequest},
    cycle::Cycle,
    database::{self, Session},
    detached,
    id::MemberId,
    locale::Language,
    member::{self, Member},
    purchase::{self, LinkPurchase},
    queue,
    viewer::{Role, Viewer},
};
use tokio::sync::OnceCell;
use tracing::Span;

use crate::{
    App, MutationError, MutationInput,
    cached_loader::CachedLoader,
    request_resources::RequestResources,
    row_loaders::{Cycles, Histories, Logs, Members},
};

/// The context of one request.
pub struct RequestContext {
    source: Arc<RequestResources>,
    viewer: Viewer,
    member: OnceCell<Option<Arc<Member>>>,
    catalogue: OnceCell<Arc<Catalogue>>,
    /// Members, those of other people for staff alone.
    pub(crate) members: CachedLoader<Members>,
    pub(crate) cycles: CachedLoader<Cycles>,
    pub(crate) logs: CachedLoader<Logs>,
    pub(crate) preferences: CachedLoader<Histories>,
}

impl RequestContext {
    /// The context of a request that starts now. `span` is the span of its operation.
    pub fn new(app: Arc<App>, viewer: Viewer, span: Span) -> Self {
        let source = RequestResources {
            session: app.session(span),
            now: app.services.clock.now(),
            app,
        };
        Self::with_source(Arc::new(source), viewer)
    }

    /// A context for the same request without its cached rows. The count of statements is shared.
    pub(crate) fn fork(&self) -> Self {
        Self::with_source(Arc::clone(&self.source), self.viewer.clone())
    }

    fn with_source(source: Arc<RequestResources>, viewer: Viewer) -> Self {
        Self {
            members: CachedLoader::new(&source),
            cycles: CachedLoader::new(&source),
            logs: CachedLoader::new(&source),
            preferences: CachedLoader::new(&source),
            source,
            viewer,
            member: OnceCell::new(),
            catalogue: OnceCell::new(),
        }
    }

    /// The database session, which counts the statements of the request.
    pub fn session(&self) -> &Session {
        &self.source.session
    }

    /// Executes a command once per idempotency key. It is completed even if the client disconnects. No rows of the
    /// member may have been loaded before, because the cache would still contain them afterwards.
    ///
    /// # Errors
    ///
    /// Those of [`command::execute`], and [`Error::RateLimited`].
    pub(crate) async fn execute<C: Command>(
        &self,
        input: &impl MutationInput,
        command: C,
    ) -> Result<C::Output, MutationError> {
        let subject = self.viewer.subject().cloned();
        let subject = subject.ok_or_else(|| Error::BadInput("sign in first".to_owned()))?;
        let services = &self.source.app.services;
        services.rate.count(&subject, services.clock.now())?;
        let verified_email = self.viewer.verified_email().cloned();
        let catalogue = Arc::clone(self.catalogue().await?);
        let source = Arc::clone(&self.source);
        let idempotency_key = input.idempotency_key().to_owned();
        let occurred_at = input.occurred_at();
        let result = detached(async move {
            let request = CommandRequest {
                subject: &subject,
                idempotency_key: &idempotency_key,
                verified_email: verified_email.as_ref(),
                occurred_at,
            };
            let clock = source.app.services.clock.as_ref();
            command::execute(&source.session, clock, &catalogue, &request, &command).await
        });
        let output = result.await??;
        // For `authorize_owner`, which checks the objects in the payload against the viewer's member.
        self.member().await?;
        Ok(output)
    }

    fn command_request<'a>(&'a self, input: &'a impl MutationInput) -> Result<CommandRequest<'a>> {
        let subject = self.viewer.subject();
        let subject = subject.ok_or_else(|| Error::BadInput("sign in first".to_owned()))?;
        Ok(CommandRequest {
            subject,
            idempotency_key: input.idempotency_key(),
            verified_email: self.viewer.verified_email(),
            occurred_at: input.occurred_at(),
        })
    }

    /// The queues, for operators.
    pub(crate) fn operations(&self) -> &Arc<dyn queue::Operations> {
        &self.source.app.services.operations
    }

    /// Has the shop confirm the purchase that is to be linked, after checking whether the command may be executed at
    /// all.
    ///
    /// # Errors
    ///
    /// Those of [`purchase::confirm`].
    pub(crate) async fn confirm_purchase(
        &self,
        input: &impl MutationInput,
        command: &mut LinkPurchase,
    ) -> Result<(), MutationError> {
        let services = &self.source.app.services;
        let request = self.command_request(input)?;
        let clock = services.clock.as_ref();
        let confirmed =
            purchase::confirm(self.session(), &services.shops, clock, &request, command);
        Ok(confirmed.await??)
    }

    /// The application.
    pub(crate) fn app(&self) -> &App {
        &self.source.app
    }

    pub(crate) fn span(&self) -> &Span {
        self.source.session.span()
    }

    /// Runs a batch within its span.
    pub(crate) async fn in_span<F: Future>(&self, span: Span, run: F) -> F::Output {
        database::in_span(span, run).await
    }

    /// Whether the viewer is anonymous.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.viewer.role() == Role::Anonymous
    }

    pub(crate) fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The start of the request. It is the time that all resolvers use.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.source.now
    }

    /// The catalogue, the same version for the whole request.
    pub(crate) async fn catalogue(&self) -> Result<&Arc<Catalogue>> {
        let load = || self.source.app.catalogue.get(&self.source.session);
        self.catalogue.get_or_try_init(load).await
    }

    /// The viewer as a member; `None` when anonymous or not registered.
    pub(crate) async fn member(&self) -> Result<Option<&Arc<Member>>> {
        let load = async || {
            let Some(subject) = self.viewer.subject() else {
                return Ok::<_, Error>(None);
            };
            let found = member::find_by_subject(self.session(), subject, self.now()).await?;
            let found = found.map(Arc::new);
            if let Some(member) = &found {
                self.members.prime(member.id, Arc::clone(member)).await;
            }
            Ok(found)
        };
        Ok(self.member.get_or_try_init(load).await?.as_ref())
    }

    /// The language of user errors: that of the member, otherwise the one that the client accepts, otherwise English.
    pub(crate) async fn language(&self) -> Language {
        let member = match self.member().await {
            Ok(member) => member,
            Err(error) => {
                tracing::warn!(%error, "the member's language cannot be told");
                None
            }
        };
        let preferred = member.and_then(|member| Language::from_tag(&member.locale));
        let language = preferred.or(self.viewer.accepted_language());
        language.unwrap_or(Language::English)
    }

    /// Adds a cycle to the cache, for the fields below it, which only get its id.
    pub(crate) async fn prime_cycle(&self, cycle: Cycle) -> Arc<Cycle> {
        let cycle = Arc::new(cycle);
        self.cycles.prime(cycle.id, Arc::clone(&cycle)).await;
        cycle
    }

    /// The viewer's member id, if [`member`](Self::member) has been loaded.
    pub(crate) fn known_member_id(&self) -> Option<MemberId> {
        Some(self.member.get()?.as_ref()?.id)
    }

    /// Whether the viewer may see the objects of this member: they are the viewer's own, or the viewer is staff.
    pub(crate) async fn may_see(&self, owner: MemberId) -> Result<bool> {
        let is_own = self
            .member()
            .await?
            .is_some_and(|member| member.id == owner);
        Ok(is_own || self.viewer.role() == Role::Staff)
    }
}
