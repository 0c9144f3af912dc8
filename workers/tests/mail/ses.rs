//! SES at the level of HTTP, against a server that accepts, refuses, throttles, delays, and closes connections.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri},
    response::IntoResponse as _,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use coach_domain::mail::{Error, Mailer as _, Message};
use coach_workers::mail::send::{Ses, SesSettings};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::sample::{ID, clock};

/// A timeout that never passes if there is a response, however busy the machine is.
const LONG_TIMEOUT: Duration = Duration::from_mins(1);

/// A timeout for requests without a response: long enough for the request to arrive.
const SHORT_TIMEOUT: Duration = Duration::from_secs(3);

fn ses(endpoint: &str, timeout: Duration) -> Ses {
    let credentials = Credentials::new(
        "AKIDEXAMPLE",
        "a secret",
        Some("a token".into()),
        None,
        "test",
    );
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let settings = SesSettings {
        configuration_set: Some("coach".into()),
        timeout,
    };
    Ses::new(&config, settings, clock()).unwrap()
}

fn message() -> Message {
    Message {
        id: ID,
        from: "bounces@coach.example".into(),
        to: "ada@example.com".into(),
        mime: b"Subject: x\r\n\r\ny".to_vec(),
    }
}

/// A server with a fixed response, after a delay or never. It records the requests.
#[derive(Clone)]
struct Recorder {
    status: StatusCode,
    kind: &'static str,
    after: Option<&'static str>,
    body: Value,
    delay: Option<Duration>,
    requests: Arc<Mutex<Vec<(Uri, HeaderMap, Value)>>>,
}

impl Recorder {
    fn new(status: u16, kind: &'static str, body: Value) -> Self {
        let status = StatusCode::from_u16(status).unwrap();
        Self {
            status,
            kind,
            after: None,
            body,
            delay: Some(Duration::ZERO),
            requests: Arc::default(),
        }
    }

    async fn start(&self) -> String {
        async fn answer(
            State(recorder): State<Recorder>,
            uri: Uri,
            head: HeaderMap,
            body: Bytes,
        ) -> axum::response::Response {
            let body = serde_json::from_slice(&body).unwrap();
            recorder.requests.lock().unwrap().push((uri, head, body));
            match recorder.delay {
                Some(delay) => tokio::time::sleep(delay).await,
                None => std::future::pending().await,
            }
            let mut head = HeaderMap::new();
            head.insert("x-amzn-errortype", HeaderValue::from_static(recorder.kind));
            if let Some(after) = recorder.after {
                head.insert("retry-after", HeaderValue::from_static(after));
            }
            (recorder.status, head, recorder.body.to_string()).into_response()
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    async fn send(&self) -> Result<Option<String>, Error> {
        self.send_within(LONG_TIMEOUT).await
    }

    async fn send_within(&self, timeout: Duration) -> Result<Option<String>, Error> {
        ses(&self.start().await, timeout).send(&message()).await
    }
}

#[tokio::test]
async fn the_request_is_what_ses_wants() {
    let recorder = Recorder::new(200, "", json!({"MessageId": "0100-abc"}));
    assert_eq!(recorder.send().await, Ok(Some("0100-abc".to_owned())));
    let requests = recorder.requests.lock().unwrap();
    let [(uri, head, body)] = requests.as_slice() else {
        panic!("{} requests", requests.len());
    };
    assert_eq!(uri.path(), "/v2/email/outbound-emails");
    assert_eq!(head["content-type"], "application/json");
    let authorization = head["authorization"].to_str().unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/eu-central-1/ses/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature="), "{authorization}");
    assert_eq!(
        (&head["x-amz-date"], &head["x-amz-security-token"]),
        (
            &HeaderValue::from_static("20261123T090000Z"),
            &HeaderValue::from_static("a token")
        )
    );
    assert_eq!(
        *body,
        json!({
            "Destination": {"ToAddresses": ["ada@example.com"]},
            "FeedbackForwardingEmailAddress": "bounces@coach.example",
            "ConfigurationSetName": "coach",
            "Content": {"Raw": {"Data": STANDARD.encode(message().mime)}},
        })
    );
}

#[tokio::test]
async fn errors_of_the_message_and_of_the_account_are_distinguished() {
    const UNAVAILABLE: &str = "unavailable";
    const REFUSED: &str = "refused";
    const UNKNOWN: &str = "unknown";
    let cases = [
        (400, "MessageRejected", "Illegal content", REFUSED),
        (
            400,
            "BadRequestException:http://internal.amazon.com/",
            "Illegal address",
            REFUSED,
        ),
        (
            400,
            "MessageRejected",
            "Email address is not verified. The following identities failed the check: x@y",
            UNAVAILABLE,
        ),
        (
            400,
            "MessageRejected",
            "Sending suspended for this account",
            UNAVAILABLE,
        ),
        (400, "AccountSuspendedException", "", UNAVAILABLE),
        (400, "SendingPausedException", "", UNAVAILABLE),
        (400, "MailFromDomainNotVerifiedException", "", UNAVAILABLE),
        (400, "LimitExceededException", "", UNAVAILABLE),
        (
            404,
            "NotFoundException",
            "Configuration set <coach> does not exist.",
            UNAVAILABLE,
        ),
        (
            429,
            "TooManyRequestsException",
            "Maximum sending rate exceeded.",
            UNAVAILABLE,
        ),
        (403, "SignatureDoesNotMatch", "", UNAVAILABLE),
        (403, "", "", UNAVAILABLE),
        (413, "", "", REFUSED),
        (503, "", "", UNAVAILABLE),
        // It may have failed after the message was accepted.
        (500, "InternalFailure", "", UNKNOWN),
        (504, "", "", UNKNOWN),
    ];
    for (status, kind, text, expected) in cases {
        let error = Recorder::new(status, kind, json!({"message": text}))
            .send()
            .await
            .unwrap_err();
        let found = match &error {
            Error::Unavailable { .. } => UNAVAILABLE,
            Error::Refused(_) => REFUSED,
            _ => UNKNOWN,
        };
        assert_eq!(found, expected, "{status} {kind} {text}: {error}");
        assert!(
            !error.to_string().contains('@'),
            "no addresses in errors: {error}"
        );
    }
    // Older services name the kind in the body.
    let body = json!({"__type": "com.amazonaws.ses#MessageRejected", "message": "x"});
    assert!(matches!(
        Recorder::new(400, "", body).send().await,
        Err(Error::Refused(_))
    ));
}

#[tokio::test]
async fn throttling_says_when_to_come_back() {
    let after = async |recorder: Recorder| match recorder.send().await {
        Err(Error::Unavailable { after, .. }) => after,
        other => panic!("{other:?}"),
    };
    let rate = Recorder::new(
        429,
        "TooManyRequestsException",
        json!({"message": "Maximum sending rate exceeded."}),
    );
    let with_header = Recorder {
        after: Some("7"),
        ..rate.clone()
    };
    let day = Recorder::new(
        429,
        "TooManyRequestsException",
        json!({"message": "Daily message quota exceeded."}),
    );
    assert_eq!(after(rate).await, Some(Duration::from_secs(1)));
    assert_eq!(after(with_header).await, Some(Duration::from_secs(7)));
    assert_eq!(after(day).await, Some(Duration::from_mins(15)));
}

#[tokio::test]
async fn after_a_timeout_the_result_is_unknown_and_the_request_is_not_retried() {
    let requests = |recorder: &Recorder| recorder.requests.lock().unwrap().len();
    let late = Recorder {
        delay: None,
        ..Recorder::new(200, "", json!({"MessageId": "x"}))
    };
    let sent = late.send_within(SHORT_TIMEOUT).await;
    assert!(matches!(sent, Err(Error::Unknown(_))), "{sent:?}");
    // Retries would be made by the call itself, so they would have arrived by now.
    assert_eq!(
        requests(&late),
        1,
        "a request that may have been carried out is not repeated"
    );
    let slow = Recorder {
        delay: Some(Duration::from_millis(200)),
        ..late
    };
    assert_eq!(slow.send().await, Ok(Some("x".to_owned())));
    assert_eq!(requests(&slow), 2);
}

/// Starts a server that reads a whole request, responds with `answer`, and closes the connection. Returns its URL, and
/// the number of requests.
async fn hang_up(answer: &'static [u8]) -> (String, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let length = loop {
                let mut chunk = [0; 1024];
                let read = stream.read(&mut chunk).await.unwrap();
                request.extend_from_slice(&chunk[..read]);
                let text = String::from_utf8_lossy(&request).to_lowercase();
                if let Some((head, _)) = text.split_once("\r\n\r\n") {
                    let (_, length) = head.split_once("content-length: ").unwrap();
                    let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
                    break head.len() + 4 + length;
                }
            };
            while request.len() < length {
                let mut chunk = [0; 1024];
                let read = stream.read(&mut chunk).await.unwrap();
                request.extend_from_slice(&chunk[..read]);
            }
            *counted.lock().unwrap() += 1;
            stream.write_all(answer).await.unwrap();
        }
    });
    (format!("http://{address}"), requests)
}

#[tokio::test]
async fn a_connection_that_ends_after_the_request_is_unknown() {
    let (endpoint, requests) = hang_up(b"").await;
    let sent = ses(&endpoint, LONG_TIMEOUT).send(&message()).await;
    assert!(matches!(sent, Err(Error::Unknown(_))), "{sent:?}");
    assert_eq!(*requests.lock().unwrap(), 1, "not repeated");
    let (endpoint, _) = hang_up(b"HTTP/1.1 200 O").await;
    assert!(matches!(
        ses(&endpoint, LONG_TIMEOUT).send(&message()).await,
        Err(Error::Unknown(_))
    ));
}

#[tokio::test]
async fn an_accepted_message_is_sent_even_if_the_body_is_incomplete() {
    let (endpoint, _) = hang_up(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"Mess").await;
    assert_eq!(
        ses(&endpoint, LONG_TIMEOUT).send(&message()).await,
        Ok(None)
    );
}

#[tokio::test]
async fn a_refused_connection_is_unavailable() {
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let sent = ses(&format!("http://{free}"), LONG_TIMEOUT)
        .send(&message())
        .await;
    assert!(matches!(sent, Err(Error::Unavailable { .. })), "{sent:?}");
}

#[tokio::test]
async fn without_credentials_it_is_unavailable() {
    let recorder = Recorder::new(200, "", json!({}));
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .endpoint_url(recorder.start().await)
        .build();
    let ses = Ses::new(&config, SesSettings::default(), clock()).unwrap();
    assert!(matches!(
        ses.send(&message()).await,
        Err(Error::Unavailable { .. })
    ));
    assert!(recorder.requests.lock().unwrap().is_empty());
    let nowhere = SdkConfig::builder().build();
    assert!(Ses::new(&nowhere, SesSettings::default(), clock()).is_err());
}
