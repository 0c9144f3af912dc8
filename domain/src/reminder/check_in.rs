//! Reminders of check-ins.

use chrono::{DateTime, Days, NaiveDate, Utc};
use sea_orm::{QueryResult, Value};

use super::Reminder;
use crate::{Result, check_in::check_ins_due, cycle, mail::letter, outbox::OutboxBatch, time_zone};

/// Check-ins that are due, of members whose subscription allows them to submit one.
#[derive(Clone, Copy, Debug)]
pub struct CheckInsDue;

impl Reminder for CheckInsDue {
    const KIND: &'static str = "CHECK_IN_DUE";
    const DUE_SQL: &'static str = concat!(
        "
        SELECT c.member_id, c.id::text AS occasion, c.number, c.starts_on, m.time_zone, zone.today IS NULL AS is_nowhere",
        check_ins_due!("$6", "$7"),
        "
            AND c.starts_on >= ($3 AT TIME ZONE 'UTC')::date - 29
            AND c.member_id <> ALL($5)
            AND NOT EXISTS (
                SELECT
                FROM reminder r
                WHERE r.member_id = c.member_id AND r.kind = $4 AND r.occasion = c.id::text
            )
        ORDER BY c.starts_on
        LIMIT $2"
    );

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
