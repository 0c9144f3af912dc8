//! The archive of a member's data that the member requested.
//!
//! Sent at least once, since members have a right to it by law.

use chrono::{DateTime, Utc};
use coach_domain::{
    mail::letter::{Archive, DataExport},
    outbox::Payload as _,
};

use super::{
    AttachedFile, Attachment, Error, RenderContext, RenderedEmail, RequiredAttachment, Template,
    letter_templates,
};

struct Body {
    opening: String,
    handling: &'static str,
    link: Option<String>,
}

letter_templates!(DataExport, "mail/data-export.html", "mail/data-export.txt");

impl Template for DataExport {
    fn useful_until(&self) -> Option<DateTime<Utc>> {
        match self.archive {
            Archive::Attachment { .. } => None,
            Archive::Link { expires_at, .. } => Some(expires_at),
        }
    }

    fn required_attachment(&self) -> RequiredAttachment {
        match &self.archive {
            Archive::Attachment { key } => RequiredAttachment::Object { key: key.clone() },
            Archive::Link { .. } => RequiredAttachment::Nothing,
        }
    }

    fn write(&self, context: &RenderContext<'_>) -> Result<RenderedEmail, Error> {
        let formatting = context.formatting;
        let intro = format!(
            "On {} you asked for all data that we keep about you.",
            formatting.date_of(self.requested_at)
        );
        let (opening, link, attachments) = match (&self.archive, context.attachment) {
            (Archive::Link { url, expires_at }, _) => {
                let opening = format!(
                    "{intro} You can download it until {}.",
                    formatting.moment(*expires_at)
                );
                (opening, Some(web_address(url)?), Vec::new())
            }
            (Archive::Attachment { key }, Attachment::Object(bytes)) => {
                let (extension, media_type) = format(key)?;
                let attachment = AttachedFile {
                    name: format!("data-{}.{extension}", self.requested_at.date_naive()),
                    media_type,
                    bytes: bytes.to_vec(),
                };
                (format!("{intro} It is attached."), None, vec![attachment])
            }
            (Archive::Attachment { .. }, _) => return Err(Error::Attachment(Self::KIND)),
        };
        let body = Body {
            opening,
            handling: "It holds all that you told us, your measures among it: please keep it in a safe place.",
            link,
        };
        let page = context.page(
            "Your data",
            "All that we keep about you, as you asked.",
            "You get this mail because you asked for your data.",
        );
        let mut rendered = render_page(&page, &body)?;
        rendered.attachments = attachments;
        Ok(rendered)
    }
}

/// The file extension and media type of an archive, by the extension of its key.
fn format(key: &str) -> Result<(&'static str, &'static str), Error> {
    match key.rsplit_once('.') {
        Some((_, "zip")) => Ok(("zip", "application/zip")),
        Some((_, "json")) => Ok(("json", "application/json")),
        _ => Err(Error::Payload(DataExport::KIND)),
    }
}

/// Validates a link, which must be `http` or `https`.
fn web_address(text: &str) -> Result<String, Error> {
    let url = reqwest::Url::parse(text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "https" | "http"));
    url.map(String::from)
        .ok_or(Error::Payload(DataExport::KIND))
}
