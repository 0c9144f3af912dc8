//! What writing systems have to do with words: which marks make another word, and where words are not parted.

use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript as _};

/// Whether a mark on a letter, which is in lower case and decomposed, makes another letter of it. Accents of Latin and
/// Greek, points of Hebrew, vowel signs of Arabic and stress in Cyrillic are left out by who types in a hurry; voicing
/// marks of Japanese, tones of Thai and vowel signs of India's scripts are not.
pub(super) fn tells_apart(letter: char, mark: char) -> bool {
    match letter.script() {
        Script::Latin | Script::Greek | Script::Hebrew | Script::Common | Script::Inherited => {
            false
        }
        Script::Cyrillic => match mark {
            // ѓ and ќ; on vowels they are stress.
            '\u{300}' | '\u{301}' => matches!(letter, 'г' | 'к'),
            // ё is written е as a rule, ї is not і.
            '\u{308}' => letter != 'е',
            _ => true,
        },
        // Hamza and madda; whoever types alif means any.
        Script::Arabic => matches!(mark, '\u{653}'..='\u{655}') && letter != 'ا',
        _ => true,
    }
}

/// What is there for the eye alone: soft hyphens, joiners, fillers, selectors of variants, marks of direction, Arabic's
/// stretched lines.
pub(super) fn is_ignored(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{640}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{20dd}'..='\u{20e4}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// A letter with its marks: what is one to the reader, and is found as a whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) text: String,
    /// Whether its script writes words without spaces between them, or, as Korean does, words of several words.
    pub(super) is_unspaced: bool,
}

/// What ends a letter whose script has marks of its own, so that it does not begin the same letter with a mark.
const END: char = '.';

/// The letters of a word that is composed (NFC).
pub(super) fn letters(word: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    let mut is_open = false;
    for character in word.chars() {
        match letters.last_mut() {
            Some(letter) if is_combining_mark(character) => letter.text.push(character),
            last => {
                if let Some(letter) = last.filter(|_| is_open) {
                    letter.text.push(END);
                }
                let script = character.script();
                is_open = !is_without_marks(script);
                letters.push(Letter {
                    text: character.to_string(),
                    is_unspaced: is_unspaced(script) || character == 'ー',
                });
            }
        }
    }
    if let Some(letter) = letters.last_mut().filter(|_| is_open) {
        letter.text.push(END);
    }
    letters
}

/// Scripts whose letters are one character each once they are composed, or lose their marks.
fn is_without_marks(script: Script) -> bool {
    matches!(
        script,
        Script::Latin
            | Script::Greek
            | Script::Cyrillic
            | Script::Armenian
            | Script::Georgian
            | Script::Hebrew
            | Script::Arabic
            | Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Bopomofo
            | Script::Hangul
            | Script::Common
            | Script::Inherited
    )
}

fn is_unspaced(script: Script) -> bool {
    matches!(
        script,
        Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Bopomofo
            | Script::Hangul
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar
    )
}
