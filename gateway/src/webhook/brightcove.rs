//! Brightcove: it signs nothing, so the path is a secret, and what it says counts only as a reason to ask.
//! <https://apis.support.brightcove.com/live-api/guides/live-api-notifications.html>

use std::{fmt, str::FromStr};

use aws_lc_rs::{constant_time, digest};
use serde::Deserialize;

use super::{Posted, Refused, Verified};

/// The part of the path that only the provider knows.
#[derive(Clone, PartialEq, Eq)]
pub struct PathSecret(String);

impl FromStr for PathSecret {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if (24..=200).contains(&text.len()) && text.chars().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err("it is 24 to 200 letters, digits, `-` and `_`".to_owned())
        }
    }
}

impl fmt::Debug for PathSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PathSecret(…)")
    }
}

#[derive(Deserialize)]
struct Notification {
    #[serde(default)]
    event: Option<String>,
}

pub(super) fn verify(
    secret: Option<&PathSecret>,
    posted: &Posted<'_>,
) -> Result<Verified, Refused> {
    let PathSecret(secret) = secret.ok_or(Refused::Unknown)?;
    // Of digests, so that the length does not show either.
    let digest = |text: &str| digest::digest(&digest::SHA256, text.as_bytes());
    let given = digest(posted.path.unwrap_or_default());
    let same = constant_time::verify_slices_are_equal(given.as_ref(), digest(secret).as_ref());
    same.map_err(|_| Refused::Unknown)?;
    let said: Option<Notification> = serde_json::from_slice(posted.body).ok();
    let kind = said.map(|said| said.event.unwrap_or_else(|| "state_changed".to_owned()));
    // They have no ids. The same text within a minute is the same event; later it may be the same state, reached anew.
    let minute = posted.at.timestamp() / 60;
    Ok(Verified {
        event_id: Some(format!("{}-{minute}", super::digest(posted.body))),
        kind,
    })
}
