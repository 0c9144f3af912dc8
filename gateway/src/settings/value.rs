//! From the text of a setting to its type. Errors add to what the key says is allowed.

use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use reqwest::Url;

use crate::hex;

/// What a reader of a setting makes of its text; an error is a remark, possibly empty.
pub(super) type Parsed<T> = Result<T, String>;

pub(super) fn parse<T: FromStr>(text: &str) -> Parsed<T> {
    text.parse().map_err(|_| String::new())
}

pub(super) fn count(text: &str) -> Parsed<usize> {
    within(text, 1..=1_000_000_000)
}

pub(super) fn within<T: FromStr + PartialOrd>(text: &str, range: RangeInclusive<T>) -> Parsed<T> {
    let number = text.replace('_', "").parse().ok();
    number.filter(|n| range.contains(n)).ok_or_else(String::new)
}

/// A whole number and its unit: `ms`, `s` or `min`.
pub(super) fn time(text: &str) -> Parsed<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.split_at(digits.ok_or("the unit is missing")?);
    let number: u32 = parse(number)?;
    match unit.trim() {
        "ms" => Ok(Duration::from_millis(number.into())),
        "s" => Ok(Duration::from_secs(number.into())),
        "min" => Ok(Duration::from_secs(u64::from(number) * 60)),
        _ => Err("the unit is not known".to_owned()),
    }
    .and_then(|time| match time {
        Duration::ZERO => Err("it is zero".to_owned()),
        time => Ok(time),
    })
}

/// As [`time`], and `0s` too.
pub(super) fn short_time(text: &str) -> Parsed<Duration> {
    if text == "0s" {
        return Ok(Duration::ZERO);
    }
    time(text).and_then(|time| {
        if time <= Duration::from_secs(5) {
            Ok(time)
        } else {
            Err("a stop must end within 15 seconds".to_owned())
        }
    })
}

pub(super) fn yes_or_no(text: &str) -> Parsed<bool> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(String::new()),
    }
}

pub(super) fn word(text: &str) -> Parsed<String> {
    match text.trim() {
        "" => Err("it is empty".to_owned()),
        word => Ok(word.to_owned()),
    }
}

/// SHA-256, in 64 hexadecimal digits.
pub(super) fn digest(text: &str) -> Parsed<[u8; 32]> {
    let bytes = hex::decode(text).and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(String::new)
}

pub(super) fn folder(text: &str) -> Parsed<PathBuf> {
    if text.contains("://") {
        return Err("it is an address".to_owned());
    }
    word(text).map(PathBuf::from)
}

pub(super) fn existing_file(text: &str) -> Parsed<PathBuf> {
    existing(text, Path::is_file, "there is no such file")
}

pub(super) fn existing_folder(text: &str) -> Parsed<PathBuf> {
    existing(text, Path::is_dir, "there is no such folder")
}

fn existing(text: &str, is: fn(&Path) -> bool, otherwise: &str) -> Parsed<PathBuf> {
    let path = folder(text)?;
    if is(&path) {
        Ok(path)
    } else {
        Err(otherwise.to_owned())
    }
}

pub(super) fn database(text: &str) -> Parsed<String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err("only Postgres will do".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn web_address(text: &str) -> Parsed<Url> {
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
    fn times_have_units() {
        assert_eq!(time("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(time("8s"), Ok(Duration::from_secs(8)));
        assert_eq!(time("2min"), Ok(Duration::from_mins(2)));
        for wrong in ["8", "s", "", "-1s", "0s", "1.5s", "8 hours", "99999999999s"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
        assert_eq!(short_time("0s"), Ok(Duration::ZERO));
        assert!(short_time("6s").is_err());
    }

    #[test]
    fn numbers_keep_to_their_range() {
        assert_eq!(within("5_000", 1..=9_999), Ok(5_000));
        for wrong in ["0", "10000", "-1", "", "1e3", "12x"] {
            assert!(within(wrong, 1..=9_999).is_err(), "{wrong}");
        }
    }
}
