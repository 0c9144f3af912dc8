//! Counts the spans of an export by parsing the outer protobuf messages only.

/// `ExportTraceServiceRequest.resource_spans`.
const RESOURCE_SPANS: u64 = 1;
/// `ResourceSpans.scope_spans`.
const SCOPE_SPANS: u64 = 2;
/// `ScopeSpans.spans`.
const SPANS: u64 = 2;

/// The number of spans in an encoded `ExportTraceServiceRequest`; incomplete ones at the end are not counted.
pub(super) fn count(export: &[u8]) -> u64 {
    let resources = submessages(export, RESOURCE_SPANS);
    let scopes = resources.flat_map(|resource| submessages(resource, SCOPE_SPANS));
    let spans = scopes.flat_map(|scope| submessages(scope, SPANS));
    spans.map(|_| 1).sum()
}

/// The messages in a field of a message.
fn submessages(mut message: &[u8], field: u64) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        while let Some(tag) = varint(&mut message) {
            let size = match tag & 7 {
                0 => {
                    varint(&mut message)?;
                    continue;
                }
                1 => 8,
                2 => usize::try_from(varint(&mut message)?).ok()?,
                5 => 4,
                _ => return None,
            };
            let (content, rest) = message.split_at_checked(size)?;
            message = rest;
            if tag == field << 3 | 2 {
                return Some(content);
            }
        }
        None
    })
}

/// Reads a varint: seven bits per byte, the lowest first.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::count;

    /// An encoded field with a message.
    fn message(field: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).unwrap();
        let mut bytes = vec![field << 3 | 2];
        if length > 127 {
            bytes.extend([length | 0x80, length >> 7]);
        } else {
            bytes.push(length);
        }
        bytes.extend(content);
        bytes
    }

    #[test]
    fn spans_are_counted_in_all_scopes_and_resources() {
        // A span has a name (field 5), a time (field 7, eight bytes), and a kind (field 6, a varint).
        let mut content = message(
            5,
            b"GET /graphql, which has a name longer than that of most others",
        );
        content.extend([7 << 3 | 1, 1, 2, 3, 4, 5, 6, 7, 8, 6 << 3, 2]);
        let span = message(2, &content);
        // Field 1 of a scope message is its description.
        let scope = message(
            2,
            &[message(1, b"\x0a\x04sqlx"), span.clone(), span].concat(),
        );
        let resource = message(1, &[message(1, b""), scope.clone()].concat());
        let second = message(1, &scope);
        let export = [resource, second].concat();
        assert_eq!(count(&export), 4);
        assert!(count(&export[..export.len() - 1]) < 4);
        assert_eq!(count(&[]), 0);
        assert_eq!(count(&[0xff; 40]), 0);
    }
}
