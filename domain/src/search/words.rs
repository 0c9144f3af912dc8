//! Words, folded so that neither case nor accents nor the database's locale
//! keep them from being found.

use std::collections::BTreeSet;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The longest that a word counts, in characters. Postgres takes 2,046 bytes.
const LONGEST: usize = 64;

/// What stands for a letter that Unicode does not take apart.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        _ => return None,
    })
}

/// The words of a text, in order: lower case, without accents. An apostrophe
/// belongs to its word, so that `shepherds` finds `Shepherd's`.
fn fold(text: &str) -> Vec<String> {
    let mut folded = String::with_capacity(text.len());
    let letters = text.nfkd().flat_map(char::to_lowercase);
    for letter in letters.filter(|&letter| !is_combining_mark(letter)) {
        match plain(letter) {
            Some(plain) => folded.push_str(plain),
            None if letter.is_alphanumeric() => folded.push(letter),
            None if matches!(letter, '\'' | '’' | 'ʼ') => {}
            None => folded.push(' '),
        }
    }
    let words = folded.split_ascii_whitespace();
    words
        .map(|word| word.chars().take(LONGEST).collect())
        .collect()
}

/// The words of some texts, as the columns `search_text` hold them: each once,
/// with one space between.
pub(crate) fn document<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let words: BTreeSet<_> = texts.into_iter().flat_map(fold).collect();
    words.into_iter().collect::<Vec<_>>().join(" ")
}

/// A `tsquery` that asks for all words of a text, each as the beginning of a
/// word; `None` when it has no words. Folded words need no escaping.
pub(crate) fn query(text: &str) -> Option<String> {
    let words: BTreeSet<_> = fold(text).into_iter().collect();
    let terms: Vec<_> = words.iter().map(|word| format!("'{word}':*")).collect();
    (!terms.is_empty()).then(|| terms.join(" & "))
}

#[cfg(test)]
mod tests {
    use super::{document, query};

    #[test]
    fn documents_hold_each_folded_word_once() {
        let texts = ["Crème brûlée", "The CREME, the Straße; Shepherd's ½ pie"];
        let words = "1 2 brulee creme pie shepherds strasse the";
        assert_eq!(document(texts), words);
    }

    #[test]
    fn other_scripts_keep_their_letters() {
        assert_eq!(document(["Борщ со сметаной"]), "борщ сметанои со");
        assert_eq!(document(["鶏の照り焼き"]), "鶏の照り焼き");
    }

    #[test]
    fn queries_ask_for_beginnings_of_all_words() {
        let asked = query("Chick RICE chick");
        assert_eq!(asked.as_deref(), Some("'chick':* & 'rice':*"));
    }

    #[test]
    fn odd_characters_ask_for_nothing() {
        for odd in [
            "",
            " ",
            "&|!():*<->",
            "'",
            "''",
            "\\",
            "\0",
            "%_",
            "\u{301}",
        ] {
            assert_eq!(query(odd), None, "{odd:?}");
        }
        let asked = query("a' & !b\0c:*\\");
        assert_eq!(asked.as_deref(), Some("'a':* & 'b':* & 'c':*"));
    }

    #[test]
    fn words_are_cut_alike_in_documents_and_queries() {
        let long = "x".repeat(3000);
        let word = document([long.as_str()]);
        assert_eq!(word.len(), 64);
        assert_eq!(query(&long), Some(format!("'{word}':*")));
    }
}
