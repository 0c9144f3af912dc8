//! `/unsubscribe`, the page that emails link to.

use coach_domain::{
    id::MemberId, mail::unsubscribe::UnsubscribeTokens, member, outbox::Decode as _,
    queue::QueueName,
};
use coach_workers::mail::{Attachment, EmailPayload, Recipient, render};
use mail_parser::MessageParser;
use reqwest::{Method, Url};
use serde_json::json;
use uuid::Uuid;

use crate::{
    harness::{
        EnqueuedMessage, TestApp, kinds,
        member::{LARA, MAYA, THEO},
    },
    writes::member_id,
};

/// The key of the gateway and the workers: 32 bytes.
const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

/// Another installation's key.
const OTHER_KEY: [u8; 32] = [8; 32];

/// What mail programs send by themselves (RFC 8058, section 3.2).
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

async fn start() -> TestApp {
    TestApp::with_env(&[
        ("COACH_MAIL_UNSUBSCRIBE_KEY", KEY),
        (
            "COACH_MAIL_UNSUBSCRIBE_URL",
            "https://api.coach.example/unsubscribe",
        ),
    ])
    .await
}

/// The token in the `List-Unsubscribe` header of an email that the worker renders for a member.
async fn emailed_token(test: &TestApp, email: &str) -> String {
    let id = MemberId(member_id(test, email).await);
    let now = coach_domain::clock::Clock::now(&*test.clock);
    let members = member::find(&*test.pool, &[id], now).await.expect("found");
    let payload = json!({ "endedAt": "2026-03-17T12:00:00Z", "isTrial": false });
    let payload = EmailPayload::decode("email.subscription-lapsed", 1, &payload).expect("a letter");
    let message = render(
        Uuid::from_u128(1),
        &payload,
        &Recipient::from_member(&members[0]).expect("an address"),
        &Attachment::Nothing,
        &test.settings.worker.mail.sender,
        now,
    );
    let mime = message.expect("written").mime;
    let parsed = MessageParser::default().parse(&mime).expect("a mail");
    let header = |name| parsed.header_raw(name).expect(name).trim().to_owned();
    assert_eq!(header("List-Unsubscribe-Post"), ONE_CLICK);
    let link = header("List-Unsubscribe");
    let link = link.trim_start_matches('<').trim_end_matches('>');
    let link = Url::parse(link).expect("a link");
    assert_eq!(
        (link.host_str(), link.path()),
        (Some("api.coach.example"), "/unsubscribe")
    );
    let mut pairs = link.query_pairs();
    let (_, token) = pairs.find(|(name, _)| name == "token").expect("a token");
    token.into_owned()
}

/// The response that a browser or an email program gets.
#[derive(Debug, PartialEq, Eq)]
struct PageResponse {
    status: u16,
    page: String,
}

async fn send(test: &TestApp, method: Method, query: &str, body: &'static str) -> PageResponse {
    let answer = test
        .client
        .request(method, format!("{}/unsubscribe{query}", test.base))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await
        .expect("an answer");
    let headers = answer.headers().clone();
    let header = |name| headers.get(name).map_or("", |it| it.to_str().expect(name));
    // In any case, since the URL is a secret.
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    let policy = header("content-security-policy");
    for part in [
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    PageResponse {
        status: answer.status().as_u16(),
        page: answer.text().await.expect("text"),
    }
}

async fn get(test: &TestApp, token: &str) -> PageResponse {
    send(test, Method::GET, &format!("?token={token}"), "").await
}

async fn post(test: &TestApp, token: &str, body: &'static str) -> PageResponse {
    send(test, Method::POST, &format!("?token={token}"), body).await
}

/// A member's consent to marketing emails, and when it was changed.
async fn marketing_consent(test: &TestApp, email: &str) -> Option<String> {
    test.value(&format!(
        "SELECT c.granted || ' at ' || to_char(c.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
         FROM consent c JOIN member m ON m.id = c.member_id
         WHERE c.purpose = 'MARKETING_EMAIL' AND m.email = '{email}'"
    ))
    .await
}

/// Fails unless the messages are the event and the partner record of this withdrawal of consent.
fn assert_withdrawal_enqueued(enqueued: &[EnqueuedMessage], member: Uuid, changed_at: &str) {
    assert_eq!(
        kinds(enqueued),
        ["event.consent-changed", "partner.consent"]
    );
    let queues: Vec<_> = enqueued.iter().map(|it| it.queue).collect();
    assert_eq!(queues, [QueueName::Events, QueueName::PartnerSync]);
    let payload =
        json!({ "purpose": "MARKETING_EMAIL", "granted": false, "changedAt": changed_at });
    for it in enqueued {
        assert_eq!(it.envelope.payload, payload);
        assert_eq!(it.envelope.member, Some(MemberId(member)));
    }
}

#[tokio::test]
async fn looking_changes_nothing_and_shows_what_to_press() {
    let test = start().await;
    let token = emailed_token(&test, MAYA).await;
    let before = marketing_consent(&test, MAYA).await;
    assert!(before.as_ref().is_some_and(|it| it.starts_with("true")));
    for _ in 0..2 {
        let shown = get(&test, &token).await;
        assert_eq!(shown.status, 200, "{shown:?}");
        // The form has no action, so that it is sent to the page's own URL, which includes the token.
        assert!(
            shown.page.contains(r#"<form method="post"><button>"#),
            "{shown:?}"
        );
        assert!(!shown.page.contains("You are off the list"), "{shown:?}");
    }
    // Email programs send HEAD requests too.
    let head = send(&test, Method::HEAD, &format!("?token={token}"), "").await;
    assert_eq!((head.status, head.page.as_str()), (200, ""));
    assert_eq!(marketing_consent(&test, MAYA).await, before);
    assert_eq!(test.take_outbox().await, []);
}

#[tokio::test]
async fn one_click_refuses_and_is_reported_once() {
    let test = start().await;
    let token = emailed_token(&test, MAYA).await;
    let first = post(&test, &token, ONE_CLICK).await;
    assert_eq!(first.status, 200);
    assert!(first.page.contains("You are off the list"), "{first:?}");
    let refused = Some("false at 2026-03-18 12:00".to_owned());
    assert_eq!(marketing_consent(&test, MAYA).await, refused);
    let maya = member_id(&test, MAYA).await;
    assert_withdrawal_enqueued(&test.take_outbox().await, maya, "2026-03-18T12:00:00Z");

    // The link of an old email still works, and a repeated request has the same response.
    test.advance(chrono::TimeDelta::days(400));
    assert_eq!(post(&test, &token, ONE_CLICK).await, first);
    assert_eq!(marketing_consent(&test, MAYA).await, refused);
    assert_eq!(test.take_outbox().await, []);
}

/// The button of the page sends an empty form.
#[tokio::test]
async fn the_button_does_it_for_who_was_never_asked() {
    let test = start().await;
    test.execute("DELETE FROM consent WHERE purpose = 'MARKETING_EMAIL'")
        .await;
    let token = emailed_token(&test, LARA).await;
    assert_eq!(post(&test, &token, "").await.status, 200);
    assert_eq!(
        marketing_consent(&test, LARA).await,
        Some("false at 2026-03-18 12:00".to_owned())
    );
    // No other member's consent changes.
    assert_eq!(marketing_consent(&test, MAYA).await, None);
    let lara = member_id(&test, LARA).await;
    assert_withdrawal_enqueued(&test.take_outbox().await, lara, "2026-03-18T12:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn pressed_many_times_at_once_it_is_reported_once() {
    let test = start().await;
    let token = emailed_token(&test, THEO).await;
    test.execute("UPDATE consent SET granted = true WHERE purpose = 'MARKETING_EMAIL'")
        .await;
    let clicks = (0..8).map(|_| post(&test, &token, ONE_CLICK));
    for shown in futures_util::future::join_all(clicks).await {
        assert_eq!(shown.status, 200, "{shown:?}");
    }
    let theo = member_id(&test, THEO).await;
    assert_withdrawal_enqueued(&test.take_outbox().await, theo, "2026-03-18T12:00:00Z");
}

#[tokio::test]
async fn who_changes_their_mind_can_leave_again() {
    let test = start().await;
    let token = emailed_token(&test, MAYA).await;
    post(&test, &token, ONE_CLICK).await;
    test.advance(chrono::TimeDelta::hours(1));
    test.execute("UPDATE consent SET granted = true, changed_at = '2026-03-18T12:30:00Z'")
        .await;
    post(&test, &token, ONE_CLICK).await;
    assert_eq!(
        marketing_consent(&test, MAYA).await,
        Some("false at 2026-03-18 13:00".to_owned())
    );
    assert_eq!(test.take_outbox().await.len(), 4);
}

/// All invalid links have the same response, so that it does not reveal whether someone is a member, or how near a
/// guess was.
#[tokio::test]
async fn what_is_no_link_of_ours_tells_nothing() {
    let test = start().await;
    let good = emailed_token(&test, MAYA).await;
    let before = test.value("SELECT json_agg(c) FROM consent c").await;
    let tokens_of_key = test.settings.worker.mail.unsubscribe_tokens.clone();
    let tokens_of_key = tokens_of_key.expect("a key");
    let tokens_of_other_key = UnsubscribeTokens::new(&OTHER_KEY).expect("long enough");
    let maya = MemberId(member_id(&test, MAYA).await);
    let theo = MemberId(member_id(&test, THEO).await);
    let other = if good.ends_with('A') { 'B' } else { 'A' };
    // One member's id with another's signature: the id is 16 bytes, so 21 characters and a part of one.
    let swapped = format!("{}{}", &tokens_of_key.token(theo)[..20], &good[20..]);
    let tokens = [
        format!("{}{other}", &good[..good.len() - 1]),
        good[..good.len() - 1].to_owned(),
        good[..22].to_owned(),
        format!("{good}AA"),
        format!("{good}%3D"),
        swapped,
        tokens_of_other_key.token(maya),
        maya.0.to_string(),
        String::new(),
        "%00%ff%F0%9F".to_owned(),
        "a".repeat(6_000),
    ];
    let rejected = post(&test, "nonsense", ONE_CLICK).await;
    assert_eq!(rejected.status, 400);
    assert!(
        rejected.page.contains("not complete") && !rejected.page.contains("<form"),
        "{rejected:?}"
    );
    for token in &tokens {
        assert_eq!(get(&test, token).await, rejected, "{token:.80}");
        assert_eq!(post(&test, token, ONE_CLICK).await, rejected, "{token:.80}");
    }
    // A valid token is not accepted in another place either.
    for query in [
        String::new(),
        "?".to_owned(),
        format!("?Token={good}"),
        format!("?token={}&token={good}", tokens_of_other_key.token(maya)),
        format!("?token={good}&token={good}"),
    ] {
        let shown = send(&test, Method::POST, &query, ONE_CLICK).await;
        assert_eq!(shown, rejected, "{query}");
    }
    // A member who does not exist, with a valid signature.
    let gone = tokens_of_key.token(MemberId(Uuid::from_u128(7)));
    assert_eq!(post(&test, &gone, ONE_CLICK).await, rejected);
    let after = test.value("SELECT json_agg(c) FROM consent c").await;
    assert_eq!(after, before);
    assert_eq!(test.take_outbox().await, []);
    // The token from which the invalid ones were made is valid.
    assert_eq!(get(&test, &good).await.status, 200);
}

#[tokio::test]
async fn without_a_key_there_is_no_such_page() {
    let test = TestApp::start().await;
    let tokens_of_key = UnsubscribeTokens::new(&[7; 32]).expect("long enough");
    let token = tokens_of_key.token(MemberId(member_id(&test, MAYA).await));
    let url = format!("{}/unsubscribe?token={token}", test.base);
    for method in [Method::GET, Method::POST] {
        let answer = test.client.request(method, &url).send().await;
        assert_eq!(answer.expect("an answer").status(), 404);
    }
    assert_eq!(test.take_outbox().await, []);
}
