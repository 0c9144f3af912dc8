//! Properties of writing systems that matter to search: which combining marks distinguish words, and which scripts
//! write words without spaces.

use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript as _};

/// Whether a combining mark on a lower-case, decomposed letter makes it another letter. Users often omit Latin and
/// Greek accents, Hebrew points, Arabic vowel signs and Cyrillic stress marks when they type; Japanese voicing marks,
/// Thai tones and the vowel signs of Indic scripts are part of the spelling.
pub(super) fn is_distinctive_mark(letter: char, mark: char) -> bool {
    match letter.script() {
        Script::Latin | Script::Greek | Script::Hebrew | Script::Common | Script::Inherited => {
            false
        }
        Script::Cyrillic => match mark {
            // ѓ and ќ; on vowels these marks are stress.
            '\u{300}' | '\u{301}' => matches!(letter, 'г' | 'к'),
            // ё is usually written as е, but ї is never written as і.
            '\u{308}' => letter != 'е',
            _ => true,
        },
        // Hamza and madda; a plain alif stands for all its forms.
        Script::Arabic => matches!(mark, '\u{653}'..='\u{655}') && letter != 'ا',
        _ => true,
    }
}

/// Whether a character only affects display: soft hyphens, joiners, fillers, variation selectors, direction marks, the
/// Arabic tatweel.
pub(super) fn is_ignored(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{640}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{20dd}'..='\u{20e4}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// A letter with its combining marks, which matches as a whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) text: String,
    /// Whether its script writes words without spaces, or, as Korean does, joins several words into one.
    pub(super) is_unspaced: bool,
}

/// Terminates a letter of a script with distinctive marks, so that the letter is no prefix of the same letter with a
/// mark.
const END: char = '.';

/// The letters of a word in NFC.
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

/// Whether every letter of a script is a single character once it is composed or its marks are removed.
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
