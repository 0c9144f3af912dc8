//! The partners: `[[partners]]` in `coach.toml`, or the same list as JSON in the environment.

use std::collections::BTreeSet;

use coach_workers::partner::PartnerSettings;
use figment::value::Value;
use serde::Deserialize;

use super::{Error, reader::Reader, value::Parsed};

/// The name of the setting.
pub(super) const NAME: &str = "partners";

/// A partner as written in the setting.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPartner {
    name: String,
    url: String,
    secret: String,
    #[serde(default)]
    allow_private: bool,
}

/// The configured partners; empty when the setting is missing.
pub(super) fn read(reader: &Reader) -> Result<Vec<PartnerSettings>, Error> {
    let Some(value) = reader.value(NAME) else {
        return Ok(Vec::new());
    };
    partners(&value).map_err(|remark| reader.invalid(NAME, &remark))
}

fn partners(value: &Value) -> Parsed<Vec<PartnerSettings>> {
    let parsed = match value {
        Value::String(_, text) => serde_json::from_str(text).map_err(|error| error.to_string()),
        value => value.deserialize().map_err(|error| error.kind.to_string()),
    };
    let raw: Vec<RawPartner> = parsed.map_err(|error| without_values(&error))?;
    let mut names = BTreeSet::new();
    let partners = raw.into_iter().enumerate().map(|(index, raw)| {
        if !names.insert(raw.name.clone()) {
            return Err(format!("`{}` is there twice", raw.name));
        }
        let partner = PartnerSettings::new(&raw.name, &raw.url, &raw.secret, raw.allow_private);
        partner.map_err(|error| format!("number {}: {error}", index + 1))
    });
    partners.collect()
}

/// Replaces deserialization errors about a wrong type, because they quote the value, which may be a secret.
fn without_values(error: &str) -> String {
    let message = if error.contains("invalid") {
        "something is not of its type"
    } else {
        error
    };
    message.to_owned()
}

/// The partners as JSON, with secrets masked.
pub(super) fn mask(value: &Value) -> String {
    let json = match value {
        Value::String(_, text) => serde_json::from_str(text).ok(),
        value => serde_json::to_value(value).ok(),
    };
    let partners = json.as_ref().and_then(serde_json::Value::as_array);
    let shown = partners.into_iter().flatten().map(|partner| {
        let mut shown = serde_json::Map::new();
        for name in ["name", "url", "allow_private"] {
            let value = match (name, partner.get(name)) {
                (_, None) => continue,
                // The value of another type may be a secret in the wrong place.
                ("allow_private", Some(value)) if !value.is_boolean() => continue,
                ("url", Some(serde_json::Value::String(url))) => super::mask::url(url).into(),
                (_, Some(value)) => value.clone(),
            };
            shown.insert(name.to_owned(), value);
        }
        shown.insert("secret".to_owned(), super::mask::all("").into());
        serde_json::Value::Object(shown)
    });
    match json {
        Some(_) => shown.collect::<serde_json::Value>().to_string(),
        // The positions of the secrets are unknown.
        None => super::mask::all(""),
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::{Settings, Sources, report};

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn variable(text: &str) -> Sources {
        Sources {
            environment: vec![("COACH_PARTNERS".to_owned(), text.to_owned())],
            ..Sources::default()
        }
    }

    fn names(sources: &Sources) -> Vec<String> {
        let settings = Settings::load(sources).unwrap();
        let partners = settings.partners.iter();
        partners.map(|partner| partner.name().to_owned()).collect()
    }

    fn error(text: &str) -> String {
        Settings::load(&variable(text)).unwrap_err().to_string()
    }

    fn partner(name: &str, more: &str) -> String {
        format!(r#"{{"name":"{name}","url":"https://{name}.example/","secret":"{SECRET}"{more}}}"#)
    }

    #[test]
    fn there_are_none_by_default() {
        assert!(names(&Sources::default()).is_empty());
        assert!(names(&variable("[]")).is_empty());
    }

    #[test]
    fn partners_are_read_from_tables_of_the_file() {
        let path = std::env::temp_dir().join(format!("coach-{}-partners.toml", std::process::id()));
        let table = |name: &str, more: &str| {
            format!(
                "[[partners]]\nname = \"{name}\"\nurl = \"https://{name}.example/\"\nsecret = \"{SECRET}\"\n{more}"
            )
        };
        let text = table("acme", "") + &table("emca", "allow_private = true\n");
        std::fs::write(&path, text).unwrap();
        let sources = Sources {
            file: path.clone(),
            ..Sources::default()
        };
        let (names, shown) = (names(&sources), report(&sources, &[]).unwrap());
        std::fs::remove_file(path).unwrap();
        assert_eq!(names, ["acme", "emca"]);
        let line = shown.lines().find(|line| line.starts_with("partners"));
        let line = line.unwrap();
        assert!(line.contains("https://acme.example/"), "{line}");
        assert!(line.ends_with("# from coach.toml"), "{line}");
        assert!(!shown.contains("MfKQ"), "{shown}");
    }

    #[test]
    fn partners_are_read_from_json_in_the_environment() {
        let two = format!(
            "[{}, {}]",
            partner("acme", ""),
            partner("emca", r#","allow_private":true"#)
        );
        assert_eq!(names(&variable(&two)), ["acme", "emca"]);
        let shown = report(&variable(&two), &[]).unwrap();
        assert!(
            shown.contains("acme.example") && !shown.contains("MfKQ"),
            "{shown}"
        );
    }

    #[test]
    fn errors_do_not_show_secrets() {
        let twice = format!("[{}, {}]", partner("acme", ""), partner("acme", ""));
        let more = format!("[{}]", partner("acme", r#","colour":"red""#));
        let private = format!(r#"[{{"name":"a","url":"https://10.0.0.1/","secret":"{SECRET}"}}]"#);
        let secret = r#"[{"name":"a","url":"https://a.example/","secret":"hunter2"}]"#;
        for (text, why) in [
            (twice.as_str(), "`acme` is there twice"),
            (&more, "unknown field `colour`"),
            (
                &private,
                "number 1: the url is at an address that is not public",
            ),
            (secret, "number 1: a secret is `whsec_`"),
            (r#"[{"name":"a"}]"#, "missing field `url`"),
            ("hunter2", "expected value"),
            (r#"["hunter2"]"#, "something is not of its type"),
            (
                r#"[{"name":"a","allow_private":"hunter2"}]"#,
                "something is not of its type",
            ),
        ] {
            let message = error(text);
            assert!(message.starts_with("COACH_PARTNERS = "), "{message}");
            assert!(message.contains(why), "{message}");
            assert!(
                !message.contains("MfKQ") && !message.contains("hunter2"),
                "{message}"
            );
        }
    }
}
