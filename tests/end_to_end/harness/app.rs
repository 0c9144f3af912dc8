//! A gateway for one test.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{extract::Request, middleware::Next};
use chrono::{DateTime, TimeDelta};
use coach_domain::{
    clock::Clock,
    command::CommandRate,
    database::{self, Options, Pool},
    live::StatusCache,
    object::ObjectStore,
    purchase::Shops,
    request_trace::TraceStore,
};
use coach_gateway::{
    auth::{Authenticator, LocalIssuer},
    http::{self, AppState, Statements},
    settings::{Settings, Sources},
};
use coach_resolvers::App;
use coach_tests::{TestClock, noon};
use coach_workers::{object::Folder, queue::PostgresQueue};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{
    GraphqlResponse,
    response::{assert_errors_stay_in_place, assert_whole_seconds},
};

/// A gateway that listens on a free port.
pub(crate) struct TestApp {
    pub(crate) base: String,
    pub(crate) client: reqwest::Client,
    pub(crate) pool: Arc<Pool>,
    pub(crate) app: Arc<App>,
    pub(crate) url: String,
    pub(crate) issuer: Arc<LocalIssuer>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) settings: Settings,
    statements: Arc<Mutex<Statements>>,
}

/// What a gateway has instead of the defaults.
#[derive(Default)]
struct Setup<'a> {
    /// `None`: the shops that the environment configures.
    shops: Option<Shops>,
    environment: &'a [(&'a str, &'a str)],
    /// `None`: a folder of its own.
    objects: Option<Arc<dyn ObjectStore>>,
    /// The member whom `coach dev` signs in.
    demo: Option<&'static str>,
}

/// A folder that no other test uses.
fn folder() -> Arc<dyn ObjectStore> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("objects-{}-{count}", std::process::id());
    Arc::new(Folder::new(
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(name),
    ))
}

impl TestApp {
    /// Starts a gateway with a new copy of the seeded database.
    pub(crate) async fn start() -> Self {
        Self::with_database(super::postgres::copy().await).await
    }

    /// Starts a gateway with this database.
    pub(crate) async fn with_database(url: String) -> Self {
        Self::build(url, Setup::default()).await
    }

    /// Starts a gateway with this database and these environment variables.
    pub(crate) async fn with_database_and_env(
        url: String,
        environment: &[(&str, impl AsRef<str>)],
    ) -> Self {
        let environment: Vec<_> = environment
            .iter()
            .map(|(name, value)| (*name, value.as_ref()))
            .collect();
        let setup = Setup {
            environment: &environment,
            ..Setup::default()
        };
        Self::build(url, setup).await
    }

    /// Starts a gateway with a new copy of the seeded database and these shops.
    pub(crate) async fn with_shops(shops: Shops) -> Self {
        let setup = Setup {
            shops: Some(shops),
            ..Setup::default()
        };
        Self::build(super::postgres::copy().await, setup).await
    }

    /// Starts a gateway with a new copy of the seeded database and this object store.
    pub(crate) async fn with_object_store(objects: Arc<dyn ObjectStore>) -> Self {
        let setup = Setup {
            objects: Some(objects),
            ..Setup::default()
        };
        Self::build(super::postgres::copy().await, setup).await
    }

    /// Starts a gateway with a new copy of the seeded database and these environment variables.
    pub(crate) async fn with_env(environment: &[(&str, impl AsRef<str>)]) -> Self {
        Self::with_database_and_env(super::postgres::copy().await, environment).await
    }

    /// Starts a gateway as `coach dev` runs it, with a new copy of the seeded database.
    pub(crate) async fn in_dev_mode(environment: &[(&str, &str)]) -> Self {
        let setup = Setup {
            environment,
            demo: Some(super::member::MAYA),
            ..Setup::default()
        };
        Self::build(super::postgres::copy().await, setup).await
    }

    async fn build(url: String, setup: Setup<'_>) -> Self {
        let clock = noon();
        // Tests make as many changes within a second as a member does in a day.
        let rate = ("COACH_LIMIT_COMMANDS".to_owned(), "100000".to_owned());
        // What is looked for in spans is looked for in those of reads, too.
        let traces = ("OTEL_TRACES_SAMPLER".to_owned(), "always_on".to_owned());
        // This process's environment is ignored.
        let sources = Sources {
            file: "none.toml".into(),
            environment: [rate, traces]
                .into_iter()
                .chain(
                    (setup.environment.iter())
                        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
                )
                .collect(),
            takes_database_url: false,
        };
        let settings = Settings::load(&sources).expect("valid settings");
        let options = Options {
            pool_mode: settings.database_pool_mode,
            ..Options::default()
        };
        let pool = database::connect(&url, &options).await;
        let pool = Arc::new(pool.expect("a connection"));
        super::leaks::watch(&pool).await;
        let issuer = Arc::new(LocalIssuer::generate().expect("randomness"));
        let queue = PostgresQueue::new_unchecked((*pool).clone(), []);
        let objects = setup.objects.unwrap_or_else(folder);
        let shops = || settings.shops.open().expect("shops that can be asked");
        let shops = setup.shops.unwrap_or_else(shops);
        let app = Arc::new(App {
            database: (*pool).clone(),
            replica: coach_gateway::database::replica(&pool, &settings, &*clock)
                .expect("a valid URL"),
            catalogue: Arc::default(),
            clock: clock.clone(),
            operations: Arc::new(queue),
            shops: Arc::new(shops).into(),
            live: StatusCache::new(objects.clone(), clock.clone()),
            objects,
            rate: CommandRate::new(settings.limits.commands),
            status_url: settings.status_url(settings.listen).expect("an address"),
            traces: Arc::new(TraceStore::new(settings.traces, "here")),
            record_statements: true,
        });
        let authenticator = Authenticator::local(&issuer, &settings.auth, clock.clone());
        let state = AppState::with_demo(
            &settings,
            Arc::clone(&app),
            authenticator,
            Some(Arc::clone(&issuer)),
            setup.demo,
        );
        let statements = Arc::new(Mutex::new(Statements::default()));
        let router = http::router(state).layer(axum::middleware::from_fn({
            let statements = Arc::clone(&statements);
            move |request: Request, next: Next| {
                let statements = Arc::clone(&statements);
                async move {
                    let mut response = next.run(request).await;
                    if let Some(recorded) = response.extensions_mut().remove::<Statements>() {
                        *statements.lock().expect("not poisoned") = recorded;
                    }
                    response
                }
            }
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        app.catalogue
            .get(&app.database)
            .await
            .expect("the catalogue loads");
        Self {
            base,
            client: reqwest::Client::new(),
            pool,
            app,
            url,
            issuer,
            clock,
            settings,
            statements,
        }
    }

    /// An access token for the person with this email address.
    pub(crate) fn token(&self, email: &str) -> String {
        let groups: &[&str] = if email == super::member::SAM {
            &["staff"]
        } else {
            &[]
        };
        self.issuer
            .token(email, groups, self.clock.now())
            .expect("a token")
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Sets the clock to a time such as `2026-03-18T12:00:00Z`.
    pub(crate) fn set_clock(&self, time: &str) {
        let time = DateTime::parse_from_rfc3339(time).expect(time);
        self.clock.set(time.to_utc());
    }

    /// Sends an operation as the person with this email address, or anonymously if it is empty.
    pub(crate) async fn graphql(
        &self,
        email: &str,
        query: &str,
        variables: Value,
    ) -> GraphqlResponse {
        let body = json!({ "query": query, "variables": variables });
        self.post(email, body.to_string()).await
    }

    /// Sends this request body to `/graphql`.
    pub(crate) async fn post(
        &self,
        email: &str,
        body: impl Into<reqwest::Body>,
    ) -> GraphqlResponse {
        let mut request = self
            .client
            .post(format!("{}/graphql", self.base))
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json")
            .body(body);
        if !email.is_empty() {
            request = request.bearer_auth(self.token(email));
        }
        *self.statements.lock().expect("not poisoned") = Statements::default();
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}"));
        assert_errors_stay_in_place(&body);
        assert_whole_seconds(&body["data"]);
        let statements = self.statements.lock().expect("not poisoned").texts.clone();
        GraphqlResponse {
            status,
            body,
            statements,
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            super::leaks::assert_none();
            super::outbox::assert_outbox_empty(&self.url);
            super::postgres::discard(&self.url);
        }
    }
}
