//! Validates keys of objects: those that all stores allow, and that cannot leave a folder.

use coach_domain::object::Error;

/// The maximum length of a key, in bytes.
const MAX_LENGTH: usize = 512;

/// Allows segments of ASCII letters, digits, `-`, `_` and `.`, separated by slashes. No segment begins with a dot.
pub(super) fn check(key: &str) -> Result<(), Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_segment = |segment: &str| {
        !segment.is_empty()
            && segment.len() <= 200
            && !segment.starts_with('.')
            && segment.chars().all(plain)
    };
    if key.len() <= MAX_LENGTH && key.split('/').all(is_segment) {
        Ok(())
    } else {
        Err(Error::Refused("the key is not allowed".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn keys_cannot_leave_their_folder() {
        for key in [
            "live/status.json",
            "a",
            "mail/01902f1e-0000-7000-8000-000000000001/plan.ics",
        ] {
            assert_eq!(check(key), Ok(()), "{key}");
        }
        let long = "a/".repeat(300) + "a";
        for key in [
            "",
            "/etc/passwd",
            "a/../b",
            "..",
            "a//b",
            "a/",
            ".hidden",
            "a/.lock",
            "a\\b",
            "a b",
            "a\0b",
            "ü",
            "C:x",
            &long,
        ] {
            assert!(check(key).is_err(), "{key}");
        }
    }
}
