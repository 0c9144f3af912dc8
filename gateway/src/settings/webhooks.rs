//! Who may send webhooks.

use std::str::FromStr;

use super::{
    Error,
    reader::Reader,
    shops::Shops,
    value::{self, Parsed},
};
use crate::webhook::Webhooks;

pub(super) fn read(reader: &Reader, shops: &Shops) -> Result<Webhooks, Error> {
    let brightcove = reader.optional("webhook_brightcove_path", parsed)?;
    let standard = reader.optional("webhook_standard_secrets", list)?;
    let stripe = reader.optional("webhook_stripe_secrets", list)?;
    Ok(Webhooks {
        brightcove,
        standard: standard.unwrap_or_default(),
        stripe: stripe.unwrap_or_default(),
        apple: shops.apple(),
    })
}

fn parsed<T: FromStr<Err: ToString>>(text: &str) -> Parsed<T> {
    let text = value::word(text)?;
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn list<T: FromStr<Err: ToString>>(text: &str) -> Parsed<Vec<T>> {
    text.split(',').map(parsed).collect()
}
