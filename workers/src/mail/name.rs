//! Which names may stand in a mail.

use unicode_normalization::char::is_combining_mark;

/// The longest name that is written out, in characters.
const MAX_LENGTH: usize = 40;

/// The most words of one: enough for `Maria del Carmen Ruiz`, too few for most sentences.
const MAX_WORDS: usize = 4;

/// The most digits: enough for `Maya 92`, too few for a telephone number, the shortest of which have three.
const MAX_DIGITS: usize = 2;

/// Whether a name can be nothing but a name. Anyone can register with somebody else's address, or have mail quoted by a
/// member who trusts it, and a name that is an advertisement, a warning or a link would then be in our mail, under our
/// name. So it is said what a name consists of, not what it must not have: letters of any script and their marks, spaces,
/// apostrophes and hyphens between letters, a few digits, and full stops behind a letter that a space follows. All else
/// (`!`, `:`, `@`, `/`, `。`, `．`, `․`, …) makes it none, and the mail greets without a name.
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

/// Letters, but for those that are seen as punctuation or not at all: clicks (`ǃ`), modifiers (`ː`), dots and tones of
/// some scripts (`ꞏ`, `ꓸ`, `ᐧ`), and fillers.
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
    fn names_are_greeted() {
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
    fn bait_is_not() {
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
