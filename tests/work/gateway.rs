//! A gateway with a test's database, to make changes that enqueue messages.

use std::sync::Arc;

use coach_domain::{
    clock::SystemClock, command::CommandRate, live::StatusCache, purchase::Shops,
    request_trace::TraceStore,
};
use coach_gateway::{
    auth::{Authenticator, LocalIssuer},
    http::{self, AppState},
    settings::{Settings, Sources},
};
use coach_resolvers::App;
use coach_workers::queue::PostgresQueue;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::fixture::{Fixture, now};

/// A gateway that listens as long as the test runs.
pub(crate) struct Gateway {
    pub(crate) base: String,
    issuer: Arc<LocalIssuer>,
}

impl Gateway {
    pub(crate) async fn start(fixture: &Fixture) -> Self {
        Self::with_env(fixture, &[]).await
    }

    /// Starts a gateway with these environment variables.
    pub(crate) async fn with_env(fixture: &Fixture, environment: &[(&str, &str)]) -> Self {
        let environment = environment.iter();
        let sources = Sources {
            environment: environment
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..Sources::default()
        };
        let settings = Settings::load(&sources).expect("valid settings");
        let (pool, clock) = (fixture.pool.clone(), Arc::new(SystemClock));
        let queue = Arc::new(PostgresQueue::new_unchecked(pool.clone(), []));
        let app = Arc::new(App {
            database: pool,
            replica: None,
            catalogue: Arc::default(),
            clock: clock.clone(),
            operations: queue,
            shops: Arc::new(Shops::default()).into(),
            live: StatusCache::new(fixture.objects.clone(), clock.clone()),
            objects: fixture.objects.clone(),
            rate: CommandRate::new(settings.limits.commands),
            status_url: settings.status_url(settings.listen).expect("an address"),
            traces: Arc::new(TraceStore::new(settings.traces, "here")),
            record_statements: false,
        });
        let issuer = Arc::new(LocalIssuer::generate().expect("randomness"));
        let authenticator = Authenticator::local(&issuer, &settings.auth, clock);
        let state = AppState::new(&settings, app, authenticator, None);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, http::router(state)).await });
        Self { base, issuer }
    }

    /// Calls a mutation as a demo member, which must succeed.
    pub(crate) async fn change(&self, name: &str, operation: &str, input: Value) {
        let email = format!("{name}@demo.coach.example");
        let token = self.issuer.token(&email, &[], now()).expect("a token");
        let answer = reqwest::Client::new()
            .post(format!("{}/graphql", self.base))
            .bearer_auth(token)
            .json(&json!({ "query": operation, "variables": { "input": input } }))
            .send()
            .await;
        let body: Value = answer.expect("an answer").json().await.expect("JSON");
        let payload = body["data"].as_object().and_then(|it| it.values().next());
        let payload = payload.unwrap_or_else(|| panic!("refused: {body}"));
        assert_eq!(payload["userErrors"], json!([]), "{body}");
    }
}
