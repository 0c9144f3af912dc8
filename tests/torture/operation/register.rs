//! `registerMember`: inserts a member, and enqueues a welcome letter.

use serde_json::json;

use super::{Kind, NewOperation, Request, World};

pub(super) const KIND: Kind = Kind {
    name: "registerMember",
    weight: 3,
    make,
    marks_sql: "
        SELECT 'member ' || subject
        FROM member
        WHERE subject LIKE 'new-%@torture.example'
        UNION ALL
        SELECT kind || ' ' || subject
        FROM torture.owed_to
        WHERE kind = 'email.welcome'",
};

const DOCUMENT: &str = include_str!("../../../schema/operations/RegisterMember.graphql");

fn make(world: &mut World, number: u32) -> anyhow::Result<Option<NewOperation>> {
    let subject = format!("new-{number}@torture.example");
    Ok(Some(NewOperation {
        request: Request::Mutation {
            token: world.token(&subject)?,
            document: DOCUMENT,
            field: "registerMember",
            input: json!({
                "displayName": format!("New {number}"),
                "locale": "en-GB",
                "timeZone": "Europe/London",
                "preferences": { "goal": "BUILD_STRENGTH", "level": "BEGINNER", "daysPerWeek": 3 },
            }),
        },
        marks: vec![
            format!("member {subject}"),
            format!("email.welcome {subject}"),
        ],
    }))
}
