//! `startPlan`: a plan and its first cycle, two events, and a letter with attachments.

use serde_json::json;

use super::{Kind, Made, Request, World};

pub(super) const KIND: Kind = Kind {
    name: "startPlan",
    weight: 1,
    make,
    // Of a cycle's beginning also where it is a check-in that causes it.
    found: "
        SELECT 'plan ' || subject
        FROM plan
        JOIN member ON member.id = member_id
        WHERE subject LIKE 'idle-%@torture.example'
        UNION ALL
        SELECT 'cycle ' || subject || ' ' || number
        FROM cycle
        JOIN member ON member.id = member_id
        WHERE subject LIKE '%@torture.example'
        UNION ALL
        SELECT kind || ' ' || subject
        FROM torture.owed_to
        WHERE kind IN ('event.plan-started', 'email.your-plan')
        UNION ALL
        SELECT kind || ' ' || subject || ' ' || (payload ->> 'number')
        FROM torture.owed_to
        WHERE kind = 'event.cycle-started'",
};

const DOCUMENT: &str = include_str!("../../../schema/operations/StartPlan.graphql");

fn make(world: &mut World, _: u32) -> anyhow::Result<Option<Made>> {
    let Some(subject) = world.idle.pop() else {
        return Ok(None);
    };
    Ok(Some(Made {
        request: Request::Mutation {
            token: world.token(&subject)?,
            document: DOCUMENT,
            field: "startPlan",
            input: json!({}),
        },
        marks: vec![
            format!("plan {subject}"),
            format!("cycle {subject} 1"),
            format!("event.plan-started {subject}"),
            format!("event.cycle-started {subject} 1"),
            format!("email.your-plan {subject}"),
        ],
    }))
}
