//! Finds lone surrogates: halves of UTF-16 surrogate pairs, which JSON's grammar allows in escapes and no Rust string
//! can contain. Programs that cut strings between UTF-16 units send them. An app that queues requests for a retry has
//! to learn which value can never be accepted.

use serde_json::Value;

/// A step into a JSON value: a key of an object or an index of an array.
#[derive(Debug)]
pub(super) enum PathSegment {
    Key(String),
    Index(usize),
}

/// The path to the first lone surrogate of a JSON text; `None` if there is none, or if the text is not JSON otherwise.
pub(super) fn find(text: &[u8]) -> Option<Vec<PathSegment>> {
    // Parse the text with two different replacements: where the values differ, there was a lone surrogate.
    let one = serde_json::from_slice(&replace_lone_surrogates(text, *b"\\ufdd0")?).ok()?;
    let other = serde_json::from_slice(&replace_lone_surrogates(text, *b"\\ufdd1")?).ok()?;
    let mut path = Vec::new();
    find_difference(&one, &other, &mut path).then_some(path)
}

/// The length in bytes of an escaped UTF-16 unit, such as `\ud83c`.
const ESCAPE_LENGTH: usize = 6;

/// The text with `replacement` in place of each lone surrogate; `None` if there is none.
fn replace_lone_surrogates(text: &[u8], replacement: [u8; ESCAPE_LENGTH]) -> Option<Vec<u8>> {
    let mut text = text.to_vec();
    let mut found = false;
    let mut at = 0;
    while at < text.len() {
        at += match (text[at], escaped_unit(&text, at)) {
            (_, Some(0xd800..0xdc00))
                if matches!(
                    escaped_unit(&text, at + ESCAPE_LENGTH),
                    Some(0xdc00..0xe000)
                ) =>
            {
                2 * ESCAPE_LENGTH
            }
            (_, Some(0xd800..0xe000)) => {
                text[at..at + ESCAPE_LENGTH].copy_from_slice(&replacement);
                found = true;
                ESCAPE_LENGTH
            }
            // Another escape: skip the escaped character, which may be a backslash.
            (b'\\', _) => 2,
            _ => 1,
        };
    }
    found.then_some(text)
}

/// The UTF-16 unit that is escaped at this byte offset.
fn escaped_unit(text: &[u8], at: usize) -> Option<u16> {
    let digits = text.get(at..at + ESCAPE_LENGTH)?.strip_prefix(b"\\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Whether the values differ; if so, `path` is the path to the first difference.
fn find_difference(one: &Value, other: &Value, path: &mut Vec<PathSegment>) -> bool {
    let mut differs_at = |segment, one: &Value, other: &Value| {
        path.push(segment);
        let differs = find_difference(one, other, path);
        if !differs {
            path.pop();
        }
        differs
    };
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            // A lone surrogate in a key is reported at the object.
            one.keys().ne(other.keys())
                || (one.iter().zip(other.values())).any(|((name, one), other)| {
                    differs_at(PathSegment::Key(name.clone()), one, other)
                })
        }
        (Value::Array(one), Value::Array(other)) => (one.iter().zip(other).enumerate())
            .any(|(index, (one, other))| differs_at(PathSegment::Index(index), one, other)),
        (one, other) => one != other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Option<String> {
        let path = find(text.as_bytes())?;
        let segments = path.into_iter().map(|segment| match segment {
            PathSegment::Key(name) => name,
            PathSegment::Index(index) => index.to_string(),
        });
        Some(segments.collect::<Vec<_>>().join("/"))
    }

    #[test]
    fn lone_surrogates_are_found_and_pairs_are_not() {
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
