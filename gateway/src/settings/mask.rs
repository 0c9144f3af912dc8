//! Masks secrets in the values of settings, for terminals, logs and errors.

use reqwest::Url;

const HIDDEN: &str = "***";

pub(super) fn nothing(value: &str) -> String {
    value.to_owned()
}

pub(super) fn all(_: &str) -> String {
    HIDDEN.to_owned()
}

/// Hides the password and secret query parameters of a URL. Postgres accepts a password in either place.
pub(super) fn url(value: &str) -> String {
    if !value.contains("://") {
        // A path or a keyword.
        return value.to_owned();
    }
    let Ok(mut url) = Url::parse(value) else {
        // The position of the password is unknown.
        return HIDDEN.to_owned();
    };
    if url.password().is_some() && url.set_password(Some(HIDDEN)).is_err() {
        return HIDDEN.to_owned();
    }
    if url.query_pairs().any(|(name, _)| is_secret(&name)) {
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let mut query = url.query_pairs_mut();
        query.clear();
        for (name, value) in &pairs {
            query.append_pair(name, if is_secret(name) { HIDDEN } else { value });
        }
    }
    url.to_string()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "token", "secret", "key"]
        .iter()
        .any(|word| name.contains(word))
}

/// Hides the values of `name=value,name=value`.
pub(super) fn pairs(value: &str) -> String {
    let pairs = value.split(',').map(|pair| match pair.split_once('=') {
        Some((name, _)) => format!("{}={HIDDEN}", name.trim()),
        // Without a name, the value itself may be here.
        None => HIDDEN.to_owned(),
    });
    pairs.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_hidden_in_every_part_of_a_url() {
        assert_eq!(
            url("postgres://coach:s3cret@db:5432/coach?sslmode=require"),
            "postgres://coach:***@db:5432/coach?sslmode=require"
        );
        assert_eq!(
            url("postgres://db/coach?user=coach&password=s3cret"),
            "postgres://db/coach?user=coach&password=***"
        );
        assert_eq!(url("postgres://coach:s3cret@db:notaport/"), "***");
        assert_eq!(url("/var/mail"), "/var/mail");
        assert_eq!(pairs("partner=abc, other=def"), "partner=***,other=***");
        assert_eq!(pairs("abcdef"), "***");
    }
}
