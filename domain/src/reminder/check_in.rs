//! Reminders of check-ins.

use chrono::{DateTime, Days, NaiveDate, Utc};
use sea_orm::{QueryResult, Value};

use super::Reminder;
use crate::{Result, cycle, mail::letter, outbox::OutboxBatch, time_zone};

/// Check-ins that are due, of members whose subscription allows them to submit one.
#[derive(Clone, Copy, Debug)]
pub struct CheckInsDue;

impl Reminder for CheckInsDue {
    const KIND: &'static str = "CHECK_IN_DUE";
    // The range of `starts_on`, which the index supports, allows for all time zones; then each member's own zone
    // decides. The date in each zone is a parameter: a zone that Postgres does not know would fail the statement for
    // all members.
    const DUE_SQL: &'static str = "
        SELECT c.member_id, c.id::text AS occasion, c.number, c.starts_on, m.time_zone, zone.today IS NULL AS is_nowhere
        FROM cycle c
        JOIN plan p ON p.member_id = c.member_id AND p.id = c.plan_id AND p.status = 'ACTIVE'
        JOIN member m ON m.id = c.member_id AND m.deletion_requested_at IS NULL
        LEFT JOIN unnest($6::text[], $7::date[]) AS zone (name, today) ON zone.name = m.time_zone
        WHERE c.closed_on IS NULL
            AND c.starts_on BETWEEN ($3 AT TIME ZONE 'UTC')::date - 29 AND ($1 AT TIME ZONE 'UTC')::date - 27
            AND c.starts_on + 28 <= COALESCE(zone.today, ($1 AT TIME ZONE 'UTC')::date)
            AND c.member_id <> ALL($5)
            AND EXISTS (
                SELECT
                FROM subscription s
                WHERE s.member_id = c.member_id
                    AND (s.trial_ends_at IS NULL AND s.expires_at IS NULL
                         OR GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at) > $1)
            )
            AND NOT EXISTS (
                SELECT
                FROM reminder r
                WHERE r.member_id = c.member_id AND r.kind = $4 AND r.occasion = c.id::text
            )
        ORDER BY c.starts_on
        LIMIT $2";

    fn extra_parameters(now: DateTime<Utc>) -> Vec<Value> {
        time_zone::local_dates(now).into()
    }

    fn enqueue_messages(row: &QueryResult, outbox: &mut OutboxBatch) -> Result<()> {
        if row.try_get("", "is_nowhere")? {
            let name: String = row.try_get("", "time_zone")?;
            time_zone::log_unknown(&name, row.try_get("", "member_id")?);
        }
        let starts_on: NaiveDate = row.try_get("", "starts_on")?;
        let opened_on = starts_on.checked_add_days(Days::new(u64::from(cycle::DAYS)));
        outbox.enqueue(&letter::CheckInDue {
            cycle_number: row.try_get("", "number")?,
            opened_on: opened_on.unwrap_or(starts_on),
        })?;
        Ok(())
    }
}
