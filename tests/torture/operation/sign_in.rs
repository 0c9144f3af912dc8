//! Sign-in codes, as an identity provider hands them over: a letter each.

use chrono::TimeDelta;
use serde_json::json;

use super::{Kind, Made, Request, World};

pub(super) const KIND: Kind = Kind {
    name: "sign-in code",
    weight: 6,
    make,
    found: "
        SELECT kind || ' ' || (payload ->> 'address') || ' ' || (payload ->> 'code')
        FROM torture.owed
        WHERE kind = 'email.sign-in-code'",
};

#[expect(clippy::unnecessary_wraps, reason = "as the others")]
fn make(world: &mut World, number: u32) -> anyhow::Result<Option<Made>> {
    let address = format!("code-{number}@torture.example");
    let code = format!("{:06}", number % 1_000_000);
    let mark = format!("email.sign-in-code {address} {code}");
    // Later than any run ends: none is too late to be of use.
    let end = world.begun + TimeDelta::days(1);
    Ok(Some(Made {
        request: Request::SignIn(json!({ "address": address, "code": code, "expiresAt": end })),
        marks: vec![mark],
    }))
}
