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
    let brightcove = reader.optional("webhook_brightcove_path", from_str)?;
    let standard = reader.optional("webhook_standard_secrets", list)?;
    let stripe = reader.optional("webhook_stripe_secrets", list)?;
    Ok(Webhooks {
        brightcove,
        standard: standard.unwrap_or_default(),
        stripe: stripe.unwrap_or_default(),
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
    if shops.google.is_none() {
        let because = "pushes of Google Play's are to be taken";
        return reader.required("google_package", |_| Ok(None), because);
    }
    let because = "a push for somebody else must not count here";
    let audience = reader.required("google_push_audience", value::non_empty, because)?;
    let because = "anybody with an account at Google can sign for this audience";
    let account = reader.required("google_push_account", email, because)?;
    Ok(Some(GooglePush::new(audience, account, keys_url)))
}

fn email(text: &str) -> Parsed<EmailAddress> {
    EmailAddress::parse(text).ok_or_else(String::new)
}

fn from_str<T: FromStr<Err: ToString>>(text: &str) -> Parsed<T> {
    let text = value::non_empty(text)?;
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn list<T: FromStr<Err: ToString>>(text: &str) -> Parsed<Vec<T>> {
    text.split(',').map(from_str).collect()
}
