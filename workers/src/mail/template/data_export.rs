//! All that is kept about a member, as they asked.
//!
//! At least once: the law gives them a right to it.

use chrono::{DateTime, Utc};
use coach_domain::{
    mail::{
        Repeat,
        letter::{Archive, DataExport},
    },
    outbox::Payload as _,
};

use super::{
    Enclosure, Footing, Needs, Template,
    page::{Attachment, Desk, Sheet, parts},
};
use crate::mail::Error;

struct Body {
    opening: String,
    handling: &'static str,
    link: Option<String>,
}

parts!(
    DataExport,
    Body,
    "mail/data-export.html",
    "mail/data-export.txt"
);

impl Template for DataExport {
    const FOOTING: Footing = Footing::Service;
    const REPEAT: Repeat = Repeat::AtLeastOnce;

    fn useful_until(&self) -> Option<DateTime<Utc>> {
        match self.archive {
            Archive::Attachment { .. } => None,
            Archive::Link { expires_at, .. } => Some(expires_at),
        }
    }

    fn needs(&self) -> Needs {
        match &self.archive {
            Archive::Attachment { key } => Needs::Object { key: key.clone() },
            Archive::Link { .. } => Needs::Nothing,
        }
    }

    fn write(&self, desk: &Desk<'_>) -> Result<Sheet, Error> {
        let words = desk.words;
        let asked = format!(
            "On {} you asked for all data that we keep about you.",
            words.date_of(self.requested_at)
        );
        let (opening, link, attachments) = match (&self.archive, desk.enclosure) {
            (Archive::Link { url, expires_at }, _) => {
                let opening = format!(
                    "{asked} You can download it until {}.",
                    words.moment(*expires_at)
                );
                (opening, Some(web_address(url)?), Vec::new())
            }
            (Archive::Attachment { key }, Enclosure::Object(bytes)) => {
                let (ending, media_type) = format(key)?;
                let attachment = Attachment {
                    name: format!("data-{}.{ending}", self.requested_at.date_naive()),
                    media_type,
                    bytes: bytes.to_vec(),
                };
                (format!("{asked} It is attached."), None, vec![attachment])
            }
            (Archive::Attachment { .. }, _) => return Err(Error::Enclosure(Self::KIND)),
        };
        let body = Body {
            opening,
            handling: "It holds all that you told us, your measures among it: please keep it in a safe place.",
            link,
        };
        let page = desk.page(
            "Your data",
            "All that we keep about you, as you asked.",
            "You get this mail because you asked for your data.",
        );
        let mut sheet = sheet(&page, &body)?;
        sheet.attachments = attachments;
        Ok(sheet)
    }
}

/// What is attached, by the end of its key.
fn format(key: &str) -> Result<(&'static str, &'static str), Error> {
    match key.rsplit_once('.') {
        Some((_, "zip")) => Ok(("zip", "application/zip")),
        Some((_, "json")) => Ok(("json", "application/json")),
        _ => Err(Error::Payload(DataExport::KIND)),
    }
}

/// A link is what is clicked on: nothing but the web.
fn web_address(text: &str) -> Result<String, Error> {
    let url = reqwest::Url::parse(text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "https" | "http"));
    url.map(String::from)
        .ok_or(Error::Payload(DataExport::KIND))
}
