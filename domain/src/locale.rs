//! Language tags as platforms write them, and the languages with a translation.

/// Maximum length of a tag in bytes.
const MAX_TAG_LENGTH: usize = 35;

/// Normalizes a locale to a BCP 47 tag: a language, optionally with script, region and variants. Java and Apple's
/// systems write `de_AT`, POSIX `de_AT.UTF-8` and `de_AT@euro`: all of these become `de-AT`. `None` if the text is not
/// a locale.
pub fn language_tag(text: &str) -> Option<String> {
    let end = text.find(['.', '@']).unwrap_or(text.len());
    let tag = text[..end].replace('_', "-");
    let is_part = |part: &str, max: usize| {
        (1..=max).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let mut parts = tag.split('-');
    let language = parts.next()?;
    let is_language = (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_tag = is_language && parts.all(|part| is_part(part, 8)) && tag.len() <= MAX_TAG_LENGTH;
    is_tag.then_some(tag)
}

/// A language in which user errors are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, the default.
    English,
    /// German.
    German,
}

impl Language {
    /// The language of a tag such as `de-AT`; `None` if there is no translation.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_']).next()?;
        match language.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "de" => Some(Self::German),
            _ => None,
        }
    }

    /// The language that the header `Accept-Language` (RFC 9110, 12.5.4) prefers, of those with a translation. Of equal
    /// qualities the first counts.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for range in header.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let Some(language) = parts.next().and_then(Self::from_tag) else {
                continue;
            };
            let quality = parts.find_map(|part| part.strip_prefix("q="));
            let quality = quality.map_or(Ok(1.0), str::parse).unwrap_or_default();
            if quality > best.map_or(0.0, |(best, _)| best) {
                best = Some((quality, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, language_tag};

    #[test]
    fn the_preferred_language_with_a_translation_is_chosen() {
        for (header, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", Some(Language::German)),
            (
                "fr-FR, fr;q=0.9, en-GB;q=0.5, de;q=0.7",
                Some(Language::German),
            ),
            ("en, de", Some(Language::English)),
            ("de;q=0, en;q=0.1", Some(Language::English)),
            ("DE", Some(Language::German)),
            ("de;q=much", None),
            ("fr, *;q=0.5", None),
            ("", None),
        ] {
            assert_eq!(Language::from_accept_language(header), language, "{header}");
        }
    }

    #[test]
    fn locales_of_all_platforms_are_normalized() {
        for (written, tag) in [
            ("de", "de"),
            ("de-AT", "de-AT"),
            ("de_AT", "de-AT"),
            ("en_US", "en-US"),
            ("zh_Hans_CN", "zh-Hans-CN"),
            ("zh-Hans_CN", "zh-Hans-CN"),
            ("de_AT.UTF-8", "de-AT"),
            ("de_AT.UTF-8@euro", "de-AT"),
            ("en_US@calendar=gregorian", "en-US"),
            ("en-US-u-hc-h12", "en-US-u-hc-h12"),
            ("gsw-CH", "gsw-CH"),
        ] {
            assert_eq!(language_tag(written).as_deref(), Some(tag), "{written}");
        }
    }

    #[test]
    fn invalid_locales_are_rejected() {
        let long = format!("de-{}", ["abcdefgh"; 4].join("-"));
        for text in [
            "",
            "_",
            "C",
            "POSIX",
            "german",
            "de-",
            "de--AT",
            "_AT",
            "d1",
            "de-ÖS",
            "de AT",
            "en\r\nBcc: eve@example.com",
            &long,
        ] {
            assert_eq!(language_tag(text), None, "{text:?}");
        }
    }
}
