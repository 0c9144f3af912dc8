//! Parsers of the values of settings. Their errors complement the description of the allowed values.

use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use reqwest::Url;

/// The result of parsing the text of a setting; an error is a remark, possibly empty.
pub(super) type Parsed<T> = Result<T, String>;

pub(super) fn parse<T: FromStr>(text: &str) -> Parsed<T> {
    text.parse().map_err(|_| String::new())
}

/// Parses a number in a range; underscores between digits are ignored.
pub(super) fn number_in<T: FromStr + PartialOrd>(
    range: RangeInclusive<T>,
) -> impl FnOnce(&str) -> Parsed<T> {
    move |text| {
        let number: Option<T> = text.replace('_', "").parse().ok();
        number.filter(|n| range.contains(n)).ok_or_else(String::new)
    }
}

/// A positive duration: a whole number and its unit `ms`, `s` or `min`.
pub(super) fn duration(text: &str) -> Parsed<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.split_at(digits.ok_or("the unit is missing")?);
    let number: u32 = parse(number)?;
    match unit.trim() {
        "ms" | "s" | "min" if number == 0 => Err("it is zero".to_owned()),
        "ms" => Ok(Duration::from_millis(number.into())),
        "s" => Ok(Duration::from_secs(number.into())),
        "min" => Ok(Duration::from_mins(number.into())),
        _ => Err("the unit is not known".to_owned()),
    }
}

/// A duration from `0s` to `5s`.
pub(super) fn drain_duration(text: &str) -> Parsed<Duration> {
    if text == "0s" {
        return Ok(Duration::ZERO);
    }
    match duration(text)? {
        time if time <= Duration::from_secs(5) => Ok(time),
        _ => Err("a stop must end within 15 seconds".to_owned()),
    }
}

/// A duration from `100ms` to `1s`.
pub(super) fn read_lag(text: &str) -> Parsed<Duration> {
    match duration(text)? {
        time if time < Duration::from_millis(100) => {
            Err("the replica is asked four times as often".to_owned())
        }
        time if time > Duration::from_secs(1) => {
            Err("a change waits twice as long when the replica fails".to_owned())
        }
        time => Ok(time),
    }
}

pub(super) fn yes_or_no(text: &str) -> Parsed<bool> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(String::new()),
    }
}

/// A non-empty text, trimmed.
pub(super) fn non_empty(text: &str) -> Parsed<String> {
    match text.trim() {
        "" => Err("it is empty".to_owned()),
        text => Ok(text.to_owned()),
    }
}

/// SHA-256, in 64 hexadecimal digits.
pub(super) fn digest(text: &str) -> Parsed<[u8; 32]> {
    let mut digest = [0; 32];
    hex::decode_to_slice(text, &mut digest).map_err(|_| String::new())?;
    Ok(digest)
}

pub(super) fn folder(text: &str) -> Parsed<PathBuf> {
    if text.contains("://") {
        return Err("it is an address".to_owned());
    }
    non_empty(text).map(PathBuf::from)
}

pub(super) fn existing_file(text: &str) -> Parsed<PathBuf> {
    existing(text, Path::is_file, "there is no such file")
}

pub(super) fn existing_folder(text: &str) -> Parsed<PathBuf> {
    existing(text, Path::is_dir, "there is no such folder")
}

fn existing(text: &str, is_present: fn(&Path) -> bool, remark: &str) -> Parsed<PathBuf> {
    let path = folder(text)?;
    if is_present(&path) {
        Ok(path)
    } else {
        Err(remark.to_owned())
    }
}

pub(super) fn database(text: &str) -> Parsed<String> {
    let authority = text.split("://").nth(1).unwrap_or_default();
    let authority = authority.split(['/', '?']).next().unwrap_or_default();
    let hosts = authority.rsplit('@').next().unwrap_or_default();
    if hosts.contains(',') {
        return Err("it names several hosts; name one, which leads to the primary".to_owned());
    }
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err("only Postgres will do".to_owned());
    }
    Ok(text.to_owned())
}

/// Whether a token of IAM's can be the password of a URL.
pub(super) fn takes_token(url: &str) -> Parsed<()> {
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    if url.password().is_some() {
        return Err("with COACH_DATABASE_AUTH=iam it has no password".to_owned());
    }
    if url.username().is_empty() || url.host_str().is_none_or(str::is_empty) {
        return Err("COACH_DATABASE_AUTH=iam wants a user and a host in it".to_owned());
    }
    Ok(())
}

pub(super) fn http_url(text: &str) -> Parsed<Url> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    match url.scheme() {
        "https" | "http" => Ok(url),
        _ => Err(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("8s"), Ok(Duration::from_secs(8)));
        assert_eq!(duration("2min"), Ok(Duration::from_mins(2)));
        for wrong in ["8", "s", "", "-1s", "0s", "1.5s", "8 hours", "99999999999s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert_eq!(drain_duration("0s"), Ok(Duration::ZERO));
        assert!(drain_duration("6s").is_err());
    }

    #[test]
    fn a_database_url_names_one_host() {
        for right in [
            "postgres://user:pass,word@host:5432/db?application_name=a,b",
            "postgresql://host/db",
        ] {
            assert_eq!(database(right), Ok(right.to_owned()));
        }
        for wrong in [
            "postgres://one:5432,other:5432/db",
            "postgres://u@one,other/db",
            "mysql://host/db",
        ] {
            assert!(database(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_outside_of_their_range_are_rejected() {
        assert_eq!(number_in(1..=9_999)("5_000"), Ok(5_000));
        for wrong in ["0", "10000", "-1", "", "1e3", "12x"] {
            assert!(number_in(1..=9_999)(wrong).is_err(), "{wrong}");
        }
    }
}
