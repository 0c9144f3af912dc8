//! Locales, as platforms write them.

/// The longest tag that is kept, in bytes.
const LONGEST: usize = 35;

/// A language, perhaps with script, region and variants, as a BCP 47 tag. Java and Apple's systems write `de_AT`, POSIX
/// `de_AT.UTF-8` and `de_AT@euro`: all of these are `de-AT`. `None` for what is no such thing.
pub fn language_tag(text: &str) -> Option<String> {
    let end = text.find(['.', '@']).unwrap_or(text.len());
    let tag = text[..end].replace('_', "-");
    let is_part = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let mut parts = tag.split('-');
    let language = parts.next()?;
    let is_language = (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_tag = is_language && parts.all(|part| is_part(part, 8)) && tag.len() <= LONGEST;
    is_tag.then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::language_tag;

    #[test]
    fn tags_of_all_platforms_are_read() {
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
    fn what_is_no_tag_is_none() {
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
