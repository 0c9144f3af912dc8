//! The Postgres server of these tests, with a seeded database to copy.

use std::{path::Path, sync::LazyLock};

use coach_tests::Postgres;
use tokio::sync::OnceCell;

use super::app::noon;

/// Started by the first test that needs it.
static SERVER: LazyLock<Postgres> = LazyLock::new(|| {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-of-tests");
    Postgres::start(&home)
});

const TEMPLATE: &str = "template_seeded";

/// The URL of a new copy of the seeded database.
pub(crate) async fn copy() -> String {
    static SEEDED: OnceCell<()> = OnceCell::const_new();
    let seed = || {
        SERVER.template(TEMPLATE, async |pool| {
            let migrated = coach_gateway::app::migrate(pool).await;
            migrated.expect("the migrations run");
            let seeded = coach_content::seed::seed(pool, &*noon()).await;
            seeded.expect("the seed goes in");
        })
    };
    SEEDED.get_or_init(seed).await;
    SERVER.copy(TEMPLATE).await
}
