//! Clients that disconnect in the middle of a change, with different latencies to Postgres.

use std::time::Duration;

use coach_domain::database::{Options, Pool, connect};
use coach_tests::{Proxy, Random, until};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::json;
use tokio::{io::AsyncWriteExt as _, net::TcpStream, time::sleep};

use super::{socket, url_at};
use crate::{
    harness::{TestApp, copy_database, member, read_operation},
    webhooks::senders::{NOON, STRIPE, stripe_at},
};

const CLIENTS: usize = 16;
const REQUESTS_PER_CLIENT: usize = 12;

/// Sends a request and disconnects after this time.
async fn send_and_disconnect(test: &TestApp, request: String, after: Duration) {
    let address = test.base.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).await.expect("a connection");
    connection
        .write_all(request.as_bytes())
        .await
        .expect("sent");
    sleep(after).await;
}

fn post(path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn consent(test: &TestApp, number: usize) -> String {
    let granted = number.is_multiple_of(2);
    let variables = json!({ "input": {
        "idempotencyKey": format!("hang-up-{number}"),
        "consents": [{ "purpose": "PARTNER_SHARING", "granted": granted }],
    } });
    let body =
        json!({ "query": read_operation("UpdateConsents"), "variables": variables }).to_string();
    let token = format!("Bearer {}", test.token(member::MAYA));
    post("/graphql", &[("authorization", &token)], &body)
}

fn webhook(number: usize) -> String {
    let event = stripe_at(STRIPE[0], &format!("evt_gone_{number}"), NOON);
    let headers: Vec<_> = event
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    post(&event.path, &headers, &event.body)
}

async fn clients_that_hang_up_leave_nothing_open(delay: Duration) {
    let url = copy_database().await;
    let proxy = Proxy::start(socket(&url), delay).await;
    let environment = [
        ("COACH_WEBHOOK_STRIPE_SECRETS", STRIPE.join(",")),
        ("COACH_STRIPE_PRODUCTS", "prod_1".to_owned()),
    ];
    let test = TestApp::with_database_and_env(url_at(proxy.address, &url), &environment).await;
    let direct = connect(&url, &Options::default()).await;
    let direct = direct.expect("a connection");
    let requests = (0..CLIENTS).map(|client| {
        let test = &test;
        async move {
            let seed = u64::try_from(client).expect("small");
            let mut random = Random::new(seed, 1);
            for number in 0..REQUESTS_PER_CLIENT {
                let number = client * REQUESTS_PER_CLIENT + number;
                let request = if number.is_multiple_of(3) {
                    webhook(number)
                } else {
                    consent(test, number)
                };
                let after = random.between(Duration::ZERO, Duration::from_millis(12));
                send_and_disconnect(test, request, after).await;
            }
        }
    });
    join_all(requests).await;

    // What was started ends, and then no transaction is open.
    let open = "
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL";
    // Postgres ends transactions that were idle for ten seconds: they must end before that.
    let idle = "
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'idle in transaction'
            AND state_change < clock_timestamp() - interval '8 seconds'";
    until("nobody holds a transaction", async || {
        assert_eq!(number(&direct, idle).await, 0, "transactions stay open");
        number(&direct, open).await == 0
    })
    .await;
    // Every webhook that is answered now is stored, on whichever connection.
    let before = number(
        &direct,
        "SELECT count(*) FROM webhook_event WHERE event_id LIKE 'evt_here_%'",
    );
    assert_eq!(before.await, 0);
    for number in 0..30 {
        let event = stripe_at(STRIPE[1], &format!("evt_here_{number}"), NOON);
        let (status, answer) = event.send(&test).await;
        assert_eq!(status, 200, "{answer}");
    }
    let kept = "SELECT count(*) FROM webhook_event WHERE event_id LIKE 'evt_here_%'";
    assert_eq!(number(&direct, kept).await, 30);

    let answer = test.graphql(member::MAYA, "{ me { id } }", json!({})).await;
    assert!(answer.codes().is_empty(), "{answer:#?}");
    // An event is stored with its outbox message, or not at all.
    let without_message = "
        SELECT count(*) FROM webhook_event event
        WHERE source = 'stripe' AND NOT EXISTS (
            SELECT FROM outbox WHERE queue = 'webhooks' AND envelope LIKE '%' || event.id || '%'
        )";
    assert_eq!(number(&direct, without_message).await, 0);
    test.take_outbox().await;
    direct.close().await;
}

/// Runs a query on a connection that no request has used.
async fn number(db: &Pool, sql: &str) -> i64 {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let row = db
        .query_one_raw(statement)
        .await
        .expect(sql)
        .expect("a row");
    row.try_get_by_index(0).expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_postgres() {
    clients_that_hang_up_leave_nothing_open(Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_millisecond_from_postgres() {
    clients_that_hang_up_leave_nothing_open(Duration::from_millis(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_milliseconds_from_postgres() {
    clients_that_hang_up_leave_nothing_open(Duration::from_millis(5)).await;
}
