//! A replica that queries read from: a standby that streams from the primary.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use coach_tests::{Mode, Proxy, Target, cluster::Server, until};
use sea_orm::ConnectionTrait as _;
use serde_json::json;

use super::{readiness, seed, today};
use crate::{
    harness::{TestApp, member},
    writes::change,
};

/// A seeded primary with its standby.
struct Pair {
    primary: Server,
    standby: Server,
    _home: coach_tests::TestFolder,
}

impl Pair {
    async fn start() -> Self {
        let home = coach_tests::folder();
        let primary = Server::create(&home.join("primary")).await;
        seed(&primary).await;
        let standby = primary.standby(&home.join("standby")).await;
        Self {
            primary,
            standby,
            _home: home,
        }
    }

    /// A gateway that reads from the standby, through `read_url` if it is given.
    async fn gateway(&self, read_url: Option<String>) -> TestApp {
        let url = self.primary.url("postgres");
        let read_url = read_url.unwrap_or_else(|| self.standby.url("postgres"));
        let environment = [
            ("COACH_DATABASE_URL", url.clone()),
            ("COACH_DATABASE_READ_URL", read_url),
        ];
        TestApp::with_database_and_env(url, &environment).await
    }

    async fn pause_replay(&self) {
        execute(&self.standby, "SELECT pg_wal_replay_pause()").await;
        until("the replay is paused", async || {
            let sql = "SELECT pg_get_wal_replay_pause_state() = 'paused'";
            yes(&self.standby, sql).await
        })
        .await;
    }

    async fn resume_replay(&self) {
        execute(&self.standby, "SELECT pg_wal_replay_resume()").await;
    }
}

async fn execute(server: &Server, sql: &str) {
    let pool = server.pool("postgres").await;
    pool.execute_unprepared(sql).await.expect(sql);
    pool.close().await;
}

async fn yes(server: &Server, sql: &str) -> bool {
    let pool = server.pool("postgres").await;
    let row = pool
        .query_one_raw(coach_domain::database::statement(sql, []))
        .await;
    let yes = row.expect(sql).expect("a row").try_get_by_index(0);
    pool.close().await;
    yes.expect("a boolean")
}

/// Sets a member's locale in the database, as other processes than gateways change rows.
async fn set_locale(server: &Server, email: &str, locale: &str) {
    let sql = format!("UPDATE member SET locale = '{locale}' WHERE email = '{email}'");
    execute(server, &sql).await;
}

async fn locale(test: &TestApp, email: &str) -> String {
    let answer = test.graphql(email, "{ me { locale } }", json!({})).await;
    let locale = answer.data()["me"]["locale"].as_str();
    locale.expect("a locale").to_owned()
}

/// Has a member change their locale.
async fn change_locale(test: &TestApp, email: &str, key: &str, locale: &str) {
    let input = json!({ "idempotencyKey": key, "locale": locale });
    let answer = change(test, email, "UpdatePreferences", input).await;
    assert_eq!(answer.payload()["userErrors"], json!([]), "{answer:#?}");
}

fn is_used(test: &TestApp) -> bool {
    let replica = test.app.replica.as_ref();
    replica.expect("a replica is configured").is_used()
}

async fn wait_until_used(test: &TestApp) {
    until("the replica is used", async || is_used(test)).await;
}

async fn wait_until_unused(test: &TestApp) {
    until("the replica is not used", async || !is_used(test)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_read_from_a_replica_that_is_not_too_far_behind() {
    let pair = Pair::start().await;
    let test = pair.gateway(None).await;
    let locales = ["en-AU", "en-CA", "en-GB", "en-IE", "en-NZ"];
    let mut attempt = 0;
    // An old state tells that it is the replica's. An attempt proves nothing if the replica is given up meanwhile.
    until("the replica answers", async || {
        pair.resume_replay().await;
        wait_until_used(&test).await;
        let before = locale(&test, member::DANI).await;
        pair.pause_replay().await;
        let after = locales[attempt % locales.len()];
        attempt += 1;
        set_locale(&pair.primary, member::DANI, after).await;
        before != after && locale(&test, member::DANI).await == before
    })
    .await;
    let after = locales[(attempt - 1) % locales.len()];
    until("the primary answers", async || {
        locale(&test, member::DANI).await == after
    })
    .await;
    assert!(!is_used(&test));
    assert_eq!(
        readiness(&test).await,
        200,
        "it does not depend on a replica"
    );
    pair.resume_replay().await;
    wait_until_used(&test).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_see_what_they_changed_in_every_process() {
    let pair = Pair::start().await;
    let one = pair.gateway(None).await;
    let other = pair.gateway(None).await;
    // A process that cannot ask the replica what it has replayed.
    let proxy = Proxy::start(Target::Tcp(pair.standby.address), Duration::ZERO).await;
    proxy.set(Mode::Closed);
    let read_url = coach_tests::cluster::url(proxy.address, "postgres");
    let severed = pair.gateway(Some(read_url)).await;
    let all = [&one, &other, &severed];
    let mut number = 0;
    let mut change_and_read = async |changing: &TestApp| {
        let before = locale(changing, member::MAYA).await;
        let after = if before == "en-GB" { "en-NZ" } else { "en-GB" };
        number += 1;
        let key = format!("replica-{number}");
        change_locale(changing, member::MAYA, &key, after).await;
        let read = all.map(|test| locale(test, member::MAYA));
        let read = futures_util::future::join_all(read).await;
        assert_eq!(read, [after; 3], "change {number}");
    };
    for test in [&one, &other] {
        wait_until_used(test).await;
    }
    // The replica is some milliseconds behind.
    for round in 0..100 {
        change_and_read(all[round % 2]).await;
    }
    // For what this one changes, it can only wait for the leases of the others.
    for _ in 0..3 {
        change_and_read(&severed).await;
    }
    // It is behind for so long that it is given up.
    for changing in all {
        for test in [&one, &other] {
            wait_until_used(test).await;
        }
        pair.pause_replay().await;
        change_and_read(changing).await;
        pair.resume_replay().await;
    }
    assert!(!is_used(&severed));
    one.take_outbox().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_fails_fails_no_query() {
    let mut pair = Pair::start().await;
    let proxy = Proxy::start(Target::Tcp(pair.standby.address), Duration::ZERO).await;
    let read_url = coach_tests::cluster::url(proxy.address, "postgres");
    let test = Arc::new(pair.gateway(Some(read_url)).await);
    wait_until_used(&test).await;
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (test, stop) = (Arc::clone(&test), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut count = 0;
                while !stop.load(Relaxed) {
                    let codes = today(&test).await;
                    assert!(codes.is_empty(), "query {count}: {codes:?}");
                    count += 1;
                }
                count
            })
        })
        .collect();
    for round in 0..3 {
        pair.standby.restart().await;
        wait_until_used(&test).await;
        for mode in [Mode::Closed, Mode::Silent, Mode::Stalled] {
            proxy.set(mode);
            if mode == Mode::Stalled {
                // Only the connections that it has are lost.
                for _ in 0..30 {
                    assert!(today(&test).await.is_empty());
                }
            } else {
                wait_until_unused(&test).await;
            }
            let key = format!("replica-fails-{round}-{mode:?}");
            change_locale(&test, member::NORA, &key, "en-GB").await;
            proxy.set(Mode::Open);
            wait_until_used(&test).await;
        }
    }
    drop(pair.standby);
    wait_until_unused(&test).await;
    for _ in 0..30 {
        assert!(today(&test).await.is_empty());
    }
    assert_eq!(readiness(&test).await, 200);
    stop.store(true, Relaxed);
    for reader in readers {
        assert!(reader.await.expect("no query failed") > 0);
    }
    test.take_outbox().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promoted_replica_is_neither_read_nor_written() {
    let pair = Pair::start().await;
    let test = pair.gateway(None).await;
    wait_until_used(&test).await;
    pair.standby.promote().await;
    wait_until_unused(&test).await;
    set_locale(&pair.standby, member::MAYA, "en-ZA").await;
    for number in 0..20 {
        let to = if number % 2 == 0 { "en-GB" } else { "en-NZ" };
        change_locale(&test, member::MAYA, &format!("promoted-{number}"), to).await;
        assert_eq!(locale(&test, member::MAYA).await, to);
    }
    let untouched = "
        SELECT NOT EXISTS (SELECT FROM idempotency_key)
           AND (SELECT locale FROM member WHERE email = 'maya@demo.coach.example') = 'en-ZA'";
    assert!(yes(&pair.standby, untouched).await);
    test.take_outbox().await;
}
