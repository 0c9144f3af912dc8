//! What all letters share: where they are written, and what is around their text.

use chrono::{DateTime, Utc};

use crate::mail::{House, Recipient, recipient::one_line, template::Enclosure, words::Words};

/// The longest line of a text part, in characters; addresses may be longer.
const LINE: usize = 74;
/// The longest subject, in characters; lists show less.
const SUBJECT: usize = 120;

/// All that a letter is written with.
pub(in crate::mail) struct Desk<'a> {
    pub(in crate::mail) house: &'a House,
    pub(in crate::mail) to: &'a Recipient,
    pub(in crate::mail) enclosure: &'a Enclosure,
    pub(in crate::mail) unsubscribe: Option<String>,
    pub(in crate::mail) words: Words,
    pub(in crate::mail) now: DateTime<Utc>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        house: &'a House,
        to: &'a Recipient,
        enclosure: &'a Enclosure,
        unsubscribe: Option<String>,
        now: DateTime<Utc>,
    ) -> Self {
        let words = Words::of(to);
        Self {
            house,
            to,
            enclosure,
            unsubscribe,
            words,
            now,
        }
    }

    /// The page around a letter's text. `reason` says why it comes.
    pub(super) fn page(&self, subject: &str, preview: &str, reason: &'static str) -> Page<'a> {
        let name = self.to.spoken_name();
        Page {
            house: self.house,
            language: self.words.language(),
            subject: one_line(subject).chars().take(SUBJECT).collect(),
            preview: one_line(preview),
            greeting: name.map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {name},")),
            reason,
            unsubscribe: self.unsubscribe.clone(),
        }
    }
}

/// What is around a letter's text.
pub(super) struct Page<'a> {
    pub(super) house: &'a House,
    pub(super) language: &'static str,
    pub(super) subject: String,
    /// What lists of mail show beside the subject.
    pub(super) preview: String,
    pub(super) greeting: String,
    pub(super) reason: &'static str,
    pub(super) unsubscribe: Option<String>,
}

/// A letter as it was written.
pub(in crate::mail) struct Sheet {
    pub(in crate::mail) subject: String,
    pub(in crate::mail) html: String,
    pub(in crate::mail) text: String,
    pub(in crate::mail) attachments: Vec<Attachment>,
}

/// A file that goes with it. Names are ours, in ASCII.
pub(in crate::mail) struct Attachment {
    pub(in crate::mail) name: String,
    pub(in crate::mail) media_type: &'static str,
    pub(in crate::mail) bytes: Vec<u8>,
}

/// Declares `sheet`, which fills the two templates of a letter.
macro_rules! parts {
    ($letter:ty, $body:ty, $html:literal, $text:literal) => {
        #[derive(askama::Template)]
        #[template(path = $html)]
        struct Html<'a> {
            page: &'a $crate::mail::template::page::Page<'a>,
            body: &'a $body,
        }

        #[derive(askama::Template)]
        #[template(path = $text)]
        struct Text<'a> {
            page: &'a $crate::mail::template::page::Page<'a>,
            body: &'a $body,
        }

        fn sheet(
            page: &$crate::mail::template::page::Page<'_>,
            body: &$body,
        ) -> Result<$crate::mail::template::page::Sheet, $crate::mail::Error> {
            use askama::Template as _;
            use coach_domain::outbox::Payload as _;
            let defect = |error: askama::Error| $crate::mail::Error::defect(<$letter>::KIND, error);
            let text = Text { page, body }.render().map_err(defect)?;
            Ok($crate::mail::template::page::Sheet {
                subject: page.subject.clone(),
                html: Html { page, body }.render().map_err(defect)?,
                text: $crate::mail::template::page::wrap(&text),
                attachments: Vec::new(),
            })
        }
    };
}
pub(super) use parts;

/// Breaks lines that are too long between words, and keeps what is indented.
pub(super) fn wrap(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + text.len() / LINE);
    for line in text.trim_end().lines() {
        if line.chars().count() <= LINE {
            wrapped.push_str(line);
            wrapped.push('\n');
            continue;
        }
        let indent = if line.starts_with("- ") { "  " } else { "" };
        let mut width = 0;
        for word in line.split(' ') {
            let length = word.chars().count();
            if width > 0 && width + 1 + length > LINE {
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
    use super::{LINE, wrap};

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
                .all(|line| line.len() <= LINE)
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
