//! Which days a member may see.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{Error, Result, subscription::Access, time_zone};

/// Allows reading days up to `last`, the latest requested date. The caller limits it to the end of the cycle, so that a
/// range which extends beyond a past cycle stays readable. Without access to plans, only days that are over everywhere
/// on earth may be read: members choose their own time zone, and could otherwise read the current day.
///
/// # Errors
///
/// [`Error::SubscriptionRequired`] when `last` is not over everywhere and the subscription gives no access to plans.
pub fn require_access(access: Access, last: NaiveDate, now: DateTime<Utc>) -> Result<()> {
    if last >= time_zone::earliest_local_date(now) && !access.allows_plans() {
        return Err(Error::SubscriptionRequired);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use sea_orm::Iterable;

    use super::require_access;
    use crate::{Error, subscription::Access};

    #[test]
    fn days_that_are_not_over_need_access_and_the_past_does_not() {
        let date = |day| NaiveDate::from_ymd_opt(2026, 3, day).expect("a date");
        // The ninth ends in the westernmost zone at the first of these times, and not a second before.
        for (now, past, ahead) in [
            ("2026-03-10T12:00:00Z", 9, [10, 11]),
            ("2026-03-10T11:59:59Z", 8, [9, 10]),
        ] {
            let now = now.parse().expect("a moment");
            for access in Access::iter() {
                let open = matches!(access, Access::Trial | Access::Active | Access::Grace);
                assert!(require_access(access, date(past), now).is_ok());
                for last in ahead.map(date) {
                    match require_access(access, last, now) {
                        Ok(()) => assert!(open, "{access:?}"),
                        Err(Error::SubscriptionRequired) => assert!(!open, "{access:?}"),
                        Err(other) => panic!("{other}"),
                    }
                }
            }
        }
    }
}
