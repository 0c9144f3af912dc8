//! One pass over the raw text, by the lexical grammar (specification 2.1).
//!
//! It rejects documents that are too large, and works around two bugs of
//! apollo-parser 0.8: that parser ignores a name within arguments that is not
//! followed by a colon, and does not treat commas and comments as white space
//! between some tokens.

use async_graphql::{Pos, ServerError};

use super::{Limits, too_large};
use crate::ResolverError;

/// Marks the opening brace of a selection set, to distinguish it from that of an input object.
const SELECTION_SET: u8 = b's';

/// Returns the text with all ignored tokens (commas, comments, byte order marks) replaced by spaces.
pub(super) fn scan(text: &str, limits: &Limits) -> Result<String, ServerError> {
    let reject = |what, limit| Err(too_large(what, limit).into_error(None));
    let bytes = text.as_bytes();
    let mut cleaned = bytes.to_vec();
    let (mut at, mut tokens) = (0, 0_usize);
    let mut brackets = Vec::new();
    // The first byte of the previous token, and the offset of a name that must be followed by a colon.
    let (mut previous, mut name_without_colon) = (b'{', None);
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b',' | 0xEF | 0xBB | 0xBF => {
                cleaned[at] = b' ';
                at += 1;
                continue;
            }
            b'#' => {
                at += bytes[at..]
                    .iter()
                    .position(|&byte| byte == b'\n' || byte == b'\r')
                    .unwrap_or(bytes.len() - at);
                cleaned[start..at].fill(b' ');
                continue;
            }
            _ => {}
        }
        if let Some(name) = name_without_colon.take().filter(|_| byte != b':') {
            let error = ResolverError::new(
                "GRAPHQL_PARSE_FAILED",
                "the document is not GraphQL: expected \":\" after this name",
            );
            return Err(error.into_error(Some(position(text, name))));
        }
        match byte {
            b'(' | b'[' | b'{' => {
                let is_value = matches!(previous, b':' | b'=') || brackets.last() == Some(&b'[');
                brackets.push(if byte == b'{' && !is_value {
                    SELECTION_SET
                } else {
                    byte
                });
                if brackets.len() > limits.nesting {
                    return reject("brackets within each other", limits.nesting);
                }
                at += 1;
            }
            b')' | b']' | b'}' => {
                brackets.pop();
                at += 1;
            }
            b'"' => at = end_of_string(bytes, at),
            byte if is_word_byte(byte) => {
                at += bytes[at..]
                    .iter()
                    .position(|&byte| !is_word_byte(byte))
                    .unwrap_or(bytes.len() - at);
                let is_name = byte.is_ascii_alphabetic() || byte == b'_';
                let follows_sigil = matches!(previous, b':' | b'$' | b'=' | b'@');
                if is_name && !follows_sigil && expects_colon_after_name(&brackets) {
                    name_without_colon = Some(start);
                }
            }
            _ => at += 1,
        }
        previous = byte;
        tokens += 1;
        if tokens > limits.tokens {
            return reject("tokens", limits.tokens);
        }
    }
    // Invalid UTF-8 if a byte of another character was mistaken for one of a byte order mark. The parser rejects such
    // a character, so the text is returned unchanged.
    Ok(String::from_utf8(cleaned).unwrap_or_else(|_| text.to_owned()))
}

/// Whether the innermost bracket contains names that are followed by a colon:
/// arguments, variables, and the fields of input objects.
fn expects_colon_after_name(brackets: &[u8]) -> bool {
    matches!(brackets.last(), Some(b'(' | b'{'))
}

fn position(text: &str, at: usize) -> Pos {
    let before = &text[..at];
    let line = before.rsplit('\n').next().unwrap_or(before);
    Pos {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    }
}

/// Whether the byte can be part of a name or number.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+')
}

/// The end of the string or block string that begins at `start`. If it is not
/// closed, the end of the line or text, where the parser reports it.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let block = bytes[start..].starts_with(b"\"\"\"");
    let mut at = start + if block { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if block && bytes[at..].starts_with(b"\\\"\"\"") => at += 4,
            b'"' if block && bytes[at..].starts_with(b"\"\"\"") => return at + 3,
            b'\\' if !block => at += 2,
            b'"' | b'\n' if !block => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::scan;
    use crate::document::Limits;

    fn error_kind(text: &str) -> Option<&'static str> {
        let error = scan(text, &Limits::default()).err()?;
        let too_large = error.message.starts_with("the document has more than");
        Some(if too_large {
            "too large"
        } else {
            "syntax error"
        })
    }

    #[test]
    fn ten_thousand_brackets_are_rejected_except_in_strings() {
        let brackets = "[".repeat(10_000);
        assert!(error_kind(&format!("{{ a(b: {brackets}")).is_some());
        assert_eq!(error_kind(&format!("{{ a(b: \"{brackets}\") }}")), None);
        assert_eq!(
            error_kind(&format!(
                "{{ a(b: \"\"\"{brackets} \\\"\"\" {brackets}\"\"\") }}"
            )),
            None
        );
        assert_eq!(error_kind(&format!("{{ a # {brackets}\n }}")), None);
    }

    #[test]
    fn an_escaped_quote_does_not_end_a_string() {
        let brackets = "{".repeat(60);
        assert_eq!(error_kind(&format!(r#"{{ a(b: "\"{brackets}") }}"#)), None);
        assert!(error_kind(&format!(r#"{{ a(b: "\\"{brackets}) }}"#)).is_some());
    }

    #[test]
    fn ignored_tokens_become_white_space_except_in_strings() {
        let cleaned = |text| scan(text, &Limits::default()).expect("a document");
        assert_eq!(cleaned("{a,:,b # c,\n}"), "{a : b     \n}");
        assert_eq!(cleaned("{a(b:\"x,#y\",)}"), "{a(b:\"x,#y\" )}");
        assert_eq!(cleaned("\u{feff}{a}"), "   {a}");
    }

    #[test]
    fn names_within_arguments_require_a_colon() {
        for wrong in [
            "{ a(b b: 1) }",
            "{ a @include(if if: true) }",
            "{ a(b: {c c: 1}) }",
            "{ a(b: 1 c) }",
        ] {
            assert_eq!(error_kind(wrong), Some("syntax error"), "{wrong}");
        }
        for right in [
            "query ($a: [B!]! = [C, D] @e(f: G) $h: I = J) { a(b: C d: {e: F, g: [H I]}) k { l m } }",
            "{ a(b: $c, d: true) b }",
        ] {
            assert_eq!(error_kind(right), None, "{right}");
        }
    }

    #[test]
    fn documents_with_too_many_tokens_are_rejected() {
        assert_eq!(error_kind(&"a ".repeat(2_000)), None);
        assert!(error_kind(&"a ".repeat(2_001)).is_some());
        assert_eq!(error_kind("{ unclosed(\"text"), None);
    }
}
