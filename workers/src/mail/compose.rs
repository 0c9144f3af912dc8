//! Composes MIME messages. Nothing in them is random, so that a message that is sent again is identical.

use std::time::SystemTime;

use coach_domain::mail;
use lettre::message::{
    Body, Message, MultiPart, SinglePart,
    header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
};
use uuid::Uuid;

use super::{
    Error,
    template::page::{AttachedFile, RenderContext, RenderedEmail},
};

/// Composes the message of a rendered letter. `id` is the id of the outbox envelope.
pub(super) fn compose(
    id: Uuid,
    context: &RenderContext<'_>,
    template: &'static str,
    rendered: RenderedEmail,
) -> Result<mail::Message, Error> {
    let defect = |error: lettre::error::Error| Error::defect(template, error);
    let (sender, to) = (context.sender, context.to.mailbox()?);
    let recipient = to.email.to_string();
    let mut builder = Message::builder()
        .message_id(Some(format!("<{id}@{}>", sender.domain())))
        .date(SystemTime::from(context.now))
        .from(sender.from.clone())
        .to(to)
        .subject(rendered.subject)
        // Prevents automatic replies (RFC 3834).
        .raw_header(plain("Auto-Submitted", "auto-generated"))
        .raw_header(plain("Content-Language", context.formatting.language()));
    if let Some(reply_to) = &sender.reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    if let Some(link) = &context.unsubscribe {
        builder = builder
            .raw_header(plain("List-Unsubscribe", &format!("<{link}>")))
            .raw_header(plain("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    // `=_` cannot occur in a part, whatever its content: both encodings escape it.
    let texts = MultiPart::alternative()
        .boundary(format!("=_text-{}", id.simple()))
        .singlepart(text(rendered.text, ContentType::TEXT_PLAIN))
        .singlepart(text(rendered.html, ContentType::TEXT_HTML));
    let message = if rendered.attachments.is_empty() {
        builder.multipart(texts)
    } else {
        let mut whole = MultiPart::mixed()
            .boundary(format!("=_part-{}", id.simple()))
            .multipart(texts);
        for file in rendered.attachments {
            whole = whole.singlepart(attachment(file, template)?);
        }
        builder.multipart(whole)
    };
    Ok(mail::Message {
        id,
        from: sender.bounces.to_string(),
        to: recipient,
        mime: message.map_err(defect)?.formatted(),
    })
}

/// A text part, in an encoding that no server changes.
fn text(text: String, content_type: ContentType) -> SinglePart {
    let encoding = ContentTransferEncoding::QuotedPrintable;
    let builder = SinglePart::builder().header(content_type);
    match Body::new_with_encoding(text, encoding) {
        Ok(body) => builder.body(body),
        // It cannot happen: quoted-printable encodes any text.
        Err(text) => builder.body(text),
    }
}

fn attachment(file: AttachedFile, template: &'static str) -> Result<SinglePart, Error> {
    let content_type = ContentType::parse(file.media_type);
    let content_type = content_type.map_err(|error| Error::defect(template, error))?;
    // Encoded in base64, no content can be mistaken for a boundary.
    let body = Body::new_with_encoding(file.bytes, ContentTransferEncoding::Base64);
    let body = body.map_err(|_| Error::defect(template, "it cannot be encoded in base64"))?;
    Ok(lettre::message::Attachment::new(file.name).body(body, content_type))
}

/// A header with an ASCII value of our own. It is not folded, since links must stay on one line.
fn plain(name: &'static str, value: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.to_owned(), value.to_owned())
}
