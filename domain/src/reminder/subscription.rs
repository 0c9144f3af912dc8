//! Reminders for members whose last subscription is about to end or has ended.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;

use super::Reminder;
use crate::{
    Result, mail::letter, outbox::OutboxBatch, partner::SubscriptionRecord, subscription::Access,
};

/// The query for subscriptions whose end lies in a range, of members without another subscription that ends later.
macro_rules! due_sql {
    ($range:literal) => {
        concat!(
            "
            SELECT s.member_id, s.provider, s.trial_ends_at, s.expires_at, s.will_renew,
                   GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at) AS ends_at,
                   s.trial_ends_at IS NOT NULL AND COALESCE(s.expires_at <= s.trial_ends_at, TRUE) AS is_trial,
                   s.id || ' ' || extract(epoch FROM GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at))::text
                       AS occasion
            FROM subscription s
            JOIN member m ON m.id = s.member_id AND m.deletion_requested_at IS NULL
            WHERE ",
            $range,
            "
                AND s.member_id <> ALL($5)
                AND NOT EXISTS (
                    SELECT
                    FROM subscription other
                    WHERE other.member_id = s.member_id
                        AND other.id <> s.id
                        AND (other.trial_ends_at IS NULL AND other.expires_at IS NULL
                             OR GREATEST(other.trial_ends_at, other.expires_at, other.grace_ends_at)
                                > GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at))
                )
                AND NOT EXISTS (
                    SELECT
                    FROM reminder r
                    WHERE r.member_id = s.member_id
                        AND r.kind = $4
                        AND r.occasion = s.id || ' ' ||
                            extract(epoch FROM GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at))::text
                )
            ORDER BY ends_at
            LIMIT $2"
        )
    };
}

/// Subscriptions that end within seven days and will not be renewed.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionsExpiring;

impl Reminder for SubscriptionsExpiring {
    const KIND: &'static str = "SUBSCRIPTION_EXPIRING";
    const DUE_SQL: &'static str = due_sql!(
        "NOT s.will_renew
                AND $3::timestamptz IS NOT NULL
                AND GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at) > $1
                AND GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at) <= $1 + interval '7 days'"
    );

    fn enqueue_messages(row: &QueryResult, outbox: &mut OutboxBatch) -> Result<()> {
        outbox.enqueue(&letter::SubscriptionExpiring {
            ends_at: row.try_get("", "ends_at")?,
            is_trial: row.try_get("", "is_trial")?,
            provider: row.try_get("", "provider")?,
        })?;
        Ok(())
    }
}

/// Subscriptions that have ended. Partners are notified here too, since nothing else happens at that moment: the
/// member does nothing, and the shop sends no notification.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionsLapsed;

impl Reminder for SubscriptionsLapsed {
    const KIND: &'static str = "SUBSCRIPTION_LAPSED";
    const DUE_SQL: &'static str = due_sql!(
        "GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at) > $3
                AND GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at) <= $1"
    );

    fn enqueue_messages(row: &QueryResult, outbox: &mut OutboxBatch) -> Result<()> {
        let ended_at: DateTime<Utc> = row.try_get("", "ends_at")?;
        let provider = row.try_get("", "provider")?;
        outbox.enqueue(&letter::SubscriptionLapsed {
            ended_at,
            is_trial: row.try_get("", "is_trial")?,
            provider,
        })?;
        outbox.enqueue(&SubscriptionRecord {
            access: Access::Lapsed,
            provider,
            expires_at: row.try_get("", "expires_at")?,
            trial_ends_at: row.try_get("", "trial_ends_at")?,
            will_renew: row.try_get("", "will_renew")?,
        })?;
        Ok(())
    }
}
