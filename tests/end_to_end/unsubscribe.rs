//! `/unsubscribe`, by the link that stands in a mail.

use coach_domain::{id::MemberId, mail::unsubscribe::Unsubscribing, member, queue::QueueName};
use coach_workers::mail::{Enclosure, Recipient, read, render};
use mail_parser::MessageParser;
use reqwest::{Method, Url};
use serde_json::json;
use uuid::Uuid;

use crate::{
    harness::{
        Owed, TestApp, kinds,
        member::{LARA, MAYA, THEO},
    },
    writes::member_id,
};

/// 32 bytes, as the gateway and the workers have them.
const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

/// Somebody else's house.
const FOREIGN: [u8; 32] = [8; 32];

/// What mail programs send by themselves (RFC 8058, section 3.2).
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

async fn start() -> TestApp {
    TestApp::set(&[
        ("COACH_MAIL_UNSUBSCRIBE_KEY", KEY),
        (
            "COACH_MAIL_UNSUBSCRIBE_URL",
            "https://api.coach.example/unsubscribe",
        ),
    ])
    .await
}

/// The token of a mail that the worker writes to somebody, out of its header.
async fn mailed(test: &TestApp, email: &str) -> String {
    let id = MemberId(member_id(test, email).await);
    let now = coach_domain::clock::Clock::now(&*test.clock);
    let members = member::find(&*test.pool, &[id], now).await.expect("found");
    let payload = json!({ "endedAt": "2026-03-17T12:00:00Z", "isTrial": false });
    let post = read("email.subscription-lapsed", 1, &payload).expect("a letter");
    let message = render(
        Uuid::from_u128(1),
        &post,
        &Recipient::of(&members[0]).expect("an address"),
        &Enclosure::Nothing,
        &test.settings.worker.letters.house,
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

/// What a browser or a mail program gets.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    status: u16,
    page: String,
}

async fn send(test: &TestApp, method: Method, query: &str, body: &'static str) -> Shown {
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
    // Whatever it is about: the address is a secret.
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
    Shown {
        status: answer.status().as_u16(),
        page: answer.text().await.expect("text"),
    }
}

async fn look(test: &TestApp, token: &str) -> Shown {
    send(test, Method::GET, &format!("?token={token}"), "").await
}

async fn click(test: &TestApp, token: &str, body: &'static str) -> Shown {
    send(test, Method::POST, &format!("?token={token}"), body).await
}

/// What a member has answered about offers, and when.
async fn answer(test: &TestApp, email: &str) -> Option<String> {
    test.value(&format!(
        "SELECT c.granted || ' at ' || to_char(c.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
         FROM consent c JOIN member m ON m.id = c.member_id
         WHERE c.purpose = 'MARKETING_EMAIL' AND m.email = '{email}'"
    ))
    .await
}

/// The two that partners and subscribers of events are owed, about this member.
fn assert_told(owed: &[Owed], member: Uuid, changed_at: &str) {
    assert_eq!(kinds(owed), ["event.consent-changed", "partner.consent"]);
    let queues: Vec<_> = owed.iter().map(|it| it.queue).collect();
    assert_eq!(queues, [QueueName::Events, QueueName::PartnerSync]);
    let told = json!({ "purpose": "MARKETING_EMAIL", "granted": false, "changedAt": changed_at });
    for it in owed {
        assert_eq!(it.envelope.payload, told);
        assert_eq!(it.envelope.member, Some(MemberId(member)));
    }
}

#[tokio::test]
async fn looking_changes_nothing_and_shows_what_to_press() {
    let test = start().await;
    let token = mailed(&test, MAYA).await;
    let before = answer(&test, MAYA).await;
    assert!(before.as_ref().is_some_and(|it| it.starts_with("true")));
    for _ in 0..2 {
        let shown = look(&test, &token).await;
        assert_eq!(shown.status, 200, "{shown:?}");
        // Sent to where the page is, token included: a form without an action.
        assert!(
            shown.page.contains(r#"<form method="post"><button>"#),
            "{shown:?}"
        );
        assert!(!shown.page.contains("You are off the list"), "{shown:?}");
    }
    // Mail programs ask for the head alone too.
    let head = send(&test, Method::HEAD, &format!("?token={token}"), "").await;
    assert_eq!((head.status, head.page.as_str()), (200, ""));
    assert_eq!(answer(&test, MAYA).await, before);
    assert_eq!(test.owed().await, []);
}

#[tokio::test]
async fn one_click_refuses_and_is_told_once() {
    let test = start().await;
    let token = mailed(&test, MAYA).await;
    let first = click(&test, &token, ONE_CLICK).await;
    assert_eq!(first.status, 200);
    assert!(first.page.contains("You are off the list"), "{first:?}");
    let refused = Some("false at 2026-03-18 12:00".to_owned());
    assert_eq!(answer(&test, MAYA).await, refused);
    let maya = member_id(&test, MAYA).await;
    assert_told(&test.owed().await, maya, "2026-03-18T12:00:00Z");

    // Old mail keeps its promise, and pressing again says the same.
    test.advance(chrono::TimeDelta::days(400));
    assert_eq!(click(&test, &token, ONE_CLICK).await, first);
    assert_eq!(answer(&test, MAYA).await, refused);
    assert_eq!(test.owed().await, []);
}

/// The button of the page sends an empty form.
#[tokio::test]
async fn the_button_does_it_for_who_was_never_asked() {
    let test = start().await;
    test.execute("DELETE FROM consent WHERE purpose = 'MARKETING_EMAIL'")
        .await;
    let token = mailed(&test, LARA).await;
    assert_eq!(click(&test, &token, "").await.status, 200);
    assert_eq!(
        answer(&test, LARA).await,
        Some("false at 2026-03-18 12:00".to_owned())
    );
    // Hers alone.
    assert_eq!(answer(&test, MAYA).await, None);
    let lara = member_id(&test, LARA).await;
    assert_told(&test.owed().await, lara, "2026-03-18T12:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn pressed_many_times_at_once_it_is_told_once() {
    let test = start().await;
    let token = mailed(&test, THEO).await;
    test.execute("UPDATE consent SET granted = true WHERE purpose = 'MARKETING_EMAIL'")
        .await;
    let clicks = (0..8).map(|_| click(&test, &token, ONE_CLICK));
    for shown in futures_util::future::join_all(clicks).await {
        assert_eq!(shown.status, 200, "{shown:?}");
    }
    let theo = member_id(&test, THEO).await;
    assert_told(&test.owed().await, theo, "2026-03-18T12:00:00Z");
}

#[tokio::test]
async fn who_changes_their_mind_can_leave_again() {
    let test = start().await;
    let token = mailed(&test, MAYA).await;
    click(&test, &token, ONE_CLICK).await;
    test.advance(chrono::TimeDelta::hours(1));
    test.execute("UPDATE consent SET granted = true, changed_at = '2026-03-18T12:30:00Z'")
        .await;
    click(&test, &token, ONE_CLICK).await;
    assert_eq!(
        answer(&test, MAYA).await,
        Some("false at 2026-03-18 13:00".to_owned())
    );
    assert_eq!(test.owed().await.len(), 4);
}

/// All alike, so that nobody learns whether somebody is a member, or how near a guess was.
#[tokio::test]
async fn what_is_no_link_of_ours_tells_nothing() {
    let test = start().await;
    let good = mailed(&test, MAYA).await;
    let before = test.value("SELECT json_agg(c) FROM consent c").await;
    let ours = test.settings.worker.letters.unsubscribing.clone();
    let ours = ours.expect("a key");
    let foreign = Unsubscribing::new(&FOREIGN).expect("long enough");
    let maya = MemberId(member_id(&test, MAYA).await);
    let theo = MemberId(member_id(&test, THEO).await);
    let other = if good.ends_with('A') { 'B' } else { 'A' };
    // The id of one with the signature of another: the id is 16 bytes, so 22 letters and a part of one.
    let swapped = format!("{}{}", &ours.token(theo)[..20], &good[20..]);
    let tokens = [
        format!("{}{other}", &good[..good.len() - 1]),
        good[..good.len() - 1].to_owned(),
        good[..22].to_owned(),
        format!("{good}AA"),
        format!("{good}%3D"),
        swapped,
        foreign.token(maya),
        maya.0.to_string(),
        String::new(),
        "%00%ff%F0%9F".to_owned(),
        "a".repeat(6_000),
    ];
    let told = click(&test, "nonsense", ONE_CLICK).await;
    assert_eq!(told.status, 400);
    assert!(
        told.page.contains("not complete") && !told.page.contains("<form"),
        "{told:?}"
    );
    for token in &tokens {
        assert_eq!(look(&test, token).await, told, "{token:.80}");
        assert_eq!(click(&test, token, ONE_CLICK).await, told, "{token:.80}");
    }
    // Nor does a good one count where it does not belong.
    for query in [
        String::new(),
        "?".to_owned(),
        format!("?Token={good}"),
        format!("?token={}&token={good}", foreign.token(maya)),
        format!("?token={good}&token={good}"),
    ] {
        let shown = send(&test, Method::POST, &query, ONE_CLICK).await;
        assert_eq!(shown, told, "{query}");
    }
    // Who is gone, with a signature of ours.
    let gone = ours.token(MemberId(Uuid::from_u128(7)));
    assert_eq!(click(&test, &gone, ONE_CLICK).await, told);
    let after = test.value("SELECT json_agg(c) FROM consent c").await;
    assert_eq!(after, before);
    assert_eq!(test.owed().await, []);
    // The one they were made of was good.
    assert_eq!(look(&test, &good).await.status, 200);
}

#[tokio::test]
async fn without_a_key_there_is_no_such_page() {
    let test = TestApp::start().await;
    let ours = Unsubscribing::new(&[7; 32]).expect("long enough");
    let token = ours.token(MemberId(member_id(&test, MAYA).await));
    let url = format!("{}/unsubscribe?token={token}", test.base);
    for method in [Method::GET, Method::POST] {
        let answer = test.client.request(method, &url).send().await;
        assert_eq!(answer.expect("an answer").status(), 404);
    }
    assert_eq!(test.owed().await, []);
}
