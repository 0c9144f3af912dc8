//! Conditional requests.

use axum::http::{HeaderMap, HeaderValue, header::IF_NONE_MATCH};

/// Whether `If-None-Match` contains this entity tag, so that the response is 304.
pub(super) fn is_not_modified(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter();
    let known = known.filter_map(|tags| tags.to_str().ok());
    let Ok(current) = etag.to_str() else {
        return false;
    };
    known.flat_map(|tags| tags.split(',')).any(|tag| {
        let tag = tag.trim().trim_start_matches("W/");
        tag == current || tag == "*"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_weak_tags_match_too() {
        let tag = HeaderValue::from_static("\"b\"");
        for (known, expected) in [
            ("\"b\"", true),
            ("W/\"b\"", true),
            ("\"a\", \"b\"", true),
            ("*", true),
            ("\"a\"", false),
            ("b", false),
            ("", false),
        ] {
            let value = HeaderValue::from_static(known);
            let headers = HeaderMap::from_iter([(IF_NONE_MATCH, value)]);
            assert_eq!(is_not_modified(&headers, &tag), expected, "{known}");
        }
        assert!(!is_not_modified(&HeaderMap::new(), &tag));
    }
}
