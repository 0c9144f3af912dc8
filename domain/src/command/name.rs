//! Validation of names: of members, coaches and live sessions.

use super::{UserError, UserErrorReason};

/// Trims and validates a name. Its length is limited by the GraphQL schema. `argument` is the name of the input field,
/// for the error's path.
///
/// # Errors
///
/// `INVALID` for a name without visible characters, or with control characters or line breaks.
pub(crate) fn name(text: &str, argument: &str) -> Result<String, UserError> {
    let name = text.trim();
    if name.chars().all(is_invisible) {
        return Err(UserError::new(UserErrorReason::InvisibleName, argument));
    }
    if name.chars().any(|c| c.is_control() || is_separator(c)) {
        return Err(UserError::new(
            UserErrorReason::NameWithControlCharacters,
            argument,
        ));
    }
    Ok(name.to_owned())
}

/// The Unicode line and paragraph separators. They break a line, but do not count as control characters.
fn is_separator(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}')
}

/// White space, and characters without a width: joiners, direction marks, soft hyphens and fillers.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_are_kept_without_spaces_around_them() {
        for (given, kept) in [
            ("Ada", "Ada"),
            ("  Ada  Lovelace ", "Ada  Lovelace"),
            ("李", "李"),
            ("🙂", "🙂"),
            ("👩\u{200d}🚀", "👩\u{200d}🚀"),
            ("علی\u{200c}رضا", "علی\u{200c}رضا"),
            ("Ada\u{2028}", "Ada"),
            ("\u{2003}O'Neill\u{a0}", "O'Neill"),
        ] {
            assert_eq!(name(given, "displayName").as_deref(), Ok(kept), "{given:?}");
        }
    }

    #[test]
    fn names_without_visible_characters_or_with_control_characters_are_rejected() {
        for given in [
            " ",
            "\u{3000}",
            "\u{200b}\u{feff}",
            "\u{2800}",
            "A\nB",
            "A\u{7}B",
            "A\tB",
            "A\u{85}B",
            "A\u{2028}B",
            "A\u{2029}B",
        ] {
            assert!(name(given, "displayName").is_err(), "{given:?}");
        }
    }
}
