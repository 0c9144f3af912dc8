//! Separation of the name of an ingredient from the notes about it.

use crate::amount::{counted, strip_any, strip_words};

/// Words after a comma that begin a note: on preparation, purpose or alternatives. Participles and adverbs do so too.
const NOTE_STARTS: [&str; 32] = [
    "for",
    "to",
    "plus",
    "about",
    "at",
    "from",
    "in",
    "into",
    "of",
    "with",
    "without",
    "cut",
    "optional",
    "optionally",
    "fresh",
    "such",
    "each",
    "if",
    "as",
    "e.g.",
    "i.e.",
    "like",
    "any",
    "not",
    "don't",
    "room",
    "torn",
    "beaten",
    "split",
    "depending",
    "enough",
    "more",
];

/// Adjectives, which are a note only if nothing follows them.
const ADJECTIVES: [&str; 12] = [
    "raw", "ground", "frozen", "warm", "cold", "hot", "soft", "firm", "thin", "thick", "dry",
    "lean",
];

/// Words that end like participles or adverbs but are not.
const NOUNS: [&str; 10] = [
    "belly", "red", "bread", "seed", "aniseed", "flaxseed", "rapeseed", "linseed", "jelly", "curly",
];

/// Words that begin a purpose: `Salt to taste`, `oil for frying`.
const PURPOSES: [&str; 9] = [
    "to taste",
    "to garnish",
    "to serve",
    "for garnish",
    "for serving",
    "as needed",
    "as a garnish",
    "if needed",
    "cut into",
];

/// The name of an ingredient, and the notes about it.
pub(super) fn separate_notes(text: &str) -> (String, Vec<String>) {
    let (text, mut in_parentheses) = extract_parentheses(text);
    let mut name = text.as_str();
    let mut notes = Vec::new();
    for split in [
        split_at_sentence_end,
        split_at_comma,
        split_before_alternative,
        split_before_purpose,
    ] {
        if let Some((before, after)) = split(name).filter(|(before, _)| has_letters(before)) {
            notes.insert(0, after.trim().trim_end_matches('.').to_owned());
            name = before;
        }
    }
    notes.append(&mut in_parentheses);
    notes.retain(|note| has_letters(note) || note.contains(|letter: char| letter.is_numeric()));
    (trim_name(name).to_owned(), notes)
}

/// Removes punctuation and `of`, which join a name to a quantity or a note.
fn trim_name(name: &str) -> &str {
    let mut name = name
        .trim()
        .trim_matches(|letter| " ,;:*-–.…+".contains(letter));
    while let Some(rest) = strip_words(name, "of").filter(|rest| has_letters(rest)) {
        name = rest.trim_start();
    }
    name
}

pub(super) fn has_letters(text: &str) -> bool {
    text.contains(char::is_alphabetic)
}

/// Extracts texts in parentheses, except those that belong to a word, as in `clove(s)`.
fn extract_parentheses(text: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside) = (String::new(), String::new());
    let mut notes = Vec::new();
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        let rest = &text[at..];
        let plural = (rest.starts_with("(s)") || rest.starts_with("(es)"))
            && outside.ends_with(char::is_alphabetic);
        match letter {
            '(' if depth == 0 && plural => outside.push(letter),
            // `pinches of (mozzarella or oaxaca)`
            '(' if depth == 0 && outside.trim_end().ends_with(" of") && !rest.contains(") ") => {}
            '(' => {
                depth += 1;
                if depth > 1 {
                    inside.push(letter);
                }
            }
            ')' if depth > 0 => {
                depth -= 1;
                if depth > 0 {
                    inside.push(letter);
                } else {
                    notes.push(std::mem::take(&mut inside).trim().to_owned());
                    outside.push(' ');
                }
            }
            ')' if !outside.ends_with("(s") && !outside.ends_with("(es") => outside.push(' '),
            _ if depth > 0 => inside.push(letter),
            _ => outside.push(letter),
        }
    }
    // All of the rest, if a parenthesis is not closed.
    notes.push(inside.trim().to_owned());
    let outside: Vec<_> = outside.split_whitespace().collect();
    let outside = outside
        .join(" ")
        .replace(" ,", ",")
        .replace(" .", ".")
        .replace(" :", ":");
    (outside, notes)
}

/// Splits at a semicolon, a dash or the end of a sentence: `soft cheese. Gruyère works best`.
fn split_at_sentence_end(text: &str) -> Option<(&str, &str)> {
    if let Some(cut) = text.split_once("; ").or_else(|| text.split_once('—')) {
        return Some(cut);
    }
    let mut ends = text.match_indices(". ");
    ends.find_map(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + 2..]);
        let word = before.rsplit([' ', '(']).next().unwrap_or_default();
        // `St. Agur`, `e.g. rye`
        let abbreviated = word.len() < 3 || word.contains('.');
        let begins = after.starts_with(char::is_uppercase) || starts_note(after);
        (begins && !abbreviated).then_some((before, after))
    })
}

/// Splits at the first comma before a note, that is, not before another ingredient of a list or another adjective of
/// the same noun.
fn split_at_comma(text: &str) -> Option<(&str, &str)> {
    // Without decimal commas: `2,5kg`.
    let commas = text
        .match_indices(',')
        .filter(|(at, _)| !text[at + 1..].starts_with(char::is_numeric));
    commas.enumerate().find_map(|(index, (at, _))| {
        let (before, after) = (&text[..at], text[at + 1..].trim_start());
        let instead = strip_any(after, &["or", "and/or"]).is_some();
        let listed = index > 0 && (after.contains(" or ") || after.contains(" and "));
        let last = before.rsplit(' ').next().unwrap_or_default().to_lowercase();
        let adjective = ADJECTIVES.contains(&last.as_str()) || is_participle_or_adverb(&last);
        let is_note = (instead && index == 0) || (starts_note(after) && !listed);
        (is_note && !adjective).then_some((before, after))
    })
}

fn starts_note(text: &str) -> bool {
    let part = text.split(',').next().unwrap_or_default().to_lowercase();
    let mut words = part.split([' ', '/']).filter(|word| !word.is_empty());
    let (first, last) = (words.next().unwrap_or_default(), words.next_back());
    NOTE_STARTS.contains(&first)
        || is_participle_or_adverb(first)
        // `husks removed`
        || matches!(last, Some("removed" | "squeezed" | "chopped"))
        || (last.is_none() && ADJECTIVES.contains(&first))
        || first.starts_with(char::is_numeric)
}

fn is_participle_or_adverb(word: &str) -> bool {
    word.len() > 3 && (word.ends_with("ed") || word.ends_with("ly")) && !NOUNS.contains(&word)
}

/// Splits before an alternative or additional amount: `butter or 3 tablespoons of oil`, `1 egg plus 2 yolks`.
fn split_before_alternative(text: &str) -> Option<(&str, &str)> {
    let mut words = text.match_indices(' ').map(|(at, _)| text.split_at(at));
    words.find(|(_, after)| {
        let other = strip_any(after, &["or", "instead of"]);
        let more = strip_words(after, "plus").or_else(|| after.trim_start().strip_prefix('+'));
        more.is_some_and(|more| counted(more).is_some() || strip_words(more, "more").is_some())
            || other.is_some_and(|other| counted(other).is_some())
    })
}

/// Splits before a purpose.
fn split_before_purpose(text: &str) -> Option<(&str, &str)> {
    let mut words = text.match_indices(' ').map(|(at, _)| text.split_at(at));
    words.find(|(_, after)| {
        let doing = strip_words(after, "for").and_then(|rest| rest.split_whitespace().next());
        strip_any(after, &PURPOSES).is_some() || doing.is_some_and(|word| word.ends_with("ing"))
    })
}
