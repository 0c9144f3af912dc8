//! One pass over the raw text, by the lexical grammar (specification 2.1).
//!
//! It refuses what is too large, and what apollo-parser 0.8 reads wrongly: a
//! name within arguments that no colon follows is passed over by it, and it
//! takes commas and comments between some tokens for more than white space.

use async_graphql::{Pos, ServerError};

use super::{Limits, too_large};
use crate::Fault;

/// Stands for the bracket of a selection set, which input objects begin with too.
const SELECTIONS: u8 = b's';

/// The text with all that is ignored between tokens as white space.
pub(super) fn scan(text: &str, limits: &Limits) -> Result<String, ServerError> {
    let refuse = |what, limit| Err(too_large(what, limit).into_error(None));
    if text.len() > limits.bytes {
        return refuse("bytes", limits.bytes);
    }
    let bytes = text.as_bytes();
    let mut plain = bytes.to_vec();
    let (mut at, mut tokens) = (0, 0_usize);
    let mut brackets = Vec::new();
    // The first byte of the token before, and the place of a name that wants a colon.
    let (mut before, mut unfinished) = (b'{', None);
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b',' | 0xEF | 0xBB | 0xBF => {
                plain[at] = b' ';
                at += 1;
                continue;
            }
            b'#' => {
                at += bytes[at..]
                    .iter()
                    .position(|&byte| byte == b'\n' || byte == b'\r')
                    .unwrap_or(bytes.len() - at);
                plain[start..at].fill(b' ');
                continue;
            }
            _ => {}
        }
        if let Some(name) = unfinished.take().filter(|_| byte != b':') {
            let fault = Fault::new(
                "GRAPHQL_PARSE_FAILED",
                "the document is not GraphQL: expected \":\" after this name",
            );
            return Err(fault.into_error(Some(position(text, name))));
        }
        match byte {
            b'(' | b'[' | b'{' => {
                let is_value = matches!(before, b':' | b'=') || brackets.last() == Some(&b'[');
                brackets.push(if byte == b'{' && !is_value {
                    SELECTIONS
                } else {
                    byte
                });
                if brackets.len() > limits.nesting {
                    return refuse("brackets within each other", limits.nesting);
                }
                at += 1;
            }
            b')' | b']' | b'}' => {
                brackets.pop();
                at += 1;
            }
            b'"' => at = end_of_string(bytes, at),
            byte if word(byte) => {
                at += bytes[at..]
                    .iter()
                    .position(|&byte| !word(byte))
                    .unwrap_or(bytes.len() - at);
                let name = byte.is_ascii_alphabetic() || byte == b'_';
                let is_value = matches!(before, b':' | b'$' | b'=' | b'@');
                if name && !is_value && named(&brackets) {
                    unfinished = Some(start);
                }
            }
            _ => at += 1,
        }
        before = byte;
        tokens += 1;
        if tokens > limits.tokens {
            return refuse("tokens", limits.tokens);
        }
    }
    // A byte order mark that is cut in two is no text, and no token either.
    Ok(String::from_utf8(plain).unwrap_or_else(|_| text.to_owned()))
}

/// Whether what stands here has a name and a colon: arguments, variables, and
/// the fields of input objects.
fn named(brackets: &[u8]) -> bool {
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

/// Names and numbers.
fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+')
}

/// The end of the string or block string that begins at `start`; of one that is
/// not closed, the end of the line or text, where the parser will say so.
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

    fn code(text: &str) -> Option<&'static str> {
        let refused = scan(text, &Limits::default()).err()?;
        let too_large = refused.message.starts_with("the document has more than");
        Some(if too_large { "too large" } else { "no GraphQL" })
    }

    #[test]
    fn ten_thousand_brackets_are_refused_and_those_in_strings_are_not() {
        let brackets = "[".repeat(10_000);
        assert!(code(&format!("{{ a(b: {brackets}")).is_some());
        assert_eq!(code(&format!("{{ a(b: \"{brackets}\") }}")), None);
        assert_eq!(
            code(&format!(
                "{{ a(b: \"\"\"{brackets} \\\"\"\" {brackets}\"\"\") }}"
            )),
            None
        );
        assert_eq!(code(&format!("{{ a # {brackets}\n }}")), None);
    }

    #[test]
    fn an_escaped_quote_does_not_end_a_string() {
        let brackets = "{".repeat(60);
        assert_eq!(code(&format!(r#"{{ a(b: "\"{brackets}") }}"#)), None);
        assert!(code(&format!(r#"{{ a(b: "\\"{brackets}) }}"#)).is_some());
    }

    #[test]
    fn what_is_ignored_becomes_white_space_and_strings_stay() {
        let plain = |text| scan(text, &Limits::default()).expect("a document");
        assert_eq!(plain("{a,:,b # c,\n}"), "{a : b     \n}");
        assert_eq!(plain("{a(b:\"x,#y\",)}"), "{a(b:\"x,#y\" )}");
        assert_eq!(plain("\u{feff}{a}"), "   {a}");
    }

    #[test]
    fn names_within_arguments_want_a_colon() {
        for wrong in [
            "{ a(b b: 1) }",
            "{ a @include(if if: true) }",
            "{ a(b: {c c: 1}) }",
            "{ a(b: 1 c) }",
        ] {
            assert_eq!(code(wrong), Some("no GraphQL"), "{wrong}");
        }
        for right in [
            "query ($a: [B!]! = [C, D] @e(f: G) $h: I = J) { a(b: C d: {e: F, g: [H I]}) k { l m } }",
            "{ a(b: $c, d: true) b }",
        ] {
            assert_eq!(code(right), None, "{right}");
        }
    }

    #[test]
    fn tokens_and_bytes_are_counted() {
        assert_eq!(code(&"a ".repeat(2_000)), None);
        assert!(code(&"a ".repeat(2_001)).is_some());
        assert!(code(&"a".repeat(64 * 1024 + 1)).is_some());
        assert_eq!(code("{ unclosed(\"text"), None);
    }
}
