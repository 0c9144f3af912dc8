//! Parsing and serialization of the custom scalars.

use chrono::{DateTime, Datelike as _, NaiveDate, SecondsFormat, Timelike as _, Utc};
use chrono_tz::Tz;
use coach_domain::{clock, email_address, url};
use coach_execution::{InputError, Value, Violation, Writer, Written, scalar::Scalar};

use crate::types;

/// The code of an unknown time zone. It is a user error, because a person may have chosen the zone.
pub(crate) const UNKNOWN_TIME_ZONE: &str = "UNKNOWN_TIME_ZONE";

fn text(value: Value, expected: &str) -> Result<String, InputError> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(InputError::new(format!("is not {expected}"))),
    }
}

impl Scalar for types::Date {
    type Rust = NaiveDate;

    fn parse(value: Value) -> Result<NaiveDate, InputError> {
        const EXPECTED: &str = "a date such as 2026-03-14";
        let text = text(value, EXPECTED)?;
        // chrono accepts more than the full-date of RFC 3339: signs and single digits.
        let is_full_date = text.len() == 10
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok();
        date.filter(|_| is_full_date)
            .ok_or_else(|| InputError::new(format!("is not {EXPECTED}")))
    }

    fn write<R>(value: &NaiveDate, out: &mut Writer<'_, R>) -> Written {
        out.plain_text(value)
    }
}

impl Scalar for types::DateTime {
    type Rust = DateTime<Utc>;

    fn parse(value: Value) -> Result<DateTime<Utc>, InputError> {
        const EXPECTED: &str = "a moment such as 2026-03-14T06:30:00Z";
        let moment = DateTime::parse_from_rfc3339(&text(value, EXPECTED)?);
        let moment = moment.map_err(|_| InputError::new(format!("is not {EXPECTED}")))?;
        Ok(clock::to_stored_precision(moment.to_utc()))
    }

    fn write<R>(value: &DateTime<Utc>, out: &mut Writer<'_, R>) -> Written {
        let (date, time) = (value.date_naive(), value.time());
        if !(0..=9999).contains(&date.year()) {
            return out.plain_text(value.to_rfc3339_opts(SecondsFormat::Secs, true));
        }
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        out.plain_text(format_args!("{date}T{hour:02}:{minute:02}:{second:02}Z"))
    }
}

impl Scalar for types::TimeZone {
    type Rust = Tz;

    fn parse(value: Value) -> Result<Tz, InputError> {
        const EXPECTED: &str = "a time zone of the IANA database, such as Europe/Berlin";
        let unknown = Violation::InvalidScalar {
            code: UNKNOWN_TIME_ZONE,
            message: "is no time zone of the IANA database, such as Europe/Berlin",
        };
        text(value, EXPECTED)?
            .parse()
            .map_err(|_| InputError::violation(unknown))
    }

    fn write<R>(value: &Tz, out: &mut Writer<'_, R>) -> Written {
        out.json(value.name())
    }
}

impl Scalar for types::EmailAddress {
    type Rust = email_address::EmailAddress;

    fn parse(value: Value) -> Result<email_address::EmailAddress, InputError> {
        // Any string is accepted here: an invalid address is a user error, which each command returns.
        let address = text(value, "an email address")?;
        Ok(email_address::EmailAddress::unvalidated(address))
    }

    fn write<R>(value: &email_address::EmailAddress, out: &mut Writer<'_, R>) -> Written {
        out.json(value.as_str())
    }
}

impl Scalar for types::Url {
    type Rust = url::Url;

    fn parse(value: Value) -> Result<url::Url, InputError> {
        const EXPECTED: &str = "an http or https URL";
        let url = url::Url::parse(&text(value, EXPECTED)?);
        url.ok_or_else(|| InputError::new(format!("is not {EXPECTED}")))
    }

    fn write<R>(value: &url::Url, out: &mut Writer<'_, R>) -> Written {
        out.json(value.as_str())
    }
}
