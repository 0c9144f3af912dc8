//! Tokens of an issuer whose keys cannot be had.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use coach_domain::clock::{Clock as _, SystemClock};
use coach_gateway::auth::LocalIssuer;
use coach_tests::wait_for;
use serde_json::json;

use super::{Stage, answer, question};
use crate::coach::turn;

/// Shows what it is told to, and fails without; says its address.
fn issuer(shown: Arc<Mutex<Option<String>>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 4096]);
            let shown = shown.lock().expect("told").clone();
            let status = if shown.is_some() { "200 OK" } else { "500 No" };
            let body = shown.unwrap_or_default();
            let _ = stream.write_all(
                format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                )
                .as_bytes(),
            );
        }
    });
    format!("http://{address}")
}

fn set(issuer: &LocalIssuer) -> String {
    serde_json::to_string(&issuer.key_set()).expect("JSON")
}

#[test]
fn nobody_is_signed_out_because_keys_cannot_be_fetched() {
    let _turn = turn();
    let stage = Stage::new();
    let (old, new) = (
        LocalIssuer::generate().expect("a key"),
        LocalIssuer::generate().expect("a key"),
    );
    let shown = Arc::new(Mutex::new(Some(set(&old))));
    let url = issuer(Arc::clone(&shown));
    let served = stage.serve_with(
        &[
            ("COACH_AUTH_ISSUER", &url),
            ("COACH_AUTH_AUDIENCE", "coach"),
        ],
        "exec \"$0\" serve",
    );
    let ask = |issuer: &LocalIssuer| {
        let claims = json!({
            "iss": url,
            "aud": "coach",
            "sub": "somebody",
            "exp": SystemClock.now().timestamp() + 600,
        });
        let token = issuer.sign(&claims).expect("a token");
        let mut stream = served.connect().expect("a connection");
        let ask = question(&token, "{ __typename }");
        stream.write_all(ask.as_bytes()).expect("sent");
        answer(&mut stream).expect("an answer")
    };
    assert!(ask(&old).starts_with("http/1.1 200"));
    for broken in [None, Some("{\"keys\": []}".to_owned())] {
        *shown.lock().expect("told") = broken;
        // Within the time in which the issuer is not asked again it may still be said that there is no such key: that
        // was so a moment ago.
        let unknown = wait_for(
            || Some(ask(&new)).filter(|answer| !answer.starts_with("http/1.1 401")),
            || "something else than 401".to_owned(),
        );
        assert!(
            unknown.starts_with("http/1.1 503")
                && unknown.contains("service_unavailable")
                && unknown.contains("retry-after: "),
            "{unknown}"
        );
        assert!(ask(&old).starts_with("http/1.1 200"));
    }
    *shown.lock().expect("told") = Some(set(&new));
    wait_for(
        || Some(ask(&new)).filter(|answer| answer.starts_with("http/1.1 200")),
        || "the new key is known".to_owned(),
    );
    assert!(ask(&old).starts_with("http/1.1 401"));
}
