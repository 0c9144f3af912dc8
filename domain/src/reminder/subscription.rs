//! A subscription that ends, or has ended, with nothing after it.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;

use super::Reminder;
use crate::{
    Result, mail::letter, outbox::Effects, partner::SubscriptionRecord, subscription::Access,
};

/// The subscriptions whose end lies in a range, with nothing that gives access for longer.
macro_rules! ending {
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
    const DUE: &'static str = ending!(
        "NOT s.will_renew
                AND $3::timestamptz IS NOT NULL
                AND GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at) > $1
                AND GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at) <= $1 + interval '7 days'"
    );

    fn effects(row: &QueryResult, owing: &mut Effects) -> Result<()> {
        owing.owe(&letter::SubscriptionExpiring {
            ends_at: row.try_get("", "ends_at")?,
            is_trial: row.try_get("", "is_trial")?,
            provider: row.try_get("", "provider")?,
        })?;
        Ok(())
    }
}

/// Subscriptions that have ended. Partners are told too, for nothing else happens at that moment.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionsLapsed;

impl Reminder for SubscriptionsLapsed {
    const KIND: &'static str = "SUBSCRIPTION_LAPSED";
    const DUE: &'static str = ending!(
        "GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at) > $3
                AND GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at) <= $1"
    );

    fn effects(row: &QueryResult, owing: &mut Effects) -> Result<()> {
        let ended_at: DateTime<Utc> = row.try_get("", "ends_at")?;
        let provider = row.try_get("", "provider")?;
        owing.owe(&letter::SubscriptionLapsed {
            ended_at,
            is_trial: row.try_get("", "is_trial")?,
            provider,
        })?;
        owing.owe(&SubscriptionRecord {
            access: Access::Lapsed,
            provider,
            expires_at: row.try_get("", "expires_at")?,
            trial_ends_at: row.try_get("", "trial_ends_at")?,
            will_renew: row.try_get("", "will_renew")?,
        })?;
        Ok(())
    }
}
