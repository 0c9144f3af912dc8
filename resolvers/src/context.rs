//! What a request carries: who asks, the database, the catalogue, the time, and
//! the rows seen so far.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use coach_domain::{
    Error, Result,
    catalogue::Catalogue,
    command::{self, Asked, Command, UserError},
    cycle::Cycle,
    database::{self, Session},
    detached,
    id::MemberId,
    locale::Language,
    member::{self, Member},
    queue,
    subscription::{self, LinkPurchase},
    viewer::{Role, Viewer},
};
use tokio::sync::OnceCell;
use tracing::Span;

use crate::{
    App,
    memo::Memo,
    rows::{Cycles, Histories, Logs, Members},
    source::Source,
};

/// The context of one request.
pub struct RequestContext {
    source: Arc<Source>,
    viewer: Viewer,
    member: OnceCell<Option<Arc<Member>>>,
    catalogue: OnceCell<Arc<Catalogue>>,
    /// Members, those of other people for staff alone.
    pub(crate) members: Memo<Members>,
    pub(crate) cycles: Memo<Cycles>,
    pub(crate) logs: Memo<Logs>,
    pub(crate) preferences: Memo<Histories>,
}

impl RequestContext {
    /// The context of a request that begins now; `span` stands for its operation in traces.
    pub fn new(app: Arc<App>, viewer: Viewer, span: Span) -> Self {
        let source = Source {
            session: app.session(span),
            now: app.services.clock.now(),
            app,
        };
        Self::of(Arc::new(source), viewer)
    }

    /// The same request, without what has been read so far. Statements go on counting.
    pub(crate) fn renewed(&self) -> Self {
        Self::of(Arc::clone(&self.source), self.viewer.clone())
    }

    fn of(source: Arc<Source>, viewer: Viewer) -> Self {
        Self {
            members: Memo::new(&source),
            cycles: Memo::new(&source),
            logs: Memo::new(&source),
            preferences: Memo::new(&source),
            source,
            viewer,
            member: OnceCell::new(),
            catalogue: OnceCell::new(),
        }
    }

    /// The database, with the request's own count of statements.
    pub fn session(&self) -> &Session {
        &self.source.session
    }

    /// Does a change, once for its idempotency key, to its end though the client may hang up. Nothing of the member may
    /// have been read before: it would be from before the change.
    ///
    /// # Errors
    ///
    /// Those of [`command::execute`], and [`Error::RateLimited`].
    pub(crate) async fn execute<C: Command>(
        &self,
        idempotency_key: &str,
        occurred_at: Option<DateTime<Utc>>,
        command: C,
    ) -> Result<Result<C::Outcome, UserError>> {
        let subject = self.viewer.subject().cloned();
        let subject = subject.ok_or_else(|| Error::BadInput("sign in first".to_owned()))?;
        let services = &self.source.app.services;
        services.rate.count(&subject, services.clock.now())?;
        let verified_email = self.viewer.verified_email().cloned();
        let catalogue = Arc::clone(self.catalogue().await?);
        let source = Arc::clone(&self.source);
        let idempotency_key = idempotency_key.to_owned();
        let done = detached(async move {
            let asked = Asked {
                subject: &subject,
                idempotency_key: &idempotency_key,
                verified_email: verified_email.as_ref(),
                occurred_at,
            };
            let clock = source.app.services.clock.as_ref();
            command::execute(&source.session, clock, &catalogue, &asked, &command).await
        });
        let done = done.await?;
        if done.is_ok() {
            // The payload holds what is the member's own, and `owns` asks who that is.
            self.member().await?;
        }
        Ok(done)
    }

    fn asked<'a>(
        &'a self,
        idempotency_key: &'a str,
        occurred_at: Option<DateTime<Utc>>,
    ) -> Result<Asked<'a>> {
        let subject = self.viewer.subject();
        let subject = subject.ok_or_else(|| Error::BadInput("sign in first".to_owned()))?;
        Ok(Asked {
            subject,
            idempotency_key,
            verified_email: self.viewer.verified_email(),
            occurred_at,
        })
    }

    /// The queues, for operators.
    pub(crate) fn operations(&self) -> &Arc<dyn queue::Operations> {
        &self.source.app.services.operations
    }

    /// Has a shop confirm the purchase that is to be linked, once everything of ours allows it.
    ///
    /// # Errors
    ///
    /// Those of [`subscription::confirm`].
    pub(crate) async fn confirm(
        &self,
        idempotency_key: &str,
        command: &mut LinkPurchase,
    ) -> Result<Result<(), UserError>> {
        let services = &self.source.app.services;
        let asked = self.asked(idempotency_key, None)?;
        let clock = services.clock.as_ref();
        subscription::confirm(self.session(), &services.shops, clock, &asked, command).await
    }

    /// The application.
    pub(crate) fn app(&self) -> &App {
        &self.source.app
    }

    pub(crate) fn span(&self) -> &Span {
        self.source.session.span()
    }

    /// Runs a batch, which `span` stands for.
    pub(crate) async fn part<F: Future>(&self, span: Span, run: F) -> F::Output {
        database::part(span, run).await
    }

    /// Whether nobody is signed in.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.viewer.role() == Role::Anonymous
    }

    pub(crate) fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// When the request began: all of it sees the same time.
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
                self.members.keep(member.id, Arc::clone(member)).await;
            }
            Ok(found)
        };
        Ok(self.member.get_or_try_init(load).await?.as_ref())
    }

    /// The language that the viewer is told what they can mend in: that of the member, or what their client accepts.
    pub(crate) async fn language(&self) -> Language {
        let member = match self.member().await {
            Ok(member) => member,
            Err(error) => {
                tracing::warn!(%error, "the member's language cannot be told");
                None
            }
        };
        let own = member.and_then(|member| Language::of_tag(&member.locale));
        let language = own.or(self.viewer.accepted_language());
        language.unwrap_or(Language::English)
    }

    /// Keeps a cycle for the fields below it, which get its id alone.
    pub(crate) async fn keep_cycle(&self, cycle: Cycle) -> Arc<Cycle> {
        let cycle = Arc::new(cycle);
        self.cycles.keep(cycle.id, Arc::clone(&cycle)).await;
        cycle
    }

    /// The viewer's member id, once [`member`](Self::member) has been asked.
    pub(crate) fn known_member_id(&self) -> Option<MemberId> {
        Some(self.member.get()?.as_ref()?.id)
    }

    /// Whether the viewer may see what this member owns: it is their own, or
    /// they are staff.
    pub(crate) async fn may_see(&self, owner: MemberId) -> Result<bool> {
        let own = self
            .member()
            .await?
            .is_some_and(|member| member.id == owner);
        Ok(own || self.viewer.role() == Role::Staff)
    }
}
