//! Which days a member may see.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{Error, Result, subscription::Access, time_zone};

/// Lets days be read up to `last`, the latest of those asked for (clamped to the
/// cycle, so that a range which merely reaches beyond a past cycle stays
/// readable). Without access a day is past only when it is over everywhere on
/// earth: a time zone is the member's to choose, and would give today away.
///
/// # Errors
///
/// [`Error::SubscriptionRequired`] when `last` is not over everywhere and the
/// subscription gives no access to plans.
pub fn require_access(access: Access, last: NaiveDate, now: DateTime<Utc>) -> Result<()> {
    if last >= time_zone::last_date(now) && !access.allows_plans() {
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
        // The ninth ends west of everybody with the first of these, and not a second before.
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
