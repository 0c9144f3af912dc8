//! One pass over the raw text, by the lexical grammar (specification 2.1).

use super::{Limits, too_large};
use crate::Fault;

pub(super) fn scan(text: &str, limits: &Limits) -> Result<(), Fault> {
    if text.len() > limits.bytes {
        return Err(too_large("bytes", limits.bytes));
    }
    let bytes = text.as_bytes();
    let (mut at, mut tokens, mut nesting) = (0, 0_usize, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' | 0xEF | 0xBB | 0xBF => {
                at += 1;
                continue;
            }
            b'#' => {
                at += bytes[at..]
                    .iter()
                    .position(|&byte| byte == b'\n' || byte == b'\r')
                    .unwrap_or(bytes.len() - at);
                continue;
            }
            b'(' | b'[' | b'{' => {
                nesting += 1;
                if nesting > limits.nesting {
                    return Err(too_large("brackets within each other", limits.nesting));
                }
                at += 1;
            }
            b')' | b']' | b'}' => {
                nesting = nesting.saturating_sub(1);
                at += 1;
            }
            b'"' => at = end_of_string(bytes, at),
            byte if word(byte) => {
                at += bytes[at..]
                    .iter()
                    .position(|&byte| !word(byte))
                    .unwrap_or(bytes.len() - at);
            }
            _ => at += 1,
        }
        tokens += 1;
        if tokens > limits.tokens {
            return Err(too_large("tokens", limits.tokens));
        }
    }
    Ok(())
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
        scan(text, &Limits::default()).err().map(|fault| fault.code)
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
    fn tokens_and_bytes_are_counted() {
        assert_eq!(code(&"a ".repeat(2_000)), None);
        assert!(code(&"a ".repeat(2_001)).is_some());
        assert!(code(&"a".repeat(64 * 1024 + 1)).is_some());
        assert_eq!(code("{ unclosed(\"text"), None);
    }
}
