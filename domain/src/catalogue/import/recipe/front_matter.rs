//! The front matter of a recipe: YAML between two lines of `---`.

use serde::Deserialize;

use super::Refusal;

/// What is taken from it; other keys are left alone.
#[derive(Debug, Deserialize)]
pub(super) struct FrontMatter {
    pub(super) title: Option<String>,
    #[serde(default)]
    tags: Option<Tags>,
}

/// A list as a rule; one word alone is as good.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Tags {
    Several(Vec<String>),
    One(String),
}

impl FrontMatter {
    /// The tags in lower case.
    pub(super) fn tags(&self) -> Vec<String> {
        let tags = match &self.tags {
            Some(Tags::Several(tags)) => tags.as_slice(),
            Some(Tags::One(tag)) => std::slice::from_ref(tag),
            None => &[],
        };
        tags.iter().map(|tag| tag.trim().to_lowercase()).collect()
    }
}

/// Takes the front matter off a file; the rest is Markdown.
pub(super) fn split(file: &str) -> Result<(FrontMatter, &str), Refusal> {
    let text = file.strip_prefix('\u{feff}').unwrap_or(file);
    let missing =
        "it does not begin with front matter: a line `---`, keys such as `title`, and a line `---`";
    let mut lines = text.split_inclusive('\n');
    if lines.next().is_none_or(|line| line.trim_end() != "---") {
        return Err(Refusal::new(missing));
    }
    let begin = text.find('\n').map_or(text.len(), |at| at + 1);
    let mut end = begin;
    for line in lines {
        if line.trim_end() == "---" {
            let rest = &text[end + line.len()..];
            return Ok((read(&text[begin..end])?, rest));
        }
        end += line.len();
    }
    Err(Refusal::new(
        "its front matter has no end: a line `---` after the keys",
    ))
}

fn read(yaml: &str) -> Result<FrontMatter, Refusal> {
    if yaml.trim().is_empty() {
        return Err(Refusal::new(
            "its front matter is empty; it needs a `title`",
        ));
    }
    serde_saphyr::from_str(yaml).map_err(|error| {
        let place = error.location().map_or_else(String::new, |at| {
            // The line of `---` comes before.
            format!(" at line {}", at.line() + 1)
        });
        let error = error.without_snippet().to_string();
        let error = error.lines().next().unwrap_or_default();
        Refusal(format!(
            "its front matter is not as YAML should be{place}: {error}"
        ))
    })
}
