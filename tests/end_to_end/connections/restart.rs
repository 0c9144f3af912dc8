//! Postgres restarts between requests.

use coach_tests::cluster::Server;
use serde_json::json;

use super::{seed, today, warm};
use crate::{
    harness::{TestApp, member},
    writes::change,
};

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_no_read_and_no_change_fails() {
    let home = coach_tests::folder();
    let mut server = Server::create(&home.join("data")).await;
    seed(&server).await;
    let test = TestApp::with_database(server.url("postgres")).await;
    for round in 0..3 {
        warm(&test).await;
        server.restart().await;
        for number in 0..30 {
            let codes = today(&test).await;
            assert!(codes.is_empty(), "read {number}: {codes:?}");
        }
        warm(&test).await;
        server.restart().await;
        for number in 0..30 {
            let input = json!({
                "idempotencyKey": format!("restart-{round}-{number}"),
                "consents": [{ "purpose": "PARTNER_SHARING", "granted": number % 2 == 0 }],
            });
            let answer = change(&test, member::MAYA, "UpdateConsents", input).await;
            assert!(answer.codes().is_empty(), "change {number}: {answer:#?}");
        }
    }
    test.take_outbox().await;
}
