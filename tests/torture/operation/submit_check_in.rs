//! `submitCheckIn`: a check-in, the next cycle, two events and two letters. Before it, or after, the scheduler reminds of
//! it once.

use coach_domain::id::OpaqueId as _;
use serde_json::json;

use super::{Kind, Made, Request, World};

pub(super) const KIND: Kind = Kind {
    name: "submitCheckIn",
    weight: 1,
    make,
    // The cycle that follows is found as those of started plans are.
    found:
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

fn make(world: &mut World, number: u32) -> anyhow::Result<Option<Made>> {
    let Some((subject, cycle)) = world.due.pop() else {
        return Ok(None);
    };
    Ok(Some(Made {
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
