//! The scalars of the contract.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use chrono_tz::Tz;
use coach_domain::{clock, member, url};
use coach_execution::{InputError, Unacceptable, Value, scalar::Scalar};

use crate::types;

/// What a zone that nobody knows is told by: a person may have chosen it.
pub(crate) const UNKNOWN_TIME_ZONE: &str = "UNKNOWN_TIME_ZONE";

fn text(value: Value, wanted: &str) -> Result<String, InputError> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(InputError::new(format!("is not {wanted}"))),
    }
}

impl Scalar for types::Date {
    type Rust = NaiveDate;

    fn parse(value: Value) -> Result<NaiveDate, InputError> {
        const WANTED: &str = "a date such as 2026-03-14";
        let text = text(value, WANTED)?;
        // chrono takes more than RFC 3339's full-date: signs and single digits.
        let exact = text.len() == 10
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok();
        date.filter(|_| exact)
            .ok_or_else(|| InputError::new(format!("is not {WANTED}")))
    }

    fn serialize(value: &NaiveDate) -> Value {
        Value::String(value.to_string())
    }
}

impl Scalar for types::DateTime {
    type Rust = DateTime<Utc>;

    fn parse(value: Value) -> Result<DateTime<Utc>, InputError> {
        const WANTED: &str = "a moment such as 2026-03-14T06:30:00Z";
        let moment = DateTime::parse_from_rfc3339(&text(value, WANTED)?);
        let moment = moment.map_err(|_| InputError::new(format!("is not {WANTED}")))?;
        Ok(clock::kept(moment.to_utc()))
    }

    fn serialize(value: &DateTime<Utc>) -> Value {
        Value::String(value.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

impl Scalar for types::TimeZone {
    type Rust = Tz;

    fn parse(value: Value) -> Result<Tz, InputError> {
        const WANTED: &str = "a time zone of the IANA database, such as Europe/Berlin";
        let unknown = Unacceptable::Unknown {
            code: UNKNOWN_TIME_ZONE,
            message: "is no time zone of the IANA database, such as Europe/Berlin",
        };
        text(value, WANTED)?
            .parse()
            .map_err(|_| InputError::unacceptable(unknown))
    }

    fn serialize(value: &Tz) -> Value {
        Value::String(value.name().to_owned())
    }
}

impl Scalar for types::EmailAddress {
    type Rust = member::EmailAddress;

    fn parse(value: Value) -> Result<member::EmailAddress, InputError> {
        // Whether mail can be sent there is for the person to mend, so each command says it.
        let address = text(value, "an email address")?;
        Ok(member::EmailAddress::as_written(&address))
    }

    fn serialize(value: &member::EmailAddress) -> Value {
        Value::String(value.as_str().to_owned())
    }
}

impl Scalar for types::Url {
    type Rust = url::Url;

    fn parse(value: Value) -> Result<url::Url, InputError> {
        const WANTED: &str = "an http or https URL";
        let url = url::Url::parse(&text(value, WANTED)?);
        url.ok_or_else(|| InputError::new(format!("is not {WANTED}")))
    }

    fn serialize(value: &url::Url) -> Value {
        Value::String(value.as_str().to_owned())
    }
}
