//! `updateConsents`: inserts a consent, and enqueues an event and a record for the partner.

use serde_json::json;

use super::{Kind, NewOperation, Request, World};

pub(super) const KIND: Kind = Kind {
    name: "updateConsents",
    weight: 1,
    make,
    // The partner may receive a request twice, with the same id; our own record of the delivery exists once.
    marks_sql: "
        SELECT 'consent ' || subject
        FROM consent
        JOIN member ON member.id = member_id
        WHERE subject LIKE 'training-%@torture.example'
        UNION ALL
        SELECT kind || ' ' || subject
        FROM torture.owed_to
        WHERE kind IN ('event.consent-changed', 'partner.consent')
        UNION ALL
        SELECT 'partner_delivery ' || subject
        FROM partner_delivery
        JOIN torture.owed_to AS owed ON owed.id = envelope_id
        WHERE status IN ('TAKEN', 'WITHHELD')",
};

const DOCUMENT: &str = include_str!("../../../schema/operations/UpdateConsents.graphql");

fn make(world: &mut World, number: u32) -> anyhow::Result<Option<NewOperation>> {
    let Some(subject) = world.without_consent.pop() else {
        return Ok(None);
    };
    let granted = number.is_multiple_of(2);
    Ok(Some(NewOperation {
        request: Request::Mutation {
            token: world.token(&subject)?,
            document: DOCUMENT,
            field: "updateConsents",
            input: json!({ "consents": [{ "purpose": "MARKETING_EMAIL", "granted": granted }] }),
        },
        marks: vec![
            format!("consent {subject}"),
            format!("event.consent-changed {subject}"),
            format!("partner.consent {subject}"),
            format!("partner_delivery {subject}"),
        ],
    }))
}
