//! Cursors: where a row stands in the order of its list, as an opaque text. A
//! row that is gone by the next page, or others that came, move nothing. A
//! digest tells those of another list, and what was made up or cut off.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::PageRequest;
use crate::{Error, Result};

/// A place in an ordered list.
pub(crate) trait Cursor: Sized {
    /// The bytes of the place.
    fn bytes(&self) -> Vec<u8>;

    /// The place, from bytes that anybody may have made up.
    fn of_bytes(bytes: &[u8]) -> Option<Self>;

    /// The text for clients of the list with this name.
    fn encode(&self, list: &str) -> String {
        let place = self.bytes();
        let bytes = [digest(list, &place).as_slice(), &place].concat();
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place in the list with this name that a request begins behind.
    ///
    /// # Errors
    ///
    /// [`Error::BadArgument`] for what is not a cursor of that list.
    fn of_request(request: &PageRequest, list: &str) -> Result<Option<Self>> {
        let Some(text) = &request.after else {
            return Ok(None);
        };
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let place = bytes.as_deref().and_then(|bytes| {
            let (given, place) = bytes.split_first_chunk()?;
            (*given == digest(list, place)).then_some(place)
        });
        let cursor = place.and_then(Self::of_bytes);
        cursor.map(Some).ok_or_else(foreign)
    }
}

/// Where an item stands in a list that is made anew each time, such as what a meal may be swapped for.
pub fn cursor_of(list: &str, id: Uuid) -> String {
    IdCursor(id).encode(list)
}

struct IdCursor(Uuid);

impl Cursor for IdCursor {
    fn bytes(&self) -> Vec<u8> {
        self.0.as_bytes().to_vec()
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Uuid::from_slice(bytes).ok()?))
    }
}

/// What is answered to a cursor that is none of a list.
pub fn foreign() -> Error {
    Error::BadArgument("after", "is not a cursor of this list".to_owned())
}

/// Of list and place; four bytes, so that the longest title fits.
fn digest(list: &str, place: &[u8]) -> [u8; 4] {
    let digest = Sha256::new()
        .chain_update(list)
        .chain_update([0])
        .chain_update(place)
        .finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

fn split_id(bytes: &[u8]) -> Option<(Uuid, &[u8])> {
    let (id, rest) = bytes.split_first_chunk()?;
    Some((Uuid::from_bytes(*id), rest))
}

/// A place in a list by title. The default is the place before all.
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

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (id, title) = split_id(bytes)?;
        let title = std::str::from_utf8(title).ok()?;
        // Postgres has no text with a zero byte.
        let is_title = !title.is_empty() && !title.contains('\0');
        is_title.then(|| Self {
            title: title.to_owned(),
            id,
        })
    }
}

/// A place in a list by time, the newest first. The default is the place before
/// all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeCursor {
    /// To the microsecond, as Postgres keeps it.
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

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (id, at) = split_id(bytes)?;
        let at = i64::from_be_bytes(at.try_into().ok()?);
        let at = DateTime::from_timestamp_micros(at)?;
        // Before this Postgres has no times.
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
        let read = TitleCursor::of_request(&after(&title.encode("recipe")), "recipe");
        assert_eq!(read.unwrap(), Some(title));
        let at = DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap();
        let time = TimeCursor { at, id };
        let read = TimeCursor::of_request(&after(&time.encode("check_in")), "check_in");
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
        let nowhere = [
            "",
            "!",
            "AAAA",
            "=",
            &zero.encode("recipe"),
            &elsewhere,
            cut,
            &other,
        ];
        for text in nowhere.into_iter().chain([whole.as_str()]) {
            let read = TimeCursor::of_request(&after(text), "recipe");
            assert!(
                matches!(read, Err(Error::BadArgument("after", _))),
                "{text}"
            );
        }
        for text in nowhere {
            let read = TitleCursor::of_request(&after(text), "recipe");
            assert!(
                matches!(read, Err(Error::BadArgument("after", _))),
                "{text}"
            );
        }
        let distant = [Uuid::nil().as_bytes().as_slice(), &i64::MIN.to_be_bytes()].concat();
        assert_eq!(TimeCursor::of_bytes(&distant), None);
    }
}
