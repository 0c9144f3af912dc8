//! `submitCheckIn`: inserts a check-in and the next cycle, and enqueues two events and two letters. The scheduler
//! enqueues one reminder of it, before or after.

use coach_domain::id::OpaqueId as _;
use serde_json::json;

use super::{Kind, NewOperation, Request, World};

pub(super) const KIND: Kind = Kind {
    name: "submitCheckIn",
    weight: 1,
    make,
    // The query of `startPlan` finds the marks of the next cycle too.
    marks_sql:
        "
        SELECT 'check_in ' || subject
        FROM check_in
        JOIN member ON member.id = member_id
        WHERE subject LIKE 'due-%@torture.example'
        UNION ALL
        SELECT kind || ' ' || subject
        FROM torture.owed_to
        WHERE kind IN ('event.check-in-submitted', 'email.check-in-received', 'email.check-in-due')",
};

const DOCUMENT: &str = include_str!("../../../schema/operations/SubmitCheckIn.graphql");

fn make(world: &mut World, number: u32) -> anyhow::Result<Option<NewOperation>> {
    let Some((subject, cycle)) = world.due.pop() else {
        return Ok(None);
    };
    Ok(Some(NewOperation {
        request: Request::Mutation {
            token: world.token(&subject)?,
            document: DOCUMENT,
            field: "submitCheckIn",
            input: json!({
                "cycleId": cycle.encode(),
                "weightGrams": 70_000 + number,
                "energy": 4,
                "sleep": 3,
            }),
        },
        marks: vec![
            format!("check_in {subject}"),
            format!("cycle {subject} 2"),
            format!("event.check-in-submitted {subject}"),
            format!("event.cycle-started {subject} 2"),
            format!("email.check-in-received {subject}"),
            format!("email.your-plan {subject}"),
        ],
    }))
}
