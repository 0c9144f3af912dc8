//! Writing the status file.

use sea_orm::ConnectionTrait;

use super::{Status, status};
use crate::{
    kill_point,
    object::{self, Attributes, Condition, ObjectStore},
};

/// Where the status file is among the objects.
pub const KEY: &str = "live/status.json";

/// What goes with it.
pub const ATTRIBUTES: Attributes = Attributes {
    content_type: Some("application/json"),
    cache_control: Some("public, max-age=2"),
};

/// How often it is tried to write it, while others write it too.
const TRIES: u32 = 50;

/// Why the status file could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The database.
    #[error(transparent)]
    Domain(#[from] crate::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] object::Error),
    /// The file is ahead of the database.
    #[error(
        "the status file is at version {file}, and the database only at {database}: was it restored? \
         `coach live publish --raise` lifts it above the file"
    )]
    Ahead {
        /// The version of the file.
        file: i64,
        /// That of the database.
        database: i64,
    },
}

/// Has the status file say what the database says, if it does not yet. Any number may do it at once, at any time: each
/// looks at the file before it looks at the database, and writes only if nobody has written meanwhile.
///
/// # Errors
///
/// When one of both cannot be reached, and [`PublishError::Ahead`]; the file is as it was, or newer.
pub async fn publish(
    db: &impl ConnectionTrait,
    store: &dyn ObjectStore,
) -> Result<Status, PublishError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let found = store.get(KEY).await?;
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
                        tracing::warn!(%error, "the status file was none; it is replaced");
                    }
                }
                Condition::Matches(found.etag)
            }
        };
        kill_point::reached_with("before-status-file", &latest.state);
        match store.put(KEY, &bytes, &ATTRIBUTES, &condition).await {
            Ok(_) => {
                tracing::info!(version = latest.version, state = ?latest.state, "the status file is written");
                return Ok(latest);
            }
            Err(object::Error::Conflict) if tries < TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
}
