//! The front matter of a recipe: YAML between two `---` lines.

mod yaml;

use serde::Deserialize;

use self::yaml::Yaml;
use super::ItemError;

/// The keys that are used; all others are ignored.
#[derive(Debug)]
pub(super) struct FrontMatter {
    pub(super) title: Option<String>,
    /// The tags in lower case.
    pub(super) tags: Vec<String>,
}

/// The title as it is written: here `1.50` is no number and `yes` no boolean.
#[derive(Deserialize)]
struct RawTitle {
    title: Option<String>,
}

/// Splits a file, whose lines end in `\n`, into front matter and Markdown.
pub(super) fn split(file: &str) -> Result<(FrontMatter, &str), ItemError> {
    let text = file.strip_prefix('\u{feff}').unwrap_or(file);
    let missing =
        "it does not begin with front matter: a line `---`, keys such as `title`, and a line `---`";
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_end() == "---") else {
        return Err(ItemError::new(missing));
    };
    let mut end = first.len();
    for line in lines {
        if line.trim_end() == "---" {
            let rest = &text[end + line.len()..];
            return Ok((read(&text[first.len()..end])?, rest));
        }
        end += line.len();
    }
    Err(ItemError::new(
        "its front matter has no end: a line `---` after the keys",
    ))
}

fn read(yaml: &str) -> Result<FrontMatter, ItemError> {
    if yaml.trim().is_empty() {
        return Err(ItemError::new(
            "its front matter is empty; it needs a `title`",
        ));
    }
    let Yaml::Keys(mut keys) = parse(yaml)? else {
        return Err(ItemError::new(
            "its front matter has no keys; it needs a `title`, as in `title: Soup`",
        ));
    };
    let title_holds =
        |what: &str| ItemError(format!("its `title` must be a text, and holds {what}"));
    let title = match keys.remove("title").unwrap_or_default() {
        Yaml::Nothing => None,
        Yaml::Word(_) => parse::<RawTitle>(yaml)?.title,
        Yaml::List(_) => return Err(title_holds("a list")),
        Yaml::Keys(_) => return Err(title_holds("keys with values")),
    };
    let tags = match keys.remove("tags").unwrap_or_default() {
        Yaml::List(tags) => tags,
        tag => vec![tag],
    };
    let tags = tags.into_iter().filter_map(|tag| {
        let holds = match tag {
            Yaml::Nothing => return None,
            Yaml::Word(tag) => return Some(Ok(tag.trim().to_lowercase())),
            Yaml::List(_) => "a list in a list",
            Yaml::Keys(_) => "keys with values",
        };
        Some(Err(ItemError(format!(
            "its `tags` must be a word or a list of words, and holds {holds}"
        ))))
    });
    let tags = tags.collect::<Result<_, _>>()?;
    Ok(FrontMatter { title, tags })
}

fn parse<T: for<'de> Deserialize<'de>>(yaml: &str) -> Result<T, ItemError> {
    serde_saphyr::from_str(yaml).map_err(|error| {
        let place = error.location().map_or_else(String::new, |at| {
            // The `---` line comes before.
            format!(" at line {}", at.line() + 1)
        });
        let error = error.without_snippet();
        if let serde_saphyr::Error::DuplicateMappingKey { key: Some(key), .. } = error {
            return ItemError(format!("its front matter has `{key}` twice, again{place}"));
        }
        let error = error.to_string();
        let error = error.lines().next().unwrap_or_default();
        ItemError(format!(
            "its front matter is not as YAML should be{place}: {error}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    fn tags(line: &str) -> Vec<String> {
        let read = read(&format!("title: Soup\n{line}\n"));
        read.unwrap_or_else(|error| panic!("{line}: {error}")).tags
    }

    #[test]
    fn tags_are_words_however_they_are_written() {
        for (line, words) in [
            ("tags: [vegan, 2024]", &["vegan", "2024"][..]),
            ("tags: [vegan, yes]", &["vegan", "true"]),
            (
                "tags: [vegan, 1.5, -3, true, ~, '2']",
                &["vegan", "1.5", "-3", "true", "2"],
            ),
            ("tags: ['Vegan ', \"soup\"]", &["vegan", "soup"]),
            ("tags:\n  - vegan\n  - 2024-05-01", &["vegan", "2024-05-01"]),
            ("tags: vegan", &["vegan"]),
            ("tags: 2024", &["2024"]),
            ("tags: yes", &["true"]),
            ("tags: []", &[]),
            ("tags:", &[]),
            ("tags: ~", &[]),
            ("date: 2024-05-01", &[]),
            ("2024: [a, {b: [c]}]", &[]),
        ] {
            assert_eq!(tags(line), words, "{line}");
        }
    }

    #[test]
    fn titles_are_kept_as_they_are_written() {
        for (line, title) in [
            ("title: 2024", Some("2024")),
            ("title: 1.50", Some("1.50")),
            ("title: yes", Some("yes")),
            ("title: 0x10", Some("0x10")),
            ("title: 'null'", Some("null")),
            ("title: \"Soup: hot\"", Some("Soup: hot")),
            ("title: null", None),
            ("title:", None),
            ("tags: [soup]", None),
        ] {
            let read = read(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            assert_eq!(read.title.as_deref(), title, "{line}");
        }
    }

    #[test]
    fn errors_name_the_field() {
        let tags = "its `tags` must be a word or a list of words, and holds ";
        let title = "its `title` must be a text, and holds ";
        for (yaml, reason) in [
            (
                "title: Soup\ntags: {soup: 1}",
                format!("{tags}keys with values"),
            ),
            (
                "title: Soup\ntags: [soup, [vegan]]",
                format!("{tags}a list in a list"),
            ),
            (
                "title: Soup\ntags: [{soup: 1}]",
                format!("{tags}keys with values"),
            ),
            ("title: [Soup, Stew]", format!("{title}a list")),
            ("title: {en: Soup}", format!("{title}keys with values")),
            (
                "Soup",
                "its front matter has no keys; it needs a `title`, as in `title: Soup`".to_owned(),
            ),
            (
                "title: a\ntags: [b]\ntitle: c",
                "its front matter has `title` twice, again at line 4".to_owned(),
            ),
            (
                "- title",
                "its front matter has no keys; it needs a `title`, as in `title: Soup`".to_owned(),
            ),
        ] {
            let error = read(yaml).expect_err(yaml).to_string();
            assert_eq!(error, reason, "{yaml}");
        }
        for yaml in ["title: \"Soup", "title: a\ntitle: b", "title: *a"] {
            let error = read(yaml).expect_err(yaml).to_string();
            for word in ["untagged", "variant", "struct", "enum", "Option", "Policy"] {
                assert!(!error.contains(word), "{yaml}: {error}");
            }
        }
    }
}
