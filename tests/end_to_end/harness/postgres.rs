//! One private Postgres for all tests, with a template to copy.

use std::{
    path::Path,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use coach_domain::database::{self, Options};
use coach_gateway::embedded::{EmbeddedPostgres, Settings};
use sea_orm::ConnectionTrait as _;
use tokio::sync::OnceCell;

use super::app::noon;

/// Started with the first test that asks; its watchdog stops it with us.
static SERVER: LazyLock<EmbeddedPostgres> = LazyLock::new(|| {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-of-tests");
    let settings = Settings {
        durable: false,
        ..Settings::new(home)
    };
    EmbeddedPostgres::start(&settings, &mut |line| eprintln!("{line}"))
        .expect("the tests need a Postgres 15 or later")
});

/// Whether the seeded database is there that others are copied from.
static TEMPLATE: OnceCell<()> = OnceCell::const_new();

async fn execute(database: &str, sql: &str) {
    let options = Options {
        max_connections: 1,
        ..Options::default()
    };
    let pool = database::connect(&SERVER.url(database), &options)
        .await
        .expect("a connection");
    pool.execute_unprepared(sql).await.expect(sql);
    pool.close().await.expect("closed");
}

async fn template() {
    let make = async || {
        execute("postgres", "DROP DATABASE IF EXISTS template_seeded").await;
        execute("postgres", "CREATE DATABASE template_seeded").await;
        let url = SERVER.url("template_seeded");
        let pool = database::connect(&url, &Options::default())
            .await
            .expect("a connection");
        coach_gateway::app::migrate(&pool)
            .await
            .expect("the migrations run");
        coach_domain::seed::seed(&pool, &*noon())
            .await
            .expect("the seed goes in");
        pool.execute_unprepared("ANALYZE").await.expect("ANALYZE");
        pool.close().await.expect("closed");
    };
    TEMPLATE.get_or_init(make).await;
}

/// The URL of a database of one test's own, copied from the template.
pub(super) async fn copy() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    template().await;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    execute(
        "postgres",
        &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    )
    .await;
    execute(
        "postgres",
        &format!("CREATE DATABASE {name} TEMPLATE template_seeded"),
    )
    .await;
    SERVER.url(&name)
}
