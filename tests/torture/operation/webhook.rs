//! Notifications of subscriptions by a shop, each of which is kept once with the work on it.

use serde_json::json;

use super::{Kind, Made, Request, World};

pub(super) const KIND: Kind = Kind {
    name: "webhook",
    weight: 3,
    make,
    found: "
        SELECT 'webhook ' || event_id FROM webhook_event
        UNION ALL
        SELECT 'work on webhook ' || event_id
        FROM webhook_event AS event
        JOIN torture.owed ON queue = 'webhooks' AND envelope LIKE '%' || event.id::text || '%'",
};

/// What signs them.
pub(crate) const SECRET: &str = "whsec_dG9ydHVyZS10b3J0dXJlLXRvcnR1cmUtdG9ydHVyZQ==";

#[expect(clippy::unnecessary_wraps, reason = "as the others")]
fn make(world: &mut World, number: u32) -> anyhow::Result<Option<Made>> {
    let id = format!("msg_torture_{number}");
    let body = json!({
        "type": "subscription.updated",
        "timestamp": world.begun,
        // Nobody has linked it: it is kept, and waits for that.
        "data": {
            "provider": "STRIPE",
            "externalId": format!("sub_torture_{number}"),
            "expiresAt": world.begun + chrono::TimeDelta::days(30),
            "willRenew": true,
        },
    });
    let marks = vec![format!("webhook {id}"), format!("work on webhook {id}")];
    Ok(Some(Made {
        request: Request::Webhook {
            id,
            body: body.to_string(),
        },
        marks,
    }))
}
