//! Validation and normalisation of texts.

use unicode_normalization::UnicodeNormalization as _;

use super::ItemError;

/// The maximum length of a name or title in characters and in bytes: it is part of a cursor, which has at most 512
/// characters.
const MAX_NAME_LENGTH: (usize, usize) = (120, 360);

/// Validates a name or title. `field` is the field that contains it, for the message.
pub(super) fn check_name(field: &str, name: &str) -> Result<(), ItemError> {
    let (characters, bytes) = MAX_NAME_LENGTH;
    let count = name.chars().count();
    if name.trim().is_empty() {
        return Err(ItemError(format!("it has no `{field}`")));
    }
    if count > characters {
        return Err(ItemError(format!(
            "its `{field}` has {count} characters; {characters} are the most"
        )));
    }
    if name.len() > bytes {
        return Err(ItemError(format!(
            "its `{field}` has {} bytes in UTF-8; {bytes} are the most",
            name.len()
        )));
    }
    check(field, name)?;
    if name.chars().any(ends_line) {
        return Err(ItemError(format!(
            "its `{field}` has a line break or another control character; write it on one line"
        )));
    }
    Ok(())
}

/// Whether it is a control character or a separator of lines or paragraphs.
fn ends_line(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Normalises a text to NFC and its line breaks, of any system, to `\n`.
pub(super) fn normalize_lines(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    lines.nfc().collect()
}

/// Validates any other text.
pub(super) fn check(field: &str, text: &str) -> Result<(), ItemError> {
    if text.contains('\0') {
        return Err(ItemError(format!(
            "its `{field}` has the character U+0000, which cannot be stored"
        )));
    }
    Ok(())
}
