//! Webhooks of a shop about subscriptions: each is stored once, and enqueues one message.

use serde_json::json;

use super::{Kind, NewOperation, Request, World};

pub(super) const KIND: Kind = Kind {
    name: "webhook",
    weight: 3,
    make,
    marks_sql: "
        SELECT 'webhook ' || event_id FROM webhook_event
        UNION ALL
        SELECT 'work on webhook ' || event_id
        FROM webhook_event AS event
        JOIN torture.owed ON queue = 'webhooks' AND envelope LIKE '%' || event.id::text || '%'",
};

/// The secret that signs them.
pub(crate) const SECRET: &str = "whsec_dG9ydHVyZS10b3J0dXJlLXRvcnR1cmUtdG9ydHVyZQ==";

#[expect(clippy::unnecessary_wraps, reason = "the signature of all kinds")]
fn make(world: &mut World, number: u32) -> anyhow::Result<Option<NewOperation>> {
    let id = format!("msg_torture_{number}");
    let body = json!({
        "type": "subscription.updated",
        "timestamp": world.started_at,
        // The subscription is not linked to a member: the event is stored until it is.
        "data": {
            "provider": "STRIPE",
            "externalId": format!("sub_torture_{number}"),
            "expiresAt": world.started_at + chrono::TimeDelta::days(30),
            "willRenew": true,
        },
    });
    let marks = vec![format!("webhook {id}"), format!("work on webhook {id}")];
    Ok(Some(NewOperation {
        request: Request::Webhook {
            id,
            body: body.to_string(),
        },
        marks,
    }))
}
