//! Search terms, folded so that matching does not depend on case, accents or the locale of the database.

use std::collections::BTreeSet;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::script::{Letter, is_distinctive_mark, is_ignored, letters};

/// The maximum length of a term in characters; the rest of a word is ignored. Postgres allows 2,046 bytes.
const MAX_WORD_CHARS: usize = 64;

/// The length of n-grams in letters. In scripts without spaces every n-gram is a term, because a word may begin at any
/// letter, and a longer run is searched for by its n-grams.
const NGRAM_LENGTH: usize = 4;

/// The maximum size of the terms of an item, in bytes. Postgres allows 1 MiB.
const MAX_DOCUMENT_BYTES: usize = 512 * 1024;

/// The replacement of a letter that Unicode does not decompose.
fn replacement(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        // Final sigma: both forms have the same capital.
        'ς' => "σ",
        // Persian and Arabic keyboards produce different letters.
        'ک' => "ك",
        'ی' | 'ى' => "ي",
        _ => return None,
    })
}

/// Folds a text: to lower case and NFC, without accents and invisible characters, and with spaces between its words. An
/// apostrophe is removed from its word, so that `shepherds` finds `Shepherd's`.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // The base letter of combining marks.
    let mut letter = None;
    let characters = text.nfkd().flat_map(char::to_lowercase);
    for character in characters.filter(|character| !is_ignored(*character)) {
        if is_combining_mark(character) {
            if letter.is_some_and(|letter| is_distinctive_mark(letter, character)) {
                folded.push(character);
            }
            continue;
        }
        if matches!(character, '\'' | '’' | 'ʼ') {
            continue;
        }
        letter = character.is_alphanumeric().then_some(character);
        match (letter.and_then(replacement), letter) {
            (Some(replacement), _) => folded.push_str(replacement),
            (None, Some(letter)) => folded.push(letter),
            (None, None) => folded.push(' '),
        }
    }
    folded.nfc().collect()
}

/// The runs of a folded text: sequences of letters without spaces that either all are of unspaced scripts or all are
/// not.
fn runs(folded: &str) -> Vec<Vec<Letter>> {
    let words = folded.split_ascii_whitespace().map(letters);
    words
        .flat_map(|word| {
            let runs = word.chunk_by(|one, other| one.is_unspaced == other.is_unspaced);
            runs.map(<[Letter]>::to_vec).collect::<Vec<_>>()
        })
        .collect()
}

fn text(letters: &[Letter]) -> String {
    letters.iter().map(|letter| letter.text.as_str()).collect()
}

fn is_unspaced(run: &[Letter]) -> bool {
    run.first().is_some_and(|letter| letter.is_unspaced)
}

fn truncate(word: &str) -> String {
    word.chars().take(MAX_WORD_CHARS).collect()
}

/// The terms to index for a run. They are matched by prefix.
fn index_terms(run: &[Letter]) -> Vec<String> {
    if is_unspaced(run) {
        let pieces = (0..run.len()).map(|at| &run[at..run.len().min(at + NGRAM_LENGTH)]);
        pieces.map(text).collect()
    } else {
        vec![truncate(&text(run))]
    }
}

/// The terms that all have to match, each by prefix, for a run to be found.
fn query_terms(run: &[Letter]) -> Vec<String> {
    if is_unspaced(run) && run.len() > NGRAM_LENGTH {
        run.windows(NGRAM_LENGTH).map(text).collect()
    } else {
        vec![truncate(&text(run))]
    }
}

/// The distinct terms of some texts, separated by single spaces, as stored in the columns `search_text`. Terms beyond
/// [`MAX_DOCUMENT_BYTES`] are dropped, from the end of the texts.
pub(crate) fn document<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut words = BTreeSet::new();
    let mut size = 0;
    let all = texts.into_iter().flat_map(|text| runs(&fold(text)));
    for word in all.flat_map(|run| index_terms(&run)) {
        let length = word.len() + 1;
        if size + length > MAX_DOCUMENT_BYTES {
            break;
        }
        if words.insert(word) {
            size += length;
        }
    }
    words.into_iter().collect::<Vec<_>>().join(" ")
}

/// A `tsquery` that matches all words of a text by prefix; `None` when the text has no words. Folded words need no
/// escaping.
pub(crate) fn query(text: &str) -> Option<String> {
    let terms: BTreeSet<_> = runs(&fold(text))
        .iter()
        .flat_map(|run| query_terms(run))
        .collect();
    let terms: Vec<_> = terms.iter().map(|term| format!("'{term}':*")).collect();
    (!terms.is_empty()).then(|| terms.join(" & "))
}

#[cfg(test)]
mod tests {
    use super::{document, query};

    #[test]
    fn documents_contain_each_folded_word_once() {
        let texts = ["Crème brûlée", "The CREME, the Straße; Shepherd's ½ pie"];
        let words = "1 2 brulee creme pie shepherds strasse the";
        assert_eq!(document(texts), words);
    }

    #[test]
    fn other_scripts_keep_their_letters() {
        assert_eq!(document(["Борщ со сметаной"]), "борщ сметаной со");
        assert_eq!(document(["カレー2人前"]), "2 カレー レー ー 人前 前");
        assert_eq!(document(["पानी"]), "पा.नी.");
    }

    /// Whether a title is found by a text.
    fn finds(text: &str, title: &str) -> bool {
        let words = document([title]);
        let query = query(text).expect("words");
        query.split(" & ").all(|term| {
            let begin = term.trim_end_matches(":*").trim_matches('\'');
            words.split(' ').any(|word| word.starts_with(begin))
        })
    }

    #[test]
    fn words_within_titles_of_scripts_without_spaces_are_found() {
        for (text, title) in [
            ("照り焼き", "鶏の照り焼き"),
            ("焼き", "鶏の照り焼き"),
            ("鶏の照り焼き", "鶏の照り焼き"),
            ("鸡丁", "宫保鸡丁"),
            ("豆腐", "Mapo Tofu (麻婆豆腐)"),
            ("찌개", "김치찌개"),
            ("김치 찌개", "돼지고기 김치찌개"),
            ("カレー", "チキンカレーライス"),
            ("ｶﾚｰ", "チキンカレーライス"),
            ("กุ้ง", "ต้มยำกุ้ง"),
            ("ผัด", "ข้าวผัดกุ้ง"),
        ] {
            assert!(
                finds(text, title),
                "{text} in {title}: {}",
                document([title])
            );
        }
        assert!(!finds("照り煮", "鶏の照り焼き"));
        assert!(!finds("鶏の照り焼き丼", "鶏の照り焼き"));
        assert!(!finds("丁鸡", "宫保鸡丁"));
    }

    #[test]
    fn distinctive_marks_distinguish_words() {
        for (one, other) in [
            ("ガム", "カム"),
            ("はは", "ぱぱ"),
            ("はは", "ばば"),
            ("पानी", "पान"),
            ("पान", "पन"),
            ("काम", "कम"),
            ("чай", "чаи"),
            ("їжа", "іжа"),
            ("ќе", "ке"),
            ("มา", "ม้า"),
            ("น้ำ", "นำ"),
        ] {
            for (text, title) in [(one, other), (other, one)] {
                assert!(
                    !finds(text, title),
                    "{text} finds {title}: {:?}",
                    query(text)
                );
                assert!(finds(text, text), "{text}: {}", document([text]));
            }
        }
    }

    #[test]
    fn case_accents_and_invisible_characters_are_ignored() {
        for (one, other) in [
            ("ΜΟΥΣΑΚΆΣ", "Μουσακάς"),
            ("ΜΟΥΣΑΚΑΣ", "μουσακάς"),
            ("STRASSE", "straße"),
            ("ISI", "ısı"),
            ("İSTANBUL", "istanbul"),
            ("creme brulee", "Crème Brûlée"),
            ("cre\u{300}me", "cr\u{e8}me"),
            ("pho", "Phở"),
            ("БОРЩ", "борщ"),
            ("ёлка", "елка"),
            ("борщ", "бо\u{301}рщ"),
            ("и\u{306}од", "йод"),
            ("می\u{200c}خواهم", "میخواهم"),
            ("كتاب", "کتاب"),
            ("كِتَاب", "كتاب"),
            ("شاي", "شـــاي"),
            ("احمد", "أحمد"),
            ("שלום", "שָׁלוֹם"),
            ("choco\u{ad}late", "chocolate"),
            ("क\u{94d}\u{200d}ष", "क\u{94d}ष"),
            ("カ\u{3099}ム", "ガム"),
            ("2\u{fe0f}\u{20e3}", "2"),
            ("e\u{200b}gg", "egg"),
        ] {
            assert_eq!(document([one]), document([other]), "{one} and {other}");
            assert_eq!(query(one), query(other), "{one} and {other}");
        }
    }

    #[test]
    fn an_item_has_no_more_words_than_postgres_allows() {
        let letters = (0..100_000).scan(1_u64, |state, _| {
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            char::from_u32(0x4e00 + u32::try_from((*state >> 33) % 20_000).expect("small"))
        });
        let endless: String = letters.collect();
        let words = document(["Title", &endless, "the end"]);
        assert!(words.len() < 512 * 1024 && words.len() > 500 * 1024);
        assert!(words.split(' ').any(|word| word == "title"));
    }

    #[test]
    fn queries_match_prefixes_of_all_words() {
        let query = query("Chick RICE chick");
        assert_eq!(query.as_deref(), Some("'chick':* & 'rice':*"));
    }

    #[test]
    fn queries_without_words_are_none() {
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
            "🍕",
            "👩\u{200d}🚀",
            "_",
            "!",
            "\u{93e}",
            "\u{200c}",
            "・",
        ] {
            assert_eq!(query(odd), None, "{odd:?}");
        }
        let query = query("a' & !b\0c:*\\");
        assert_eq!(query.as_deref(), Some("'a':* & 'b':* & 'c':*"));
    }

    #[test]
    fn words_are_truncated_alike_in_documents_and_queries() {
        let long = "x".repeat(3000);
        let word = document([long.as_str()]);
        assert_eq!(word.len(), 64);
        assert_eq!(query(&long), Some(format!("'{word}':*")));
    }
}
