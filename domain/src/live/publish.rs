//! Writing the status file.

use sea_orm::ConnectionTrait;

use super::{Status, status};
use crate::{
    kill_point,
    object::{self, Attributes, Condition, ObjectStore},
};

/// The key of the status file in the object store.
pub const STATUS_FILE_KEY: &str = "live/status.json";

/// The attributes of the object.
pub const STATUS_FILE_ATTRIBUTES: Attributes = Attributes {
    content_type: Some("application/json"),
    cache_control: Some("public, max-age=2"),
};

/// Maximum number of attempts while others write the file concurrently.
const MAX_ATTEMPTS: u32 = 50;

/// Why the status file could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// An error of the domain or the database.
    #[error(transparent)]
    Domain(#[from] crate::Error),
    /// An error of the object store.
    #[error(transparent)]
    Store(#[from] object::Error),
    /// The file has a newer version than the database.
    #[error(
        "the status file is at version {file}, and the database only at {database}: was it restored? \
         `coach live publish --raise` lifts it above the file"
    )]
    Ahead {
        /// The version of the file.
        file: i64,
        /// The version of the database.
        database: i64,
    },
}

/// Writes the status file from the database if it differs. May run concurrently: each run reads the file before the
/// database, and writes only if the file has not been written meanwhile.
///
/// # Errors
///
/// If the database or the object store cannot be reached, and [`PublishError::Ahead`]. The file is never replaced by an
/// older one.
pub async fn publish(
    db: &impl ConnectionTrait,
    store: &dyn ObjectStore,
) -> Result<Status, PublishError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let found = store.get(STATUS_FILE_KEY).await?;
        let latest = status(db).await?;
        let bytes = serde_json::to_vec(&latest)
            .map_err(|error| crate::Error::Invariant(error.to_string()))?;
        let condition = match found {
            None => Condition::Absent,
            Some(found) if *found.bytes == *bytes => return Ok(latest),
            Some(found) => {
                match serde_json::from_slice::<Status>(&found.bytes) {
                    Ok(file) if file.version > latest.version => {
                        return Err(PublishError::Ahead {
                            file: file.version,
                            database: latest.version,
                        });
                    }
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(%error, "the status file was not valid; it is replaced");
                    }
                }
                Condition::Matches(found.etag)
            }
        };
        kill_point::reached_with("before-status-file", &latest.state);
        match store
            .put(STATUS_FILE_KEY, &bytes, &STATUS_FILE_ATTRIBUTES, &condition)
            .await
        {
            Ok(_) => {
                tracing::info!(
                    version = latest.version,
                    state = latest.state.map(|state| format!("{state:?}")),
                    "the status file is written"
                );
                return Ok(latest);
            }
            Err(object::Error::Conflict) if attempts < MAX_ATTEMPTS => {}
            Err(error) => return Err(error.into()),
        }
    }
}
