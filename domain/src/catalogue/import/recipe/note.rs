//! Telling what an ingredient is from what is said about it.

use crate::recipe::amount::{counted, strip_words};

/// First words, after a comma, of what is said about an ingredient: how to
/// prepare it, what for, what instead. Participles and adverbs count too.
const ABOUT: [&str; 32] = [
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

/// Those that say something about what comes before only where nothing follows.
const ADJECTIVES: [&str; 12] = [
    "raw", "ground", "frozen", "warm", "cold", "hot", "soft", "firm", "thin", "thick", "dry",
    "lean",
];

/// Words that end like participles or adverbs and are none.
const NOUNS: [&str; 10] = [
    "belly", "red", "bread", "seed", "aniseed", "flaxseed", "rapeseed", "linseed", "jelly", "curly",
];

/// What follows these words tells what for: `Salt to taste`, `oil for frying`.
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

/// The name of an ingredient, and what is said about it.
pub(super) fn split(text: &str) -> (String, Vec<String>) {
    let (text, mut notes) = parentheses(text);
    let mut name = text.as_str();
    let mut said = Vec::new();
    for cut in [sentence, comma, alternative, purpose] {
        if let Some((before, after)) = cut(name).filter(|(before, _)| has_letters(before)) {
            said.insert(0, after.trim().trim_end_matches('.').to_owned());
            name = before;
        }
    }
    said.append(&mut notes);
    said.retain(|note| has_letters(note) || note.contains(|letter: char| letter.is_numeric()));
    (bare(name).to_owned(), said)
}

/// Without what joins it to a quantity or to a note.
fn bare(name: &str) -> &str {
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

/// Takes out what is in parentheses, except where it belongs to a word, as in
/// `clove(s)`.
fn parentheses(text: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside) = (String::new(), String::new());
    let mut notes = Vec::new();
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        let plural = ["(s)", "(es)"]
            .iter()
            .any(|end| text[at..].starts_with(end) && outside.ends_with(char::is_alphabetic));
        match letter {
            '(' if depth == 0 && plural => outside.push(letter),
            // `pinches of (mozzarella or oaxaca)`
            '(' if depth == 0
                && outside.trim_end().ends_with(" of")
                && !text[at..].contains(") ") => {}
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
    // Of one that is not closed all of the rest.
    notes.push(inside.trim().to_owned());
    let outside: Vec<_> = outside.split_whitespace().collect();
    let outside = outside
        .join(" ")
        .replace(" ,", ",")
        .replace(" .", ".")
        .replace(" :", ":");
    (outside, notes)
}

/// At the end of a sentence: `soft cheese. Gruyère works best`.
fn sentence(text: &str) -> Option<(&str, &str)> {
    if let Some(cut) = text.split_once("; ").or_else(|| text.split_once('—')) {
        return Some(cut);
    }
    let mut ends = text.match_indices(". ");
    ends.find_map(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + 2..]);
        let word = before.rsplit([' ', '(']).next().unwrap_or_default();
        // `St. Agur`, `e.g. rye`
        let abbreviated = word.len() < 3 || word.contains('.');
        let begins = after.starts_with(char::is_uppercase) || is_about(after);
        (begins && !abbreviated).then_some((before, after))
    })
}

/// At the first comma that what follows is no further ingredient of a list, nor
/// what comes before an adjective of the same noun.
fn comma(text: &str) -> Option<(&str, &str)> {
    // Not the one of `2,5kg`.
    let commas = text
        .match_indices(',')
        .filter(|(at, _)| !text[at + 1..].starts_with(char::is_numeric));
    commas.enumerate().find_map(|(index, (at, _))| {
        let (before, after) = (&text[..at], text[at + 1..].trim_start());
        let instead = ["or", "and/or"]
            .iter()
            .any(|word| strip_words(after, word).is_some());
        let listed = index > 0 && [" or ", " and "].iter().any(|word| after.contains(word));
        let last = before.rsplit(' ').next().unwrap_or_default().to_lowercase();
        let adjective = ADJECTIVES.contains(&last.as_str()) || is_participle(&last);
        let said = (instead && index == 0) || (is_about(after) && !listed);
        (said && !adjective).then_some((before, after))
    })
}

fn is_about(text: &str) -> bool {
    let part = text.split(',').next().unwrap_or_default().to_lowercase();
    let mut words = part.split([' ', '/']).filter(|word| !word.is_empty());
    let (first, last) = (words.next().unwrap_or_default(), words.next_back());
    ABOUT.contains(&first)
        || is_participle(first)
        // `husks removed`
        || last.is_some_and(|last| last == "removed" || last == "squeezed" || last == "chopped")
        || (last.is_none() && ADJECTIVES.contains(&first))
        || first.starts_with(char::is_numeric)
}

fn is_participle(word: &str) -> bool {
    word.len() > 3 && (word.ends_with("ed") || word.ends_with("ly")) && !NOUNS.contains(&word)
}

/// Before another amount: `butter or 3 tablespoons of oil`.
fn alternative(text: &str) -> Option<(&str, &str)> {
    let mut words = text.match_indices(' ').map(|(at, _)| text.split_at(at));
    words.find(|(_, after)| {
        let other = strip_words(after, "or").or_else(|| strip_words(after, "instead of"));
        let more = after.trim_start();
        let more = strip_words(more, "plus").or_else(|| more.strip_prefix('+'));
        more.is_some_and(|more| counted(more).is_some() || strip_words(more, "more").is_some())
            || other.is_some_and(|other| counted(other).is_some())
    })
}

/// Before what it is for.
fn purpose(text: &str) -> Option<(&str, &str)> {
    let mut words = text.match_indices(' ').map(|(at, _)| text.split_at(at));
    words.find(|(_, after)| {
        let after = after.trim_start();
        let doing = strip_words(after, "for").and_then(|rest| rest.split_whitespace().next());
        PURPOSES
            .iter()
            .any(|purpose| strip_words(after, purpose).is_some())
            || doing.is_some_and(|word| word.ends_with("ing"))
    })
}
