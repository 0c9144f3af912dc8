//! The production router, called in the process.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{
        Request,
        header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
    },
};
use coach_domain::{clock::Clock as _, command::CommandRate, live::StatusCache, purchase::Shops};
use coach_gateway::{
    auth::{Authenticator, LocalIssuer},
    database,
    http::{self, AppState},
    settings::Settings,
};
use coach_resolvers::App;
use coach_tests::{TestClock, TestFolder, folder, member, noon};
use coach_workers::{object::Folder, queue::PostgresQueue};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// A gateway, and what its requests took. Everything runs on the thread that sends them.
pub(crate) struct Gateway {
    runtime: Runtime,
    router: Router,
    issuer: Arc<LocalIssuer>,
    clock: Arc<TestClock>,
    counted: Vec<(String, u64)>,
    _objects: TestFolder,
}

impl Gateway {
    /// Starts a gateway with this database, in which it is [`noon`].
    pub(crate) fn start(url: &str, settings: &Settings) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let clock = noon();
        let issuer = Arc::new(LocalIssuer::generate().expect("randomness"));
        let objects_folder = folder();
        let router = runtime.block_on(async {
            let pool = database::pool(url, settings).expect("a pool");
            let objects = Arc::new(Folder::new(&*objects_folder));
            let app = Arc::new(App {
                operations: Arc::new(PostgresQueue::new_unchecked(pool.clone(), [])),
                database: pool,
                catalogue: Arc::default(),
                clock: clock.clone(),
                shops: Shops::default(),
                live: StatusCache::new(objects.clone(), clock.clone()),
                objects,
                rate: CommandRate::new(settings.limits.commands),
                status_url: settings.status_url(settings.listen).expect("an address"),
                record_statements: false,
            });
            let authenticator = Authenticator::local(&issuer, &settings.auth, clock.clone());
            http::router(AppState::new(settings, app, authenticator, None))
        });
        Self {
            runtime,
            router,
            issuer,
            clock,
            counted: Vec::new(),
            _objects: objects_folder,
        }
    }

    /// Stops it, and returns the requests in their order, with the number of allocations of each.
    pub(crate) fn stop(self) -> Vec<(String, u64)> {
        // The pool closes its connections within the runtime.
        let _runtime = self.runtime.enter();
        drop(self.router);
        self.counted
    }

    /// Sends an operation as the person with this email address, or anonymously if it is empty, and counts it as `name`.
    pub(crate) fn send(&mut self, name: &str, email: &str, text: &str, variables: &Value) -> Value {
        let body = json!({ "query": text, "variables": variables });
        let mut request = Request::post("/graphql")
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/graphql-response+json");
        if !email.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {}", self.token(email)));
        }
        let request = request.body(body.to_string().into()).expect("a request");
        let router = self.router.clone();
        let mut answer = Vec::new();
        let allocated = allocation_counter::measure(|| {
            answer = answer_request(&self.runtime, router, request);
        });
        self.counted.push((name.to_owned(), allocated.count_total));
        serde_json::from_slice(&answer).expect("JSON")
    }

    fn token(&self, email: &str) -> String {
        let groups: &[&str] = if email == member::SAM {
            &["staff"]
        } else {
            &[]
        };
        let token = self.issuer.token(email, groups, self.clock.now());
        token.expect("a token")
    }
}

/// Answers a request. Callgrind counts what is within this function.
#[inline(never)]
fn answer_request(runtime: &Runtime, router: Router, request: Request<Body>) -> Vec<u8> {
    runtime.block_on(async {
        let response = router.oneshot(request).await.expect("an answer");
        let body = to_bytes(response.into_body(), usize::MAX).await;
        body.expect("a body").into()
    })
}
