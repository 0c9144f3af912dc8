//! The Postgres server of these tests, with a seeded database to copy.

use std::{path::Path, sync::LazyLock};

use coach_tests::Postgres;

/// Started by the first test that needs it.
static SERVER: LazyLock<Postgres> = LazyLock::new(|| {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-of-tests");
    Postgres::start(&home)
});

/// The URL of a new copy of the seeded database.
pub(crate) async fn copy() -> String {
    SERVER.seeded().await
}

/// Has the copy with this URL dropped before the next is made. Databases of other servers are kept.
pub(crate) fn discard(url: &str) {
    SERVER.discard(url);
}
