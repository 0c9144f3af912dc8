//! Which media type to answer in, and which ones to take.

use axum::http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, CONTENT_TYPE},
};

/// A media type of GraphQL responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`, whose status tells how the request went.
    Response,
    /// `application/json`, whose status is 200 whenever the request was well-formed.
    Json,
}

impl Media {
    /// The one that is taken where both would do: since 2025 the specification wants the new one.
    const PREFERRED: [Self; 2] = [Self::Response, Self::Json];

    const fn subtype(self) -> &'static str {
        match self {
            Self::Response => "graphql-response+json",
            Self::Json => "json",
        }
    }

    pub(super) const fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Response => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }

    /// What the client likes best of what there is; `None` when it accepts nothing of it.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key(ACCEPT) {
            return Some(Self::Response);
        }
        let ranges: Vec<_> = ranges(headers).filter_map(Range::parse).collect();
        let mut best: Option<(Self, f32, usize)> = None;
        for media in Self::PREFERRED {
            let Some((quality, place)) = quality(&ranges, media) else {
                continue;
            };
            let better = |(_, best, first): (Self, f32, usize)| {
                quality > best || (quality >= best && place < first)
            };
            if quality > 0.0 && best.is_none_or(better) {
                best = Some((media, quality, place));
            }
        }
        let (media, _, place) = best?;
        // What they do not know they save as a file.
        let whatever_it_is = ranges.get(place)?.specificity == 0;
        if whatever_it_is && is_browser(headers) {
            return Some(Self::Json);
        }
        Some(media)
    }
}

fn ranges(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(ACCEPT).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(','))
}

/// Whether it is a person who looks, through a browser: programs do not name `text/html`.
pub(super) fn is_browser(headers: &HeaderMap) -> bool {
    ranges(headers).any(|range| {
        let kind = range.split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("text/html")
    })
}

/// A media range of `Accept` that has to do with us.
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

/// By the most specific range that covers the type: its quality, and where it stands.
fn quality(ranges: &[Range<'_>], media: Media) -> Option<(f32, usize)> {
    let covers = |range: &Range<'_>| {
        let subtype = range.subtype;
        subtype.is_none_or(|subtype| subtype.eq_ignore_ascii_case(media.subtype()))
    };
    let covering = ranges.iter().enumerate().filter(|(_, range)| covers(range));
    // Of equals the first.
    let (place, range) = covering.rev().max_by_key(|(_, range)| range.specificity)?;
    Some((range.quality, place))
}

/// Whether the body is JSON in UTF-8, as far as its header tells.
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

    fn negotiate(accept: &'static str) -> Option<Media> {
        Media::negotiate(&HeaderMap::from_iter([(
            ACCEPT,
            HeaderValue::from_static(accept),
        )]))
    }

    #[test]
    fn the_client_chooses_the_media_type_of_the_answer() {
        let (response, json) = (Some(Media::Response), Some(Media::Json));
        assert_eq!(Media::negotiate(&HeaderMap::new()), response);
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
        assert_eq!(Media::negotiate(&headers), Some(Media::Json));
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
