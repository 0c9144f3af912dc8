//! One gateway for one test.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{extract::Request, middleware::Next};
use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    clock::Clock,
    command::CommandRate,
    database::{self, Options, Pool},
    object::ObjectStore,
    subscription::purchase::Shops,
};
use coach_gateway::{
    auth::{Authenticator, LocalIssuer},
    http::{self, AppState, Statements},
    settings::{Settings, Sources},
};
use coach_resolvers::{App, Services};
use coach_workers::{object::Folder, queue::PostgresQueue};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Answer, answer::assert_errors_are_in_place};

/// A clock that tests move.
pub(crate) struct TestClock(Mutex<DateTime<Utc>>);

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("not poisoned")
    }
}

/// A clock at the moment at which the template was seeded.
pub(crate) fn noon() -> Arc<TestClock> {
    let noon = DateTime::parse_from_rfc3339("2026-03-18T12:00:00Z").expect("a moment");
    Arc::new(TestClock(Mutex::new(noon.to_utc())))
}

/// A gateway on a port of its own.
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

/// What a gateway has besides the defaults.
#[derive(Default)]
struct Setup<'a> {
    /// Those of the environment without.
    shops: Option<Shops>,
    environment: &'a [(&'a str, &'a str)],
    /// A folder of its own without.
    objects: Option<Arc<dyn ObjectStore>>,
    /// Whom `coach dev` signs in.
    demo: Option<&'static str>,
}

/// A folder that nobody else uses.
fn folder() -> Arc<dyn ObjectStore> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("objects-{}-{count}", std::process::id());
    Arc::new(Folder::new(
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(name),
    ))
}

impl TestApp {
    /// Over a database of its own, as the seed left it.
    pub(crate) async fn start() -> Self {
        Self::on(super::postgres::copy().await).await
    }

    /// Over a given database.
    pub(crate) async fn on(url: String) -> Self {
        Self::with(url, Setup::default()).await
    }

    /// Over a given database, with these variables in its environment.
    pub(crate) async fn through(url: String, environment: &[(&str, impl AsRef<str>)]) -> Self {
        let environment: Vec<_> = environment
            .iter()
            .map(|(name, value)| (*name, value.as_ref()))
            .collect();
        let setup = Setup {
            environment: &environment,
            ..Setup::default()
        };
        Self::with(url, setup).await
    }

    /// Over a database of its own, with shops that purchases are asked about.
    pub(crate) async fn selling(shops: Shops) -> Self {
        let setup = Setup {
            shops: Some(shops),
            ..Setup::default()
        };
        Self::with(super::postgres::copy().await, setup).await
    }

    /// Over a database of its own, with this store of objects.
    pub(crate) async fn storing(objects: Arc<dyn ObjectStore>) -> Self {
        let setup = Setup {
            objects: Some(objects),
            ..Setup::default()
        };
        Self::with(super::postgres::copy().await, setup).await
    }

    /// Over a database of its own, with these variables in its environment.
    pub(crate) async fn set(environment: &[(&str, impl AsRef<str>)]) -> Self {
        Self::through(super::postgres::copy().await, environment).await
    }

    /// The same, as `coach dev` runs it.
    pub(crate) async fn developing(environment: &[(&str, &str)]) -> Self {
        let setup = Setup {
            environment,
            demo: Some(super::member::MAYA),
            ..Setup::default()
        };
        Self::with(super::postgres::copy().await, setup).await
    }

    async fn with(url: String, setup: Setup<'_>) -> Self {
        let clock = noon();
        // Tests ask for a day's changes in no time.
        let rate = ("COACH_LIMIT_COMMANDS".to_owned(), "100000".to_owned());
        // Nothing of this process's environment counts.
        let sources = Sources {
            file: "none.toml".into(),
            environment: std::iter::once(rate)
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
        super::canary::listen(&pool).await;
        let issuer = Arc::new(LocalIssuer::generate().expect("randomness"));
        let queue = PostgresQueue::unopened((*pool).clone(), []);
        let objects = setup.objects.unwrap_or_else(folder);
        let shops = || settings.shops.open().expect("shops that can be asked");
        let shops = setup.shops.unwrap_or_else(shops);
        let services = Services {
            clock: clock.clone(),
            operations: Arc::new(queue),
            shops,
            objects: objects.clone(),
            rate: Arc::new(CommandRate::new(settings.limits.commands)),
            status_url: settings.status_url(settings.listen).expect("an address"),
        };
        let app = App::recording((*pool).clone(), services);
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
                    if let Some(told) = response.extensions_mut().remove::<Statements>() {
                        *statements.lock().expect("not poisoned") = told;
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

    /// A token for the person with this address.
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
        *self.clock.0.lock().expect("not poisoned") += by;
    }

    /// Sets the clock to a moment such as `2026-03-18T12:00:00Z`.
    pub(crate) fn set_clock(&self, moment: &str) {
        let moment = DateTime::parse_from_rfc3339(moment).expect(moment);
        *self.clock.0.lock().expect("not poisoned") = moment.to_utc();
    }

    /// Asks as somebody, or as nobody with an empty address.
    pub(crate) async fn ask(&self, email: &str, query: &str, variables: Value) -> Answer {
        let body = json!({ "query": query, "variables": variables });
        self.post(email, body.to_string()).await
    }

    /// Sends a body as it is.
    pub(crate) async fn post(&self, email: &str, body: impl Into<reqwest::Body>) -> Answer {
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
        assert_errors_are_in_place(&body);
        let statements = self.statements.lock().expect("not poisoned").texts.clone();
        Answer {
            status,
            body,
            statements,
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            super::canary::assert_silent();
            super::outbox::assert_nothing_owed(&self.url);
        }
    }
}
