//! Halves of surrogate pairs, which JSON's grammar lets through in escapes and which no text can hold. Programs that cut
//! strings between UTF-16 units send them, and an app that keeps what it could not send has to know what to throw away.

use serde_json::Value;

/// A member of an object or a place in a list.
#[derive(Debug)]
pub(super) enum Segment {
    Member(String),
    Place(usize),
}

/// Where in a JSON text the first half of a pair stands; `None` where there is none, or the text is not JSON besides.
pub(super) fn find(text: &[u8]) -> Option<Vec<Segment>> {
    // What differs when other text stands instead of the halves is where they are.
    let one = serde_json::from_slice(&with_stand_in(text, *b"\\ufdd0")?).ok()?;
    let other = serde_json::from_slice(&with_stand_in(text, *b"\\ufdd1")?).ok()?;
    let mut path = Vec::new();
    differ(&one, &other, &mut path).then_some(path)
}

/// The length of an escaped UTF-16 unit.
const ESCAPE: usize = 6;

/// The text with something else in the place of each half; `None` where there is none.
fn with_stand_in(text: &[u8], stand_in: [u8; ESCAPE]) -> Option<Vec<u8>> {
    let mut text = text.to_vec();
    let mut found = false;
    let mut at = 0;
    while at < text.len() {
        at += match (text[at], unit(&text, at)) {
            (_, Some(0xd800..0xdc00))
                if matches!(unit(&text, at + ESCAPE), Some(0xdc00..0xe000)) =>
            {
                2 * ESCAPE
            }
            (_, Some(0xd800..0xe000)) => {
                text[at..at + ESCAPE].copy_from_slice(&stand_in);
                found = true;
                ESCAPE
            }
            // Another escape: what follows the backslash begins none.
            (b'\\', _) => 2,
            _ => 1,
        };
    }
    found.then_some(text)
}

/// The UTF-16 unit that is escaped at this place.
fn unit(text: &[u8], at: usize) -> Option<u16> {
    let digits = text.get(at..at + ESCAPE)?.strip_prefix(b"\\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Whether the values differ; then `path` leads to the first place where they do.
fn differ(one: &Value, other: &Value, path: &mut Vec<Segment>) -> bool {
    let mut below = |segment, one: &Value, other: &Value| {
        path.push(segment);
        let differ = differ(one, other, path);
        if !differ {
            path.pop();
        }
        differ
    };
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            // In a name it is the object that has it.
            one.keys().ne(other.keys())
                || (one.iter().zip(other.values()))
                    .any(|((name, one), other)| below(Segment::Member(name.clone()), one, other))
        }
        (Value::Array(one), Value::Array(other)) => (one.iter().zip(other).enumerate())
            .any(|(place, (one, other))| below(Segment::Place(place), one, other)),
        (one, other) => one != other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Option<String> {
        let path = find(text.as_bytes())?;
        let segments = path.into_iter().map(|segment| match segment {
            Segment::Member(name) => name,
            Segment::Place(place) => place.to_string(),
        });
        Some(segments.collect::<Vec<_>>().join("/"))
    }

    #[test]
    fn halves_are_found_and_pairs_are_not() {
        for (text, expected) in [
            (r#"{"a": {"b": ["x", "\ud83c"]}}"#, Some("a/b/1")),
            (r#"{"a": "\udf55\ud83c"}"#, Some("a")),
            (r#"{"a": "\uD83C\\uDF55"}"#, Some("a")),
            (r#"{"a": "\ud83c\n", "b": "\ud83c"}"#, Some("a")),
            (r#"{"a": {"\udf55": 1}}"#, Some("a")),
            (r#""\ud83c""#, Some("")),
            (
                r#"{"a": "\ud83c\udf55", "b": "\\ud83c", "c": "\ufdd0"}"#,
                None,
            ),
            (r#"{"a": "\ud83c""#, None),
            (r#"{"a": "\ud83"}"#, None),
            ("{}", None),
            ("", None),
        ] {
            assert_eq!(path(text).as_deref(), expected, "{text}");
        }
    }
}
