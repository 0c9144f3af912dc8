//! A partner: takes what is posted, and answers as it is told to.

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

use crate::fixture::PATIENCE;

/// Answers that are held back until the test lets them go, or for ever.
pub(crate) struct Hold(watch::Sender<bool>);

impl Hold {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(true))
    }

    pub(crate) fn let_go(&self) {
        self.0.send_replace(false);
    }
}

/// How a partner answers once.
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

/// What a partner was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Asked {
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

/// A running one. Without being told it takes everything.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) port: u16,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    always: Arc<Mutex<Option<Reply>>>,
    asked: watch::Sender<Vec<Asked>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = Self {
            port: listener.local_addr().expect("an address").port(),
            replies: Arc::default(),
            always: Arc::default(),
            asked: watch::Sender::new(Vec::new()),
        };
        let router = Router::new().fallback(answer).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/records", self.port)
    }

    /// Answers like this next.
    pub(crate) fn next(&self, reply: Reply) {
        self.replies.lock().expect("not poisoned").push_back(reply);
    }

    /// Answers like this from now on.
    pub(crate) fn always(&self, reply: Reply) {
        *self.always.lock().expect("not poisoned") = Some(reply);
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.borrow().clone()
    }

    /// How often it was asked.
    pub(crate) fn times(&self) -> usize {
        self.asked.borrow().len()
    }

    /// Waits until it was asked so often.
    pub(crate) async fn is_asked(&self, times: usize) {
        let mut asked = self.asked.subscribe();
        let enough = asked.wait_for(|asked| asked.len() >= times);
        let enough = timeout(PATIENCE, enough).await.is_ok();
        assert!(enough, "asked {} times, not {times}", self.times());
    }
}

async fn answer(
    State(server): State<Server>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let asked = Asked { uri, headers, body };
    server.asked.send_modify(|all| all.push(asked));
    let next = server.replies.lock().expect("not poisoned").pop_front();
    let always = server.always.lock().expect("not poisoned").clone();
    let reply = next.or(always).unwrap_or_else(|| Reply::new(204));
    if let Some(mut hold) = reply.hold {
        // Nobody can let go what the test has dropped.
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
