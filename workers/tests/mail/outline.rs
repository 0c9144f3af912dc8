//! The structure of a message, as a mail client parses it.

use mail_parser::{MessageParser, MimeHeaders as _, PartType};

/// The parts of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    /// The header fields as they were transmitted, unfolded.
    pub(crate) head: Vec<String>,
    pub(crate) text: String,
    pub(crate) html: String,
    /// The name, media type and content of each attachment.
    pub(crate) attachments: Vec<(String, String, Vec<u8>)>,
    /// The media types of all parts.
    pub(crate) parts: Vec<String>,
}

impl Outline {
    pub(crate) fn of(mime: &[u8]) -> Self {
        let message = MessageParser::default().parse(mime).unwrap();
        let media_type = |part: &mail_parser::MessagePart<'_>| {
            let found = part.content_type().unwrap();
            format!("{}/{}", found.ctype(), found.subtype().unwrap_or_default())
        };
        let attachments = message.attachments().map(|part| {
            let bytes = match &part.body {
                PartType::Text(text) | PartType::Html(text) => text.as_bytes().to_vec(),
                _ => part.contents().to_vec(),
            };
            (
                part.attachment_name().unwrap().to_owned(),
                media_type(part),
                bytes,
            )
        });
        Self {
            head: head(mime),
            text: message.body_text(0).unwrap().replace("\r\n", "\n"),
            html: message.body_html(0).unwrap().replace("\r\n", "\n"),
            attachments: attachments.collect(),
            parts: message.parts.iter().map(media_type).collect(),
        }
    }

    /// The names of the header fields, in their order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.head
            .iter()
            .map(|line| line.split_once(':').unwrap().0)
            .collect()
    }

    /// The value of a header field.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.iter().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| *found == name).unwrap().1
    }
}

/// The header fields of a message. Also asserts what every server and client requires.
fn head(mime: &[u8]) -> Vec<String> {
    let text = str::from_utf8(mime).expect("a message is ASCII");
    assert!(text.is_ascii());
    assert!(
        !text.replace("\r\n", "").contains(['\r', '\n']),
        "lines end in CRLF alone"
    );
    assert!(
        text.split("\r\n").all(|line| line.len() <= 998),
        "no line is longer than servers accept"
    );
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let lines = unfolded.split("\r\n").map(str::to_owned);
    lines.collect()
}
