//! The context of a request: viewer, database session, catalogue, time, and cached rows.

use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, Utc};
use coach_domain::{
    Error, Result,
    catalogue::Catalogue,
    command::{self, Command, CommandRequest},
    cycle::{self, Cycle},
    database::{self, Session, Timeline},
    day::{self, log::DayLog},
    detached, favourite,
    id::{CycleId, MemberId, RecipeId},
    locale::Language,
    member::{self, Member},
    plan::{self, PlanWithCycle},
    preferences::{self, Preferences},
    purchase::{self, LinkPurchase},
    viewer::{Role, Viewer},
};
use coach_execution::{Loader, OperationType, SmallMap};
use tokio::{sync::OnceCell, time::Instant};
use tracing::{Instrument as _, Span};

use crate::{App, MutationError, MutationInput};

/// Rows that several batch functions need, by key.
type Rows<K, V> = Loader<K, V, Error>;

/// Those that were found, by key.
pub(crate) type Found<K, V> = SmallMap<K, Arc<V>>;

/// The context of one request.
pub struct RequestContext {
    app: Arc<App>,
    session: Session,
    now: DateTime<Utc>,
    viewer: Viewer,
    member: OnceCell<Option<Arc<Member>>>,
    favourites: OnceCell<HashSet<RecipeId>>,
    catalogue: OnceCell<Arc<Catalogue>>,
    members: Rows<MemberId, Member>,
    cycles: Rows<CycleId, Cycle>,
    logs: Rows<CycleId, DayLog>,
    histories: Rows<MemberId, Vec<Preferences>>,
}

impl RequestContext {
    /// The context of a request that starts now and executes an operation of this type. `span` is its span, and what it
    /// does is on `timeline`.
    pub fn new(
        app: Arc<App>,
        viewer: Viewer,
        operation: Option<OperationType>,
        span: Span,
        timeline: Arc<Timeline>,
    ) -> Self {
        let database = app.database_for(operation);
        let session = if app.record_statements {
            Session::recording(database, span)
        } else {
            Session::new(database, span)
        };
        let session = session.with_timeline(timeline);
        let now = app.clock.now();
        Self::with_session(app, session, now, viewer)
    }

    /// A context for the same request without its cached rows. The count of statements is shared.
    pub(crate) fn fork(&self) -> Self {
        let (app, session) = (Arc::clone(&self.app), self.session.clone());
        Self::with_session(app, session, self.now, self.viewer.clone())
    }

    fn with_session(app: Arc<App>, session: Session, now: DateTime<Utc>, viewer: Viewer) -> Self {
        Self {
            app,
            session,
            now,
            viewer,
            member: OnceCell::new(),
            favourites: OnceCell::new(),
            catalogue: OnceCell::new(),
            members: Rows::default(),
            cycles: Rows::default(),
            logs: Rows::default(),
            histories: Rows::default(),
        }
    }

    /// The database session, which counts the statements of the request.
    pub fn session(&self) -> &Session {
        &self.session
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
        self.app.rate.count(&subject, self.app.clock.now())?;
        let verified_email = self.viewer.verified_email().cloned();
        let catalogue = Arc::clone(self.catalogue().await?);
        let (app, session) = (Arc::clone(&self.app), self.session.clone());
        let idempotency_key = input.idempotency_key().to_owned();
        let occurred_at = input.occurred_at();
        let result = detached(async move {
            let request = CommandRequest {
                subject: &subject,
                idempotency_key: &idempotency_key,
                verified_email: verified_email.as_ref(),
                occurred_at,
            };
            command::execute(&session, &*app.clock, &catalogue, &request, &command).await
        });
        let output = result.await??;
        // For `authorize_owner`, which checks the objects in the payload against the viewer's member.
        self.member().await?;
        Ok(output)
    }

    /// Executes a command that changes one object. Returns the object afterwards.
    pub(crate) async fn change<'c, C: Command, T, F>(
        &'c self,
        input: &impl MutationInput,
        command: C,
        find: impl FnOnce(&'c Self, C::Output) -> F,
    ) -> Result<Option<Arc<T>>, MutationError>
    where
        F: Future<Output = Result<Option<T>, crate::Error>>,
    {
        let id = self.execute(input, command).await?;
        Ok(find(self, id).await?.map(Arc::new))
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
        let request = self.command_request(input)?;
        let (shops, clock) = (self.app.shops.load_full(), &*self.app.clock);
        let confirmed = purchase::confirm(&self.session, &shops, clock, &request, command);
        Ok(confirmed.instrument(self.span().clone()).await??)
    }

    /// The application.
    pub(crate) fn app(&self) -> &Arc<App> {
        &self.app
    }

    pub(crate) fn span(&self) -> &Span {
        self.session.span()
    }

    /// Runs the batch of a field within its span. It is on the request's timeline.
    pub(crate) async fn run_batch<F: Future>(
        &self,
        field: &'static str,
        keys: usize,
        span: Span,
        run: F,
    ) -> F::Output {
        let began_at = Instant::now();
        let output = database::in_span(span, run).await;
        if let Some(timeline) = self.session.timeline() {
            timeline.add_batch(field, keys, began_at);
        }
        output
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
        self.now
    }

    /// The catalogue, the same version for the whole request.
    pub(crate) async fn catalogue(&self) -> Result<&Arc<Catalogue>> {
        let load = || self.app.catalogue.get(&self.session);
        self.catalogue.get_or_try_init(load).await
    }

    /// The viewer as a member; `None` when anonymous or not registered.
    pub(crate) async fn member(&self) -> Result<Option<&Arc<Member>>> {
        let load = async || match self.viewer.subject() {
            Some(subject) => {
                let found = member::find_by_subject(&self.session, subject, self.now).await?;
                Ok(self.prime_member(found))
            }
            None => Ok::<_, Error>(None),
        };
        Ok(self.member.get_or_try_init(load).await?.as_ref())
    }

    /// The viewer as a member and, unless the member has been loaded before, what was loaded with it.
    pub(crate) async fn member_with_plan(
        &self,
    ) -> Result<(Option<&Arc<Member>>, Option<PlanWithCycle>)> {
        let mut with_member = None;
        let load = async || {
            let Some(subject) = self.viewer.subject() else {
                return Ok::<_, Error>(None);
            };
            let found = plan::find_by_subject(&self.session, subject, self.now).await?;
            let (member, plan) = found.unzip();
            with_member = plan;
            Ok(self.prime_member(member))
        };
        let member = self.member.get_or_try_init(load).await?.as_ref();
        Ok((member, with_member))
    }

    /// Members by id; those of other people for staff alone.
    pub(crate) async fn members(&self, ids: &[MemberId]) -> Result<Found<MemberId, Member>> {
        let load = async |ids: &[MemberId]| {
            let found = member::find(&self.session, ids, self.now)
                .await?
                .into_iter();
            Ok(found.map(|member| (member.id, member)))
        };
        self.members.get(ids, load).await
    }

    /// Cycles by id.
    pub(crate) async fn cycles(&self, ids: &[CycleId]) -> Result<Found<CycleId, Cycle>> {
        let load = async |ids: &[CycleId]| {
            let found = cycle::find(&self.session, ids, self.now).await?.into_iter();
            Ok(found.map(|cycle| (cycle.id, cycle)))
        };
        self.cycles.get(ids, load).await
    }

    /// What members did and chose, by cycle.
    pub(crate) async fn logs(&self, cycles: &[CycleId]) -> Result<Found<CycleId, DayLog>> {
        let load = async |cycles: &[CycleId]| day::log(&self.session, cycles).await;
        self.logs.get(cycles, load).await
    }

    /// The histories of preferences, by member.
    pub(crate) async fn histories(
        &self,
        members: &[MemberId],
    ) -> Result<Found<MemberId, Vec<Preferences>>> {
        let load = async |members: &[MemberId]| preferences::history(&self.session, members).await;
        self.histories.get(members, load).await
    }

    fn prime_member(&self, member: Option<Member>) -> Option<Arc<Member>> {
        let member = Arc::new(member?);
        self.members.prime(member.id, Arc::clone(&member));
        Some(member)
    }

    /// Loads the viewer's favourites together with what is loaded at the same time, unless there are many.
    pub(crate) async fn load_favourites(&self) {
        let Some(member) = self.known_member_id() else {
            return;
        };
        // Whatever keeps them from being loaded here, they are loaded by recipe then.
        if let Ok(Some(favourites)) = favourite::few(&self.session, member).await {
            let _ = self.favourites.set(favourites);
        }
    }

    /// The viewer's favourites, if they have been [loaded](Self::load_favourites).
    pub(crate) fn favourites(&self) -> Option<&HashSet<RecipeId>> {
        self.favourites.get()
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
    pub(crate) fn prime_cycle(&self, cycle: Cycle) -> Arc<Cycle> {
        let cycle = Arc::new(cycle);
        self.cycles.prime(cycle.id, Arc::clone(&cycle));
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
