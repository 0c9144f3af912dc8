//! Converts GraphQL names to Rust names.

/// `isFavourite` → `is_favourite`; keywords are escaped.
pub(crate) fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut previous_lower = false;
    let characters: Vec<char> = name.chars().collect();
    for (index, &character) in characters.iter().enumerate() {
        let next_lower = characters
            .get(index + 1)
            .is_some_and(char::is_ascii_lowercase);
        if character.is_ascii_uppercase()
            && index > 0
            && (previous_lower || next_lower)
            && !snake.ends_with('_')
        {
            snake.push('_');
        }
        previous_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
        snake.push(character.to_ascii_lowercase());
    }
    escape(snake)
}

/// `PULL_UP_BAR` or `pullUpBar` → `PullUpBar`.
pub(crate) fn pascal(name: &str) -> String {
    let all_caps = !name.chars().any(|character| character.is_ascii_lowercase());
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        let rest = if all_caps {
            rest.to_ascii_lowercase()
        } else {
            rest.to_owned()
        };
        first.to_ascii_uppercase() + &rest
    });
    escape(words.collect())
}

const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

fn escape(name: String) -> String {
    match name.as_str() {
        // These cannot be raw identifiers.
        "self" | "super" | "crate" | "Self" | "_" => name + "_",
        keyword if KEYWORDS.contains(&keyword) => format!("r#{name}"),
        _ => name,
    }
}

/// The path of a type as `@model` and `@scalar` state it, made absolute.
pub(crate) fn path(rust: &str) -> String {
    if rust.starts_with("crate::") || rust.starts_with("self::") {
        rust.to_owned()
    } else {
        format!("::{rust}")
    }
}

#[cfg(test)]
mod tests {
    use super::{pascal, snake};

    #[test]
    fn fields_become_snake_case() {
        assert_eq!(snake("isFavourite"), "is_favourite");
        assert_eq!(snake("videoURL"), "video_url");
        assert_eq!(snake("URLOfVideo"), "url_of_video");
        assert_eq!(snake("type"), "r#type");
        assert_eq!(snake("self"), "self_");
        assert_eq!(snake("day28"), "day28");
    }

    #[test]
    fn values_become_variants() {
        assert_eq!(pascal("PULL_UP_BAR"), "PullUpBar");
        assert_eq!(pascal("SELF"), "Self_");
        assert_eq!(pascal("startPlan"), "StartPlan");
    }
}
