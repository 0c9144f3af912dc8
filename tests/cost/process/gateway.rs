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
use coach_domain::{
    clock::Clock as _, command::CommandRate, database::Pool, live::StatusCache, purchase::Shops,
    request_trace::TraceStore,
};
use coach_gateway::{
    auth::{Authenticator, LocalIssuer},
    database,
    http::{self, AppState},
    settings::Settings,
};
use coach_resolvers::App;
use coach_tests::{TestClock, TestFolder, folder, member, noon};
use coach_workers::{object::Folder, queue::PostgresQueue};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// A gateway, and what its requests took. Everything runs on the thread that sends them.
pub(crate) struct Gateway<'r> {
    runtime: &'r Runtime,
    router: Router,
    issuer: Arc<LocalIssuer>,
    clock: Arc<TestClock>,
    pool: Pool,
    is_counting: bool,
    counted: Vec<(String, u64)>,
    _objects: TestFolder,
}

impl<'r> Gateway<'r> {
    /// Starts a gateway with this database, in which it is [`noon`].
    pub(crate) fn start(url: &str, settings: &Settings, runtime: &'r Runtime) -> Self {
        let clock = noon();
        let issuer = Arc::new(LocalIssuer::generate().expect("randomness"));
        let objects_folder = folder();
        let (router, pool) = runtime.block_on(async {
            let pool = database::pool(url, settings).expect("a pool");
            let objects = Arc::new(Folder::new(&*objects_folder));
            let app = Arc::new(App {
                replica: None,
                operations: Arc::new(PostgresQueue::new_unchecked(pool.clone(), [])),
                database: pool.clone(),
                catalogue: Arc::default(),
                clock: clock.clone(),
                shops: Arc::new(Shops::default()).into(),
                live: StatusCache::new(objects.clone(), clock.clone()),
                objects,
                rate: CommandRate::new(settings.limits.commands),
                status_url: settings.status_url(settings.listen).expect("an address"),
                traces: Arc::new(TraceStore::new(settings.traces, "here")),
                record_statements: false,
            });
            let authenticator = Authenticator::local(&issuer, &settings.auth, clock.clone());
            let state = AppState::new(settings, app, authenticator, None);
            (http::router(state), pool)
        });
        Self {
            runtime,
            router,
            issuer,
            clock,
            pool,
            is_counting: false,
            counted: Vec::new(),
            _objects: objects_folder,
        }
    }

    /// From now on requests are counted.
    pub(crate) fn start_counting(&mut self) {
        self.is_counting = true;
    }

    /// The counted requests in their order, with the number of allocations of each.
    pub(crate) fn counted(&self) -> &[(String, u64)] {
        &self.counted
    }

    /// Sends an operation as the person with this email address, or anonymously if it is empty, and counts it as `name`.
    pub(crate) fn send(&mut self, name: &str, email: &str, text: &str, variables: &Value) -> Value {
        let request = self.request(email, text, variables);
        let router = self.router.clone();
        if !self.is_counting {
            return parse(&answer(self.runtime, router, request));
        }
        let mut answered = Vec::new();
        let allocated = allocation_counter::measure(|| {
            answered = answer_counted(self.runtime, router, request);
        });
        self.counted.push((name.to_owned(), allocated.count_total));
        parse(&answered)
    }

    /// Sends an operation that is not counted.
    pub(crate) fn ask(&self, email: &str, text: &str) -> Value {
        let request = self.request(email, text, &json!({}));
        let answer = parse(&answer(self.runtime, self.router.clone(), request));
        assert_eq!(answer["errors"], Value::Null, "{text}");
        answer
    }

    /// Executes SQL.
    pub(crate) fn execute(&self, sql: &str) {
        let executed = self.runtime.block_on(self.pool.execute_unprepared(sql));
        executed.expect(sql);
    }

    /// The text that a statement selects.
    pub(crate) fn text(&self, sql: &str) -> String {
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = self.runtime.block_on(self.pool.query_one_raw(statement));
        let row = row.expect(sql).expect("a row");
        row.try_get_by_index(0).expect("text")
    }

    fn request(&self, email: &str, text: &str, variables: &Value) -> Request<Body> {
        let body = json!({ "query": text, "variables": variables });
        let mut request = Request::post("/graphql")
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/graphql-response+json");
        if !email.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {}", self.token(email)));
        }
        request.body(body.to_string().into()).expect("a request")
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

/// Answers a request that is counted. Callgrind counts what is within this function.
#[inline(never)]
fn answer_counted(runtime: &Runtime, router: Router, request: Request<Body>) -> Vec<u8> {
    answer(runtime, router, request)
}

fn answer(runtime: &Runtime, router: Router, request: Request<Body>) -> Vec<u8> {
    runtime.block_on(async {
        let response = router.oneshot(request).await.expect("an answer");
        let body = to_bytes(response.into_body(), usize::MAX).await;
        body.expect("a body").into()
    })
}

fn parse(answer: &[u8]) -> Value {
    serde_json::from_slice(answer).expect("JSON")
}
