//! Settings of webhooks: the secrets of each source.

use std::str::FromStr;

use coach_domain::email_address::EmailAddress;

use super::{
    Error,
    reader::Reader,
    shops::ShopSettings,
    value::{self, Parsed},
};
use crate::webhook::{GooglePush, Webhooks};

pub(super) fn read(reader: &Reader, shops: &ShopSettings) -> Result<Webhooks, Error> {
    Ok(Webhooks {
        brightcove: reader.optional("webhook_brightcove_path", from_str)?,
        standard: reader.list("webhook_standard_secrets", from_str)?,
        stripe: reader.list("webhook_stripe_secrets", from_str)?,
        apple: shops.apple(),
        google: google(reader, shops)?,
    })
}

/// Pushes of Google Play are accepted when both the audience and the service account are set: they identify genuine
/// pushes.
fn google(reader: &Reader, shops: &ShopSettings) -> Result<Option<GooglePush>, Error> {
    let audience = reader.optional("google_push_audience", value::non_empty)?;
    let account = reader.optional("google_push_account", email)?;
    let keys_url = reader.read("google_push_keys_url", value::http_url)?;
    if audience.is_none() && account.is_none() {
        return Ok(None);
    }
    let missing = |name, because| Error::Missing { name, because };
    if shops.google.is_none() {
        let because = "pushes of Google Play's are to be taken";
        return Err(missing("google_package", because));
    }
    let because = "a push for somebody else must not count here";
    let audience = audience.ok_or(missing("google_push_audience", because))?;
    let because = "anybody with an account at Google can sign for this audience";
    let account = account.ok_or(missing("google_push_account", because))?;
    Ok(Some(GooglePush::new(audience, account, keys_url)))
}

fn email(text: &str) -> Parsed<EmailAddress> {
    EmailAddress::parse(text).ok_or_else(String::new)
}

fn from_str<T: FromStr<Err: ToString>>(text: &str) -> Parsed<T> {
    let text = value::non_empty(text)?;
    text.parse().map_err(|error: T::Err| error.to_string())
}
