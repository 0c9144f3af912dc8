//! What all letters share: the context of rendering, and the page around their text.

use chrono::{DateTime, Utc};

use crate::mail::{
    Recipient, Sender, formatting::Formatting, recipient::one_line, template::Attachment,
};

/// The maximum length of a line of a text part, in characters. URLs may be longer.
const MAX_LINE_LENGTH: usize = 74;
/// The maximum length of a subject, in characters.
const MAX_SUBJECT_LENGTH: usize = 120;

/// What a letter is rendered with.
pub(in crate::mail) struct RenderContext<'a> {
    pub(in crate::mail) sender: &'a Sender,
    pub(in crate::mail) to: &'a Recipient,
    pub(in crate::mail) attachment: &'a Attachment,
    pub(in crate::mail) unsubscribe: Option<String>,
    pub(in crate::mail) formatting: Formatting,
    pub(in crate::mail) now: DateTime<Utc>,
}

impl<'a> RenderContext<'a> {
    /// The page around a letter's text. `reason` tells the recipient why they receive it.
    pub(super) fn page(&self, subject: &str, preview: &str, reason: &'static str) -> Page<'a> {
        let name = self.to.mail_name();
        Page {
            sender: self.sender,
            language: self.formatting.language(),
            subject: one_line(subject).chars().take(MAX_SUBJECT_LENGTH).collect(),
            preview: one_line(preview),
            greeting: name.map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {name},")),
            reason,
            unsubscribe: self.unsubscribe.clone(),
        }
    }
}

/// The page around a letter's text, for the layout templates.
pub(super) struct Page<'a> {
    pub(super) sender: &'a Sender,
    pub(super) language: &'static str,
    pub(super) subject: String,
    /// The text that mail clients show beside the subject in a list.
    pub(super) preview: String,
    pub(super) greeting: String,
    pub(super) reason: &'static str,
    pub(super) unsubscribe: Option<String>,
}

/// A rendered letter.
pub(in crate::mail) struct RenderedEmail {
    pub(in crate::mail) subject: String,
    pub(in crate::mail) html: String,
    pub(in crate::mail) text: String,
    pub(in crate::mail) attachments: Vec<AttachedFile>,
}

/// An attached file. Its name is one of our own, in ASCII.
pub(in crate::mail) struct AttachedFile {
    pub(in crate::mail) name: String,
    pub(in crate::mail) media_type: &'static str,
    pub(in crate::mail) bytes: Vec<u8>,
}

/// Declares the two templates of a letter with a `Body`, and the function `render_page` that renders them.
macro_rules! letter_templates {
    ($letter:ty, $html:literal, $text:literal) => {
        #[derive(askama::Template)]
        #[template(path = $html)]
        struct Html<'a> {
            page: &'a $crate::mail::template::page::Page<'a>,
            body: &'a Body,
        }

        #[derive(askama::Template)]
        #[template(path = $text)]
        struct Text<'a> {
            page: &'a $crate::mail::template::page::Page<'a>,
            body: &'a Body,
        }

        fn render_page(
            page: &$crate::mail::template::page::Page<'_>,
            body: &Body,
        ) -> Result<$crate::mail::template::page::RenderedEmail, $crate::mail::Error> {
            use askama::Template as _;
            use coach_domain::outbox::Payload as _;
            let defect = |error: askama::Error| $crate::mail::Error::defect(<$letter>::KIND, error);
            let text = Text { page, body }.render().map_err(defect)?;
            Ok($crate::mail::template::page::RenderedEmail {
                subject: page.subject.clone(),
                html: Html { page, body }.render().map_err(defect)?,
                text: $crate::mail::template::page::wrap(&text),
                attachments: Vec::new(),
            })
        }
    };
}
pub(super) use letter_templates;

/// Breaks long lines between words. Continuation lines of list items are indented.
pub(super) fn wrap(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + text.len() / MAX_LINE_LENGTH);
    for line in text.trim_end().lines() {
        if line.chars().count() <= MAX_LINE_LENGTH {
            wrapped.push_str(line);
            wrapped.push('\n');
            continue;
        }
        let indent = if line.starts_with("- ") { "  " } else { "" };
        let mut width = 0;
        for word in line.split(' ') {
            let length = word.chars().count();
            if width > 0 && width + 1 + length > MAX_LINE_LENGTH {
                wrapped.push('\n');
                wrapped.push_str(indent);
                width = indent.len();
            } else if width > 0 {
                wrapped.push(' ');
                width += 1;
            }
            wrapped.push_str(word);
            width += length;
        }
        wrapped.push('\n');
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::{MAX_LINE_LENGTH, wrap};

    #[test]
    fn long_lines_are_broken_between_words() {
        let line = "word ".repeat(40);
        let text = format!(
            "{line}\n\n- {line}\nhttps://example.com/{}\n",
            "a".repeat(100)
        );
        let wrapped = wrap(&text);
        assert!(
            wrapped
                .lines()
                .filter(|line| !line.starts_with("https"))
                .all(|line| line.len() <= MAX_LINE_LENGTH)
        );
        assert!(
            wrapped.lines().any(|line| line.len() == 120),
            "an address stays whole"
        );
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&wrapped), words(&text));
        assert!(wrapped.contains("\n  word"), "points keep their indent");
    }
}
