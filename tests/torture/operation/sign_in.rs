//! Sign-in codes from an identity provider: each enqueues a letter.

use chrono::TimeDelta;
use serde_json::json;

use super::{Kind, NewOperation, Request, World};

pub(super) const KIND: Kind = Kind {
    name: "sign-in code",
    weight: 6,
    make,
    marks_sql: "
        SELECT kind || ' ' || (payload ->> 'address') || ' ' || (payload ->> 'code')
        FROM torture.owed
        WHERE kind = 'email.sign-in-code'",
};

#[expect(clippy::unnecessary_wraps, reason = "the signature of all kinds")]
fn make(world: &mut World, number: u32) -> anyhow::Result<Option<NewOperation>> {
    let address = format!("code-{number}@torture.example");
    let code = format!("{:06}", number % 1_000_000);
    let mark = format!("email.sign-in-code {address} {code}");
    // Later than any run ends, so that no code expires before it is mailed.
    let end = world.started_at + TimeDelta::days(1);
    Ok(Some(NewOperation {
        request: Request::SignIn(json!({ "address": address, "code": code, "expiresAt": end })),
        marks: vec![mark],
    }))
}
