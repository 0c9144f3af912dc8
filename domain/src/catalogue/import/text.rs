//! What tables take of texts.

use unicode_normalization::UnicodeNormalization as _;

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
    check(what, name)?;
    if name.chars().any(ends_line) {
        return Err(Refusal(format!(
            "its `{what}` has a line break or another control character; write it on one line"
        )));
    }
    Ok(())
}

/// A control character, or one that begins a new line or paragraph.
fn ends_line(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// A text composed (NFC), whose lines all end in `\n`, however old the system is that it comes from.
pub(super) fn lines(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    lines.nfc().collect()
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
