//! Tokens of an issuer whose keys cannot be fetched.

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

use super::{Fixture, graphql_request, read_response};
use crate::coach::share_machine;

/// A fake issuer, which returns this key set, or an error with `None`. Returns its URL.
fn issuer(key_set: Arc<Mutex<Option<String>>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 4096]);
            let key_set = key_set.lock().expect("not poisoned").clone();
            let status = if key_set.is_some() {
                "200 OK"
            } else {
                "500 No"
            };
            let body = key_set.unwrap_or_default();
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

fn serialize_keys(issuer: &LocalIssuer) -> String {
    serde_json::to_string(&issuer.key_set()).expect("JSON")
}

#[test]
fn nobody_is_signed_out_because_keys_cannot_be_fetched() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let (old, new) = (
        LocalIssuer::generate().expect("a key"),
        LocalIssuer::generate().expect("a key"),
    );
    let key_set = Arc::new(Mutex::new(Some(serialize_keys(&old))));
    let url = issuer(Arc::clone(&key_set));
    let process = fixture.serve_with(
        &[
            ("COACH_AUTH_ISSUER", &url),
            ("COACH_AUTH_AUDIENCE", "coach"),
        ],
        "exec \"$0\" serve",
    );
    let send = |issuer: &LocalIssuer| {
        let claims = json!({
            "iss": url,
            "aud": "coach",
            "sub": "somebody",
            "exp": SystemClock.now().timestamp() + 600,
        });
        let token = issuer.sign(&claims).expect("a token");
        let mut stream = process.connect().expect("a connection");
        let request = graphql_request(&token, "{ __typename }");
        stream.write_all(request.as_bytes()).expect("sent");
        read_response(&mut stream).expect("an answer")
    };
    assert!(send(&old).starts_with("http/1.1 200"));
    for broken in [None, Some("{\"keys\": []}".to_owned())] {
        *key_set.lock().expect("not poisoned") = broken;
        // The gateway caches for a while that the key does not exist, so it may respond with 401 at first.
        let unknown = wait_for(
            || Some(send(&new)).filter(|answer| !answer.starts_with("http/1.1 401")),
            || "something else than 401".to_owned(),
        );
        assert!(
            unknown.starts_with("http/1.1 503")
                && unknown.contains("service_unavailable")
                && unknown.contains("retry-after: "),
            "{unknown}"
        );
        assert!(send(&old).starts_with("http/1.1 200"));
    }
    *key_set.lock().expect("not poisoned") = Some(serialize_keys(&new));
    wait_for(
        || Some(send(&new)).filter(|answer| answer.starts_with("http/1.1 200")),
        || "the new key is known".to_owned(),
    );
    assert!(send(&old).starts_with("http/1.1 401"));
}
