//! One private Postgres for all tests of a target, with template databases to copy.

use coach_domain::database::Pool;
use std::{
    mem,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use coach_dev::{EmbeddedPostgres, Settings};
use coach_domain::database::{self, Options};
use sea_orm::ConnectionTrait as _;
use tokio::sync::OnceCell;

use crate::noon;

/// A server. If the process ends without dropping it, a watchdog stops it.
#[derive(Debug)]
pub struct Postgres {
    server: EmbeddedPostgres,
    copies: AtomicUsize,
    /// The copies whose tests have passed.
    discarded: Mutex<Vec<String>>,
    empty: OnceCell<()>,
    seeded: OnceCell<()>,
}

#[expect(
    clippy::missing_panics_doc,
    reason = "in tests whatever goes wrong is a panic"
)]
impl Postgres {
    /// Starts it. No other target may use its data folder `home`.
    pub fn start(home: &Path) -> Self {
        let settings = Settings {
            durable: false,
            ..Settings::new(home)
        };
        let server = EmbeddedPostgres::start(&settings, &mut |line| eprintln!("{line}"));
        Self {
            server: server.expect("the tests need a Postgres 15 or later"),
            copies: AtomicUsize::new(0),
            discarded: Mutex::default(),
            empty: OnceCell::const_new(),
            seeded: OnceCell::const_new(),
        }
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        self.server.url(database)
    }

    /// Recreates a database and fills it.
    pub async fn template(&self, name: &str, fill: impl AsyncFnOnce(&Pool)) {
        self.execute(&format!("DROP DATABASE IF EXISTS {name}"))
            .await;
        self.execute(&format!("CREATE DATABASE {name}")).await;
        let pool = database::connect(&self.url(name), &Options::default()).await;
        let pool = pool.expect("a connection");
        fill(&pool).await;
        pool.execute_unprepared("ANALYZE").await.expect("ANALYZE");
        pool.close().await;
    }

    /// The URL of a new database with empty tables.
    pub async fn empty(&self) -> String {
        const TEMPLATE: &str = "template_empty";
        let migrate = || {
            self.template(TEMPLATE, async |pool| {
                let migrated = coach_gateway::app::migrate(pool).await;
                migrated.expect("the migrations run");
            })
        };
        self.empty.get_or_init(migrate).await;
        self.copy(TEMPLATE).await
    }

    /// The URL of a new database with the demo members, as they are at [`noon`].
    pub async fn seeded(&self) -> String {
        const TEMPLATE: &str = "template_seeded";
        let seed = || {
            self.template(TEMPLATE, async |pool| {
                let migrated = coach_gateway::app::migrate(pool).await;
                migrated.expect("the migrations run");
                let seeded = coach_content::seed::seed(pool, &*noon()).await;
                seeded.expect("the seed goes in");
            })
        };
        self.seeded.get_or_init(seed).await;
        self.copy(TEMPLATE).await
    }

    /// The URL of a new database, copied from a template.
    pub async fn copy(&self, template: &str) -> String {
        let discarded = mem::take(&mut *self.discarded.lock().expect("not poisoned"));
        for name in discarded {
            self.drop_database(&name).await;
        }
        let name = format!("test_{}", self.copies.fetch_add(1, Ordering::Relaxed));
        self.drop_database(&name).await;
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        self.execute(&create).await;
        self.url(&name)
    }

    /// Has the next copy drop the copy with this URL: hundreds of them would fill a small disk. Other databases are kept.
    pub fn discard(&self, url: &str) {
        let name = url.rsplit('/').next().unwrap_or_default();
        let name = name.split('?').next().unwrap_or_default();
        if name.starts_with("test_") && self.url(name) == url {
            let mut discarded = self.discarded.lock().expect("not poisoned");
            discarded.push(name.to_owned());
        }
    }

    async fn drop_database(&self, name: &str) {
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        self.execute(&drop).await;
    }

    async fn execute(&self, sql: &str) {
        // Dropping a database waits for a checkpoint, which is slow on a busy machine.
        let options = Options {
            max_connections: 1,
            statement_timeout: Duration::from_mins(1),
            ..Options::default()
        };
        let pool = database::connect(&self.url("postgres"), &options).await;
        let pool = pool.expect("a connection");
        pool.execute_unprepared(sql).await.expect(sql);
        pool.close().await;
    }
}
