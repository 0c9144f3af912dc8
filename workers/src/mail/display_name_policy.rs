//! The policy about the display names that may be used in mail.

use unicode_normalization::char::is_combining_mark;

/// The maximum length of a name, in characters.
const MAX_LENGTH: usize = 40;

/// The maximum number of words: enough for `Maria del Carmen Ruiz`, too few for most sentences.
const MAX_WORDS: usize = 4;

/// The maximum number of digits: enough for `Maya 92`, too few for a telephone number, the shortest of which have
/// three.
const MAX_DIGITS: usize = 2;

/// Whether a text can only be a name. Anyone can register with an address of another person, or show mail to a member
/// who trusts it, so a name that is an advertisement, a warning or a link would be sent in our mail, in our name. This
/// is an allowlist: letters of any script and their marks, spaces, apostrophes and hyphens between letters, a few
/// digits, and full stops between a letter and a space. With any other character (`!`, `:`, `@`, `/`, `。`, `．`, `․`, …)
/// the mail greets without a name.
pub(super) fn is_harmless(name: &str) -> bool {
    let words = name.split(' ').count();
    let digits = name.chars().filter(|c| c.is_numeric()).count();
    let fits = (1..=MAX_LENGTH).contains(&name.chars().count());
    fits && words <= MAX_WORDS && digits <= MAX_DIGITS && name.split(' ').all(is_word)
}

fn is_word(word: &str) -> bool {
    let mut before = None;
    let mut rest = word.chars().peekable();
    while let Some(c) = rest.next() {
        let follows_letter = before.is_some_and(|c| is_letter(c) || is_combining_mark(c));
        let allowed = match c {
            // `J. R.`, but neither `evil.com` nor `...`; `J.R.` would be a host's name too.
            '.' => follows_letter && rest.peek().is_none(),
            // `O'Neill`, `Fa'`, `'t`; `Anne-Marie`.
            '\'' | '\u{2019}' | '\u{2bb}' | '\u{2bc}' => {
                follows_letter || rest.peek().is_some_and(|next| is_letter(*next))
            }
            '-' | '\u{2010}' | '\u{2011}' => {
                follows_letter && rest.peek().is_some_and(|next| is_letter(*next))
            }
            c if is_combining_mark(c) => before.is_some(),
            c => is_letter(c) || c.is_ascii_digit(),
        };
        if !allowed {
            return false;
        }
        before = Some(c);
    }
    before.is_some_and(|_| word.chars().any(|c| is_letter(c) || c.is_ascii_digit()))
}

/// Whether a character is a letter, and does not look like punctuation or like nothing: clicks (`ǃ`), modifiers (`ː`),
/// dots and tones of some scripts (`ꞏ`, `ꓸ`, `ᐧ`), and fillers.
fn is_letter(c: char) -> bool {
    c.is_alphabetic()
        && !c.is_numeric()
        && !matches!(c, '\u{1c0}'..='\u{1c3}' | '\u{2b0}'..='\u{2ff}' | '\u{115f}' | '\u{1160}' | '\u{1427}'
            | '\u{16eb}'..='\u{16ed}' | '\u{3164}' | '\u{a4f8}'..='\u{a4fd}' | '\u{a78f}' | '\u{ffa0}')
}

#[cfg(test)]
mod tests {
    use super::is_harmless;

    #[test]
    fn names_are_allowed() {
        for name in [
            "Ada",
            "Ada Łódzka",
            "J. R. R.",
            "Sammy Davis Jr.",
            "Anne-Marie O’Neill",
            "D'Angelo",
            "Jan van 't Hof",
            "María del Carmen Ruiz",
            "Maya 92",
            "名前",
            "สมชาย",
            "प्रिया",
            "Nguyễn Thị Minh",
            "Zoe\u{301}",
            "Oʻahu",
        ] {
            assert!(is_harmless(name), "{name:?}");
        }
    }

    #[test]
    fn texts_that_are_not_names_are_rejected() {
        for name in [
            "",
            "Account locked! Call",
            "Account locked: call",
            "Call 0800",
            "Call 112",
            "+49 89",
            "Call ٠١٢٣",
            "Call ①②③",
            "evil.com",
            "evil。com",
            "evil．com",
            "evil․com",
            "evil｡com",
            "evil·com",
            "evilꞏcom",
            "evilꓸcom",
            "www evil-.com",
            "Lockedǃ",
            "win@example.net",
            "example.net/win",
            "Your account is locked now",
            "[Verify]",
            "Verify (now)",
            "Verify…",
            "a\u{3164}b",
            "😀 Ada",
            &"Bob ".repeat(11),
            &"b".repeat(41),
        ] {
            assert!(!is_harmless(name), "{name:?}");
        }
    }
}
