//! Negotiates the media type of responses, and checks the one of requests.

use std::cmp::Reverse;

use axum::http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, CONTENT_TYPE},
};

/// A media type of GraphQL responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`, whose HTTP status reflects the result.
    Response,
    /// `application/json`, whose HTTP status is 200 whenever the request was well-formed.
    Json,
}

impl MediaType {
    /// In order of preference. Since 2025 the specification prefers the new type.
    const PREFERRED: [Self; 2] = [Self::Response, Self::Json];

    const fn subtype(self) -> &'static str {
        match self {
            Self::Response => "graphql-response+json",
            Self::Json => "json",
        }
    }

    pub(super) const fn header_value(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Response => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }

    /// The supported media type that the client prefers; `None` if it accepts none of them.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key(ACCEPT) {
            return Some(Self::Response);
        }
        let accepted = Self::PREFERRED.into_iter().filter_map(|media_type| {
            let (position, range) = covering_range(headers, media_type)?;
            (range.quality > 0.0).then_some((media_type, position, range))
        });
        // Of equal qualities the first position, and at the same position the preferred type.
        let (media_type, _, range) = accepted.min_by(|(_, position, range), (_, at, other)| {
            let by_quality = other.quality.total_cmp(&range.quality);
            by_quality.then(position.cmp(at))
        })?;
        // Browsers save a type that they do not know as a file.
        let is_wildcard = range.specificity == 0;
        if is_wildcard && is_browser(headers) {
            return Some(Self::Json);
        }
        Some(media_type)
    }
}

/// The media ranges of `Accept`.
fn ranges(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(ACCEPT).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(','))
}

/// Whether a browser navigates to this URL: other programs do not accept `text/html`.
pub(super) fn is_browser(headers: &HeaderMap) -> bool {
    ranges(headers).any(|range| {
        let kind = range.split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("text/html")
    })
}

/// A media range of `Accept` that may cover the supported types.
struct Range<'a> {
    subtype: Option<&'a str>,
    specificity: u8,
    quality: f32,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let specificity = match (kind, subtype) {
            ("*", "*") => 0,
            (kind, "*") if kind.eq_ignore_ascii_case("application") => 1,
            (kind, _) if kind.eq_ignore_ascii_case("application") => 2,
            _ => return None,
        };
        let quality = parts.find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let value = name.trim().eq_ignore_ascii_case("q").then_some(value)?;
            value.trim().parse().ok()
        });
        Some(Self {
            subtype: (specificity == 2).then_some(subtype),
            specificity,
            quality: quality.unwrap_or(1.0),
        })
    }
}

/// The most specific range that covers the type, the first one of equally specific ranges, with its position.
fn covering_range(headers: &HeaderMap, media_type: MediaType) -> Option<(usize, Range<'_>)> {
    let covers = |range: &Range<'_>| {
        let subtype = range.subtype;
        subtype.is_none_or(|subtype| subtype.eq_ignore_ascii_case(media_type.subtype()))
    };
    let ranges = ranges(headers).filter_map(Range::parse).enumerate();
    let covering = ranges.filter(|(_, range)| covers(range));
    covering.min_by_key(|(_, range)| Reverse(range.specificity))
}

/// Whether the body is JSON in UTF-8 according to `Content-Type`.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok()) else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|it| it.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            let value = value.trim().trim_matches('"');
            value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
        }
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiate(accept: &'static str) -> Option<MediaType> {
        MediaType::negotiate(&HeaderMap::from_iter([(
            ACCEPT,
            HeaderValue::from_static(accept),
        )]))
    }

    #[test]
    fn the_client_chooses_the_media_type_of_the_answer() {
        let (response, json) = (Some(MediaType::Response), Some(MediaType::Json));
        assert_eq!(MediaType::negotiate(&HeaderMap::new()), response);
        for (accept, expected) in [
            ("*/*", response),
            ("application/*", response),
            ("application/json", json),
            ("Application/JSON; charset=utf-8", json),
            ("application/graphql-response+json", response),
            ("application/json, application/graphql-response+json", json),
            (
                "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
                response,
            ),
            (
                "application/graphql-response+json;q=0.5, application/json;q=0.9",
                json,
            ),
            ("application/json;q=0.5, */*;q=0.1", json),
            ("application/json;q=0, */*", response),
            ("text/html, application/xml;q=0.9, */*;q=0.8", json),
            (
                "text/html, application/graphql-response+json, */*;q=0.8",
                response,
            ),
            ("application/json, multipart/mixed", json),
            ("text/html", None),
            ("application/json;q=0", None),
            ("nonsense", None),
            ("", None),
        ] {
            assert_eq!(negotiate(accept), expected, "{accept}");
        }
    }

    #[test]
    fn several_accept_headers_are_one_list() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT, HeaderValue::from_static("text/html"));
        headers.append(ACCEPT, HeaderValue::from_static("application/json"));
        assert_eq!(MediaType::negotiate(&headers), Some(MediaType::Json));
    }

    #[test]
    fn browsers_name_html() {
        let is_browser = |accept| {
            let accept = HeaderValue::from_static(accept);
            super::is_browser(&HeaderMap::from_iter([(ACCEPT, accept)]))
        };
        assert!(is_browser("text/html,application/xhtml+xml,*/*;q=0.8"));
        assert!(is_browser("application/xml, Text/HTML;q=0.9"));
        for program in ["*/*", "text/*", "application/json", ""] {
            assert!(!is_browser(program), "{program}");
        }
        assert!(!super::is_browser(&HeaderMap::new()));
    }

    #[test]
    fn only_json_in_utf_8_is_taken() {
        let is_json = |value| {
            let value = HeaderValue::from_static(value);
            super::is_json(&HeaderMap::from_iter([(CONTENT_TYPE, value)]))
        };
        assert!(is_json("application/json"));
        assert!(is_json("application/JSON; charset=\"UTF-8\""));
        assert!(!is_json("application/json; charset=latin1"));
        assert!(!is_json("text/plain"));
        assert!(!is_json("application/graphql"));
        assert!(!super::is_json(&HeaderMap::new()));
    }
}
