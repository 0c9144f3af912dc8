//! Which keys there may be: those that every store takes, and that stay within a folder.

use coach_domain::object::Error;

/// The longest key, in bytes.
const LONGEST: usize = 512;

/// Takes words of ASCII letters, digits, `-`, `_` and `.`, with slashes between them. No word begins with a dot.
pub(super) fn check(key: &str) -> Result<(), Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_word = |word: &str| {
        !word.is_empty() && word.len() <= 200 && !word.starts_with('.') && word.chars().all(plain)
    };
    if key.len() <= LONGEST && key.split('/').all(is_word) {
        Ok(())
    } else {
        Err(Error::Refused("the key is not allowed".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn keys_stay_where_they_belong() {
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
