//! Which days a member may see.

use chrono::NaiveDate;

use crate::{Error, Result, subscription::Access};

/// Lets days be read up to `last`, the latest of those asked for (clamped to the
/// cycle, so that a range which merely reaches beyond a past cycle stays
/// readable). Days before `today` are history and readable always.
///
/// # Errors
///
/// [`Error::SubscriptionRequired`] when `last` is today or ahead and the
/// subscription gives no access to plans.
pub fn require_access(access: Access, last: NaiveDate, today: NaiveDate) -> Result<()> {
    if last >= today && !access.allows_plans() {
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
    fn days_from_today_on_need_access_and_the_past_does_not() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 10).expect("a date");
        let [yesterday, tomorrow] = [today.pred_opt(), today.succ_opt()].map(Option::unwrap);
        for access in Access::iter() {
            let open = matches!(access, Access::Trial | Access::Active | Access::Grace);
            assert!(require_access(access, yesterday, today).is_ok());
            for last in [today, tomorrow] {
                match require_access(access, last, today) {
                    Ok(()) => assert!(open, "{access:?}"),
                    Err(Error::SubscriptionRequired) => assert!(!open, "{access:?}"),
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
}
