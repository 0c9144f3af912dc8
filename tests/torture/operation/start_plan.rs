//! `startPlan`: inserts a plan and its first cycle, and enqueues two events and a letter with attachments.

use serde_json::json;

use super::{Kind, NewOperation, Request, World};

pub(super) const KIND: Kind = Kind {
    name: "startPlan",
    weight: 1,
    make,
    // These include the marks of cycles that a check-in started.
    marks_sql: "
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

fn make(world: &mut World, _: u32) -> anyhow::Result<Option<NewOperation>> {
    let Some(subject) = world.idle.pop() else {
        return Ok(None);
    };
    Ok(Some(NewOperation {
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
