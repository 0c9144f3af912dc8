//! What tables take of texts.

use super::Refusal;

/// A cursor holds a name or title, and has at most 512 characters.
const LONGEST_NAME: (usize, usize) = (120, 360);

/// Accepts the text of a name or title, which `what` calls it.
pub(super) fn check_name(what: &str, name: &str) -> Result<(), Refusal> {
    let (characters, bytes) = LONGEST_NAME;
    let count = name.chars().count();
    if name.trim().is_empty() {
        return Err(Refusal(format!("it has no `{what}`")));
    }
    if count > characters {
        return Err(Refusal(format!(
            "its `{what}` has {count} characters; {characters} are the most"
        )));
    }
    if name.len() > bytes {
        return Err(Refusal(format!(
            "its `{what}` has {} bytes in UTF-8; {bytes} are the most",
            name.len()
        )));
    }
    check(what, name)
}

/// Accepts any other text.
pub(super) fn check(what: &str, text: &str) -> Result<(), Refusal> {
    if text.contains('\0') {
        return Err(Refusal(format!(
            "its `{what}` has the character U+0000, which cannot be stored"
        )));
    }
    Ok(())
}
