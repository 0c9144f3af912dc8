//! Email addresses: the one place that decides which of them are deliverable.

use email_address::EmailAddress as Grammar;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::Serialize;
use unicode_normalization::char::is_combining_mark;

/// An email address, its domain in lower case. One that was [parsed](Self::parse) is deliverable; an
/// [unvalidated](Self::unvalidated) one is any text that was typed or that an earlier release stored.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Maximum length in bytes, with the domain in ASCII (RFC 5321, erratum 1690).
    pub const MAX_LENGTH: usize = 254;

    /// Parses a deliverable address: a local part of letters, digits, inner dots and ``!#$%&'*+-/=?^_`{|}~``, all of
    /// them ASCII, an `@`, and a domain name of at least two labels, in any script. Forms that are obsolete or only
    /// work within one network are rejected: quoted local parts, domain literals, single labels.
    pub fn parse(text: &str) -> Option<Self> {
        let (local, domain) = text.rsplit_once('@')?;
        let plain = local.is_ascii() && !local.starts_with('"');
        if !plain || !Grammar::is_valid_local_part(local) {
            return None;
        }
        let ascii = ascii_domain(domain)?;
        if local.len() + 1 + ascii.len() > Self::MAX_LENGTH {
            return None;
        }
        // Normalized: punycode, capitals and full-width letters give the same domain.
        let (unicode, _) = Uts46::new().to_unicode(
            ascii.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
        );
        let domain = match ascii_domain(&unicode) {
            Some(again) if again == ascii => &*unicode,
            _ => &ascii,
        };
        Some(Self(format!("{local}@{domain}")))
    }

    /// Takes any text, as it was typed or stored, without validating it.
    pub fn unvalidated(text: impl Into<String>) -> Self {
        let mut text = text.into();
        if let Some(at) = text.rfind('@') {
            let domain = text[at..].to_lowercase();
            text.replace_range(at.., &domain);
        }
        Self(text)
    }

    /// Whether mail can be sent to this address.
    pub fn is_deliverable(&self) -> bool {
        self.ascii_parts().is_some()
    }

    /// Local part and domain as mail servers accept them, the domain in punycode; `None` if it is not deliverable.
    pub fn ascii_parts(&self) -> Option<(String, String)> {
        let Self(address) = Self::parse(&self.0)?;
        let (local, domain) = address.rsplit_once('@')?;
        Some((local.to_owned(), ascii_domain(domain)?))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A domain name in ASCII; `None` if it cannot have a mail server.
fn ascii_domain(domain: &str) -> Option<String> {
    let is_letter = |c: char| c.is_ascii() || c.is_alphanumeric() || is_combining_mark(c);
    // Dots of other scripts and invisible characters would be mapped to characters that are allowed. They are typed by
    // mistake, or to deceive.
    if !domain.chars().all(is_letter) {
        return None;
    }
    let ascii = Uts46::new().to_ascii(
        domain.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
        DnsLength::Verify,
    );
    let ascii = ascii.ok()?.into_owned();
    let (_, last) = ascii.rsplit_once('.')?;
    // A top-level domain is never a number, but an IP address ends in one.
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit());
    (!is_number).then_some(ascii)
}

/// Keeps addresses out of logs.
impl std::fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::EmailAddress;

    fn parsed(text: &str) -> Option<String> {
        EmailAddress::parse(text).map(|address| address.as_str().to_owned())
    }

    #[test]
    fn deliverable_addresses_are_accepted() {
        let label = "d".repeat(63);
        let longest = format!("{}@{label}.{label}.{}.de", "l".repeat(64), "d".repeat(58));
        assert_eq!(longest.len(), EmailAddress::MAX_LENGTH);
        for address in [
            "ada@example.com",
            "o'brien+x@example.com",
            "a.b.c@example.com",
            "!#$%&'*+-/=?^_`{|}~@example.com",
            "0@example.com",
            "-@example.com",
            "ada@münchen.de",
            "ada@例子.广告",
            "ada@مثال.إختبار",
            "ada@a-b.c-d.example",
            "ada@r3---sn.example.com",
            "ada@123.example.com",
            "ada@1.de",
            "ada@example.xn--p1ai",
            &format!("{}@example.com", "l".repeat(64)),
            &format!("ada@{label}.example"),
            &longest,
        ] {
            assert!(parsed(address).is_some(), "{address}");
        }
    }

    #[test]
    fn domains_are_normalized() {
        for (written, normalized) in [
            ("Ada@Example.COM", "Ada@example.com"),
            ("ada@MÜNCHEN.de", "ada@münchen.de"),
            ("ada@mu\u{308}nchen.de", "ada@münchen.de"),
            ("ada@xn--mnchen-3ya.de", "ada@münchen.de"),
            ("ada@straße.de", "ada@straße.de"),
            // Only letters are decoded.
            ("ada@xn--ls8h.la", "ada@xn--ls8h.la"),
        ] {
            assert_eq!(parsed(written).as_deref(), Some(normalized), "{written}");
        }
        let address = EmailAddress::parse("ada@MÜNCHEN.de").unwrap();
        let parts = ("ada".to_owned(), "xn--mnchen-3ya.de".to_owned());
        assert_eq!(address.ascii_parts(), Some(parts));
    }

    #[test]
    fn undeliverable_addresses_are_rejected() {
        let label = "d".repeat(64);
        let labels = "d.".repeat(95);
        for address in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.com",
            // Local parts.
            "a..b@example.com",
            ".a@example.com",
            "a.@example.com",
            "a\\b@example.com",
            "a b@example.com",
            "a\"b@example.com",
            "\"a b\"@example.com",
            "\"a\"@example.com",
            "a@b@example.com",
            "a,b@example.com",
            "a(b)@example.com",
            "<a@example.com",
            "a[b]@example.com",
            "a\u{0}b@example.com",
            "a\nb@example.com",
            "ü@example.com",
            "用户@例子.广告",
            "jörg@example.com",
            "a\u{200d}b@example.com",
            &format!("{}@example.com", "l".repeat(65)),
            // Domains.
            "ada@example",
            "ada@localhost",
            "ada@xn--p1ai",
            "ada@-x.com",
            "ada@x-.com",
            "ada@x.-com",
            "ada@*.example.com",
            "ada@ex_ample.com",
            "ada@.example.com",
            "ada@example..com",
            "ada@example.com.",
            "ada@xn--a.com",
            "ada@xn--.com",
            "ada@[192.168.2.1]",
            "ada@[IPv6:::1]",
            "ada@192.168.2.1",
            "ada@example.1",
            "ada@exa mple.com",
            "ada@example.com ",
            "ada@example.com\n",
            "ada@example.com>",
            "ada@example。com",
            "ada@example．com",
            "ada@exam\u{ad}ple.com",
            "ada@exam\u{200b}ple.com",
            "ada@exam\u{202e}ple.com",
            "ada@👍.com",
            "ada@\u{301}a.com",
            &format!("ada@{label}.com"),
            &format!("{}@{labels}example.com", "l".repeat(64)),
        ] {
            assert_eq!(parsed(address), None, "{address:?}");
        }
    }

    #[test]
    fn addresses_of_earlier_releases_are_still_shown() {
        let old = EmailAddress::unvalidated("jörg@Example.com");
        assert_eq!(old.as_str(), "jörg@example.com");
        assert!(!old.is_deliverable());
        assert_eq!(EmailAddress::unvalidated("Sam").as_str(), "Sam");
        assert!(EmailAddress::unvalidated("sam@EXAMPLE.com").is_deliverable());
    }
}
