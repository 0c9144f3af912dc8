//! Cursors: the sort key of a row as an opaque string. Rows that are inserted or deleted between two pages do not shift
//! the next page. A digest detects cursors of another list, and forged or truncated ones.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::PageRequest;
use crate::{Error, Result};

/// A position in an ordered list.
pub(crate) trait Cursor: Sized {
    /// The position as bytes.
    fn bytes(&self) -> Vec<u8>;

    /// The position, from untrusted bytes.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;

    /// The cursor for clients, for the list with this name.
    fn encode(&self, list: &str) -> String {
        let position = self.bytes();
        let bytes = [digest(list, &position).as_slice(), &position].concat();
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position in the list with this name after which the requested page starts.
    ///
    /// # Errors
    ///
    /// [`Error::BadArgument`] when `after` is not a cursor of that list.
    fn from_request(request: &PageRequest, list: &str) -> Result<Option<Self>> {
        let Some(text) = &request.after else {
            return Ok(None);
        };
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let position = bytes.as_deref().and_then(|bytes| {
            let (expected, position) = bytes.split_first_chunk()?;
            (*expected == digest(list, position)).then_some(position)
        });
        let cursor = position.and_then(Self::from_bytes);
        cursor.map(Some).ok_or_else(invalid_cursor)
    }
}

/// The cursor of an item in a list that is computed anew for each request, such as the alternatives to a meal.
pub fn cursor_of(list: &str, id: Uuid) -> String {
    IdCursor(id).encode(list)
}

struct IdCursor(Uuid);

impl Cursor for IdCursor {
    fn bytes(&self) -> Vec<u8> {
        self.0.as_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Uuid::from_slice(bytes).ok()?))
    }
}

/// The error for an `after` that is not a cursor of the list.
pub fn invalid_cursor() -> Error {
    Error::BadArgument("after", "is not a cursor of this list".to_owned())
}

/// A digest of list and position, cut to four bytes so that the cursor of the longest title fits into 512 characters.
fn digest(list: &str, position: &[u8]) -> [u8; 4] {
    let digest = Sha256::new()
        .chain_update(list)
        .chain_update([0])
        .chain_update(position)
        .finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

fn split_id(bytes: &[u8]) -> Option<(Uuid, &[u8])> {
    let (id, rest) = bytes.split_first_chunk()?;
    Some((Uuid::from_bytes(*id), rest))
}

/// A position in a list ordered by title. The default is before all items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TitleCursor {
    /// Not empty; at most 360 bytes, so that the cursor has at most 512
    /// characters.
    pub(crate) title: String,
    pub(crate) id: Uuid,
}

impl Cursor for TitleCursor {
    fn bytes(&self) -> Vec<u8> {
        [self.id.as_bytes(), self.title.as_bytes()].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (id, title) = split_id(bytes)?;
        let title = std::str::from_utf8(title).ok()?;
        // Postgres cannot store U+0000 in text.
        let is_title = !title.is_empty() && !title.contains('\0');
        is_title.then(|| Self {
            title: title.to_owned(),
            id,
        })
    }
}

/// A position in a list ordered by time, the newest first. The default is before all items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeCursor {
    /// In whole microseconds, the precision of Postgres.
    pub(crate) at: DateTime<Utc>,
    pub(crate) id: Uuid,
}

impl Default for TimeCursor {
    fn default() -> Self {
        Self {
            at: DateTime::<Utc>::MAX_UTC,
            id: Uuid::max(),
        }
    }
}

impl Cursor for TimeCursor {
    fn bytes(&self) -> Vec<u8> {
        let at = self.at.timestamp_micros().to_be_bytes();
        [self.id.as_bytes().as_slice(), &at].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (id, at) = split_id(bytes)?;
        let at = i64::from_be_bytes(at.try_into().ok()?);
        let at = DateTime::from_timestamp_micros(at)?;
        // The earliest timestamp that Postgres can store.
        (at.timestamp() > -200_000_000_000).then_some(Self { at, id })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::{Cursor, TimeCursor, TitleCursor};
    use crate::{Error, page::PageRequest};

    fn after(text: &str) -> PageRequest {
        PageRequest {
            first: 20,
            after: Some(text.to_owned()),
        }
    }

    #[test]
    fn cursors_come_back() {
        let id = Uuid::from_u128(7);
        let title = TitleCursor {
            title: "Crème brûlée".to_owned(),
            id,
        };
        let read = TitleCursor::from_request(&after(&title.encode("recipe")), "recipe");
        assert_eq!(read.unwrap(), Some(title));
        let at = DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap();
        let time = TimeCursor { at, id };
        let read = TimeCursor::from_request(&after(&time.encode("check_in")), "check_in");
        assert_eq!(read.unwrap(), Some(time));
    }

    #[test]
    fn the_longest_title_fits() {
        let title = "界".repeat(120);
        let id = Uuid::max();
        assert!(TitleCursor { title, id }.encode("exercise").len() <= 512);
    }

    #[test]
    fn what_is_not_a_cursor_is_bad_input() {
        let zero = TitleCursor {
            title: "a\0b".to_owned(),
            id: Uuid::nil(),
        };
        let title = TitleCursor {
            title: "Rice".to_owned(),
            id: Uuid::nil(),
        };
        let elsewhere = title.encode("exercise");
        let whole = title.encode("recipe");
        let (cut, other) = (&whole[..whole.len() - 2], whole.replacen('A', "B", 1));
        let invalid = [
            "",
            "!",
            "AAAA",
            "=",
            &zero.encode("recipe"),
            &elsewhere,
            cut,
            &other,
        ];
        for text in invalid.into_iter().chain([whole.as_str()]) {
            let read = TimeCursor::from_request(&after(text), "recipe");
            assert!(
                matches!(read, Err(Error::BadArgument("after", _))),
                "{text}"
            );
        }
        for text in invalid {
            let read = TitleCursor::from_request(&after(text), "recipe");
            assert!(
                matches!(read, Err(Error::BadArgument("after", _))),
                "{text}"
            );
        }
        let distant = [Uuid::nil().as_bytes().as_slice(), &i64::MIN.to_be_bytes()].concat();
        assert_eq!(TimeCursor::from_bytes(&distant), None);
    }
}
