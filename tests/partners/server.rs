//! A fake partner, which records requests and replies as the test sets.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response, Uri},
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::watch,
    time::{sleep, timeout},
};

use crate::fixture::REQUEST_TIMEOUT;

/// Delays replies until the test releases them.
pub(crate) struct Hold(watch::Sender<bool>);

impl Hold {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(true))
    }

    pub(crate) fn release(&self) {
        self.0.send_replace(false);
    }
}

/// One reply of a partner.
#[derive(Clone, Default)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    hold: Option<watch::Receiver<bool>>,
    endless: bool,
}

impl Reply {
    pub(crate) fn new(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    pub(crate) fn held(mut self, hold: &Hold) -> Self {
        self.hold = Some(hold.0.subscribe());
        self
    }

    /// With a body that never ends.
    pub(crate) fn endless(mut self) -> Self {
        self.endless = true;
        self
    }
}

/// A request that a partner received.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedRequest {
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl ReceivedRequest {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self
            .headers
            .get(name)
            .unwrap_or_else(|| panic!("no {name}"));
        value.to_str().expect("text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// A running partner. By default it replies with 204.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) port: u16,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    always: Arc<Mutex<Option<Reply>>>,
    requests: watch::Sender<Vec<ReceivedRequest>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = Self {
            port: listener.local_addr().expect("an address").port(),
            replies: Arc::default(),
            always: Arc::default(),
            requests: watch::Sender::new(Vec::new()),
        };
        let router = Router::new().fallback(reply).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/records", self.port)
    }

    /// Replies like this to the next request that has no reply yet.
    pub(crate) fn next(&self, reply: Reply) {
        self.replies.lock().expect("not poisoned").push_back(reply);
    }

    /// Replies like this to all requests without a reply of their own.
    pub(crate) fn always(&self, reply: Reply) {
        *self.always.lock().expect("not poisoned") = Some(reply);
    }

    pub(crate) fn requests(&self) -> Vec<ReceivedRequest> {
        self.requests.borrow().clone()
    }

    /// The number of requests so far.
    pub(crate) fn request_count(&self) -> usize {
        self.requests.borrow().len()
    }

    /// Waits until it has received this number of requests.
    pub(crate) async fn wait_for_requests(&self, count: usize) {
        let mut requests = self.requests.subscribe();
        let enough = requests.wait_for(|requests| requests.len() >= count);
        let enough = timeout(REQUEST_TIMEOUT, enough).await.is_ok();
        assert!(enough, "{} requests, not {count}", self.request_count());
    }
}

async fn reply(
    State(server): State<Server>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let request = ReceivedRequest { uri, headers, body };
    server.requests.send_modify(|all| all.push(request));
    let next = server.replies.lock().expect("not poisoned").pop_front();
    let always = server.always.lock().expect("not poisoned").clone();
    let reply = next.or(always).unwrap_or_else(|| Reply::new(204));
    if let Some(mut hold) = reply.hold {
        // A hold that the test has dropped is released.
        let _ = hold.wait_for(|held| !held).await;
    }
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let body = if reply.endless {
        let chunk = || async {
            Some((
                Ok::<_, std::convert::Infallible>(Bytes::from_static(b".")),
                (),
            ))
        };
        let chunks = futures_util::stream::unfold((), move |()| async move {
            sleep(Duration::from_millis(20)).await;
            chunk().await
        });
        Body::from_stream(chunks)
    } else {
        Body::empty()
    };
    response.body(body).expect("a response")
}
