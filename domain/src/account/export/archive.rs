//! The archive of all that is stored about a member.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, JsonValue};
use serde::Serialize;

use crate::{Result, database, id::MemberId};

/// The description in the archive.
const README: &str = "This is all that we store about you, apart from copies that the service makes for a short time \
    to do its work. It is JSON, which many programs can read. Times are in UTC; days of cycles and dates are those of \
    the time zone that you lived in then. Weights are in grams, lengths in millimetres. What a plan has for each day \
    is not stored: it follows from its programme, your preferences and the seed of the cycle; what you did or chose \
    otherwise is listed with the cycle. Of mails and of requests the latest 1,000 are listed. Where there is nothing of a kind, it says null.";

/// Everything that a member has entered, and everything that was derived from it.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Archive {
    readme: &'static str,
    as_of: DateTime<Utc>,
    data: JsonValue,
}

/// Omits the data.
impl std::fmt::Debug for Archive {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Archive(as of {})", self.as_of)
    }
}

/// Reads the archive of a member; `None` if there is no such member. `docs/PRIVACY.md` states what it contains.
pub async fn archive(
    db: &impl ConnectionTrait,
    member: MemberId,
    now: DateTime<Utc>,
) -> Result<Option<Archive>> {
    let statement = database::statement(include_str!("archive.sql"), [member.into()]);
    let row = db.query_one_raw(statement).await?;
    let archive = row.map(|row| {
        Ok(Archive {
            readme: README,
            as_of: now,
            data: row.try_get_by_index(0)?,
        })
    });
    archive.transpose()
}
