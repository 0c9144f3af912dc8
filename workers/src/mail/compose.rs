//! The message as it goes over the wire. Nothing in it is random, so that one that is sent again is the same.

use std::time::SystemTime;

use coach_domain::mail;
use lettre::message::{
    Body, Message, MultiPart, SinglePart,
    header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
};
use uuid::Uuid;

use super::{
    Error,
    template::page::{Attachment, Desk, Sheet},
};

/// Puts a written letter into its envelope.
pub(super) fn compose(
    id: Uuid,
    desk: &Desk<'_>,
    template: &'static str,
    sheet: Sheet,
) -> Result<mail::Message, Error> {
    let defect = |error: lettre::error::Error| Error::defect(template, error);
    let (house, to) = (desk.house, desk.to.mailbox()?);
    let recipient = to.email.to_string();
    let builder = Message::builder()
        .message_id(Some(format!("<{id}@{}>", house.domain())))
        .date(SystemTime::from(desk.now))
        .from(house.from.clone())
        .to(to)
        .subject(sheet.subject)
        // Keeps automatic answers away (RFC 3834).
        .raw_header(plain("Auto-Submitted", "auto-generated"))
        .raw_header(plain("Content-Language", desk.words.language()));
    let builder = match &house.reply_to {
        Some(reply_to) => builder.reply_to(reply_to.clone()),
        None => builder,
    };
    let builder = match &desk.unsubscribe {
        Some(link) => builder
            .raw_header(plain("List-Unsubscribe", &format!("<{link}>")))
            .raw_header(plain("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")),
        None => builder,
    };
    // `=_` stands in no part, whatever is in it: neither of the encodings lets it through.
    let texts = MultiPart::alternative()
        .boundary(format!("=_text-{}", id.simple()))
        .singlepart(text(sheet.text, ContentType::TEXT_PLAIN))
        .singlepart(text(sheet.html, ContentType::TEXT_HTML));
    let message = if sheet.attachments.is_empty() {
        builder.multipart(texts)
    } else {
        let mut whole = MultiPart::mixed()
            .boundary(format!("=_part-{}", id.simple()))
            .multipart(texts);
        for file in sheet.attachments {
            whole = whole.singlepart(attached(file, template)?);
        }
        builder.multipart(whole)
    };
    Ok(mail::Message {
        id,
        from: house.bounces.to_string(),
        to: recipient,
        mime: message.map_err(defect)?.formatted(),
    })
}

/// Text in an encoding that every server passes on as it is.
fn text(text: String, content_type: ContentType) -> SinglePart {
    let encoding = ContentTransferEncoding::QuotedPrintable;
    let builder = SinglePart::builder().header(content_type);
    match Body::new_with_encoding(text, encoding) {
        Ok(body) => builder.body(body),
        // Quoted-printable takes any text.
        Err(text) => builder.body(text),
    }
}

fn attached(file: Attachment, template: &'static str) -> Result<SinglePart, Error> {
    let content_type = ContentType::parse(file.media_type);
    let content_type = content_type.map_err(|error| Error::defect(template, error))?;
    // Whatever is in it, lines in base64 are none of ours.
    let body = Body::new_with_encoding(file.bytes, ContentTransferEncoding::Base64);
    let body = body.map_err(|_| Error::defect(template, "base64 does not take it"))?;
    Ok(lettre::message::Attachment::new(file.name).body(body, content_type))
}

/// A header of plain ASCII that is ours: a value without spaces stays on its line, as links must.
fn plain(name: &'static str, value: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.to_owned(), value.to_owned())
}
